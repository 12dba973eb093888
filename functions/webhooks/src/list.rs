//! `GET /webhooks` – the webhooks of the caller's party, oldest first.
//!
//! Who: anyone, of their own; in an organisation its members too.

use lambda_http::http::Method;
use sharepact_http::wire::{WebhookPage, WebhookView};
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, CURSOR, Grant, LIMIT, Operation, Shape, failed};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "webhook-list",
    method: Method::GET,
    path: "/webhooks",
    summary: "list webhooks",
    description: "The webhooks of the caller's own party, oldest first; there are twenty at most.",
    access: Access::Token,
    query: &[LIMIT, CURSOR],
    body: None,
    success: (200, Shape::of::<WebhookPage>()),
    problems: &["invalid-cursor"],
    grants: &[Grant::Query],
    run: |app, call| Box::pin(list(app, call)),
};

async fn list(app: &App, call: Call) -> Answer {
    let owner = call.principal()?.party().owner();
    let (after, limit) = (call.cursor(&app.seals)?, call.limit()?);
    let webhooks = app.store.webhooks_of(&owner).await.map_err(failed)?;
    // They are few enough to be read at once; a page is cut from them.
    let mut rest = webhooks.iter().filter(|webhook| {
        let id = webhook.id.to_string();
        after.as_ref().is_none_or(|after| *after < id)
    });
    let items: Vec<_> = rest.by_ref().take(limit).map(WebhookView::from).collect();
    let last = items.last().filter(|_| rest.next().is_some());
    let next_cursor = last.map(|last| call.seal(&app.seals, &last.id));
    Reply::json(200, &WebhookPage { items, next_cursor })
}
