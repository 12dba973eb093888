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
