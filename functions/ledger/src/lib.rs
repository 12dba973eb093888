//! The ledger: the hashes of events go to a blockchain, what proves that nothing was altered, and ether for wallets.
//!
//! | module | owns |
//! | --- | --- |
//! | `evidence` | operation: a contract's evidence, to be kept and shown to anyone |
//! | `verify` | operation: all of it recomputed, item by item |
//! | `record` | what both share: table → evidence |
//! | `anchor` | worker: what was published waits for a batch |
//! | `fund` | worker: a registered wallet gets ether, once |
//! | `watch` | worker: everything that is under way is brought on |
//! | `account` | the platform's wallet: the next nonce, what it signs |
//! | `batching` | what waits → a batch under way |
//! | `sending` | an ordered transfer → one under way |
//! | `settling` | what is under way → what the chain has made of it |
//!
//! The one rule: whatever is sent was written before, under its nonce; so a worker may die between any two lines.

mod account;
pub mod anchor;
mod batching;
pub mod evidence;
pub mod fund;
mod record;
mod sending;
mod settling;
pub mod verify;
pub mod watch;

use sharepact_runtime::{Operation, Worker};

/// The operations of this context.
pub static OPERATIONS: &[&Operation] = &[&evidence::OPERATION, &verify::OPERATION];

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&anchor::WORKER, &fund::WORKER, &watch::WORKER];
