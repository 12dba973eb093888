//! Many sessions that are made at once, or not at all.
//!
//! The one rule: the allotment is the decision. Once it is written all of its sessions will be, and before it none is.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Begun, SessionId};
use crate::event::{Digest, Event, Fact};
use crate::id::{AgreementId, AllotmentId, ContractId};
use crate::time::Timestamp;

/// The one thing that happens to an allotment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all_fields = "camelCase")]
pub enum AllotmentFact {
    /// A provider made these sessions.
    #[serde(rename = "allotment.made")]
    Made {
        /// The agreement they stand under.
        agreement: AgreementId,
        /// The quota contract they stand under.
        contract: Option<ContractId>,
        /// Each session's own part of its id, and what it begins with.
        sessions: Vec<Allotted>,
    },
}

/// A session of an allotment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Allotted {
    /// Its own part of its id.
    pub number: Uuid,
    /// What it begins with.
    #[serde(flatten)]
    pub begun: Begun,
}

impl Fact for AllotmentFact {
    const AGGREGATE: &'static str = "allotment";

    fn name(&self) -> &'static str {
        match self {
            Self::Made { .. } => "allotment.made",
        }
    }
}

/// An allotment as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Allotment {
    /// Its id.
    pub id: AllotmentId,
    /// 1.
    pub version: u64,
    /// The hash of its event.
    pub head: Digest,
    /// How many sessions it made.
    pub sessions: usize,
    /// When.
    pub created_at: Timestamp,
}

impl Allotment {
    /// The id of a new allotment, of a UUID that the caller made (version 7): the last byte is left to number its sessions.
    #[must_use]
    pub fn id(made: Uuid) -> AllotmentId {
        AllotmentId::new(numbered(made, 0))
    }

    /// The own part of the id of its session at this place of the list: so a session's id names its allotment, too.
    #[must_use]
    pub fn number(made: Uuid, place: u8) -> Uuid {
        numbered(made, place.saturating_add(1))
    }

    /// The allotment that a session comes from, if it comes from any.
    #[must_use]
    pub fn behind(session: &SessionId) -> AllotmentId {
        Self::id(session.number())
    }

    /// The fact that makes these sessions, which all have the same parents.
    #[must_use]
    pub fn fact(
        agreement: AgreementId,
        contract: Option<ContractId>,
        sessions: &[(SessionId, Begun)],
    ) -> AllotmentFact {
        let allotted = |(id, begun): &(SessionId, Begun)| Allotted {
            number: id.number(),
            begun: begun.clone(),
        };
        AllotmentFact::Made {
            agreement,
            contract,
            sessions: sessions.iter().map(allotted).collect(),
        }
    }

    /// The allotment that its event makes.
    #[must_use]
    pub fn of(id: AllotmentId, event: &Event<AllotmentFact>) -> Self {
        let AllotmentFact::Made { sessions, .. } = &event.fact;
        Self {
            id,
            version: event.sequence,
            head: event.hash,
            sessions: sessions.len(),
            created_at: event.occurred_at,
        }
    }
}

fn numbered(made: Uuid, last: u8) -> Uuid {
    let mut bytes = made.into_bytes();
    if let Some(byte) = bytes.last_mut() {
        *byte = last;
    }
    Uuid::from_bytes(bytes)
}

impl AllotmentFact {
    /// The sessions that it made.
    #[must_use]
    pub fn sessions(&self) -> Vec<(SessionId, Begun)> {
        let Self::Made {
            agreement,
            contract,
            sessions,
        } = self;
        let session = |allotted: &Allotted| {
            let id = SessionId::new(*agreement, *contract, allotted.number);
            (id, allotted.begun.clone())
        };
        sessions.iter().map(session).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sessions_id_names_its_allotment_and_sorts_by_its_place() {
        let made = Uuid::from_u128(0x0196_14a0_7c3e_7b52_9d1f_4a6b_e0c2_f7d8);
        let agreement = AgreementId::new(Uuid::from_u128(1));
        let numbers: Vec<_> = (0..100)
            .map(|place| Allotment::number(made, place))
            .collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
        for number in numbers {
            let session = SessionId::new(agreement, None, number);
            assert_eq!(Allotment::behind(&session), Allotment::id(made));
            assert_ne!(AllotmentId::new(number), Allotment::id(made));
        }
    }
}
