//! A dispatch: one message of the platform's wallet under one nonce, from the first signature until the chain has
//! settled it.
//!
//! The one rule: a nonce is given once, together with the signed bytes, and those bytes are sent again until a
//! transaction with that nonce is deep in the chain. So a worker may die anywhere, and nothing happens twice.

use serde::{Deserialize, Serialize};

use super::batch::BatchId;
use crate::chain::{Block, ChainHash, Fees, Message, Network, Receipt, Unsigned, Wei};
use crate::id::TransferId;
use crate::time::Timestamp;
use crate::wallet::Address;

/// The platform's wallet on one chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// The chain.
    pub network: Network,
    /// The address.
    pub address: Address,
    /// The next nonce to give.
    pub next: u64,
    /// How often one was given.
    pub version: u64,
}

impl Sender {
    /// A wallet that has given no nonce yet.
    #[must_use]
    pub fn new(network: Network, address: Address) -> Self {
        Self {
            network,
            address,
            next: 0,
            version: 0,
        }
    }

    /// Which sender it is, in keys: chain, the beginning of its first block's hash, address.
    #[must_use]
    pub fn name(&self) -> String {
        let genesis: String = self
            .network
            .genesis
            .to_string()
            .chars()
            .skip(2)
            .take(16)
            .collect();
        format!("{}:{genesis}:{}", self.network.chain_id, self.address)
    }

    /// The nonce to give where `mined` transactions of this address are in blocks, and the sender after it. What others
    /// sent with the same key counts too.
    #[must_use]
    pub fn give(self, mined: u64) -> (u64, Self) {
        let nonce = self.next.max(mined);
        let after = Self {
            next: nonce + 1,
            version: self.version + 1,
            ..self
        };
        (nonce, after)
    }
}

/// What a dispatch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "camelCase")]
pub enum Purpose {
    /// A batch's root goes into the registry.
    Anchor(BatchId),
    /// Somebody gets ether.
    Transfer(TransferId),
}

/// One signed transaction of a dispatch. They differ in their fees only, and at most one of them is ever in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Its hash.
    pub transaction: ChainHash,
    /// Its bytes, as nodes take them.
    #[serde(with = "crate::chain::hex")]
    pub raw: Vec<u8>,
    /// What it offers.
    pub fees: Fees,
    /// When it was signed.
    pub at: Timestamp,
}

/// A message under a nonce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dispatch {
    /// Who sends it, as [`Sender::name`] has it.
    pub sender: String,
    /// The chain.
    pub network: Network,
    /// Its place among the sender's transactions.
    pub nonce: u64,
    /// What it is for.
    pub purpose: Purpose,
    /// What it does.
    pub message: Message,
    /// The most gas that it may use.
    pub gas: u64,
    /// What was signed for it, oldest first; never empty.
    pub attempts: Vec<Attempt>,
    /// How often it was written.
    pub version: u64,
}

/// How the ledger behaves: configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The most events of a batch, 1 to 2,048.
    pub batch: usize,
    /// How long an event waits for others, in seconds.
    pub wait: i64,
    /// How many blocks, its own counted, until a transaction is taken for settled; at least 1.
    pub confirmations: u64,
    /// After how many seconds a transaction that is in no block gets higher fees.
    pub patience: i64,
    /// The most that is offered for a unit of gas.
    pub ceiling: Wei,
    /// What a transfer amounts to where nothing is said.
    pub amount: Wei,
    /// The most that a transfer amounts to.
    pub maximum: Wei,
}

/// What the chain says of a dispatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The number of the newest block.
    pub height: u64,
    /// The attempt that is in a block, if one is.
    pub mined: Option<(ChainHash, Receipt)>,
    /// How many transactions of the sender are in blocks that are settled.
    pub settled: u64,
    /// What a transaction would have to offer now.
    pub fees: Fees,
}

/// What is to be done about a dispatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is in a block that is not settled yet.
    Wait,
    /// The last attempt goes to the node again: it may never have arrived, or was forgotten.
    Resend,
    /// A transaction with these fees takes its place.
    Replace(Fees),
    /// It is in the chain.
    Settled {
        /// The attempt.
        transaction: ChainHash,
        /// The block.
        block: Block,
        /// Did it take effect?
        succeeded: bool,
    },
    /// Another transaction has the nonce, and that is settled: none of the attempts will ever be in the chain.
    Displaced,
}

impl Dispatch {
    /// The transaction with these fees, to be signed.
    #[must_use]
    pub fn unsigned(&self, fees: Fees) -> Unsigned {
        Unsigned {
            chain_id: self.network.chain_id,
            nonce: self.nonce,
            message: self.message.clone(),
            gas: self.gas,
            fees,
        }
    }

    /// What is to be done, as the chain has it.
    #[must_use]
    pub fn step(&self, observed: &Observed, now: Timestamp, policy: &Policy) -> Step {
        if let Some((transaction, receipt)) = observed.mined {
            let depth = (observed.height + 1).saturating_sub(receipt.block.number);
            return match depth >= policy.confirmations {
                true => Step::Settled {
                    transaction,
                    block: receipt.block,
                    succeeded: receipt.succeeded,
                },
                false => Step::Wait,
            };
        }
        if observed.settled > self.nonce {
            return Step::Displaced;
        }
        let Some(last) = self.attempts.last() else {
            return Step::Displaced;
        };
        let waited = now.epoch_seconds() - last.at.epoch_seconds();
        match waited >= policy.patience {
            true => replacement(last.fees, observed.fees, policy.ceiling)
                .map_or(Step::Resend, Step::Replace),
            false => Step::Resend,
        }
    }

    /// The dispatch with another attempt.
    #[must_use]
    pub fn with(mut self, attempt: Attempt) -> Self {
        self.attempts.push(attempt);
        self.version += 1;
        self
    }
}

/// Fees with which a transaction takes the place of one with `before`: both higher by more than a tenth, and not lower
/// than what is asked now. None where that is over the ceiling.
fn replacement(before: Fees, now: Fees, ceiling: Wei) -> Option<Fees> {
    let max = before.max.raised().max(now.max.min(ceiling));
    let priority = before.priority.raised().max(now.priority);
    (max <= ceiling).then_some(Fees {
        max,
        priority: priority.min(max),
    })
}

/// The fees of a first attempt: what is asked now, as far as the ceiling goes.
#[must_use]
pub fn first_fees(now: Fees, ceiling: Wei) -> Fees {
    let max = now.max.min(ceiling);
    Fees {
        max,
        priority: now.priority.min(max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    fn policy() -> Policy {
        Policy {
            batch: 1_024,
            wait: 60,
            confirmations: 3,
            patience: 100,
            ceiling: Wei::gwei(100),
            amount: Wei::gwei(1),
            maximum: Wei::gwei(2),
        }
    }

    fn fees(max: u64, priority: u64) -> Fees {
        Fees {
            max: Wei::gwei(max),
            priority: Wei::gwei(priority),
        }
    }

    fn at(seconds: u32) -> Timestamp {
        format!("2026-01-01T00:{:02}:{:02}Z", seconds / 60, seconds % 60)
            .parse()
            .unwrap()
    }

    fn network() -> Network {
        Network {
            chain_id: 31_337,
            genesis: ChainHash::new([0xab; 32]),
        }
    }

    fn dispatch() -> Dispatch {
        Dispatch {
            sender: String::new(),
            network: network(),
            nonce: 5,
            purpose: Purpose::Transfer(TransferId::new(uuid::Uuid::from_u128(1))),
            message: Message {
                to: Address::parse(ADDRESS).unwrap(),
                value: Wei::gwei(1),
                data: Vec::new(),
            },
            gas: 21_000,
            attempts: vec![Attempt {
                transaction: ChainHash::new([1; 32]),
                raw: vec![1],
                fees: fees(10, 1),
                at: at(0),
            }],
            version: 1,
        }
    }

    fn observed(height: u64, mined: Option<u64>, settled: u64) -> Observed {
        let receipt = |number| Receipt {
            block: Block {
                number,
                hash: ChainHash::new([2; 32]),
            },
            succeeded: true,
            gas: 21_000,
        };
        Observed {
            height,
            mined: mined.map(|number| (ChainHash::new([1; 32]), receipt(number))),
            settled,
            fees: fees(8, 1),
        }
    }

    #[test]
    fn depth_counts_the_transactions_own_block() {
        let step = |height| dispatch().step(&observed(height, Some(10), 0), at(0), &policy());
        assert_eq!(step(10), Step::Wait);
        assert_eq!(step(11), Step::Wait);
        assert!(matches!(
            step(12),
            Step::Settled {
                succeeded: true,
                ..
            }
        ));
        // A node that is behind itself.
        assert_eq!(step(9), Step::Wait);
    }

    #[test]
    fn what_is_in_no_block_is_sent_again_then_replaced_and_given_up_only_when_its_nonce_is_gone() {
        let step = |seconds, settled| {
            dispatch().step(&observed(20, None, settled), at(seconds), &policy())
        };
        assert_eq!(step(0, 5), Step::Resend);
        assert_eq!(step(99, 5), Step::Resend);
        assert_eq!(
            step(100, 5),
            Step::Replace(Fees {
                max: Wei::new(11_250_000_000),
                priority: Wei::new(1_125_000_000)
            })
        );
        // Its own nonce is 5: five settled transactions are those before it.
        assert_eq!(step(0, 6), Step::Displaced);
    }

    #[test]
    fn a_reorganisation_makes_it_unsent() {
        let policy = policy();
        let waiting = dispatch().step(&observed(10, Some(10), 5), at(0), &policy);
        let gone = dispatch().step(&observed(10, None, 5), at(1), &policy);
        assert_eq!((waiting, gone), (Step::Wait, Step::Resend));
    }

    #[test]
    fn fees_follow_the_chain_and_stop_at_the_ceiling() {
        let ceiling = Wei::gwei(100);
        assert_eq!(
            replacement(fees(10, 1), fees(50, 3), ceiling),
            Some(fees(50, 3))
        );
        assert_eq!(
            replacement(fees(10, 1), fees(500, 3), ceiling),
            Some(fees(100, 3))
        );
        assert_eq!(replacement(fees(95, 1), fees(500, 3), ceiling), None);
        assert_eq!(first_fees(fees(500, 300), ceiling), fees(100, 100));
    }

    #[test]
    fn nonces_follow_the_chain_where_the_key_was_used_elsewhere() {
        let sender = Sender::new(network(), Address::parse(ADDRESS).unwrap());
        let (first, sender) = sender.give(0);
        let (second, sender) = sender.give(0);
        let (third, sender) = sender.give(7);
        assert_eq!(
            (first, second, third, sender.next, sender.version),
            (0, 1, 7, 8, 3)
        );
        assert_eq!(sender.name(), format!("31337:abababababababab:{ADDRESS}"));
    }

    proptest! {
        #[test]
        fn a_replacement_is_taken_by_every_node(max in 1_u64..200, priority in 0_u64..200, now in 0_u64..200) {
            let before = fees(max, priority.min(max));
            if let Some(after) = replacement(before, fees(now, now), Wei::gwei(200)) {
                prop_assert!(after.max.get() * 10 >= before.max.get() * 11);
                prop_assert!(after.priority.get() * 10 >= before.priority.get() * 11);
                prop_assert!(after.priority <= after.max && after.max <= Wei::gwei(200));
            }
        }
    }
}
