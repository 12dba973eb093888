//! Expiry: recording what time has already brought about, and warning before it does.
//!
//! The one rule: nothing here gives or takes a right. A contract whose time is over is Expired for
//! every reader whether or not this ran.

pub mod expire;
mod order;
pub mod plan;

use sharepact_runtime::Worker;

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&plan::WORKER, &expire::WORKER];
