//! A transfer: an amount of ether from the platform's wallet to a registered one.
//!
//! The one rule: a transfer is known by its address and its key, for ever; so whatever is asked twice, retried or raced
//! is one transfer.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Builder;

use crate::chain::{Block, ChainHash, Wei};
use crate::event::{Digest, Event, Fact, Link};
use crate::id::TransferId;
use crate::party::Owner;
use crate::time::Timestamp;
use crate::wallet::Address;

/// What makes a transfer this one and no other besides its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// The one transfer that a wallet gets when it is registered.
    Funding,
    /// What an operator chose, for as long as there are transfers.
    Chosen(&'a str),
}

impl TransferId {
    /// The id of the transfer with this key to this address (UUID version 8, from their hash).
    #[must_use]
    pub fn of(address: &Address, key: Key<'_>) -> Self {
        let (kind, key) = match key {
            Key::Funding => ("funding", ""),
            Key::Chosen(key) => ("chosen", key),
        };
        let hash = Sha256::digest(format!("transfer\n{address}\n{kind}\n{key}"));
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Self::new(Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// Why there is a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Cause {
    /// A wallet was registered: this is so that it can pay for gas.
    Funding {
        /// Whose wallet.
        owner: Owner,
    },
    /// An operator wanted it.
    Operator,
}

/// How far a transfer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TransferStatus {
    /// Nothing has been sent.
    Ordered,
    /// It is under way, under a nonce of its own.
    Submitted,
    /// It is in the chain, deep enough.
    Confirmed,
    /// It will not happen.
    Failed,
}

impl TransferStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Ordered,
        Self::Submitted,
        Self::Confirmed,
        Self::Failed,
    ];
}

/// Why a transfer will not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// The receiver, a contract, refuses it; at most the fee was spent.
    Reverted,
    /// The chain that it was sent on is not served any more.
    ChainGone,
}

/// What can happen to a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum TransferFact {
    /// It was ordered. Nothing is sent yet.
    #[serde(rename = "transfer.ordered", rename_all = "camelCase")]
    Ordered {
        /// To whom.
        address: Address,
        /// How much.
        amount: Wei,
        /// Why.
        cause: Cause,
    },
    /// It has a nonce and is signed: from now on it can be in the chain.
    #[serde(rename = "transfer.submitted", rename_all = "camelCase")]
    Submitted {
        /// The chain.
        chain_id: u64,
        /// Its place among the platform's transactions.
        nonce: u64,
        /// The signed transaction.
        transaction: ChainHash,
    },
    /// Another transaction of the platform's key has that nonce, for good: it can never be in the chain as it was sent.
    #[serde(rename = "transfer.displaced", rename_all = "camelCase")]
    Displaced {
        /// The nonce that was taken.
        nonce: u64,
    },
    /// It is in the chain.
    #[serde(rename = "transfer.confirmed", rename_all = "camelCase")]
    Confirmed {
        /// The transaction that is, of those with other fees for the same.
        transaction: ChainHash,
        /// The block.
        block: Block,
    },
    /// It will not happen.
    #[serde(rename = "transfer.failed", rename_all = "camelCase")]
    Failed {
        /// Why.
        reason: Failure,
    },
}

impl Fact for TransferFact {
    const AGGREGATE: &'static str = "transfer";

    fn name(&self) -> &'static str {
        match self {
            Self::Ordered { .. } => "transfer.ordered",
            Self::Submitted { .. } => "transfer.submitted",
            Self::Displaced { .. } => "transfer.displaced",
            Self::Confirmed { .. } => "transfer.confirmed",
            Self::Failed { .. } => "transfer.failed",
        }
    }
}

/// A transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// To whom.
    pub address: Address,
    /// How much.
    pub amount: Wei,
    /// Why.
    pub cause: Cause,
    /// How far it has come.
    pub status: TransferStatus,
    /// The chain that it was sent on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<u64>,
    /// The transaction that was sent; of those with other fees for the same, the first until one is in the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<ChainHash>,
    /// The block that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Block>,
    /// Why it will not happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// When something last happened to it.
    pub updated_at: Timestamp,
}

impl Transfer {
    /// The transfer that an order began; `None` when the event is another.
    #[must_use]
    pub fn begun(id: TransferId, event: &Event<TransferFact>) -> Option<Self> {
        match &event.fact {
            TransferFact::Ordered {
                address,
                amount,
                cause,
            } => Some(Self {
                id,
                version: event.sequence,
                head: event.hash,
                address: address.clone(),
                amount: *amount,
                cause: cause.clone(),
                status: TransferStatus::Ordered,
                chain_id: None,
                transaction: None,
                block: None,
                failure: None,
                ordered_at: event.occurred_at,
                updated_at: event.occurred_at,
            }),
            TransferFact::Submitted { .. }
            | TransferFact::Displaced { .. }
            | TransferFact::Confirmed { .. }
            | TransferFact::Failed { .. } => None,
        }
    }

    /// May this happen now? A transfer that is under way is not sent again, and one that has ended stays as it is.
    #[must_use]
    pub fn admits(&self, fact: &TransferFact) -> bool {
        match (self.status, fact) {
            (
                TransferStatus::Ordered,
                TransferFact::Submitted { .. } | TransferFact::Failed { .. },
            )
            | (
                TransferStatus::Submitted,
                TransferFact::Displaced { .. }
                | TransferFact::Confirmed { .. }
                | TransferFact::Failed { .. },
            ) => true,
            (_, TransferFact::Ordered { .. })
            | (
                TransferStatus::Ordered,
                TransferFact::Displaced { .. } | TransferFact::Confirmed { .. },
            )
            | (TransferStatus::Submitted, TransferFact::Submitted { .. })
            | (TransferStatus::Confirmed | TransferStatus::Failed, _) => false,
        }
    }

    /// The transfer after an event.
    #[must_use]
    pub fn apply(self, event: &Event<TransferFact>) -> Self {
        let base = Self {
            version: event.sequence,
            head: event.hash,
            updated_at: event.occurred_at,
            ..self
        };
        match &event.fact {
            TransferFact::Ordered { .. } => base,
            TransferFact::Submitted {
                chain_id,
                transaction,
                ..
            } => Self {
                status: TransferStatus::Submitted,
                chain_id: Some(*chain_id),
                transaction: Some(*transaction),
                ..base
            },
            TransferFact::Displaced { .. } => Self {
                status: TransferStatus::Ordered,
                chain_id: None,
                transaction: None,
                ..base
            },
            TransferFact::Confirmed { transaction, block } => Self {
                status: TransferStatus::Confirmed,
                transaction: Some(*transaction),
                block: Some(*block),
                ..base
            },
            TransferFact::Failed { reason } => Self {
                status: TransferStatus::Failed,
                failure: Some(*reason),
                ..base
            },
        }
    }

    /// Has it failed before it had a nonce?
    #[must_use]
    pub fn never_sent(&self) -> bool {
        self.status == TransferStatus::Failed && self.transaction.is_none()
    }

    /// Where the next event goes.
    #[must_use]
    pub fn link(&self) -> Link {
        Link {
            sequence: self.version + 1,
            previous_hash: Some(self.head),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::EventId;
    use crate::party::Author;

    const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    fn address() -> Address {
        Address::parse(ADDRESS).unwrap()
    }

    fn facts() -> [TransferFact; 5] {
        let transaction = ChainHash::new([7; 32]);
        let block = Block {
            number: 3,
            hash: ChainHash::new([8; 32]),
        };
        [
            TransferFact::Ordered {
                address: address(),
                amount: Wei::gwei(1),
                cause: Cause::Operator,
            },
            TransferFact::Submitted {
                chain_id: 1,
                nonce: 0,
                transaction,
            },
            TransferFact::Displaced { nonce: 0 },
            TransferFact::Confirmed { transaction, block },
            TransferFact::Failed {
                reason: Failure::Reverted,
            },
        ]
    }

    fn sealed(fact: TransferFact, link: Link) -> Event<TransferFact> {
        let id = EventId::new(uuid::Uuid::from_u128(1));
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        Event::seal(fact, id, "1", link, Author::System, at).unwrap()
    }

    fn ordered() -> Transfer {
        let [order, ..] = facts();
        let id = TransferId::of(&address(), Key::Funding);
        Transfer::begun(id, &sealed(order, Link::FIRST)).unwrap()
    }

    fn after(transfer: Transfer, fact: TransferFact) -> Transfer {
        let event = sealed(fact, transfer.link());
        transfer.apply(&event)
    }

    #[test]
    fn one_address_and_one_key_are_one_transfer() {
        let other = Address::parse("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359").unwrap();
        let ids = [
            TransferId::of(&address(), Key::Funding),
            TransferId::of(&address(), Key::Chosen("")),
            TransferId::of(&address(), Key::Chosen("a")),
            TransferId::of(&address(), Key::Chosen("b")),
            TransferId::of(&other, Key::Chosen("a")),
        ];
        let mut distinct = ids.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), ids.len());
        assert_eq!(ids[2], TransferId::of(&address(), Key::Chosen("a")));
        assert_eq!(TransferId::parse(&ids[2].to_string()), Ok(ids[2]));
    }

    /// The machine a second time: what each status admits, and where it leads.
    #[test]
    fn the_machine_is_this_and_no_other() {
        let [_, submitted, displaced, confirmed, failed] = facts();
        let begun = ordered();
        let sent = after(begun.clone(), submitted.clone());
        let states = [
            begun,
            sent.clone(),
            after(sent.clone(), confirmed.clone()),
            after(sent, failed.clone()),
        ];
        let legal = [
            (
                TransferStatus::Ordered,
                &submitted,
                TransferStatus::Submitted,
            ),
            (TransferStatus::Ordered, &failed, TransferStatus::Failed),
            (
                TransferStatus::Submitted,
                &displaced,
                TransferStatus::Ordered,
            ),
            (
                TransferStatus::Submitted,
                &confirmed,
                TransferStatus::Confirmed,
            ),
            (TransferStatus::Submitted, &failed, TransferStatus::Failed),
        ];
        for (state, status) in states.iter().zip(TransferStatus::ALL) {
            assert_eq!(state.status, status);
            for fact in facts() {
                let to = legal
                    .iter()
                    .find(|(from, by, _)| (*from, *by) == (status, &fact));
                assert_eq!(state.admits(&fact), to.is_some(), "{status:?} {fact:?}");
                if let Some((.., to)) = to {
                    assert_eq!(after(state.clone(), fact).status, *to);
                }
            }
        }
    }

    #[test]
    fn a_displaced_transfer_forgets_what_was_sent() {
        let [_, submitted, displaced, ..] = facts();
        let begun = ordered();
        let back = after(after(begun.clone(), submitted), displaced);
        assert_eq!((back.transaction, back.chain_id), (None, None));
        assert_eq!((back.amount, back.version), (begun.amount, 3));
    }
}
