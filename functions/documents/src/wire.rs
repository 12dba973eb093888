//! A document on the wire.

use serde::Serialize;
use sharepact_domain::document::Rendering;
use utoipa::ToSchema;

/// Where the document of a contract or a framework agreement is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Document)]
pub struct DocumentView {
    /// A link that works for five minutes, for whoever holds it.
    pub url: String,
    /// The version of the contract or the agreement that the document shows.
    pub version: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Its length in bytes.
    pub length: u64,
    /// When it was rendered.
    pub rendered_at: String,
}

impl DocumentView {
    pub(crate) fn new(rendering: &Rendering, url: String) -> Self {
        Self {
            url,
            version: rendering.version,
            sha256: rendering.sha256.to_string(),
            length: rendering.length,
            rendered_at: rendering.rendered_at.to_string(),
        }
    }
}
