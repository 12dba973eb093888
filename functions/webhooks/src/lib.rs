//! Webhooks: where a party wants to hear of events, and their signed delivery (Standard Webhooks).
//!
//! `command` is what the operations share; `order` is what the two workers say to each other:
//! `webhook-plan` finds the endpoints that an event concerns, `webhook-deliver` makes one request.

mod command;
pub mod deliver;
pub mod enable;
pub mod list;
mod order;
mod outgoing;
pub mod plan;
pub mod register;
pub mod remove;
pub mod rotate;
mod signature;
pub mod view;

use sharepact_runtime::{Operation, Worker};

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[
    &register::OPERATION,
    &list::OPERATION,
    &view::OPERATION,
    &rotate::OPERATION,
    &enable::OPERATION,
    &remove::OPERATION,
];

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&plan::WORKER, &deliver::WORKER];
