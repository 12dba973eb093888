//! `DELETE /webhooks/{id}` – its owner removes it.
//!
//! Who: the user whose it is; in an organisation its manager. From then on there is no such webhook.

use lambda_http::http::Method;
use sharepact_domain::webhook::Command;
use sharepact_http::wire::WebhookView;
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "webhook-remove",
    method: Method::DELETE,
    path: "/webhooks/{id}",
    summary: "remove a webhook",
    description: "Removes the webhook and its secrets. Deliveries that wait are dropped; one \
                  that is under way may still arrive.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<WebhookView>()),
    problems: &[
        "manager-required",
        "wrong-side",
        "conflict",
        "stale-version",
    ],
    grants: &[Grant::BatchGet, Grant::Put, Grant::Delete],
    run: |app, call| Box::pin(command::run(app, call, Command::Remove)),
};
