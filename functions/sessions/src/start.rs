//! `POST /sessions/{id}/start` – the provider turns the data on.
//!
//! Who: the session manager of the provider. One command, `start`; the answer is the session after it.

use lambda_http::http::Method;
use sharepact_http::wire::{SessionStartBody, SessionView};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "session-start",
    method: Method::POST,
    path: "/sessions/{id}/start",
    summary: "turn a session on",
    description: "The provider turns the data on, within the time of the session; one that was stopped runs again until it ends.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<SessionStartBody>()),
    success: (200, Shape::of::<SessionView>()),
    problems: &[
        "wrong-side",
        "role-required",
        "illegal-status",
        "too-early",
        "upstream-stopped",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(command::run::<SessionStartBody>(app, call)),
};
