//! What came of a webhook's deliveries: one item that only the next note replaces, and one for each
//! event that was delivered.

use sharepact_domain::id::{EventId, WebhookId};
use sharepact_domain::time::Timestamp;
use sharepact_domain::webhook::Health;

use crate::note::Unless;
use crate::{Boxed, Store, item, keys};

/// How long it is known that an event was delivered, in seconds: a week, as against the three days
/// of the last attempt.
const KNOWN: i64 = 7 * 24 * 60 * 60;

impl Store {
    /// Notes what came of deliveries; `false` when somebody else has noted something since this was
    /// read.
    pub fn note_health<'a>(&'a self, id: WebhookId, health: &'a Health) -> Boxed<'a, bool> {
        Box::pin(async move {
            let before = health.notes.saturating_sub(1);
            let unless = match before {
                0 => Unless::there(),
                before => Unless {
                    condition: "#name = :value",
                    name: Some(item::NOTES),
                    value: Some(item::number(before)),
                },
            };
            self.note(item::write_health(id, health)?, unless).await
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
            self.note(noted, Unless::there()).await.map(drop)
        })
    }
}
