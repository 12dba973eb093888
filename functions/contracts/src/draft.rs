//! `POST /contracts/{id}/draft` – the provider answers a request with price and terms.
//!
//! Who: the provider; in an organisation its manager. One command, `draft`; the answer is the contract after it.

use lambda_http::http::Method;
use sharepact_http::wire::{ContractView, DraftBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-draft",
    method: Method::POST,
    path: "/contracts/{id}/draft",
    summary: "update: draft",
    description: "The provider answers a request: Request becomes Draft, and it is the consumer's turn. Currency and VAT are fixed from here on.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<DraftBody>()),
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
    run: |app, call| Box::pin(command::run::<DraftBody>(app, call)),
};
