//! A batch: the events whose hashes go to the chain under one root.
//!
//! The one rule: an event waits until there are enough, or until it has waited long enough; a batch holds it once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::dispatch::Policy;
use super::merkle::Tree;
use crate::chain::{Block, ChainHash, Network};
use crate::event::{Aggregate, Digest};
use crate::time::Timestamp;
use crate::wallet::Address;

pub use crate::id::BatchId;

/// An event's hash, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leaf {
    /// The event's aggregate.
    pub aggregate: Aggregate,
    /// Its place there.
    pub sequence: u64,
    /// Its hash.
    pub hash: Digest,
}

/// Hashes that came together and wait for a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// Its id (UUID version 7: older ones sort first).
    pub id: BatchId,
    /// Since when.
    pub since: Timestamp,
    /// The hashes.
    pub leaves: Vec<Leaf>,
}

/// A batch that has a place among the platform's transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The chain.
    pub network: Network,
    /// The registry there.
    pub registry: Address,
    /// The root over the leaves, in their order.
    pub root: Digest,
    /// The leaves.
    pub leaves: Vec<Leaf>,
    /// How far it is.
    pub state: BatchState,
    /// How often it was written.
    pub version: u64,
}

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum BatchState {
    /// It has a nonce; its events are not told yet.
    Signed {
        /// The first transaction for it.
        transaction: ChainHash,
    },
    /// Its events are told that it was sent.
    Submitted {
        /// The first transaction for it.
        transaction: ChainHash,
    },
    /// Its root is in the chain.
    Confirmed {
        /// The transaction that is.
        transaction: ChainHash,
        /// The block.
        block: Block,
    },
    /// It will never be in the chain; its events wait again.
    Lost,
}

/// How many waiting items one batch takes at most: they are removed in the transaction that makes it, which has room for
/// 100 items.
pub const MOST_WAITING: usize = 90;

/// Which of what waits, oldest first, makes the next batch: as much as fits into one, once it is enough or the oldest
/// has waited long enough. Empty where nothing is due.
#[must_use]
pub fn due<'a>(waiting: &'a [Waiting], now: Timestamp, policy: &Policy) -> &'a [Waiting] {
    let Some(oldest) = waiting.first() else {
        return &[];
    };
    let mut size = 0;
    let fits = |item: &&Waiting| {
        size += item.leaves.len();
        size <= policy.batch
    };
    // The oldest goes in any case: a smaller size may have been configured since it came.
    let count = waiting
        .iter()
        .take(MOST_WAITING)
        .take_while(fits)
        .count()
        .max(1);
    let Some((taken, left)) = waiting.split_at_checked(count) else {
        return &[];
    };
    let full = !left.is_empty()
        || taken.iter().map(|item| item.leaves.len()).sum::<usize>() >= policy.batch;
    let old = now.epoch_seconds() - oldest.since.epoch_seconds() >= policy.wait;
    if full || old { taken } else { &[] }
}

/// The leaves of what waits, in order, each event once.
#[must_use]
pub fn leaves(waiting: &[Waiting]) -> Vec<Leaf> {
    let mut seen = BTreeSet::new();
    waiting
        .iter()
        .flat_map(|item| &item.leaves)
        .filter(|leaf| seen.insert((&leaf.aggregate.kind, &leaf.aggregate.id, leaf.sequence)))
        .cloned()
        .collect()
}

impl Batch {
    /// The tree over these leaves; `None` over none.
    #[must_use]
    pub fn tree(leaves: &[Leaf]) -> Option<Tree> {
        let hashes: Vec<_> = leaves.iter().map(|leaf| leaf.hash).collect();
        Tree::over(&hashes)
    }

    /// The batch in another state.
    #[must_use]
    pub fn in_state(self, state: BatchState) -> Self {
        Self {
            state,
            version: self.version + 1,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Wei;

    fn policy(batch: usize, wait: i64) -> Policy {
        Policy {
            batch,
            wait,
            confirmations: 1,
            patience: 1,
            ceiling: Wei::gwei(1),
            amount: Wei::gwei(1),
            maximum: Wei::gwei(1),
        }
    }

    fn leaf(number: u64) -> Leaf {
        Leaf {
            aggregate: Aggregate {
                kind: "contract".to_owned(),
                id: format!("c{number}"),
            },
            sequence: 1,
            hash: Digest::new([u8::try_from(number % 256).unwrap(); 32]),
        }
    }

    fn waiting(sizes: &[u64]) -> Vec<Waiting> {
        let mut next = 0;
        sizes
            .iter()
            .map(|size| {
                next += size;
                Waiting {
                    id: BatchId::new(uuid::Uuid::from_u128(u128::from(next))),
                    since: "2026-01-01T00:00:00Z".parse().unwrap(),
                    leaves: (next - size..next).map(leaf).collect(),
                }
            })
            .collect()
    }

    fn taken(sizes: &[u64], policy: &Policy, now: &str) -> usize {
        due(&waiting(sizes), now.parse().unwrap(), policy).len()
    }

    #[test]
    fn a_batch_is_made_when_it_is_full_or_the_oldest_has_waited() {
        let early = "2026-01-01T00:00:59Z";
        let late = "2026-01-01T00:01:00Z";
        for (sizes, now, expected) in [
            (&[][..], late, 0),
            (&[3, 3], early, 0),
            (&[3, 3], late, 2),
            // Full to the leaf, and over it.
            (&[3, 3, 4], early, 3),
            (&[3, 3, 5], early, 2),
            (&[10], early, 1),
            // Larger than a batch may be by now.
            (&[11, 1], early, 1),
        ] {
            assert_eq!(taken(sizes, &policy(10, 60), now), expected, "{sizes:?}");
        }
    }

    #[test]
    fn no_more_items_than_a_transaction_removes() {
        let sizes = vec![1; 200];
        assert_eq!(
            taken(&sizes, &policy(1_024, 60), "2026-01-01T00:00:00Z"),
            MOST_WAITING
        );
    }

    #[test]
    fn an_event_that_came_twice_is_one_leaf() {
        let mut twice = waiting(&[2, 2]);
        let again = twice[0].leaves.clone();
        twice[1].leaves.extend(again);
        assert_eq!(leaves(&twice), [leaf(0), leaf(1), leaf(2), leaf(3)]);
        let tree = Batch::tree(&leaves(&twice)).unwrap();
        assert_eq!(
            tree.proof(3).unwrap().root(&leaf(3).hash),
            Some(tree.root())
        );
    }
}
