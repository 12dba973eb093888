//! `POST /contracts/{id}/activate` – the provider states that payment was completed.
//!
//! Who: the provider; in an organisation its manager. One command, `activate`; the answer is the contract after it.

use lambda_http::http::Method;
use sharepact_http::wire::{ActivateBody, ContractView};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-activate",
    method: Method::POST,
    path: "/contracts/{id}/activate",
    summary: "update: activate",
    description: "The provider states that payment was completed: Signed becomes Active, in force from now on for the duration asked for.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<ActivateBody>()),
    success: (200, Shape::of::<ContractView>()),
    problems: &[
        "wrong-side",
        "manager-required",
        "illegal-status",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(command::run::<ActivateBody>(app, call)),
};
