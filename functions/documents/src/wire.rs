//! A document on the wire.

use serde::Serialize;
use sharepact_store::DocumentRecord;
use utoipa::ToSchema;

/// Where a contract's document is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Document)]
pub struct DocumentView {
    /// A link that works for five minutes, for whoever holds it.
    pub url: String,
    /// The version of the contract that the document shows.
    pub version: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Its length in bytes.
    pub length: u64,
    /// When it was rendered.
    pub rendered_at: String,
}

impl DocumentView {
    pub(crate) fn new(record: &DocumentRecord, url: String) -> Self {
        Self {
            url,
            version: record.version,
            sha256: record.sha256.to_string(),
            length: record.length,
            rendered_at: record.rendered_at.to_string(),
        }
    }
}
