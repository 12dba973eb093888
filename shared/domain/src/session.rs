//! The session: one asset's data, turned on and off for one consumer.
//!
//! | file | owns |
//! | --- | --- |
//! | `id` | a session's id, which names its parents |
//! | `rules` | the machine as data |
//! | `lineage` | what a session hangs from, and what holds of it now |
//! | `create` | sessions begin: whose assets, within what, towards whom |
//! | `fact` | what can happen to a session, and what it makes of its state |
//! | `command` | what can be asked of a session, and what the rules say to it |
//! | `access` | which sessions give a consumer an asset: who stands in whose way |
//! | `allotment` | many sessions that are made at once, or not at all |
//!
//! The one rule: a session lives no longer than anything it hangs from. [`Session::standing`] at an instant, with the
//! lineage as it is then, is what every read and every rule uses; jobs only record it.

mod access;
mod allotment;
mod command;
mod create;
mod fact;
mod id;
mod lineage;
mod rules;

pub use access::{Access, Place, RESERVED};
pub use allotment::{Allotment, AllotmentFact, Allotted};
pub use command::{SessionCommand, SessionRefusal};
pub use create::{Candidate, CreateRefusal, MOST_AT_ONCE, Making, Source, Wanted, create};
pub use fact::{Begun, SessionFact};
pub use id::SessionId;
pub use lineage::{EndCause, Lineage, SessionEnd, Standing, Upstream};
pub use rules::{SESSION_RULES, SessionCommandKind, SessionPhase, diagram, table};

use serde::{Deserialize, Serialize};

use crate::contract::Subject;
use crate::event::{Digest, Link};
use crate::party::{Party, Principal, Side};
use crate::time::Timestamp;

/// Is data shared now?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SessionStatus {
    /// Not yet started.
    Scheduled,
    /// Yes.
    Running,
    /// Not for now; it can be started again.
    Stopped,
    /// Its time, or that of something it hangs from, is over.
    Ended,
}

impl SessionStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Scheduled, Self::Running, Self::Stopped, Self::Ended];

    /// The status's name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::Running => "Running",
            Self::Stopped => "Stopped",
            Self::Ended => "Ended",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A session as recorded. Ask [`Session::standing`] for what holds now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// The status that was last recorded.
    pub recorded: SessionStatus,
    /// The asset or unit whose data is shared.
    pub asset: Subject,
    /// Who shares it.
    pub provider: Party,
    /// Who uses it.
    pub consumer: Party,
    /// The earliest it may run.
    pub valid_from: Timestamp,
    /// Its own end; none where what it hangs from ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Timestamp>,
    /// Does it start by itself when its time begins?
    pub automatic: bool,
    /// Of what was received and is shared on: the sessions it was received by, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<SessionId>,
    /// How it ended, once that is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<SessionEnd>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Session {
    /// The party of a side.
    #[must_use]
    pub fn party(&self, side: Side) -> &Party {
        match side {
            Side::Provider => &self.provider,
            Side::Consumer => &self.consumer,
        }
    }

    /// The side that the caller is on, if any.
    #[must_use]
    pub fn side_of(&self, principal: &Principal) -> Option<Side> {
        [Side::Provider, Side::Consumer]
            .into_iter()
            .find(|side| self.party(*side).includes(principal))
    }

    /// May the caller see the session?
    #[must_use]
    pub fn visible_to(&self, principal: &Principal) -> bool {
        self.side_of(principal).is_some() || principal.is_operator()
    }

    /// The next instant at which time changes what is to be recorded of it.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        let starts = self.automatic.then_some(self.valid_from);
        match self.recorded {
            SessionStatus::Scheduled => starts.into_iter().chain(self.valid_to).min(),
            SessionStatus::Running | SessionStatus::Stopped => self.valid_to,
            SessionStatus::Ended => None,
        }
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
