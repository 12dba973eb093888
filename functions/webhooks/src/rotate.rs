//! `POST /webhooks/{id}/rotate` – its owner takes a new secret.
//!
//! Who: the user whose it is; in an organisation its manager. Deliveries are signed with both secrets for a day.

use lambda_http::http::Method;
use sharepact_domain::webhook::Command;
use sharepact_http::wire::{NoBody, WebhookView};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "webhook-rotate",
    method: Method::POST,
    path: "/webhooks/{id}/rotate",
    summary: "rotate a webhook's secret",
    description: "Makes a new secret, which only this answer holds. For 24 hours deliveries \
                  carry two signatures, the new secret's and that of the one before it; the \
                  one before that is dead at once.",
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
    run: |app, call| Box::pin(command::run(app, call, Command::Rotate)),
};
