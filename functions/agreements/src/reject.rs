//! `POST /framework-agreements/{id}/reject` – the consumer refuses.
//!
//! Who: the consumer's contract managers and manager. One command, `reject`; the answer is the agreement after it.

use lambda_http::http::Method;
use sharepact_http::wire::{AgreementView, RejectBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "agreement-reject",
    method: Method::POST,
    path: "/framework-agreements/{id}/reject",
    summary: "reject a framework agreement",
    description: "The consumer's contract manager refuses a proposal; both see the reason.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<RejectBody>()),
    success: (200, Shape::of::<AgreementView>()),
    problems: &[
        "wrong-side",
        "role-required",
        "illegal-status",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put, Grant::Delete],
    run: |app, call| Box::pin(command::run::<RejectBody>(app, call)),
};
