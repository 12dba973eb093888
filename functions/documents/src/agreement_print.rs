//! `POST /framework-agreements/{id}/document` – renders a framework agreement as PDF now.
//!
//! Who: everybody of both organisations, and operators. Before the agreement is in force, and after, its status stands
//! across every page.

use lambda_http::http::Method;
use sharepact_domain::id::AgreementId;
use sharepact_http::wire::{AgreementView, NoBody};
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::printed;
use crate::sheet::{AGREEMENTS, Sheet};
use crate::wire::DocumentView;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "agreement-print",
    method: Method::POST,
    path: "/framework-agreements/{id}/document",
    summary: "generate a framework agreement's PDF",
    description: "Renders the agreement as it is now, watermarked with its status unless it is \
                  Active, and answers a link that works for five minutes. Asked again, it leads \
                  to the same document, so no key is needed.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<NoBody>()),
    success: (200, Shape::of::<DocumentView>()),
    problems: &["stale-version"],
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::KeepDocument(AGREEMENTS),
        Grant::LinkDocument(AGREEMENTS),
    ],
    run: |app, call| Box::pin(print(app, call)),
};

async fn print(app: &App, call: Call) -> Answer {
    let id = call.path("id", AgreementId::parse)?;
    let NoBody {} = call.body()?;
    let principal = call.principal()?;
    let found = app.store.agreement_document(id).await.map_err(failed)?;
    let (agreement, document) = found
        .filter(|(agreement, _)| agreement.visible_to(principal))
        .ok_or_else(|| Problem::not_found("agreement"))?;
    let tag = AgreementView::tag(&agreement, call.now);
    printed::print(app, &call, &Sheet::Agreement(agreement), document, tag).await
}
