//! `POST /webhooks/{id}/enable` – its owner wants deliveries again.
//!
//! Who: the user whose it is; in an organisation its manager. Where it is enabled already, nothing changes.

use lambda_http::http::Method;
use sharepact_domain::webhook::Command;
use sharepact_http::wire::{NoBody, WebhookView};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "webhook-enable",
    method: Method::POST,
    path: "/webhooks/{id}/enable",
    summary: "enable a webhook again",
    description: "Begins deliveries again after the webhook was disabled. Events of the time \
                  in between are in the contracts' histories; they are not delivered.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<NoBody>()),
    success: (200, Shape::of::<WebhookView>()),
    problems: &[
        "manager-required",
        "wrong-side",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(command::run(app, call, Command::Enable)),
};
