//! What happens to events after the commit.

pub mod relay;

use sharepact_runtime::Worker;

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&relay::WORKER];
