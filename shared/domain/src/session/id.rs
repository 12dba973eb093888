//! A session's id, which names its parents: `<agreement>.<number>`, or `<agreement>.<contract>.<number>` for one that
//! stands under a quota contract.
//!
//! The one rule: whoever has the id can read the session and what it hangs from at once.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fault::{Fault, Rule};
use crate::id::{AgreementId, ContractId};

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionId {
    agreement: AgreementId,
    contract: Option<ContractId>,
    number: Uuid,
}

impl SessionId {
    /// An id under an agreement, and under a quota contract of it; `number` is a UUID that the caller made (version 7,
    /// so that ids sort by time under their parents).
    #[must_use]
    pub const fn new(agreement: AgreementId, contract: Option<ContractId>, number: Uuid) -> Self {
        Self {
            agreement,
            contract,
            number,
        }
    }

    /// The agreement that the session stands under.
    #[must_use]
    pub fn agreement(&self) -> AgreementId {
        self.agreement
    }

    /// The quota contract that the session stands under, if any.
    #[must_use]
    pub fn contract(&self) -> Option<ContractId> {
        self.contract
    }

    /// Its own part, which sorts by time among all sessions.
    #[must_use]
    pub fn number(&self) -> Uuid {
        self.number
    }

    /// Reads an id in its one spelling.
    ///
    /// # Errors
    /// [`Rule::InvalidId`], with the accepted form.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let parts: Vec<_> = text.split('.').collect();
        let read = match parts.as_slice() {
            [agreement, number] => Self::of(agreement, None, number),
            [agreement, contract, number] => Self::of(agreement, Some(contract), number),
            _ => None,
        };
        read.filter(|id| id.to_string() == text).ok_or_else(|| {
            Fault::new(
                Rule::InvalidId,
                "takes two or three UUIDs in lower case with hyphens, with a point between them",
            )
        })
    }

    fn of(agreement: &str, contract: Option<&str>, number: &str) -> Option<Self> {
        let contract = contract.map(ContractId::parse).transpose().ok()?;
        let agreement = AgreementId::parse(agreement).ok()?;
        let number = Uuid::try_parse(number).ok()?;
        Some(Self::new(agreement, contract, number))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.agreement)?;
        if let Some(contract) = self.contract {
            write!(f, "{contract}.")?;
        }
        self.number.hyphenated().fmt(f)
    }
}

impl TryFrom<String> for SessionId {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_parents_and_has_one_spelling() {
        let (a, c) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (agreement, contract) = (AgreementId::new(a), ContractId::new(c));
        for contract in [None, Some(contract)] {
            let id = SessionId::new(agreement, contract, Uuid::from_u128(3));
            let read = SessionId::parse(&id.to_string()).unwrap();
            assert_eq!(read, id);
            assert_eq!((read.agreement(), read.contract()), (agreement, contract));
            assert!(SessionId::parse(&id.to_string().replace('-', "")).is_err());
            assert!(SessionId::parse(&format!("{id}.")).is_err());
        }
        assert!(SessionId::parse(&a.to_string()).is_err());
        assert!(SessionId::parse("").is_err());
    }
}
