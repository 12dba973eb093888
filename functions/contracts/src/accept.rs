//! `POST /contracts/{id}/accept` – the other side's last revision binds both.
//!
//! Who: the side whose turn it is; in an organisation its manager. One command, `accept`; the answer is the contract after it.

use lambda_http::http::Method;
use sharepact_http::wire::{ContractView, NoBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-accept",
    method: Method::POST,
    path: "/contracts/{id}/accept",
    summary: "update: accept",
    description: "The side whose turn it is accepts the other's last revision: the contract becomes Signed, and both are bound.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<NoBody>()),
    success: (200, Shape::of::<ContractView>()),
    problems: &[
        "wrong-side",
        "manager-required",
        "illegal-status",
        "not-your-turn",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(command::run::<NoBody>(app, call)),
};
