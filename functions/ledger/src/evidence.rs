//! `GET /contracts/{id}/evidence` – all that is recorded of a contract, in one file that proves itself.
//!
//! Who: both sides and operators; to anyone else there is no such contract.

use std::collections::BTreeMap;

use lambda_http::http::Method;
use serde::Serialize;
use serde_json::Value;
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, QueryParameter, Shape};
use utoipa::ToSchema;

use crate::record;

/// The longest answer in bytes, as a function hands it over: a text within JSON. Lambda takes 6 MB.
const LONGEST: usize = 6_000_000;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-evidence",
    method: Method::GET,
    path: "/contracts/{id}/evidence",
    summary: "the evidence of a contract",
    description: "A file that proves itself, with no access to the service: the events of the \
                  contract and of its document, the terms that they name, and for each event the \
                  way from its hash to a root on the blockchain. Canonical JSON; keep it to the \
                  byte. docs/EVIDENCE.md says how to verify it.",
    access: Access::Token,
    query: &[QueryParameter::optional(
        "terms",
        "`omit` leaves the texts of the terms out: their hashes stand in the events",
    )],
    body: None,
    success: (200, Shape::of::<EvidenceFile>()),
    problems: &["evidence-too-large"],
    grants: &[Grant::Query],
    run: |app, call| Box::pin(evidence(app, call)),
};

/// The file, for its description: what is sent is the domain's own.
#[derive(Serialize, ToSchema)]
#[schema(as = Evidence)]
pub struct EvidenceFile {
    /// The form of the file and its version.
    format: String,
    /// The contract's id.
    contract: String,
    /// The contract's events, whole, as they were recorded.
    #[schema(value_type = Vec<Object>)]
    events: Vec<Value>,
    /// The events of its document.
    #[schema(value_type = Vec<Object>)]
    document: Vec<Value>,
    /// The terms that events name, by SHA-256 of the text; null where they were left out.
    terms: Option<BTreeMap<String, String>>,
    /// Where the hashes of events are in the ledger, by aggregate and sequence. An event that is not here waits.
    #[schema(value_type = Vec<Object>)]
    anchors: Vec<Value>,
    /// SHA-256 over the canonical JSON of all other members.
    digest: String,
}

async fn evidence(app: &App, call: Call) -> Answer {
    let omit = |text: &str| (text == "omit").then_some(false);
    let with_terms = call.choices("terms", omit, "takes omit, or nothing")?;
    let with_terms = with_terms.first().copied().unwrap_or(true);
    let record = record::seen(app, &call, with_terms).await?;
    let evidence = record::evidence(record)?;
    let tag = format!("\"{}\"", evidence.digest);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    let text = evidence
        .canonical()
        .map_err(|error| Problem::internal(error.to_string()))?;
    // The function's answer is JSON and the body a text in it: what JSON escapes counts twice.
    let escaped = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\'));
    if text.len() + escaped.count() > LONGEST {
        return Err(Problem::new(
            ProblemType::EvidenceTooLarge,
            "with ?terms=omit the texts of the terms are left out; every revision's text is in the history",
        ));
    }
    Ok(Reply::raw(200, text).tagged(tag))
}
