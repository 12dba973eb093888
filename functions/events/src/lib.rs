//! What happens to events after the commit: from the table's stream to the bus, and again.
//!
//! `publication` and `waves` are what the relay and the replay share.

mod publication;
pub mod relay;
pub mod replay;
mod waves;

use sharepact_runtime::Worker;

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&relay::WORKER, &replay::WORKER];
