//! The ledger: what proves that nothing of a contract was altered.
//!
//! `record` is what both operations share: table → evidence.

pub mod evidence;
mod record;
pub mod verify;

use sharepact_runtime::Operation;

/// The operations of this context.
pub static OPERATIONS: &[&Operation] = &[&evidence::OPERATION, &verify::OPERATION];
