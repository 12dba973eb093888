//! `POST /contracts/{id}/extend` – the provider lets a contract under a framework agreement last longer.
//!
//! Who: the provider's contract managers and manager. One command, `extend`; the answer is the contract after it. Sessions
//! under the contract have its end, and so last longer with it.

use lambda_http::http::Method;
use sharepact_http::wire::{ContractView, ExtendBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-extend",
    method: Method::POST,
    path: "/contracts/{id}/extend",
    summary: "extend a contract under a framework agreement",
    description: "The provider's contract manager moves the end of a contract with a quota to a later instant, not after the \
                  agreement's end. Nothing else of it changes.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<ExtendBody>()),
    success: (200, Shape::of::<ContractView>()),
    problems: &[
        "invalid-term",
        "invalid-duration",
        "wrong-side",
        "manager-required",
        "illegal-status",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(command::run::<ExtendBody>(app, call)),
};
