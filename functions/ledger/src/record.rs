//! Table → evidence, for whoever may see the contract.

use sharepact_domain::evidence::{Evidence, Parts};
use sharepact_domain::id::ContractId;
use sharepact_http::{Call, Problem};
use sharepact_runtime::{App, failed};
use sharepact_store::Record;

/// What is recorded of a contract that the caller may see. For both sides and operators; to anyone else there is no such
/// contract.
pub(crate) async fn seen(app: &App, call: &Call, terms: bool) -> Result<Record, Problem> {
    let id = call.path("id", ContractId::parse)?;
    let principal = call.principal()?;
    let found = app.store.record(id, terms).await.map_err(failed)?;
    found
        .filter(|record| record.contract.visible_to(principal))
        .ok_or_else(|| Problem::not_found("contract"))
}

/// The evidence that a record is.
pub(crate) fn evidence(record: Record) -> Result<Evidence, Problem> {
    let Record {
        contract,
        document: _,
        events,
        document_events,
        terms,
        anchors,
    } = record;
    let parts = Parts {
        contract: contract.id,
        events,
        document: document_events,
        terms,
        anchors,
    };
    Evidence::of(parts).map_err(|error| Problem::internal(error.to_string()))
}
