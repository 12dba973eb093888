//! What can happen to an agreement, and what it makes of its state.

use serde::{Deserialize, Serialize};

use super::{Agreement, AgreementStatus, Approval, Frame, Signatory};
use crate::contract::Ending;
use crate::event::{Event, Fact};
use crate::id::AgreementId;
use crate::party::Side;
use crate::text::Note;
use crate::time::Timestamp;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all_fields = "camelCase")]
pub enum AgreementFact {
    /// A provider proposed it to a consumer that had given it a passcode.
    #[serde(rename = "agreement.proposed")]
    Proposed {
        /// What is proposed.
        frame: Frame,
        /// By whom.
        provider: Signatory,
        /// To whom.
        consumer: Signatory,
    },
    /// A provider brought a consumer to the platform, and agrees with it at once.
    #[serde(rename = "agreement.onboarded")]
    Onboarded {
        /// What is agreed.
        frame: Frame,
        /// The provider.
        provider: Signatory,
        /// The new organisation.
        consumer: Signatory,
    },
    /// The consumer agreed.
    #[serde(rename = "agreement.approved")]
    Approved {},
    /// The consumer refused.
    #[serde(rename = "agreement.rejected")]
    Rejected {
        /// Why.
        reason: Note,
    },
    /// One side ended it.
    #[serde(rename = "agreement.stopped")]
    Stopped {
        /// Which side.
        by: Side,
        /// Why.
        reason: Note,
        /// More about it.
        detail: Option<Note>,
    },
    /// Its time was over.
    #[serde(rename = "agreement.expired")]
    Expired {
        /// Since when.
        valid_to: Timestamp,
    },
}

impl Fact for AgreementFact {
    const AGGREGATE: &'static str = "agreement";

    fn name(&self) -> &'static str {
        match self {
            Self::Proposed { .. } => "agreement.proposed",
            Self::Onboarded { .. } => "agreement.onboarded",
            Self::Approved {} => "agreement.approved",
            Self::Rejected { .. } => "agreement.rejected",
            Self::Stopped { .. } => "agreement.stopped",
            Self::Expired { .. } => "agreement.expired",
        }
    }
}

impl Agreement {
    /// The agreement that an event begins; `None` for an event that begins none.
    #[must_use]
    pub fn begin(id: AgreementId, event: &Event<AgreementFact>) -> Option<Self> {
        let at = event.occurred_at;
        let approval = || Approval {
            author: event.actor.clone(),
            hash: event.hash,
            at,
        };
        let (frame, provider, consumer, recorded, approval) = match &event.fact {
            AgreementFact::Proposed {
                frame,
                provider,
                consumer,
            } => (frame, provider, consumer, AgreementStatus::Pending, None),
            AgreementFact::Onboarded {
                frame,
                provider,
                consumer,
            } => (
                frame,
                provider,
                consumer,
                AgreementStatus::Active,
                Some(approval()),
            ),
            AgreementFact::Approved {}
            | AgreementFact::Rejected { .. }
            | AgreementFact::Stopped { .. }
            | AgreementFact::Expired { .. } => return None,
        };
        Some(Self {
            id,
            version: event.sequence,
            head: event.hash,
            recorded,
            frame: frame.clone(),
            provider: provider.clone(),
            consumer: consumer.clone(),
            onboarded: approval.is_some(),
            approval,
            ending: None,
            created_at: at,
            updated_at: at,
        })
    }

    /// The agreement after an event.
    #[must_use]
    pub fn apply(self, event: &Event<AgreementFact>) -> Self {
        let at = event.occurred_at;
        let next = Self {
            version: event.sequence,
            head: event.hash,
            updated_at: at,
            ..self
        };
        let ended = |recorded, by, reason, detail, at, agreement: Self| Self {
            recorded,
            ending: Some(Ending {
                by,
                reason,
                detail,
                at,
            }),
            ..agreement
        };
        match event.fact.clone() {
            // An agreement begins once; `begin` is what reads these.
            AgreementFact::Proposed { .. } | AgreementFact::Onboarded { .. } => next,
            AgreementFact::Approved {} => Self {
                recorded: AgreementStatus::Active,
                approval: Some(Approval {
                    author: event.actor.clone(),
                    hash: event.hash,
                    at,
                }),
                ..next
            },
            AgreementFact::Rejected { reason } => ended(
                AgreementStatus::Rejected,
                Some(Side::Consumer),
                Some(reason),
                None,
                at,
                next,
            ),
            AgreementFact::Stopped { by, reason, detail } => ended(
                AgreementStatus::Stopped,
                Some(by),
                Some(reason),
                detail,
                at,
                next,
            ),
            // However late it was recorded, it ended when its time was over.
            AgreementFact::Expired { valid_to } => {
                ended(AgreementStatus::Expired, None, None, None, valid_to, next)
            }
        }
    }
}
