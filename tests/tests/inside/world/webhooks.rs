//! Webhooks to begin with.

use serde_json::{Value, json};
use sharepact_domain::event::Event;
use sharepact_domain::id::{EventId, WebhookId};
use sharepact_domain::party::{Actor, Author};
use sharepact_domain::webhook;
use sharepact_store::{Change, Outcome};
use uuid::Uuid;

use super::{World, get, post};

impl World {
    /// The one webhook of the consumer, which is registered where there is none; gives its id.
    pub async fn webhook(&self) -> String {
        let listed = self.expect(200, &get("consumer", "/webhooks")).await.json();
        match listed["items"][0]["id"].as_str() {
            Some(id) => id.to_owned(),
            None => self
                .expect(201, &post("consumer", "/webhooks", webhook()))
                .await
                .id(),
        }
    }

    /// Disables a webhook, as its deliveries would.
    pub async fn disable(&self, id: &str) {
        let store = self.store();
        let id = WebhookId::parse(id).expect("an id");
        let found = store.webhook(id, false, None, self.now()).await;
        let webhook = found
            .expect("it is read")
            .value
            .expect("it is there")
            .webhook;
        let command = webhook::Command::Disable(webhook::Reason::Gone);
        let fact = webhook.decide(&Actor::System, command, self.now());
        let fact = fact.expect("it may").expect("it is enabled");
        let event = Event::seal(
            fact,
            EventId::new(Uuid::from_u128(u128::from(webhook.version))),
            id.to_string(),
            webhook.link(),
            Author::System,
            self.now(),
        );
        let event = event.expect("it is sealed");
        let after = webhook.apply(&event);
        let change = Change::Webhook {
            after: &after,
            event: &event,
            secrets: None,
        };
        let outcome: Outcome<webhook::Webhook> = store
            .commit(change, None, self.now())
            .await
            .expect("it is written");
        assert!(matches!(outcome, Outcome::Written), "{outcome:?}");
    }
}

/// A webhook that nothing is ever sent to.
pub fn webhook() -> Value {
    json!({ "url": "https://8.8.8.8/events", "eventTypes": ["webhook.disabled"] })
}
