//! `GET /framework-agreements/{id}/document` – a short-lived link to the framework agreement as PDF.
//!
//! Who: everybody of both organisations, and operators; to anyone else there is no such agreement. 302 to the link, or
//! JSON for a caller that accepts it.

use lambda_http::http::Method;
use sharepact_domain::document::Shown;
use sharepact_domain::id::AgreementId;
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::wire::DocumentView;
use crate::{printed, sheet};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "agreement-document",
    method: Method::GET,
    path: "/framework-agreements/{id}/document",
    summary: "the framework agreement as PDF",
    description: "A link that works for five minutes: 302 to it, or JSON with Accept: \
                  application/json. There is a document once the agreement is concluded, a moment \
                  after each transition; POST renders one at once and earlier.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<DocumentView>()),
    problems: &["no-document"],
    grants: &[Grant::BatchGet, Grant::LinkDocument(sheet::AGREEMENTS)],
    run: |app, call| Box::pin(link(app, call)),
};

async fn link(app: &App, call: Call) -> Answer {
    let id = call.path("id", AgreementId::parse)?;
    let principal = call.principal()?;
    let found = app.store.agreement_document(id).await.map_err(failed)?;
    let (agreement, document) = found
        .filter(|(agreement, _)| agreement.visible_to(principal))
        .ok_or_else(|| Problem::not_found("agreement"))?;
    let what = (Shown::Agreement(id), "its conclusion");
    printed::lead(app, &call, what, document, |rendering| {
        let status = |at| agreement.status(at);
        printed::holds(agreement.version, status, rendering, call.now)
    })
    .await
}
