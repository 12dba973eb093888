//! `GET /contracts` – contracts by user, role and status, newest first.
//!
//! Who: anyone, for what they are a party to; operators for any. Whatever ids are asked for, the
//! answer holds nothing else.

use lambda_http::http::Method;
use sharepact_domain::contract::{Contract, Status};
use sharepact_domain::fault::{Fault, Rule};
use sharepact_domain::id::UserId;
use sharepact_domain::party::{Principal, Side};
use sharepact_http::wire::{ContractPage, ContractView};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{
    Access, Answer, App, CURSOR, Grant, LIMIT, Operation, QueryParameter, Shape, USER_ID,
};
use sharepact_store::{Index, Order, Source};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-list",
    method: Method::GET,
    path: "/contracts",
    summary: "retrieveByUserId",
    description: "The contracts of users, as consumer or provider, newest first. Holds only \
                  contracts that the caller or the caller's organisation is a party to; operators \
                  see any.",
    access: Access::Token,
    query: &[
        USER_ID,
        QueryParameter::optional(
            "role",
            "consumer or provider: on which side the users are; both without it",
        ),
        QueryParameter::repeated(
            "status",
            "A status that holds now, such as Active; may be repeated",
        ),
        LIMIT,
        CURSOR,
    ],
    body: None,
    success: (200, Shape::of::<ContractPage>()),
    problems: &["invalid-cursor"],
    grants: &[
        Grant::QueryIndex("by-consumer"),
        Grant::QueryIndex("by-provider"),
        Grant::QueryIndex("by-consumer-organization"),
        Grant::QueryIndex("by-provider-organization"),
    ],
    run: |app, call| Box::pin(list(app, call)),
};

async fn list(app: &App, call: Call) -> Answer {
    let principal = call.principal()?;
    let users = call.queries("userId", UserId::parse)?;
    let statuses = call.queries("status", status)?;
    let sides = sides(&call)?;
    let sources: Vec<_> = match users.as_slice() {
        [] => sides
            .iter()
            .flat_map(|side| own(principal, *side))
            .collect(),
        users => users
            .iter()
            .flat_map(|user| {
                sides
                    .iter()
                    .map(|side| contracts(user_index(*side), user.as_str()))
            })
            .collect(),
    };
    let keep = |contract: &Contract| {
        contract.visible_to(principal)
            && (statuses.is_empty() || statuses.contains(&contract.status(call.now)))
    };
    let page = sharepact_runtime::list(app, &call, &sources, Order::Descending, keep).await?;
    let view = |contract: &Contract| ContractView::new(contract, None, principal, call.now);
    Reply::json(
        200,
        &ContractPage {
            items: page.items.iter().map(view).collect(),
            next_cursor: page.next_cursor,
        },
    )
}

/// The caller's own contracts, and those of the organisation it acts for.
fn own(principal: &Principal, side: Side) -> Vec<Source> {
    let organization = principal.organization.as_ref().map(|organization| {
        let index = match side {
            Side::Consumer => Index::ConsumerOrganization,
            Side::Provider => Index::ProviderOrganization,
        };
        contracts(index, organization.as_str())
    });
    let user = contracts(user_index(side), principal.user.as_str());
    std::iter::once(user).chain(organization).collect()
}

fn user_index(side: Side) -> Index {
    match side {
        Side::Consumer => Index::Consumer,
        Side::Provider => Index::Provider,
    }
}

fn contracts(index: Index, partition: &str) -> Source {
    Source {
        index,
        partition: partition.to_owned(),
        prefix: "CONTRACT#".to_owned(),
    }
}

fn sides(call: &Call) -> Result<Vec<Side>, Problem> {
    match call.query("role")? {
        None => Ok(vec![Side::Consumer, Side::Provider]),
        Some("consumer") => Ok(vec![Side::Consumer]),
        Some("provider") => Ok(vec![Side::Provider]),
        Some(_) => Err(call.refuse("role", "takes consumer or provider")),
    }
}

fn status(name: &str) -> Result<Status, Fault> {
    Status::parse(name).ok_or_else(|| {
        let names = Status::ALL.map(Status::name).join(", ");
        Fault::new(Rule::InvalidId, format!("takes one of {names}"))
    })
}
