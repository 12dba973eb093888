//! A contract → its document in the bucket, and the event that tells of it.
//!
//! The one rule: the key is made of contract, version and content, so that rendering again, late or
//! at the same time as another, ends in the same object.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sharepact_document::{Content, platform_terms, render, watermark};
use sharepact_domain::contract::Contract;
use sharepact_domain::document::{Document, DocumentFact, Rendering};
use sharepact_domain::event::{Digest, Event, Link};
use sharepact_domain::id::ContractId;
use sharepact_domain::time::Timestamp;
use sharepact_http::{Call, Problem};
use sharepact_runtime::{App, WorkError, seal, seal_by_system};
use sharepact_store::{Change, Outcome, Printable};

/// How long a link works.
const LIFETIME: Duration = Duration::from_mins(5);

/// How often a document that somebody else renders in the same instant is decided upon again.
const ATTEMPTS: u32 = 4;

/// Why a document is rendered.
#[derive(Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// A caller wants it.
    Call(&'a Call),
    /// The contract changed.
    Event,
}

/// Renders a contract as it is at `now`, keeps the document and records it. What is recorded already is answered as it
/// is; a rendering that came late is kept and not recorded.
pub(crate) async fn keep(
    app: &App,
    printable: Printable,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<Rendering, WorkError> {
    let contract = &printable.record.contract;
    let status = contract.status(now);
    let terms = platform_terms().map_err(|fault| WorkError::Poison(fault.to_string()))?;
    let content = Content {
        contract,
        terms: printable.record.terms.as_ref(),
        platform_terms: &terms,
        status,
        watermark: watermark(status),
    };
    let bytes = render(&content).map_err(|error| WorkError::Poison(error.to_string()))?;
    let sha256 = Digest::new(Sha256::digest(&bytes).into());
    let rendering = Rendering {
        contract_version: contract.version,
        key: key(contract, sha256),
        sha256,
        length: bytes.len() as u64,
        rendered_at: now,
    };
    app.links
        .documents()?
        .keep(&rendering.key, "application/pdf", bytes)
        .await?;
    record(app, contract.id, printable.document, rendering, cause).await
}

/// Records a rendering that is in the bucket.
async fn record(
    app: &App,
    id: ContractId,
    mut recorded: Option<Document>,
    rendering: Rendering,
    cause: Cause<'_>,
) -> Result<Rendering, WorkError> {
    for _ in 0..ATTEMPTS {
        let Some(fact) = Document::decide(recorded.as_ref(), id, &rendering) else {
            let same = recorded.map(|document| document.rendering);
            let same = same.filter(|recorded| recorded.key == rendering.key);
            return Ok(same.unwrap_or(rendering));
        };
        let now = rendering.rendered_at;
        let link = Document::link(recorded.as_ref());
        let event = sealed(app, fact, id, link, cause, now)?;
        let change = Change::Document {
            after: &Document::after(&event),
            event: &event,
        };
        match app.commit(change, None, now).await? {
            Outcome::Written => return Ok(rendering),
            Outcome::Rejected(rejected) => recorded = rejected.stale()?,
        }
    }
    Err(WorkError::Passing(format!(
        "the document of contract {id} keeps changing"
    )))
}

fn sealed(
    app: &App,
    fact: DocumentFact,
    id: ContractId,
    link: Link,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<Event<DocumentFact>, WorkError> {
    match cause {
        Cause::Call(call) => seal(app, call, fact, id.to_string(), link)
            .map_err(|_| WorkError::Poison("the event could not be sealed".to_owned())),
        Cause::Event => seal_by_system(app, fact, id.to_string(), link, now),
    }
}

/// Where a document is kept: the versions of a contract in their order, equal bytes in one place.
fn key(contract: &Contract, sha256: Digest) -> String {
    let Contract { id, version, .. } = contract;
    format!("contracts/{id}/{version:010}-{sha256}.pdf")
}

/// Does a document still say what holds? A contract whose time has come is Expired without a new
/// version, and a document from before says that it is in force.
pub(crate) fn holds(contract: &Contract, document: &Rendering, now: Timestamp) -> bool {
    document.contract_version < contract.version
        || contract.status(document.rendered_at) == contract.status(now)
}

/// A link to a document.
pub(crate) async fn link(
    app: &App,
    id: ContractId,
    document: &Rendering,
) -> Result<String, WorkError> {
    let name = format!("contract-{id}-{}.pdf", document.contract_version);
    app.links
        .documents()?
        .link(&document.key, &name, LIFETIME)
        .await
}

/// A failure, as the caller of an operation hears of it: passing trouble is 503, anything else 500.
pub(crate) fn problem(error: WorkError) -> Problem {
    match error {
        WorkError::Passing(cause) => Problem::unavailable(cause),
        WorkError::Poison(cause) => Problem::internal(cause),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn contract(version: u64, more: &Value) -> Contract {
        let mut contract = json!({
            "id": "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d", "version": version, "head": "5e".repeat(32),
            "origin": { "kind": "Marketplace" }, "recorded": "Draft",
            "asset": { "id": "taxi", "name": "Taxi trips", "accessLevel": "Private", "version": 1 },
            "provider": { "user": "petra" }, "consumer": { "user": "mia" },
            "scope": { "duration": { "days": 1 }, "offlineRetention": false, "fields": ["zone"],
                "filters": [] },
            "createdAt": "2026-03-01T00:00:00Z", "updatedAt": "2026-03-01T00:00:00Z",
        });
        for (name, value) in more.as_object().unwrap() {
            contract[name] = value.clone();
        }
        serde_json::from_value(contract).unwrap()
    }

    pub(crate) fn draft(version: u64) -> Contract {
        contract(version, &json!({}))
    }

    /// In force until 2 March 2026.
    pub(crate) fn active(version: u64) -> Contract {
        let more = json!({ "recorded": "Active", "effectiveAt": "2026-03-01T00:00:00Z",
            "expiresAt": "2026-03-02T00:00:00Z" });
        contract(version, &more)
    }

    /// Rendered while the contract was in force.
    pub(crate) fn rendering(contract_version: u64) -> Rendering {
        Rendering {
            contract_version,
            key: String::new(),
            sha256: Digest::new([1; 32]),
            length: 1,
            rendered_at: "2026-03-01T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_document_holds_until_the_contract_says_otherwise() {
        let contract = active(6);
        let (before, after) = ("2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z");
        for (version, now, expected) in [
            (6, before, true),
            (6, after, false),
            // Late, which its version says.
            (5, before, true),
            (5, after, true),
        ] {
            let now = now.parse().unwrap();
            assert_eq!(
                holds(&contract, &rendering(version), now),
                expected,
                "{version} {now}"
            );
        }
    }

    #[test]
    fn keys_sort_by_version_and_name_the_content() {
        let (ninth, tenth) = (
            key(&active(9), Digest::new([2; 32])),
            key(&active(10), Digest::new([1; 32])),
        );
        assert!(ninth < tenth);
        assert_eq!(
            tenth,
            format!(
                "contracts/0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d/0000000010-{}.pdf",
                "01".repeat(32)
            )
        );
    }

    #[test]
    fn only_passing_trouble_asks_the_caller_to_try_again() {
        let told = |error| problem(error).document(None).status;
        assert_eq!(told(WorkError::Passing("S3".to_owned())), 503);
        assert_eq!(told(WorkError::Poison("faces".to_owned())), 500);
    }
}
