//! An event: history, outbox, audit trail and uniqueness guard in one item.
//!
//! It is kept as the very text that its hash is over (canonical JSON), so that no later version of
//! the code can change what was recorded. A contract's event also names both parties, so that a
//! history is authorised by the items it is made of, without another read.

use serde::de::DeserializeOwned;
use sharepact_domain::event::{Event, Fact};
use sharepact_domain::party::Party;

use super::{Item, corrupt, number, read, read_text, start, text, value};
use crate::{StoreError, keys::Key};

pub(crate) fn write_event<F: Fact>(
    key: &Key,
    event: &Event<F>,
    parties: Option<[&Party; 2]>,
) -> Result<Item, StoreError> {
    let mut item = start(key);
    item.insert("type".to_owned(), text(event.fact.name()));
    item.insert("sequence".to_owned(), number(event.sequence));
    item.insert("occurredAt".to_owned(), text(event.occurred_at.to_string()));
    item.insert("event".to_owned(), text(event.canonical()?));
    if let Some(trace) = &event.trace {
        item.insert("trace".to_owned(), text(trace.as_str()));
    }
    if let Some([provider, consumer]) = parties {
        item.insert("provider".to_owned(), value(provider)?);
        item.insert("consumer".to_owned(), value(consumer)?);
    }
    Ok(item)
}

pub(crate) fn read_event<F: Fact + DeserializeOwned>(item: &Item) -> Result<Event<F>, StoreError> {
    let stored = read_text(item, "event")?;
    let mut json = serde_json::Deserializer::from_str(stored);
    serde_path_to_error::deserialize(&mut json)
        .map_err(|error| corrupt(item, &format!("event.{}", error.path()), error.inner()))
}

/// Provider and consumer of the contract that an event belongs to.
pub(crate) fn read_parties(item: &Item) -> Result<[Party; 2], StoreError> {
    Ok([read(item, "provider")?, read(item, "consumer")?])
}
