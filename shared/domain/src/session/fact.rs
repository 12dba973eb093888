//! What can happen to a session, and what it makes of its state.

use serde::{Deserialize, Serialize};

use super::{Session, SessionEnd, SessionId, SessionStatus};
use crate::contract::Subject;
use crate::event::{Event, Fact};
use crate::party::{Party, Side};
use crate::text::Note;
use crate::time::Timestamp;

/// What a session begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Begun {
    /// The asset or unit.
    pub asset: Subject,
    /// Who shares it.
    pub provider: Party,
    /// Who uses it.
    pub consumer: Party,
    /// The earliest it may run.
    pub valid_from: Timestamp,
    /// Its own end, where it has one.
    pub valid_to: Option<Timestamp>,
    /// Does it start by itself?
    pub automatic: bool,
    /// The sessions that it was received by, the nearest first.
    #[serde(default)]
    pub upstream: Vec<SessionId>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all_fields = "camelCase")]
pub enum SessionFact {
    /// A provider made it.
    #[serde(rename = "session.created")]
    Created(Begun),
    /// The provider turned the data on, or its time began.
    #[serde(rename = "session.started")]
    Started {},
    /// One side turned the data off.
    #[serde(rename = "session.stopped")]
    Stopped {
        /// Which side.
        by: Side,
        /// Why.
        reason: Option<Note>,
    },
    /// The provider changed when it may run.
    #[serde(rename = "session.changed")]
    Changed {
        /// The earliest it may run.
        valid_from: Timestamp,
        /// Its own end, where it has one.
        valid_to: Option<Timestamp>,
    },
    /// It was over.
    #[serde(rename = "session.ended")]
    Ended {
        /// Since when, and because of what.
        #[serde(flatten)]
        end: SessionEnd,
        /// May others have shared on what was received by it?
        onward: bool,
    },
}

impl Fact for SessionFact {
    const AGGREGATE: &'static str = "session";

    fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "session.created",
            Self::Started {} => "session.started",
            Self::Stopped { .. } => "session.stopped",
            Self::Changed { .. } => "session.changed",
            Self::Ended { .. } => "session.ended",
        }
    }
}

impl Session {
    /// The session that an event begins; `None` for an event that begins none.
    #[must_use]
    pub fn begin(id: SessionId, event: &Event<SessionFact>) -> Option<Self> {
        match &event.fact {
            SessionFact::Created(begun) => Some(Self {
                id,
                version: event.sequence,
                head: event.hash,
                recorded: SessionStatus::Scheduled,
                asset: begun.asset.clone(),
                provider: begun.provider.clone(),
                consumer: begun.consumer.clone(),
                valid_from: begun.valid_from,
                valid_to: begun.valid_to,
                automatic: begun.automatic,
                upstream: begun.upstream.clone(),
                end: None,
                created_at: event.occurred_at,
                updated_at: event.occurred_at,
            }),
            SessionFact::Started {}
            | SessionFact::Stopped { .. }
            | SessionFact::Changed { .. }
            | SessionFact::Ended { .. } => None,
        }
    }

    /// The session after an event.
    #[must_use]
    pub fn apply(self, event: &Event<SessionFact>) -> Self {
        let next = Self {
            version: event.sequence,
            head: event.hash,
            updated_at: event.occurred_at,
            ..self
        };
        match &event.fact {
            // A session begins once; `begin` is what reads this.
            SessionFact::Created(_) => next,
            SessionFact::Started {} => Self {
                recorded: SessionStatus::Running,
                ..next
            },
            SessionFact::Stopped { .. } => Self {
                recorded: SessionStatus::Stopped,
                ..next
            },
            SessionFact::Changed {
                valid_from,
                valid_to,
            } => Self {
                valid_from: *valid_from,
                valid_to: *valid_to,
                ..next
            },
            SessionFact::Ended { end, .. } => Self {
                recorded: SessionStatus::Ended,
                end: Some(*end),
                ..next
            },
        }
    }
}
