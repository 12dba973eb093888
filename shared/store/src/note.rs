//! What a worker notes: one item that gives way to a later note, or none.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::item::Item;
use crate::{Store, StoreError};

/// When a note may be put, as DynamoDB spells it: `#name` and `:value` stand for one attribute.
pub(crate) struct Unless<'a> {
    pub condition: &'a str,
    pub name: Option<&'a str>,
    pub value: Option<AttributeValue>,
}

impl Unless<'_> {
    /// Only where there is none yet.
    pub(crate) fn there() -> Self {
        Self {
            condition: "attribute_not_exists(pk)",
            name: None,
            value: None,
        }
    }
}

impl Store {
    /// Puts an item if the condition holds; answers whether it did.
    pub(crate) async fn note(&self, item: Item, unless: Unless<'_>) -> Result<bool, StoreError> {
        let mut put = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item))
            .condition_expression(unless.condition);
        if let Some(name) = unless.name {
            put = put.expression_attribute_names("#name", name);
        }
        if let Some(value) = unless.value {
            put = put.expression_attribute_values(":value", value);
        }
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                Some(_) | None => Err(StoreError::from_sdk("PutItem", &error)),
            },
        }
    }
}
