//! A webhook on the wire.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sharepact_domain::fault::{Fault, Rule};
use sharepact_domain::party::Owner;
use sharepact_domain::text::Line;
use sharepact_domain::webhook::{
    Attempt, Endpoint, EventType, Health, Reason, Registration, Secrets, Standing, Subscription,
    Webhook,
};
use utoipa::ToSchema;

use crate::{Check, Problem};

/// What stands for every type of event.
const ALL: &str = "*";

/// What a party sends to register a webhook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = WebhookRegistration)]
pub struct WebhookBody {
    /// Where deliveries go: https, port 443 or one from 1024 on, a host that leads to public
    /// addresses only, no user name and no fragment; at most 2,048 characters.
    #[schema(example = "https://example.org/sharepact/events")]
    pub url: String,
    /// The names of the events to deliver, or * alone for all; all of them without it.
    #[serde(default)]
    #[schema(example = json!(["contract.signed", "contract.activated"]))]
    pub event_types: Option<Vec<String>>,
    /// What it is for, up to 200 characters on one line.
    #[serde(default)]
    pub description: Option<String>,
}

impl WebhookBody {
    /// The registration, parsed; `url` is what the rule for outgoing requests made of the address.
    ///
    /// # Errors
    /// Every fault, with its place.
    pub fn parse(self, url: Result<String, Fault>) -> Result<Registration, Problem> {
        let mut check = Check::default();
        let url = check.at("/url", url.and_then(|url| Endpoint::parse(&url)));
        let events = subscription(self.event_types, &mut check);
        let description = self.description.as_deref().map(Line::parse);
        let description = check.optional("/description", description);
        let value = url.zip(events).map(|(url, events)| Registration {
            url,
            events,
            description,
        });
        check.finish(value)
    }
}

fn subscription(names: Option<Vec<String>>, check: &mut Check) -> Option<Subscription> {
    let fault = |detail: &str| Fault::new(Rule::InvalidEventType, detail);
    let Some(names) = names else {
        return Some(Subscription::All);
    };
    if names.len() == 1 && names.iter().any(|name| name == ALL) {
        return Some(Subscription::All);
    }
    if names.is_empty() {
        let none = fault("takes the names of events, or * alone for all of them");
        return check.at("/eventTypes", Err(none));
    }
    let mut types = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        let kind = match name.as_str() {
            ALL => Err(fault("takes * alone, without other names")),
            name => EventType::parse(name),
        };
        let kind = kind.and_then(|kind| match types.insert(kind) {
            true => Ok(kind),
            false => Err(fault("names each type of event once")),
        });
        check.at(&format!("/eventTypes/{index}"), kind);
    }
    Some(Subscription::Types(types))
}

/// One attempt at a delivery.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryAttempt)]
pub struct AttemptView {
    /// When.
    pub at: String,
    /// answered, not-allowed, not-resolved, not-connected, timed-out or broken.
    pub outcome: String,
    /// The HTTP status, where the endpoint answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            at: attempt.at.to_string(),
            outcome: attempt.outcome.name().to_owned(),
            status: attempt.outcome.status(),
        }
    }
}

/// What came of a webhook's deliveries.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Deliveries)]
pub struct DeliveriesView {
    /// The last attempt that was noted; of a steady stream of successes one a minute is.
    pub last_attempt: Option<AttemptView>,
    /// When something was delivered last, as far as it was noted.
    pub delivered_at: Option<String>,
    /// Since when every attempt has failed; null when the last one succeeded.
    pub failing_since: Option<String>,
    /// How many events were given up after their last attempt.
    pub given_up: u64,
}

impl DeliveriesView {
    fn new(webhook: &Webhook, health: &Health) -> Self {
        Self {
            last_attempt: health.last.map(AttemptView::from),
            delivered_at: health.delivered_at.map(|at| at.to_string()),
            failing_since: health.failing_since(webhook).map(|at| at.to_string()),
            given_up: health.given_up,
        }
    }
}

/// A webhook.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub struct WebhookView {
    /// Its id.
    pub id: String,
    /// The id of the user or the organisation whose it is.
    pub owner: String,
    /// user or organization.
    pub owner_kind: String,
    /// Where deliveries go.
    pub url: String,
    /// The names of the events that are delivered, or * alone for all.
    pub event_types: Vec<String>,
    /// What it is for.
    pub description: Option<String>,
    /// enabled, disabled or removed.
    pub status: String,
    /// Since when.
    pub since: String,
    /// Why it is disabled: gone, when the endpoint answered 410, or failing, when every attempt has
    /// failed for 72 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What came of deliveries; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<DeliveriesView>,
    /// What deliveries are signed with: whsec_ and 32 bytes in base64. Only in the answer to the
    /// request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Until when deliveries are signed with the secret before it too. Only in the answer to a
    /// rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_secret_until: Option<String>,
    /// When it was registered.
    pub created_at: String,
    /// The number of its events so far; the entity tag is made of it and of what was noted of its
    /// deliveries.
    pub version: u64,
}

impl WebhookView {
    /// The webhook with what came of its deliveries.
    #[must_use]
    pub fn new(webhook: &Webhook, health: &Health) -> Self {
        Self {
            deliveries: Some(DeliveriesView::new(webhook, health)),
            ..Self::from(webhook)
        }
    }

    /// The same with secrets that were just made.
    #[must_use]
    pub fn revealing(self, secrets: &Secrets) -> Self {
        let former = secrets.former.as_ref();
        Self {
            secret: Some(secrets.current.reveal()),
            former_secret_until: former.map(|former| former.until.to_string()),
            ..self
        }
    }
}

impl From<&Webhook> for WebhookView {
    fn from(webhook: &Webhook) -> Self {
        let owner_kind = match webhook.owner {
            Owner::User(_) => "user",
            Owner::Organization(_) => "organization",
        };
        let (status, since, reason) = match webhook.standing {
            Standing::Enabled { since } => ("enabled", since, None),
            Standing::Disabled { since, reason } => match reason {
                Reason::Gone => ("disabled", since, Some("gone")),
                Reason::Failing { .. } => ("disabled", since, Some("failing")),
            },
            Standing::Removed { since } => ("removed", since, None),
        };
        Self {
            id: webhook.id.to_string(),
            owner: webhook.owner.id().to_owned(),
            owner_kind: owner_kind.to_owned(),
            url: webhook.url.as_str().to_owned(),
            event_types: webhook.events.clone().into(),
            description: webhook.description.as_ref().map(ToString::to_string),
            status: status.to_owned(),
            since: since.to_string(),
            reason: reason.map(str::to_owned),
            deliveries: None,
            secret: None,
            former_secret_until: None,
            created_at: webhook.created_at.to_string(),
            version: webhook.version,
        }
    }
}
