//! Local IAM: what a call takes, and whether a function's policy grants it.
//!
//! The one rule: what is not granted is refused, and a call that is not understood takes a
//! permission that nobody has.

use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemInput;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::query::QueryInput;
use aws_sdk_dynamodb::operation::scan::ScanInput;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsInput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_smithy_runtime_api::client::interceptors::context::Input;

use crate::faults::Service;
use crate::template::{Effect, Statement, table_arn};

mod others;

/// One action on one resource: a table or an index, a queue, a bus, a bucket or what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The action as IAM spells it: `dynamodb:PutItem`.
    pub action: String,
    /// The table.
    pub table: String,
    /// The index, when it is about one.
    pub index: Option<String>,
    /// The ARN, when it is about no table.
    pub arn: Option<String>,
}

impl Permission {
    fn on(action: &str, table: Option<&str>) -> Self {
        Self {
            action: format!("dynamodb:{action}"),
            table: table.unwrap_or_default().to_owned(),
            index: None,
            arn: None,
        }
    }

    fn of(service: Service, action: &str, arn: String) -> Self {
        Self {
            action: format!("{}:{action}", service.prefix()),
            table: String::new(),
            index: None,
            arn: Some(arn),
        }
    }

    fn index(mut self, index: Option<&str>) -> Self {
        self.index = index.map(str::to_owned);
        self
    }

    /// The ARN it is about.
    #[must_use]
    pub fn resource(&self) -> String {
        if let Some(arn) = &self.arn {
            return arn.clone();
        }
        let table = table_arn(&self.table);
        match &self.index {
            Some(index) => format!("{table}/index/{index}"),
            None => table,
        }
    }
}

/// What the call with this input takes. `api` names calls that carry no data.
pub(crate) fn taken(service: Service, api: &str, input: &Input) -> Vec<Permission> {
    match service {
        Service::DynamoDb => of_table(api, input),
        Service::EventBridge | Service::S3 | Service::Sqs => others::taken(service, api, input),
    }
}

fn of_table(api: &str, input: &Input) -> Vec<Permission> {
    if let Some(input) = input.downcast_ref::<BatchGetItemInput>() {
        let tables = input.request_items().into_iter().flatten();
        return tables
            .map(|(table, _)| Permission::on(api, Some(table)))
            .collect();
    }
    if let Some(input) = input.downcast_ref::<BatchWriteItemInput>() {
        let tables = input.request_items().into_iter().flatten();
        return tables
            .map(|(table, _)| Permission::on(api, Some(table)))
            .collect();
    }
    if let Some(input) = input.downcast_ref::<TransactWriteItemsInput>() {
        return parts_of_write(input);
    }
    if let Some(input) = input.downcast_ref::<TransactGetItemsInput>() {
        let gets = input.transact_items().iter().filter_map(|item| item.get());
        return gets
            .map(|get| Permission::on("GetItem", Some(get.table_name())))
            .collect();
    }
    if let Some(input) = input.downcast_ref::<QueryInput>() {
        return vec![Permission::on(api, input.table_name()).index(input.index_name())];
    }
    if let Some(input) = input.downcast_ref::<ScanInput>() {
        return vec![Permission::on(api, input.table_name()).index(input.index_name())];
    }
    let table = None
        .or_else(|| input.downcast_ref::<GetItemInput>()?.table_name())
        .or_else(|| input.downcast_ref::<PutItemInput>()?.table_name())
        .or_else(|| input.downcast_ref::<UpdateItemInput>()?.table_name())
        .or_else(|| input.downcast_ref::<DeleteItemInput>()?.table_name());
    vec![Permission::on(api, table)]
}

/// IAM knows no `TransactWriteItems`: a transaction takes what its parts take.
fn parts_of_write(input: &TransactWriteItemsInput) -> Vec<Permission> {
    input
        .transact_items()
        .iter()
        .flat_map(|item| {
            [
                item.put()
                    .map(|part| Permission::on("PutItem", Some(part.table_name()))),
                item.update()
                    .map(|part| Permission::on("UpdateItem", Some(part.table_name()))),
                item.delete()
                    .map(|part| Permission::on("DeleteItem", Some(part.table_name()))),
                item.condition_check()
                    .map(|part| Permission::on("ConditionCheckItem", Some(part.table_name()))),
            ]
        })
        .flatten()
        .collect()
}

/// Do the statements grant the permission?
#[must_use]
pub fn grants(statements: &[Statement], permission: &Permission) -> bool {
    let resource = permission.resource();
    let matching = |effect: Effect| {
        statements.iter().any(|statement| {
            statement.effect == effect
                && statement.actions.iter().any(|action| {
                    // Actions are compared without case, ARNs with it.
                    matches(&action.to_lowercase(), &permission.action.to_lowercase())
                })
                && statement
                    .resources
                    .iter()
                    .any(|pattern| matches(pattern, &resource))
        })
    };
    matching(Effect::Allow) && !matching(Effect::Deny)
}

/// IAM's wildcards: `*` for any run of characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = rest.as_str();
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .filter_map(|at| text.get(at..))
                .any(|tail| matches(rest, tail))
        }
        Some(expected) => {
            let mut tail = text.chars();
            tail.next()
                .is_some_and(|found| expected == '?' || expected == found)
                && matches(rest.as_str(), tail.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};

    use super::*;

    fn statement(effect: Effect, action: &str, resource: &str) -> Statement {
        Statement {
            effect,
            actions: vec![action.to_owned()],
            resources: vec![resource.to_owned()],
        }
    }

    #[test]
    fn a_grant_is_exact_unless_it_says_otherwise() {
        let table = table_arn("t");
        let query = Permission::on("Query", Some("t"));
        let index = query.clone().index(Some("by-asset"));
        let on_table = [statement(Effect::Allow, "dynamodb:Query", &table)];
        let on_index = [statement(
            Effect::Allow,
            "dynamodb:Query",
            &format!("{table}/index/by-asset"),
        )];
        assert!(grants(&on_table, &query));
        assert!(!grants(&on_table, &index));
        assert!(grants(&on_index, &index));
        assert!(!grants(&on_index, &query));
        assert!(!grants(&on_index, &query.clone().index(Some("by-asset-2"))));
        let any = [statement(
            Effect::Allow,
            "DynamoDB:*",
            &format!("{table}/*"),
        )];
        assert!(grants(&any, &index));
        assert!(!grants(&any, &query));
        let mut denied = any.to_vec();
        denied.push(statement(Effect::Deny, "dynamodb:Que?y", "*"));
        assert!(!grants(&denied, &index));
        assert!(!grants(&[], &query));
    }

    #[test]
    fn a_transaction_takes_what_its_parts_take() {
        let input = TransactWriteItemsInput::builder()
            .transact_items(
                TransactWriteItem::builder()
                    .put(
                        Put::builder()
                            .table_name("t")
                            .set_item(Some([].into()))
                            .build()
                            .unwrap(),
                    )
                    .build(),
            )
            .transact_items(
                TransactWriteItem::builder()
                    .delete(
                        Delete::builder()
                            .table_name("t")
                            .set_key(Some([].into()))
                            .build()
                            .unwrap(),
                    )
                    .build(),
            )
            .build()
            .unwrap();
        let taken = taken(
            Service::DynamoDb,
            "TransactWriteItems",
            &Input::erase(input),
        );
        let actions: Vec<_> = taken.iter().map(|taken| taken.action.as_str()).collect();
        assert_eq!(actions, ["dynamodb:PutItem", "dynamodb:DeleteItem"]);
    }

    #[test]
    fn a_call_that_is_not_known_takes_a_permission_of_its_own_name() {
        let taken = taken(Service::DynamoDb, "DeleteTable", &Input::erase(()));
        let [permission] = taken.as_slice() else {
            panic!("{taken:?}")
        };
        assert_eq!(permission.action, "dynamodb:DeleteTable");
    }
}
