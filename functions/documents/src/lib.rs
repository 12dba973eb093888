//! The contract as PDF: rendered after every transition from Signed on, and on demand.
//!
//! `printed` is what the worker and the operation share: contract → bytes → bucket → note.

pub mod link;
pub mod print;
mod printed;
pub mod render;
mod wire;

use sharepact_runtime::{Operation, Worker};

/// The operations of this context.
pub static OPERATIONS: &[&Operation] = &[&link::OPERATION, &print::OPERATION];

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&render::WORKER];
