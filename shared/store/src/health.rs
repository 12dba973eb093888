//! What came of a webhook's deliveries: one item that only the next note replaces, and one for each
//! event that was delivered.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use sharepact_domain::id::{EventId, WebhookId};
use sharepact_domain::time::Timestamp;
use sharepact_domain::webhook::Health;

use crate::{Boxed, Store, StoreError, item, keys};

/// How long it is known that an event was delivered, in seconds: a week, as against the three days
/// of the last attempt.
const KNOWN: i64 = 7 * 24 * 60 * 60;

impl Store {
    /// Notes what came of deliveries; `false` when somebody else has noted something since this was
    /// read.
    pub fn note_health<'a>(&'a self, id: WebhookId, health: &'a Health) -> Boxed<'a, bool> {
        Box::pin(async move {
            let put = self
                .client
                .put_item()
                .table_name(&*self.table)
                .set_item(Some(item::write_health(id, health)?));
            let put = match health.notes.saturating_sub(1) {
                0 => put.condition_expression("attribute_not_exists(pk)"),
                before => put
                    .condition_expression("#notes = :before")
                    .expression_attribute_names("#notes", item::NOTES)
                    .expression_attribute_values(":before", item::number(before)),
            };
            match put.send().await {
                Ok(_) => Ok(true),
                Err(error) => match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                    Some(_) | None => Err(StoreError::from_sdk("PutItem", &error)),
                },
            }
        })
    }

    /// Notes that an event was delivered. To note it twice changes nothing.
    pub fn note_delivered(&self, id: WebhookId, event: EventId, now: Timestamp) -> Boxed<'_, ()> {
        Box::pin(async move {
            let mut noted = item::start(&keys::inbox(id, event));
            noted.insert("deliveredAt".to_owned(), item::text(now.to_string()));
            noted.insert(
                item::TTL.to_owned(),
                item::number(now.epoch_seconds() + KNOWN),
            );
            let put = self
                .client
                .put_item()
                .table_name(&*self.table)
                .set_item(Some(noted))
                .condition_expression("attribute_not_exists(pk)")
                .send()
                .await;
            match put {
                Ok(_) => Ok(()),
                Err(error) => match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
                    Some(_) | None => Err(StoreError::from_sdk("PutItem", &error)),
                },
            }
        })
    }
}
