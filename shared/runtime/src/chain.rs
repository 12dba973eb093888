//! The blockchain as workers and handlers see it: a port, so that neither the library behind it nor the
//! keeper of the key is known anywhere else. `sharepact-chain` has the adapter.
//!
//! The one rule: nothing here tries again. Whoever asks knows what may be asked twice.

use std::pin::Pin;

use sharepact_domain::chain::{ChainHash, Fees, Message, Network, Receipt, Unsigned, Wei};
use sharepact_domain::event::Digest;
use sharepact_domain::wallet::Address;
use thiserror::Error;

use crate::WorkError;

/// What a question to the chain resolves to.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, ChainError>> + Send + 'a>>;

/// A signed transaction.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its bytes, as nodes take them.
    pub raw: Vec<u8>,
    /// Its hash, by which it is found.
    pub hash: ChainHash,
}

/// What a node says of a signed transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It has it, from now on or since before.
    Taken,
    /// Another transaction of the sender has this nonce and is in a block already. (Of one that is in a block itself,
    /// a node has taken it.)
    NonceUsed,
    /// Another transaction waits under this nonce, and this one offers too little to take its place.
    Underpriced,
}

/// Why the chain gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// No node answers, or none answers in time, or in a form that can be read.
    #[error("the node cannot be used right now: {0}")]
    Unreachable(String),
    /// The node serves another chain than the one that was configured.
    #[error("the node serves chain {found} and not {expected}")]
    WrongChain {
        /// The configured id.
        expected: u64,
        /// What the node says.
        found: u64,
    },
    /// The sender has too little for the amount and the gas.
    #[error("the platform's wallet holds too little")]
    InsufficientFunds,
    /// The node refused, in its own words.
    #[error("the node refused {method}: {reason}")]
    Refused {
        /// What was asked.
        method: &'static str,
        /// Why not.
        reason: String,
    },
    /// The key or the configuration cannot be used.
    #[error("the ledger's configuration cannot be used: {0}")]
    Unusable(String),
}

impl From<ChainError> for WorkError {
    /// A chain that does not answer is passing trouble, however long it takes; so is a wrong configuration, which
    /// somebody mends.
    fn from(error: ChainError) -> Self {
        Self::Passing(error.to_string())
    }
}

/// One node of one chain, and the key of the platform's wallet.
pub trait Chain: Send + Sync {
    /// Which chain the node serves.
    ///
    /// # Errors
    /// [`ChainError::WrongChain`] when it is not the one that was configured.
    fn network(&self) -> Asked<'_, Network>;

    /// The registry that roots are anchored in.
    ///
    /// # Errors
    /// [`ChainError::Unusable`] when none was configured.
    fn registry(&self) -> Result<&Address, ChainError>;

    /// The call that anchors a root there.
    ///
    /// # Errors
    /// As [`Self::registry`].
    fn anchoring(&self, root: &Digest) -> Result<Message, ChainError>;

    /// The address of the platform's wallet.
    fn platform(&self) -> Asked<'_, Address>;

    /// The balance of an address in the newest block.
    fn balance<'a>(&'a self, address: &'a Address) -> Asked<'a, Wei>;

    /// How many transactions of an address are in blocks, up to the newest (`pending: false`), or are in blocks or wait
    /// (`pending: true`); so, the next nonce.
    fn count<'a>(&'a self, address: &'a Address, pending: bool) -> Asked<'a, u64>;

    /// How many transactions of an address were in blocks when the chain was this high.
    fn count_at<'a>(&'a self, address: &'a Address, height: u64) -> Asked<'a, u64>;

    /// The number of the newest block.
    fn height(&self) -> Asked<'_, u64>;

    /// What a transaction offers to be in one of the next blocks: twice the base fee and what others give on top.
    fn fees(&self) -> Asked<'_, Fees>;

    /// The gas that a message takes, with a fifth to spare.
    fn gas<'a>(&'a self, from: &'a Address, message: &'a Message) -> Asked<'a, u64>;

    /// Signs a transaction with the platform's key.
    fn sign<'a>(&'a self, transaction: &'a Unsigned) -> Asked<'a, Signed>;

    /// Hands a signed transaction to the node. Handing it over again changes nothing.
    fn send<'a>(&'a self, raw: &'a [u8]) -> Asked<'a, Sent>;

    /// The block that a transaction is in; `None` while it is in none.
    fn receipt<'a>(&'a self, transaction: &'a ChainHash) -> Asked<'a, Option<Receipt>>;

    /// The hash of the block at this height, `None` above the newest.
    fn block(&self, height: u64) -> Asked<'_, Option<ChainHash>>;

    /// The block in which the registry noted a root; `None` where it has not.
    fn anchored<'a>(&'a self, registry: &'a Address, root: &'a Digest) -> Asked<'a, Option<u64>>;
}
