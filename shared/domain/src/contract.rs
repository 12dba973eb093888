//! The contract: one record from the request to its end.
//!
//! | file | owns |
//! | --- | --- |
//! | `rules` | the machine as data: who may do what, from where, to where |
//! | `command` | what can be asked of a contract |
//! | `opening` | the ways a contract begins: request, acquire, open |
//! | `quota` | a quota contract under a framework agreement begins |
//! | `decide` | command + state + actor + time → fact, or refusal |
//! | `apply` | fact + state → state; holds no rules |
//! | `fact` | what can happen to a contract |
//! | `revision` | versions of price and terms, and what changed between two |
//! | `refusal` | why a command is refused, and what would be allowed |
//!
//! The one rule: time is the truth. [`Contract::status`] at an instant is what every read and
//! every rule uses; the nightly job only records what already holds.

mod apply;
mod command;
mod decide;
mod fact;
mod opening;
mod quota;
mod refusal;
mod revision;
mod rules;

pub use command::{Command, CommandKind};
pub use decide::Decision;
pub use fact::ContractFact;
pub use opening::{Acquisition, Opening, Request, acquire, open, request};
pub use quota::{Grant, grant};
pub use refusal::Refusal;
pub use revision::{Change, Difference, PriceChange, Revision, difference};
pub use rules::{Phase, RULES, Rule, diagram, table};

use serde::{Deserialize, Serialize};

use crate::asset::{AccessLevel, Asset, Entity};
use crate::event::{Digest, Link};
use crate::fault::{self, Fault};
use crate::id::{AgreementId, AssetId, ContractId};
use crate::money::{Money, Vat};
use crate::party::{Author, Owner, Party, Principal, Side};
use crate::selection::Selection;
use crate::text::{Line, Note};
use crate::time::Timestamp;

/// The eight statuses of the seed, and the stop of the data sharing API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Status {
    /// The consumer asked for an asset.
    Request,
    /// The provider refused the request.
    Declined,
    /// The provider answered with price and terms.
    Draft,
    /// One of the parties walked away before activation.
    Rejected,
    /// One of the parties changed price or terms; the other one's turn.
    Negotiate,
    /// One of the parties accepted the other's last revision: both are bound.
    Signed,
    /// Payment was completed; the asset may be used.
    Active,
    /// The duration of use is over.
    Expired,
    /// One of the parties ended an active contract.
    Stopped,
}

impl Status {
    /// Every status, in the order of the pipeline.
    pub const ALL: [Self; 9] = [
        Self::Request,
        Self::Declined,
        Self::Draft,
        Self::Rejected,
        Self::Negotiate,
        Self::Signed,
        Self::Active,
        Self::Expired,
        Self::Stopped,
    ];

    /// Statuses after which nothing happens any more, and the asset is free for a new request.
    pub const FINAL: [Self; 4] = [Self::Declined, Self::Rejected, Self::Expired, Self::Stopped];

    /// Is the contract still going somewhere?
    #[must_use]
    pub fn is_live(self) -> bool {
        !Self::FINAL.contains(&self)
    }

    /// The status's name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "Request",
            Self::Declined => "Declined",
            Self::Draft => "Draft",
            Self::Rejected => "Rejected",
            Self::Negotiate => "Negotiate",
            Self::Signed => "Signed",
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Stopped => "Stopped",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// The door a contract came in by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum Origin {
    /// Requested or acquired in the marketplace.
    Marketplace,
    /// A quota contract under a framework agreement.
    Framework {
        /// The agreement's id.
        agreement: AgreementId,
    },
    /// A finished negotiation of the Dataspace Protocol.
    Dataspace {
        /// The negotiation's id.
        negotiation: String,
    },
}

/// How long the asset may be used, from activation on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duration {
    /// Whole days of 24 hours.
    Days(u32),
    /// Without end.
    Forever,
}

impl Duration {
    /// The longest that is not forever: a hundred years.
    pub const MOST_DAYS: u32 = 36_500;

    /// A number of days.
    ///
    /// # Errors
    /// [`fault::Rule::InvalidDuration`] outside 1 to [`Self::MOST_DAYS`].
    pub fn days(days: i64) -> Result<Self, Fault> {
        u32::try_from(days)
            .ok()
            .filter(|days| (1..=Self::MOST_DAYS).contains(days))
            .map(Self::Days)
            .ok_or_else(Self::fault)
    }

    /// What to say to anything that is no duration.
    #[must_use]
    pub fn fault() -> Fault {
        Fault::new(
            fault::Rule::InvalidDuration,
            format!(
                "takes a whole number of days from 1 to {}, or \"forever\"",
                Self::MOST_DAYS
            ),
        )
    }
}

/// The asset as it was when the contract began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// Its id.
    pub id: AssetId,
    /// Its name.
    pub name: Line,
    /// Its access level.
    pub access_level: AccessLevel,
    /// The version of the register's entry that was looked at.
    pub version: u64,
}

impl From<&Asset> for Subject {
    fn from(asset: &Asset) -> Self {
        Self {
            id: asset.id.clone(),
            name: asset.definition.name.clone(),
            access_level: asset.definition.access_level,
            version: asset.version,
        }
    }
}

/// What the consumer asked for. Fixed by the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// How long.
    pub duration: Duration,
    /// May the consumer keep a local copy?
    pub offline_retention: bool,
    /// Fields and filters.
    #[serde(flatten)]
    pub selection: Selection,
    /// What the consumer wants it for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Note>,
}

/// How much may be shared under a framework agreement. Fixed when the contract is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quota {
    /// The most distinct assets with a session that has not ended.
    pub assets: u32,
    /// What kind of thing each of them is.
    pub entity: Entity,
    /// The end of the agreement, which no extension passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
}

impl Quota {
    /// The most assets of one contract.
    pub const MOST: u32 = 100_000;

    /// A number of assets.
    ///
    /// # Errors
    /// [`fault::Rule::InvalidQuota`] outside 1 to [`Self::MOST`].
    pub fn assets(assets: i64) -> Result<u32, Fault> {
        let assets = u32::try_from(assets)
            .ok()
            .filter(|assets| (1..=Self::MOST).contains(assets));
        let takes = || format!("takes a whole number of assets from 1 to {}", Self::MOST);
        assets.ok_or_else(|| Fault::new(fault::Rule::InvalidQuota, takes()))
    }
}

/// What a contract is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Matter {
    /// The use of one asset.
    Asset {
        /// The asset.
        subject: Subject,
        /// What was asked for.
        scope: Scope,
    },
    /// As many assets as the quota admits, each by a session of its own.
    Quota(Quota),
}

/// Price and terms on the table; the terms by their hash, the text travels beside the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// 1 for the draft, then one more each time.
    pub revision: u32,
    /// Whose offer it is.
    pub by: Side,
    /// The net price.
    pub price: Money,
    /// The VAT on it.
    pub vat: Vat,
    /// SHA-256 of the terms.
    pub terms_hash: Digest,
    /// Since when.
    pub at: Timestamp,
}

/// Who accepted which revision, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acceptance {
    /// The side that accepted the other's revision.
    pub by: Side,
    /// Who in person.
    pub author: Author,
    /// The revision that binds both.
    pub revision: u32,
    /// The hash of the event that records it.
    pub hash: Digest,
    /// When.
    pub at: Timestamp,
}

/// Why a contract ended, shown to both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// The side that ended it; none when time did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Side>,
    /// The reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Note>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Note>,
    /// When.
    pub at: Timestamp,
}

/// A contract as recorded. Ask [`Contract::status`] for what holds now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// Its id.
    pub id: ContractId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// The door it came in by.
    pub origin: Origin,
    /// The status that was last recorded.
    pub recorded: Status,
    /// Whose turn it is in a negotiation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Side>,
    /// What it is about.
    pub matter: Matter,
    /// Who owns the data.
    pub provider: Party,
    /// Who wants to use it.
    pub consumer: Party,
    /// Price and terms, from the draft on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// The acceptance, from Signed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
    /// Since when it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
    /// Until when; none before activation, and for one that lasts forever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// How many days ahead of its end a warning was last given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned: Option<u16>,
    /// What the provider says of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_reference: Option<Line>,
    /// Why and by whom it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Contract {
    /// Where in its life the contract is at `now`.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> Phase {
        match self.recorded {
            Status::Active if self.expires_at.is_some_and(|end| end <= now) => Phase::Due,
            Status::Active => Phase::Active,
            Status::Request => Phase::Request,
            Status::Declined => Phase::Declined,
            Status::Draft => Phase::Draft,
            Status::Rejected => Phase::Rejected,
            Status::Negotiate => Phase::Negotiate,
            Status::Signed => Phase::Signed,
            Status::Expired => Phase::Expired,
            Status::Stopped => Phase::Stopped,
        }
    }

    /// The status that holds at `now`: an Active contract whose time is over is Expired, recorded
    /// or not.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        self.phase(now).status()
    }

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

    /// May the caller see the contract?
    #[must_use]
    pub fn visible_to(&self, principal: &Principal) -> bool {
        self.side_of(principal).is_some() || principal.is_operator()
    }

    /// The side that must act for the contract to go on, as recorded.
    #[must_use]
    pub fn waiting_for(&self) -> Option<Side> {
        match self.recorded {
            Status::Request | Status::Signed => Some(Side::Provider),
            Status::Draft | Status::Negotiate => self.turn,
            Status::Declined
            | Status::Rejected
            | Status::Active
            | Status::Expired
            | Status::Stopped => None,
        }
    }

    /// The asset, of a contract that is about one.
    #[must_use]
    pub fn asset(&self) -> Option<&Subject> {
        match &self.matter {
            Matter::Asset { subject, .. } => Some(subject),
            Matter::Quota(_) => None,
        }
    }

    /// What was asked for, of a contract that is about an asset.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope> {
        match &self.matter {
            Matter::Asset { scope, .. } => Some(scope),
            Matter::Quota(_) => None,
        }
    }

    /// The quota, of a contract under a framework agreement.
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        match &self.matter {
            Matter::Asset { .. } => None,
            Matter::Quota(quota) => Some(*quota),
        }
    }

    /// The framework agreement that the contract stands under.
    #[must_use]
    pub fn agreement(&self) -> Option<AgreementId> {
        match &self.origin {
            Origin::Framework { agreement } => Some(*agreement),
            Origin::Marketplace | Origin::Dataspace { .. } => None,
        }
    }

    /// What only one live contract can hold: the consumer's side and the asset. A quota contract holds none.
    #[must_use]
    pub fn slot(&self) -> Option<(Owner, &AssetId)> {
        Some((self.consumer.owner(), &self.asset()?.id))
    }

    /// May the caller bind this side: its manager, or in a quota contract its contract manager?
    #[must_use]
    pub fn bound_by(&self, side: Side, principal: &Principal) -> bool {
        let party = self.party(side);
        match self.origin {
            Origin::Framework { .. } => party.includes(principal) && principal.manages_contracts(),
            Origin::Marketplace | Origin::Dataspace { .. } => party.bound_by(principal),
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
