//! `GET /contracts/{id}/verification` – recomputes everything that is recorded of a contract, and says what holds.
//!
//! Who: both sides and operators; to anyone else there is no such contract. A chain or a bucket that does not answer is
//! no failure: what it would have said is unknown.

use std::time::Duration;

use lambda_http::http::Method;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sharepact_domain::document::Document;
use sharepact_domain::event::Digest;
use sharepact_domain::evidence::{
    Check, Evidence, Kept, Kind, Name, Outside, Registry, Report, standing, verify,
};
use sharepact_http::Call;
use sharepact_runtime::{
    Access, Answer, App, Grant, Operation, Reply, Shape, WorkError, witnesses,
};
use utoipa::ToSchema;

use crate::record;

/// How long the chain and the bucket are waited for, both at once.
const PATIENCE: Duration = Duration::from_secs(3);

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-verification",
    method: Method::GET,
    path: "/contracts/{id}/verification",
    summary: "verify a contract",
    description: "Recomputes everything that is recorded of a contract, item by item: hashes, \
                  links, terms, proofs, the present state, the PDF in the bucket and, where the \
                  ledger is on, what the chain says. The answer is 200 whether it holds or not.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<VerificationView>()),
    problems: &[],
    grants: &[Grant::Query, Grant::ReadDocument("contracts")],
    run: |app, call| Box::pin(verification(app, call)),
};

/// What a verification came to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Verification)]
pub struct VerificationView {
    /// Does nothing fail?
    holds: bool,
    /// The first thing that was altered.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_failure: Option<CheckView>,
    /// Every check, in a fixed order.
    checks: Vec<CheckView>,
    /// When.
    checked_at: String,
}

/// One check.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Check)]
pub struct CheckView {
    /// What it is about: event, terms, document, anchor, root, digest, chain, state or pdf.
    name: &'static str,
    /// Whose event it is about, where it is about one: contract or document.
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregate: Option<&'static str>,
    /// Which event.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    /// holds, fails, or unknown where it could not be looked at.
    verdict: &'static str,
    /// The same in a sentence.
    says: String,
}

impl From<&Check> for CheckView {
    fn from(check: &Check) -> Self {
        Self {
            name: check.name.text(),
            aggregate: check.aggregate.map(Kind::name),
            sequence: check.sequence,
            verdict: check.verdict.text(),
            says: check.says.clone(),
        }
    }
}

async fn verification(app: &App, call: Call) -> Answer {
    let record = record::seen(app, &call, true).await?;
    let (contract, document) = (record.contract.clone(), record.document.clone());
    let evidence = record::evidence(record)?;
    let asked = async {
        match app.links.chain.as_deref() {
            Some(chain) => Some(witnesses(chain, &evidence, PATIENCE).await),
            None => None,
        }
    };
    let (chain, pdf) = tokio::join!(asked, hashed(app, document.as_ref()));
    let configured = app.links.chain.as_deref();
    let registry = configured.and_then(|chain| chain.registry().ok());
    let outside = Outside {
        chain,
        registry: Registry::Present(registry.cloned()),
        pdf: pdf.as_ref().ok().copied().flatten(),
    };
    let kept = Kept {
        contract: &contract,
        document: document.as_ref(),
    };
    let report = arranged(&evidence, &outside, kept, pdf.is_ok());
    Reply::json(
        200,
        &VerificationView {
            holds: report.holds(),
            first_failure: report.first_failure().map(CheckView::from),
            checks: report.checks.iter().map(CheckView::from).collect(),
            checked_at: call.now.to_string(),
        },
    )
}

/// All checks, in their order. What is in the bucket must be the last rendering, and not an earlier one.
fn arranged(evidence: &Evidence, outside: &Outside, kept: Kept<'_>, read: bool) -> Report {
    let mut report = verify(evidence, outside);
    report.checks.retain(|check| check.name != Name::Pdf);
    report.checks.extend(standing(evidence, kept));
    report
        .checks
        .push(Check::stored(kept.document, outside.pdf, read));
    report
}

/// SHA-256 of the document in the bucket; none where there is none.
async fn hashed(app: &App, document: Option<&Document>) -> Result<Option<Digest>, WorkError> {
    let Some(document) = document else {
        return Ok(None);
    };
    let bucket = app.links.documents()?;
    let read = tokio::time::timeout(PATIENCE, bucket.read(&document.rendering.key)).await;
    let bytes = read.map_err(|_| WorkError::Passing("the bucket took too long".to_owned()))??;
    Ok(bytes.map(|bytes| Digest::new(Sha256::digest(bytes).into())))
}
