//! What was answered to a request that carried an idempotency key.

use std::io::{Read as _, Write as _};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sharepact_domain::event::Digest;
use sharepact_domain::time::Timestamp;

use super::{Item, TTL, corrupt, number, read_number, read_text, start, text};
use crate::{StoreError, keys};

/// How long an answer is remembered, in seconds.
const KEPT: i64 = 24 * 60 * 60;

/// What a request with an idempotency key is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Digest of caller, operation and key.
    pub scope: Digest,
    /// Digest of what was asked.
    pub fingerprint: Digest,
}

/// An answer, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Digest of what was asked then.
    pub fingerprint: Digest,
    /// The HTTP status.
    pub status: u16,
    /// The entity tag.
    pub etag: Option<String>,
    /// The address of what was made.
    pub location: Option<String>,
    /// The body, JSON.
    pub body: Vec<u8>,
}

/// The body is compressed: with terms at their limit it would not fit beside them otherwise.
pub(crate) fn write_answer(
    ticket: &Ticket,
    answer: &Remembered,
    now: Timestamp,
) -> Result<Item, StoreError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let body = encoder
        .write_all(&answer.body)
        .and_then(|()| encoder.finish())
        .map_err(|error| StoreError::Unwritable(error.to_string()))?;
    let mut item = start(&keys::answer(&ticket.scope));
    let mut put = |name: &str, attribute| {
        item.insert(name.to_owned(), attribute);
    };
    put("fingerprint", text(answer.fingerprint.to_string()));
    put("status", number(answer.status));
    put("body", AttributeValue::B(Blob::new(body)));
    if let Some(etag) = &answer.etag {
        put("etag", text(etag));
    }
    if let Some(location) = &answer.location {
        put("location", text(location));
    }
    put(TTL, number(now.epoch_seconds() + KEPT));
    Ok(item)
}

/// The remembered answer, unless its time is over: DynamoDB deletes late.
pub(crate) fn read_answer(item: &Item, now: Timestamp) -> Result<Option<Remembered>, StoreError> {
    if read_number::<i64>(item, TTL)? <= now.epoch_seconds() {
        return Ok(None);
    }
    let compressed = item
        .get("body")
        .and_then(|stored| stored.as_b().ok())
        .ok_or_else(|| corrupt(item, "body", "the attribute is no binary or is missing"))?;
    let mut body = Vec::new();
    ZlibDecoder::new(compressed.as_ref())
        .read_to_end(&mut body)
        .map_err(|error| corrupt(item, "body", error))?;
    let optional = |name: &str| {
        let found = item.contains_key(name).then(|| read_text(item, name));
        found.transpose().map(|text| text.map(str::to_owned))
    };
    Ok(Some(Remembered {
        fingerprint: Digest::try_from(read_text(item, "fingerprint")?.to_owned())
            .map_err(|error| corrupt(item, "fingerprint", error))?,
        status: read_number(item, "status")?,
        etag: optional("etag")?,
        location: optional("location")?,
        body,
    }))
}
