//! Webhooks and what a delivery needs: one round trip each, consistent.

use serde::Deserialize;
use sharepact_domain::event::Aggregate;
use sharepact_domain::id::{EventId, WebhookId};
use sharepact_domain::party::{Owner, Party};
use sharepact_domain::time::Timestamp;
use sharepact_domain::webhook::{Health, Place, Secrets, Webhook};

use super::{Found, Items, remembered};
use crate::item::{self, Item, Ticket};
use crate::keys::{self, Key};
use crate::{Boxed, Store, StoreError};

/// An event as it was recorded, to be told to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: EventId,
    /// Its name, such as `contract.signed`.
    pub name: String,
    /// Its canonical JSON, to the byte.
    pub text: String,
    /// Provider and consumer, where it is a contract's.
    pub parties: Option<[Party; 2]>,
}

/// A webhook, and what came of its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRecord {
    /// The webhook.
    pub webhook: Webhook,
    /// What came of its deliveries.
    pub health: Health,
    /// Its secrets, where they were asked for.
    pub secrets: Option<Secrets>,
}

/// What a delivery needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The webhook, its health and its secrets; none where there is no such webhook.
    pub record: Option<WebhookRecord>,
    /// The event; none where there is no such event.
    pub event: Option<Told>,
    /// Is it noted as delivered?
    pub delivered: bool,
}

impl Store {
    /// A webhook and its health; with its secrets where `secrets` says so.
    pub fn webhook<'a>(
        &'a self,
        id: WebhookId,
        secrets: bool,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<WebhookRecord>> {
        Box::pin(async move {
            let keys = Keys::of(id);
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let wanted = [
                Some(&keys.state),
                Some(&keys.health),
                secrets.then_some(&keys.secrets),
                answer.as_ref(),
            ];
            let items = self.batch(wanted.into_iter().flatten()).await?;
            Ok(Found {
                value: keys.read(&items)?,
                remembered: remembered(&items, answer.as_ref(), now)?,
            })
        })
    }

    /// What a registration has to know: the places that the owner's webhooks hold.
    pub fn webhook_beginning<'a>(
        &'a self,
        owner: &'a Owner,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Vec<Place>>> {
        Box::pin(async move {
            let places: Vec<_> = Place::all()
                .map(|place| (place, keys::webhook_place(owner, place)))
                .collect();
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let wanted = places.iter().map(|(_, key)| key).chain(answer.as_ref());
            let items = self.batch(wanted).await?;
            let held = places.iter().filter(|(_, key)| items.get(key).is_some());
            Ok(Found {
                value: Some(held.map(|(place, _)| *place).collect()),
                remembered: remembered(&items, answer.as_ref(), now)?,
            })
        })
    }

    /// An event as it was recorded.
    pub fn told<'a>(&'a self, aggregate: &'a Aggregate, sequence: u64) -> Boxed<'a, Option<Told>> {
        Box::pin(async move {
            let key = keys::event_of(aggregate, sequence);
            let items = self.batch([&key]).await?;
            items.get(&key).map(read_told).transpose()
        })
    }

    /// All that the delivery of an event to a webhook needs.
    pub fn delivery<'a>(
        &'a self,
        id: WebhookId,
        event: EventId,
        aggregate: &'a Aggregate,
        sequence: u64,
    ) -> Boxed<'a, Delivery> {
        Box::pin(async move {
            let (keys, noted) = (Keys::of(id), keys::inbox(id, event));
            let event = keys::event_of(aggregate, sequence);
            let wanted = [&keys.state, &keys.health, &keys.secrets, &event, &noted];
            let items = self.batch(wanted).await?;
            Ok(Delivery {
                record: keys.read(&items)?,
                event: items.get(&event).map(read_told).transpose()?,
                delivered: items.get(&noted).is_some(),
            })
        })
    }

    /// The webhooks of an owner, oldest first.
    pub fn webhooks_of<'a>(&'a self, owner: &'a Owner) -> Boxed<'a, Vec<Webhook>> {
        Box::pin(async move {
            let mut webhooks: Vec<Webhook> = Vec::new();
            let mut resume = None;
            loop {
                let answer = self
                    .client
                    .query()
                    .table_name(&*self.table)
                    .consistent_read(true)
                    .key_condition_expression("pk = :pk")
                    .expression_attribute_values(":pk", item::text(keys::webhook_places(owner)))
                    .set_exclusive_start_key(resume)
                    .send()
                    .await
                    .map_err(|error| StoreError::from_sdk("Query", &error))?;
                for found in answer.items() {
                    webhooks.push(item::read(found, item::STATE)?);
                }
                resume = answer.last_evaluated_key;
                if resume.is_none() {
                    webhooks.sort_by_key(|webhook| webhook.id);
                    return Ok(webhooks);
                }
            }
        })
    }
}

/// The items of a webhook.
struct Keys {
    state: Key,
    health: Key,
    secrets: Key,
}

impl Keys {
    fn of(id: WebhookId) -> Self {
        Self {
            state: keys::webhook(id),
            health: keys::webhook_health(id),
            secrets: keys::webhook_secrets(id),
        }
    }

    fn read(&self, items: &Items) -> Result<Option<WebhookRecord>, StoreError> {
        let Some(webhook) = items.state(&self.state)? else {
            return Ok(None);
        };
        Ok(Some(WebhookRecord {
            webhook,
            health: items.state(&self.health)?.unwrap_or_default(),
            secrets: items.state(&self.secrets)?,
        }))
    }
}

/// What of an event's text is needed to tell it on.
#[derive(Deserialize)]
struct Head {
    id: EventId,
}

fn read_told(found: &Item) -> Result<Told, StoreError> {
    let text = item::read_text(found, "event")?;
    let head: Head =
        serde_json::from_str(text).map_err(|error| item::corrupt(found, "event", error))?;
    let has_parties = found.contains_key("provider");
    Ok(Told {
        id: head.id,
        name: item::read_text(found, "type")?.to_owned(),
        text: text.to_owned(),
        parties: has_parties.then(|| item::read_parties(found)).transpose()?,
    })
}
