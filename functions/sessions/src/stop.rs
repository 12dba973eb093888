//! `POST /sessions/{id}/stop` – either side turns the data off.
//!
//! Who: the session manager of either side. One command, `stop`; the answer is the session after it. It keeps its place: it can be started again.

use lambda_http::http::Method;
use sharepact_http::wire::{SessionStopBody, SessionView};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "session-stop",
    method: Method::POST,
    path: "/sessions/{id}/stop",
    summary: "turn a session off",
    description: "Either side turns the data off, from this instant on, and for whatever was shared on as well. The provider can turn it on again until the session ends.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<SessionStopBody>()),
    success: (200, Shape::of::<SessionView>()),
    problems: &[
        "role-required",
        "illegal-status",
        "invalid-text",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(command::run::<SessionStopBody>(app, call)),
};
