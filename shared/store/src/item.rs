//! Domain values ↔ items.
//!
//! An item has its keys, its index attributes, and the domain value whole under `state`. An item
//! that cannot be read is an error naming item and attribute, never a default.

mod agreement;
mod answer;
mod asset;
mod contract;
mod document;
mod event;
mod organization;
mod passcode;
mod session;
mod wallet;
mod webhook;

pub use answer::{Remembered, Ticket};
pub use contract::ContractRecord;

pub(crate) use agreement::{write_agreement, write_bond};
pub(crate) use answer::{read_answer, write_answer};
pub(crate) use asset::write_asset;
pub(crate) use contract::{read_terms, write_contract, write_revision, write_terms};
pub(crate) use document::write_document;
pub(crate) use event::{read_event, read_parties, write_event};
pub(crate) use organization::{write_organization, write_profile};
pub(crate) use passcode::{ENDS, HOLDER as CODE_HOLDER, write_code, write_guesses, write_passcode};
pub(crate) use session::{write_access, write_session};
pub(crate) use wallet::write_wallet;
pub(crate) use webhook::{HOLDER, NOTES, write_health, write_place, write_secrets, write_webhook};

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;
use crate::keys::Key;

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The attribute that DynamoDB's time to live reads: seconds since 1970.
pub(crate) const TTL: &str = "ttl";
/// The attribute that counts the places of a quota contract that are taken.
pub(crate) const USED: &str = "used";
/// The attribute that holds the domain value.
pub(crate) const STATE: &str = "state";

/// An item with its keys.
pub(crate) fn start(key: &Key) -> Item {
    HashMap::from([
        ("pk".to_owned(), text(&key.pk)),
        ("sk".to_owned(), text(&key.sk)),
    ])
}

/// A key as the SDK has it.
pub(crate) fn key(key: &Key) -> Item {
    start(key)
}

/// An item with its version and the domain value.
pub(crate) fn versioned<T: Serialize>(
    at: &Key,
    version: u64,
    stored: &T,
) -> Result<Item, StoreError> {
    let mut item = start(at);
    item.insert("version".to_owned(), number(version));
    item.insert(STATE.to_owned(), value(stored)?);
    Ok(item)
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display + Copy) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A domain value as an attribute.
pub(crate) fn value<T: Serialize>(value: &T) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value)
        .map_err(|error| StoreError::Unwritable(error.to_string()))
}

/// The domain value under an attribute.
pub(crate) fn read<T: DeserializeOwned>(item: &Item, attribute: &str) -> Result<T, StoreError> {
    let stored = item
        .get(attribute)
        .ok_or_else(|| corrupt(item, attribute, "the attribute is missing"))?;
    let stored: serde_dynamo::AttributeValue = stored.clone().into();
    serde_path_to_error::deserialize(serde_dynamo::Deserializer::from_attribute_value(stored))
        .map_err(|error| {
            // What serde flattens has no path of its own: then it is the attribute that is named.
            let path = format!("{attribute}.{}", error.path());
            corrupt(item, path.trim_end_matches('.'), error.inner())
        })
}

/// The text under an attribute.
pub(crate) fn read_text<'a>(item: &'a Item, attribute: &str) -> Result<&'a str, StoreError> {
    item.get(attribute)
        .and_then(|stored| stored.as_s().ok())
        .map(String::as_str)
        .ok_or_else(|| corrupt(item, attribute, "the attribute is no text or is missing"))
}

/// The number under an attribute.
pub(crate) fn read_number<T: std::str::FromStr>(
    item: &Item,
    attribute: &str,
) -> Result<T, StoreError> {
    item.get(attribute)
        .and_then(|stored| stored.as_n().ok())
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| {
            corrupt(
                item,
                attribute,
                "the attribute is no such number or is missing",
            )
        })
}

pub(crate) fn corrupt(item: &Item, attribute: &str, reason: impl std::fmt::Display) -> StoreError {
    let part = |name| item.get(name).and_then(|stored| stored.as_s().ok());
    let part = |name| part(name).map_or("?", String::as_str);
    StoreError::Corrupt {
        item: format!("{} / {}", part("pk"), part("sk")),
        attribute: attribute.to_owned(),
        reason: format!("{reason}"),
    }
}
