//! The framework agreement: one organisation lets another use its assets' data, within a frame that both agree on.
//!
//! | file | owns |
//! | --- | --- |
//! | `frame` | what is agreed |
//! | `vocabulary` | the names that a deployment takes in it |
//! | `rules` | the machine as data |
//! | `fact` | what can happen to an agreement, and what it makes of its state |
//! | `command` | what can be asked of an agreement, and what the rules say to it |
//!
//! The one rule: time is the truth. [`Agreement::status`] at an instant is what every read and every rule uses, those of
//! sessions and quota contracts under the agreement too.

mod command;
mod fact;
mod frame;
mod rules;
mod vocabulary;

pub use command::{AgreementCommand, AgreementRefusal, Proposal, onboard, propose};
pub use fact::AgreementFact;
pub use frame::{Extent, Frame, Keyword, Onward, Sharing};
pub use rules::{AGREEMENT_RULES, AgreementCommandKind, AgreementPhase, diagram, table};
pub use vocabulary::{Known, Vocabulary};

use serde::{Deserialize, Serialize};

use crate::asset::Entity;
use crate::contract::Ending;
use crate::event::{Digest, Link};
use crate::id::{AgreementId, OrganizationId, UserId};
use crate::party::{Author, Party, Principal, Side};
use crate::text::Line;
use crate::time::Timestamp;

/// Where in its life an agreement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AgreementStatus {
    /// The provider proposed it; the consumer's turn.
    Pending,
    /// Both agreed.
    Active,
    /// The consumer refused it.
    Rejected,
    /// One of the parties ended it.
    Stopped,
    /// Its time is over.
    Expired,
}

impl AgreementStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Active,
        Self::Rejected,
        Self::Stopped,
        Self::Expired,
    ];

    /// Statuses after which nothing happens any more.
    pub const FINAL: [Self; 3] = [Self::Rejected, Self::Stopped, Self::Expired];

    /// Is the agreement proposed or in force?
    #[must_use]
    pub fn is_live(self) -> bool {
        !Self::FINAL.contains(&self)
    }

    /// The status's name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Active => "Active",
            Self::Rejected => "Rejected",
            Self::Stopped => "Stopped",
            Self::Expired => "Expired",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// An organisation as a party of an agreement: its name as it was then, and the user who acted for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signatory {
    /// The organisation.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Line,
    /// The user who proposed, or issued the passcode. For an organisation that the provider onboarded, the provider's.
    pub user: UserId,
}

impl Signatory {
    /// The party of a contract.
    #[must_use]
    pub fn party(&self) -> Party {
        Party {
            user: self.user.clone(),
            organization: Some(self.organization.clone()),
        }
    }

    fn includes(&self, principal: &Principal) -> bool {
        principal.organization.as_ref() == Some(&self.organization)
    }
}

/// Who decided on a proposal, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// Who, in person.
    pub author: Author,
    /// The hash of the event that records it.
    pub hash: Digest,
    /// When.
    pub at: Timestamp,
}

/// What only one live agreement can hold: provider, consumer and kind of thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bond {
    /// The provider.
    pub provider: OrganizationId,
    /// The consumer.
    pub consumer: OrganizationId,
    /// The kind of thing.
    pub entity: Entity,
}

/// An agreement as recorded. Ask [`Agreement::status`] for what holds now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// The status that was last recorded.
    pub recorded: AgreementStatus,
    /// What is agreed.
    pub frame: Frame,
    /// Who shares.
    pub provider: Signatory,
    /// Who uses what is shared.
    pub consumer: Signatory,
    /// Did the provider bring the consumer to the platform with it?
    pub onboarded: bool,
    /// Who agreed for the consumer; for one that was onboarded the provider, who owns and pays for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Why and by whom it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Agreement {
    /// Where in its life the agreement is at `now`.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> AgreementPhase {
        let over = self.frame.valid_to.is_some_and(|end| end <= now);
        match self.recorded {
            AgreementStatus::Pending | AgreementStatus::Active if over => AgreementPhase::Due,
            AgreementStatus::Pending => AgreementPhase::Pending,
            AgreementStatus::Active => AgreementPhase::Active,
            AgreementStatus::Rejected => AgreementPhase::Rejected,
            AgreementStatus::Stopped => AgreementPhase::Stopped,
            AgreementStatus::Expired => AgreementPhase::Expired,
        }
    }

    /// The status that holds at `now`.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> AgreementStatus {
        self.phase(now).status()
    }

    /// When it ended, if it has at `now`.
    #[must_use]
    pub fn ended_at(&self, now: Timestamp) -> Option<Timestamp> {
        let by_time = self.frame.valid_to.filter(|end| *end <= now);
        let recorded = self.ending.as_ref().map(|ending| ending.at);
        recorded.or(by_time)
    }

    /// The signatory of a side.
    #[must_use]
    pub fn signatory(&self, side: Side) -> &Signatory {
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
            .find(|side| self.signatory(*side).includes(principal))
    }

    /// May the caller see the agreement?
    #[must_use]
    pub fn visible_to(&self, principal: &Principal) -> bool {
        self.side_of(principal).is_some() || principal.is_operator()
    }

    /// What only one live agreement can hold.
    #[must_use]
    pub fn bond(&self) -> Bond {
        Bond {
            provider: self.provider.organization.clone(),
            consumer: self.consumer.organization.clone(),
            entity: self.frame.entity,
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
