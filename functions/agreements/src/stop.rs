//! `POST /framework-agreements/{id}/stop` – either side ends an agreement, and all that hangs from it.
//!
//! Who: either side's contract managers and manager. One command, `stop`; the answer is the agreement after it. Whatever
//! hangs from it has ended with this answer; that each of it is recorded follows.

use lambda_http::http::Method;
use sharepact_http::wire::{AgreementView, StopBody};
use sharepact_runtime::{Access, Grant, Operation, Shape};

use crate::command;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "agreement-stop",
    method: Method::POST,
    path: "/framework-agreements/{id}/stop",
    summary: "stop a framework agreement",
    description: "Either side's contract manager ends an Active agreement, and with it its contracts and sessions; access \
                  ends at once, and both see the reason.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<StopBody>()),
    success: (200, Shape::of::<AgreementView>()),
    problems: &[
        "role-required",
        "illegal-status",
        "wrong-side",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put, Grant::Delete],
    run: |app, call| Box::pin(command::run::<StopBody>(app, call)),
};
