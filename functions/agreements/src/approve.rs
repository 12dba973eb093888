//! `POST /framework-agreements/{id}/approve` – the consumer agrees.
//!
//! Who: the consumer's contract managers and manager. One command, `approve`; the answer is the agreement after it.

use lambda_http::http::Method;
use sharepact_http::wire::{AgreementView, NoBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "agreement-approve",
    method: Method::POST,
    path: "/framework-agreements/{id}/approve",
    summary: "approve a framework agreement",
    description: "The consumer's contract manager agrees to a proposal, which is Active from then on.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<AgreementView>()),
    problems: &[
        "wrong-side",
        "role-required",
        "illegal-status",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(command::run::<NoBody>(app, call)),
};
