//! The ledger: how the hashes of events get onto a blockchain, and how anyone can tell that they are there.
//!
//! | module | owns |
//! | --- | --- |
//! | [`merkle`] | the tree over a batch of hashes, and the proof of one of them |
//! | [`anchor`] | where one event's hash is in the ledger |
//!
//! The one rule: only roots leave for the chain, never a name, a term or a price.

pub mod anchor;
pub mod merkle;
