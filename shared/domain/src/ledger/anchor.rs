//! Where one event's hash is in the ledger: its way up to a root, and the root's place on a chain.
//!
//! The one rule: an event without an anchor waits for one; nothing else is said of it.

use serde::{Deserialize, Serialize};

use super::merkle::Proof;
use crate::chain::{Block, ChainHash};
use crate::event::Digest;
use crate::time::Timestamp;
use crate::wallet::Address;

/// How far an event's hash has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// It waits for a batch.
    Pending,
    /// Its batch's root was sent, and is not yet deep enough in the chain.
    Submitted,
    /// The root is in the chain.
    Confirmed,
}

/// The anchor of an event that is in a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Anchor {
    /// The event's place in its batch's tree, and the way up.
    pub proof: Proof,
    /// The root of that tree: what the chain holds.
    pub root: Digest,
    /// The chain's id.
    pub chain_id: u64,
    /// The registry on that chain (`infra/ledger`).
    pub registry: Address,
    /// The transaction that carried the root; of those with other fees for the same, the last.
    pub transaction: ChainHash,
    /// The block that it is in, once that is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Block>,
    /// When it was known to be settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
}

impl Anchor {
    /// How far the event's hash has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.block {
            Some(_) => Stage::Confirmed,
            None => Stage::Submitted,
        }
    }
}
