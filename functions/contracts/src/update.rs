//! `PATCH /contracts/{id}` – the status it names picks the command.
//!
//! Who: whoever may issue that command. One of seven commands; the answer is the contract after it.

use lambda_http::http::Method;
use sharepact_http::wire::{ContractView, UpdateBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-update",
    method: Method::PATCH,
    path: "/contracts/{id}",
    summary: "update",
    description: "A merge-patch: the status it names picks the command (Declined, Draft, Negotiate, Signed, Rejected, Active, Stopped), the other members are that command's.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<UpdateBody>()),
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
    grants: &[Grant::BatchGet, Grant::Put, Grant::Delete],
    run: |app, call| Box::pin(command::run::<UpdateBody>(app, call)),
};
