//! A webhook: its state, its place among its owner's, its secrets, and what came of deliveries.
//!
//! The place holds a copy of the state, written in the same transaction, so that one query answers
//! which webhooks an owner has. The secrets stand apart: no list and no event reads them.

use sharepact_domain::id::WebhookId;
use sharepact_domain::webhook::{Health, Secrets, Webhook};

use super::{Item, STATE, number, start, text, value};
use crate::{StoreError, keys};

/// The attribute of a place that says who holds it.
pub(crate) const HOLDER: &str = "webhook";
/// The attribute by which a change of health is conditional.
pub(crate) const NOTES: &str = "notes";

pub(crate) fn write_webhook(webhook: &Webhook) -> Result<Item, StoreError> {
    let mut item = start(&keys::webhook(webhook.id));
    item.insert("version".to_owned(), number(webhook.version));
    item.insert(STATE.to_owned(), value(webhook)?);
    Ok(item)
}

pub(crate) fn write_place(webhook: &Webhook) -> Result<Item, StoreError> {
    let mut item = start(&keys::webhook_place(&webhook.owner, webhook.place));
    item.insert(HOLDER.to_owned(), text(webhook.id.to_string()));
    item.insert(STATE.to_owned(), value(webhook)?);
    Ok(item)
}

pub(crate) fn write_secrets(id: WebhookId, secrets: &Secrets) -> Result<Item, StoreError> {
    let mut item = start(&keys::webhook_secrets(id));
    item.insert(STATE.to_owned(), value(secrets)?);
    Ok(item)
}

pub(crate) fn write_health(id: WebhookId, health: &Health) -> Result<Item, StoreError> {
    let mut item = start(&keys::webhook_health(id));
    item.insert(NOTES.to_owned(), number(health.notes));
    item.insert(STATE.to_owned(), value(health)?);
    Ok(item)
}
