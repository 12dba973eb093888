//! `POST /contracts/{id}/negotiate` – another price, other terms or both.
//!
//! Who: the side whose turn it is; in an organisation its manager. One command, `negotiate`; the answer is the contract after it.

use lambda_http::http::Method;
use sharepact_http::wire::{ContractView, NegotiateBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-negotiate",
    method: Method::POST,
    path: "/contracts/{id}/negotiate",
    summary: "update: negotiate",
    description: "The side whose turn it is offers another price, other terms or both: the contract becomes Negotiate, and it is the other side's turn. Every revision is kept.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<NegotiateBody>()),
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
    run: |app, call| Box::pin(command::run::<NegotiateBody>(app, call)),
};
