//! `GET /sessions/{id}` – a session as the caller sees it now.
//!
//! Who: both sides and operators; to anyone else there is no such session.

use lambda_http::http::Method;
use sharepact_domain::session::SessionId;
use sharepact_http::wire::SessionView;
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::command::{not_found, shown};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "session-view",
    method: Method::GET,
    path: "/sessions/{id}",
    summary: "view a session",
    description: "A session with the status that holds now: one whose time, agreement or contract is over has Ended at that \
                  instant. The entity tag changes with what holds, not with what is written.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<SessionView>()),
    problems: &[],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let id = call.path("id", SessionId::parse)?;
    let principal = call.principal()?;
    let found = app.store.session(&id, None, call.now).await;
    let record = found
        .map_err(failed)?
        .value
        .filter(|record| record.session.visible_to(principal))
        .ok_or_else(not_found)?;
    let tag = SessionView::tag(&record.session, &record.lineage, call.now);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    shown(&record, &call)
}
