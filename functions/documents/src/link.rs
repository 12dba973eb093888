//! `GET /contracts/{id}/document` – a short-lived link to the contract as PDF.
//!
//! Who: both sides and operators; to anyone else there is no such contract. 302 to the link, or
//! JSON for a caller that accepts it.

use lambda_http::http::Method;
use sharepact_domain::document::Shown;
use sharepact_domain::id::ContractId;
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::wire::DocumentView;
use crate::{printed, sheet};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-document",
    method: Method::GET,
    path: "/contracts/{id}/document",
    summary: "the contract as PDF",
    description: "A link that works for five minutes: 302 to it, or JSON with Accept: \
                  application/json. There is a document from Signed on, a moment after each \
                  transition; POST renders one at once and earlier.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<DocumentView>()),
    problems: &["no-document"],
    grants: &[Grant::BatchGet, Grant::LinkDocument(sheet::CONTRACTS)],
    run: |app, call| Box::pin(link(app, call)),
};

async fn link(app: &App, call: Call) -> Answer {
    let id = call.path("id", ContractId::parse)?;
    let principal = call.principal()?;
    let found = app.store.documented(id).await.map_err(failed)?;
    let (contract, document) = found
        .filter(|(contract, _)| contract.visible_to(principal))
        .ok_or_else(|| Problem::not_found("contract"))?;
    let what = (Shown::Contract(id), "signature");
    printed::lead(app, &call, what, document, |rendering| {
        let status = |at| contract.status(at);
        printed::holds(contract.version, status, rendering, call.now)
    })
    .await
}
