//! `GET /webhooks/{id}` – a webhook, and what came of its deliveries.
//!
//! Who: its owner, in an organisation its members too, and operators; to anyone else there is none.

use lambda_http::http::Method;
use sharepact_domain::id::WebhookId;
use sharepact_http::wire::WebhookView;
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::command::{answer, not_found, tag};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "webhook-view",
    method: Method::GET,
    path: "/webhooks/{id}",
    summary: "view a webhook",
    description: "A webhook and what came of its deliveries: the last attempt, since when every \
                  attempt has failed, and if it is disabled, why. Never its secret.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<WebhookView>()),
    problems: &[],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let id = call.path("id", WebhookId::parse)?;
    let principal = call.principal()?;
    let found = app.store.webhook(id, false, None, call.now).await;
    let record = found
        .map_err(failed)?
        .value
        .filter(|record| record.webhook.visible_to(principal))
        .ok_or_else(not_found)?;
    let tag = tag(&record.webhook, &record.health);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    answer(200, &record.webhook, &record.health, None)
}
