//! `GET /contracts/{id}/document` – a short-lived link to the contract as PDF.
//!
//! Who: both sides and operators; to anyone else there is no such contract. 302 to the link, or
//! JSON for a caller that accepts it.

use lambda_http::http::Method;
use sharepact_domain::id::ContractId;
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::printed;
use crate::wire::DocumentView;

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
    grants: &[Grant::BatchGet, Grant::LinkDocument],
    run: |app, call| Box::pin(link(app, call)),
};

async fn link(app: &App, call: Call) -> Answer {
    let id = call.path("id", ContractId::parse)?;
    let principal = call.principal()?;
    let found = app.store.documented(id).await.map_err(failed)?;
    let (contract, document) = found
        .filter(|(contract, _)| contract.visible_to(principal))
        .ok_or_else(|| Problem::not_found("contract"))?;
    let rendering = document.map(|document| document.rendering);
    let rendering = rendering.ok_or_else(|| {
        Problem::new(
            ProblemType::NoDocument,
            "nothing is rendered yet: it is a moment after signature; POST renders one now",
        )
    })?;
    if !printed::holds(&contract, &rendering, call.now) {
        return Err(Problem::new(
            ProblemType::NoDocument,
            "the contract's time is over and its document is older: it is rendered when the expiry \
             is recorded; POST renders one now",
        ));
    }
    let url = printed::link(app, id, &rendering).await;
    let url = url.map_err(printed::problem)?;
    if call.accepts_json() {
        return Reply::json(200, &DocumentView::new(&rendering, url));
    }
    Ok(Reply::raw(302, Vec::new()).located(url))
}
