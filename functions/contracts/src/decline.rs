//! `POST /contracts/{id}/decline` – the provider refuses a request.
//!
//! Who: the provider; in an organisation its manager. One command, `decline`; the answer is the contract after it.

use lambda_http::http::Method;
use sharepact_http::wire::{ContractView, DeclineBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-decline",
    method: Method::POST,
    path: "/contracts/{id}/decline",
    summary: "update: decline",
    description: "The provider refuses a request: Request becomes Declined, and the asset is free for a new request.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<DeclineBody>()),
    success: (200, Shape::of::<ContractView>()),
    problems: &[
        "wrong-side",
        "manager-required",
        "illegal-status",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put, Grant::Delete],
    run: |app, call| Box::pin(command::run::<DeclineBody>(app, call)),
};
