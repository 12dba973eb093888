//! The ledger: how the hashes of events get onto a blockchain, and how anyone can tell that they are there.
//!
//! | module | owns |
//! | --- | --- |
//! | [`merkle`] | the tree over a batch of hashes, and the proof of one of them |
//! | [`anchor`] | where one event's hash is in the ledger |
//! | [`batch`] | which hashes go to the chain together, and when |
//! | [`dispatch`] | one transaction of the platform's wallet, from its nonce until it is settled |
//!
//! The one rule: only roots leave for the chain, never a name, a term or a price.

pub mod anchor;
pub mod batch;
pub mod dispatch;
pub mod merkle;
