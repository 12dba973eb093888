//! Expiry: recording what time, or the end of a parent, has already brought about, and warning before it does.
//!
//! | module | owns |
//! | --- | --- |
//! | `plan` | worker: what is due today |
//! | `expire` | worker: a contract's end, or a warning of it |
//! | `cascade` | worker: what hangs from something that has ended |
//! | `settle` | worker: what holds of an agreement, a quota contract, sessions |
//! | `order` | what they send one another |
//!
//! The one rule: nothing here gives or takes a right. What has ended has ended for every reader, whether or not this ran.

pub mod cascade;
pub mod expire;
mod order;
pub mod plan;
pub mod settle;

use sharepact_runtime::Worker;

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[
    &plan::WORKER,
    &expire::WORKER,
    &cascade::WORKER,
    &settle::WORKER,
];
