//! `POST /contracts/{id}/stop` – either side ends an active contract.
//!
//! Who: either side; in an organisation its manager. One command, `stop`; the answer is the contract after it.

use lambda_http::http::Method;
use sharepact_http::wire::{ContractView, StopBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-stop",
    method: Method::POST,
    path: "/contracts/{id}/stop",
    summary: "update: stop",
    description: "Either side ends an active contract; access ends at once, and both see the reason.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<StopBody>()),
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
    run: |app, call| Box::pin(command::run::<StopBody>(app, call)),
};
