//! `GET /webhooks` – the webhooks of the caller's party.
//!
//! Who: anyone, of their own; in an organisation its members too.

use lambda_http::http::Method;
use sharepact_http::wire::{WebhookList, WebhookView};
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "webhook-list",
    method: Method::GET,
    path: "/webhooks",
    summary: "list webhooks",
    description: "The webhooks of the caller's own party, oldest first. There are twenty at most, \
                  so one answer holds all of them.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<WebhookList>()),
    problems: &[],
    grants: &[Grant::Query],
    run: |app, call| Box::pin(list(app, call)),
};

async fn list(app: &App, call: Call) -> Answer {
    let owner = call.principal()?.party().owner();
    let webhooks = app.store.webhooks_of(&owner).await.map_err(failed)?;
    let items = webhooks.iter().map(WebhookView::from).collect();
    Reply::json(200, &WebhookList { items })
}
