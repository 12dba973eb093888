//! Contracts and framework agreements as PDF: rendered after every transition from their conclusion on, and on demand.
//!
//! `sheet` is what is printed; `printed` is what the worker and the operations share: sheet → bytes → bucket → note.

pub mod agreement_link;
pub mod agreement_print;
pub mod link;
pub mod print;
mod printed;
pub mod render;
mod sheet;
mod wire;

use sharepact_runtime::{Operation, Worker};

/// The operations of this context.
pub static OPERATIONS: &[&Operation] = &[
    &link::OPERATION,
    &print::OPERATION,
    &agreement_link::OPERATION,
    &agreement_print::OPERATION,
];

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&render::WORKER];
