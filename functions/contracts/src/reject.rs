//! `POST /contracts/{id}/reject` – either side walks away before activation.
//!
//! Who: either side from the draft on, the consumer also before it; in an organisation its manager. One command, `reject`; the answer is the contract after it.

use lambda_http::http::Method;
use sharepact_http::wire::{ContractView, RejectBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-reject",
    method: Method::POST,
    path: "/contracts/{id}/reject",
    summary: "update: reject",
    description: "Either side walks away before activation; the consumer also withdraws a request with it. The contract becomes Rejected.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<RejectBody>()),
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
    run: |app, call| Box::pin(command::run::<RejectBody>(app, call)),
};
