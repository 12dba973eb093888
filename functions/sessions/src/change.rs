//! `PATCH /sessions/{id}` – the provider changes when a session may run.
//!
//! Who: the session manager of the provider. One command, `change`; the answer is the session after it.

use lambda_http::http::Method;
use sharepact_http::wire::{SessionPatchBody, SessionView};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "session-change",
    method: Method::PATCH,
    path: "/sessions/{id}",
    summary: "change when a session may run",
    description: "A merge patch: what is given replaces what was, null takes the own end away. Within the time of the agreement; a session under a contract has the time of the contract.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<SessionPatchBody>()),
    success: (200, Shape::of::<SessionView>()),
    problems: &[
        "wrong-side",
        "role-required",
        "illegal-status",
        "bound-by-contract",
        "invalid-term",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(command::run::<SessionPatchBody>(app, call)),
};
