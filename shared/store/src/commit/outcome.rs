//! What came of a write, and which condition stood in its way.
//!
//! The one rule: who writes one aggregate answers for that one; a rejection over anything else is a fault of ours.

use sharepact_domain::id::{AgreementId, ContractId};

use crate::StoreError;
use crate::item::Remembered;

/// What came of a write.
#[must_use]
#[derive(Debug)]
pub enum Outcome<T> {
    /// All of it is written.
    Written,
    /// None of it is written.
    Rejected(Rejected<T>),
}

/// Which condition did not hold.
#[derive(Debug)]
pub enum Rejected<T> {
    /// Somebody else changed the aggregate first; this is what it is now. Of several changes, the first one's.
    Stale(Option<T>),
    /// Of several changes, somebody else changed the aggregate of this one first: its place among them, from 1 on.
    StaleBeside(usize),
    /// The answer to this idempotency key was given in the meantime.
    Answered(Remembered),
    /// The consumer's side has another live contract on the asset.
    Occupied(ContractId),
    /// The two organisations have another live agreement on this kind of thing.
    Bound(AgreementId),
    /// The quota contract has not that many places.
    Full,
    /// The address belongs to somebody else.
    AddressTaken,
    /// The challenge has registered an address already.
    ChallengeUsed,
}

impl<T> Rejected<T> {
    /// That some aggregate was changed first, for a write of several that looks at all of them again.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] for a condition that is none of this write's.
    pub fn late(self) -> Result<(), StoreError> {
        match self {
            Self::StaleBeside(_) => Ok(()),
            other => other.stale().map(drop),
        }
    }

    /// What the aggregate is now, for a write that can be late and nothing else.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] for a condition that is none of this write's.
    pub fn stale(self) -> Result<Option<T>, StoreError> {
        match self {
            Self::Stale(current) => Ok(current),
            Self::StaleBeside(_) => Err(StoreError::Foreign("another aggregate's version")),
            Self::Answered(_) => Err(StoreError::Foreign("an answer")),
            Self::Occupied(_) => Err(StoreError::Foreign("a live contract")),
            Self::Bound(_) => Err(StoreError::Foreign("a live agreement")),
            Self::Full => Err(StoreError::Foreign("a quota")),
            Self::AddressTaken => Err(StoreError::Foreign("an address")),
            Self::ChallengeUsed => Err(StoreError::Foreign("a challenge")),
        }
    }
}
