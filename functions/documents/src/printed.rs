//! A contract → its document in the bucket, and the note of where it is.
//!
//! The one rule: the key is made of contract, version and content, so that rendering again, late or
//! at the same time as another, ends in the same object.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sharepact_document::{Content, platform_terms, render, watermark};
use sharepact_domain::event::Digest;
use sharepact_domain::id::ContractId;
use sharepact_domain::time::Timestamp;
use sharepact_runtime::{App, WorkError};
use sharepact_store::{ContractRecord, DocumentRecord, StoreError};

/// How long a link works.
const LIFETIME: Duration = Duration::from_secs(300);

/// Renders a contract as it is at `now`, keeps the document and notes where it is.
pub(crate) async fn keep(
    app: &App,
    record: &ContractRecord,
    now: Timestamp,
) -> Result<DocumentRecord, WorkError> {
    let contract = &record.contract;
    let status = contract.status(now);
    let terms = platform_terms().map_err(|fault| WorkError::Poison(fault.to_string()))?;
    let content = Content {
        contract,
        terms: record.terms.as_ref(),
        platform_terms: &terms,
        status,
        signing: contract
            .acceptance
            .as_ref()
            .map(|acceptance| acceptance.hash),
        watermark: watermark(status),
    };
    let bytes = render(&content).map_err(|error| WorkError::Poison(error.to_string()))?;
    let sha256 = Digest::new(Sha256::digest(&bytes).into());
    let document = DocumentRecord {
        version: contract.version,
        key: format!(
            "contracts/{}/{:010}-{sha256}.pdf",
            contract.id, contract.version
        ),
        sha256,
        length: bytes.len() as u64,
        rendered_at: now,
    };
    app.links
        .documents()?
        .keep(&document.key, "application/pdf", bytes)
        .await?;
    let noted = app.store.note_document(contract.id, &document).await;
    noted.map_err(failed)?;
    Ok(document)
}

/// A link to a document.
pub(crate) async fn link(
    app: &App,
    id: ContractId,
    document: &DocumentRecord,
) -> Result<String, WorkError> {
    let name = format!("contract-{id}-{}.pdf", document.version);
    app.links
        .documents()?
        .link(&document.key, &name, LIFETIME)
        .await
}

/// The store's failures, as a worker hears of them.
pub(crate) fn failed(error: StoreError) -> WorkError {
    match error {
        StoreError::Unavailable(reason) => WorkError::Passing(reason),
        StoreError::Corrupt { .. }
        | StoreError::Refused { .. }
        | StoreError::Unwritable(_)
        | StoreError::Seal(_) => WorkError::Poison(error.to_string()),
    }
}
