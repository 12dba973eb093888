//! The ledger: the hashes of events go to a blockchain, and ether to registered wallets.
//!
//! | module | owns |
//! | --- | --- |
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
pub mod fund;
mod sending;
mod settling;
pub mod watch;

use sharepact_runtime::Worker;

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&anchor::WORKER, &fund::WORKER, &watch::WORKER];
