//! `GET /framework-agreements/{id}` – an agreement as the caller sees it now.
//!
//! Who: everybody of both organisations, and operators; to anyone else there is no such agreement.

use lambda_http::http::Method;
use sharepact_domain::id::AgreementId;
use sharepact_http::wire::AgreementView;
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::command::{not_found, shown};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "agreement-view",
    method: Method::GET,
    path: "/framework-agreements/{id}",
    summary: "view a framework agreement",
    description: "What is agreed, by whom, how it stands, and what the caller may do now. For both organisations and \
                  operators.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<AgreementView>()),
    problems: &[],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let id = call.path("id", AgreementId::parse)?;
    let principal = call.principal()?;
    let found = app.store.agreement(id, None, call.now).await;
    let agreement = found
        .map_err(failed)?
        .value
        .filter(|agreement| agreement.visible_to(principal))
        .ok_or_else(not_found)?;
    let tag = AgreementView::tag(&agreement, call.now);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    shown(200, &agreement, &call)
}
