//! What can happen to a contract. Facts hold all that state is made of, so that a history can be
//! replayed; terms are named by hash, so that a fact fits on an event bus.

use serde::{Deserialize, Serialize};

use super::{Origin, Quota, Scope, Subject};
use crate::event::{Digest, Fact};
use crate::id::AgreementId;
use crate::money::{Money, Vat};
use crate::party::{Party, Side};
use crate::text::{Line, Note};
use crate::time::Timestamp;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all_fields = "camelCase")]
pub enum ContractFact {
    /// A consumer asked for an asset.
    #[serde(rename = "contract.requested")]
    Requested {
        /// The asset.
        asset: Subject,
        /// Its owner.
        provider: Party,
        /// Who asked.
        consumer: Party,
        /// For what.
        scope: Scope,
    },
    /// A consumer took an asset with a public licence.
    #[serde(rename = "contract.acquired")]
    Acquired {
        /// The asset.
        asset: Subject,
        /// Its owner.
        provider: Party,
        /// Who took it.
        consumer: Party,
        /// All of it, forever.
        scope: Scope,
        /// Zero.
        price: Money,
        /// SHA-256 of the licence.
        terms_hash: Digest,
    },
    /// Another door led to a contract that is in force.
    #[serde(rename = "contract.opened")]
    Opened {
        /// Which door.
        origin: Origin,
        /// The asset.
        asset: Subject,
        /// Its owner.
        provider: Party,
        /// Who may use it.
        consumer: Party,
        /// To what extent.
        scope: Scope,
        /// At which price.
        price: Money,
        /// With which VAT.
        vat: Vat,
        /// SHA-256 of the terms.
        terms_hash: Digest,
        /// Since when.
        effective_at: Timestamp,
        /// Until when.
        expires_at: Option<Timestamp>,
    },
    /// A provider let a consumer use as many assets under their agreement.
    #[serde(rename = "contract.granted")]
    Granted {
        /// The agreement.
        agreement: AgreementId,
        /// How many assets, of which kind.
        quota: Quota,
        /// Who shares.
        provider: Party,
        /// Who may use what is shared.
        consumer: Party,
        /// Since when, now or later.
        effective_at: Timestamp,
        /// Until when.
        expires_at: Timestamp,
    },
    /// The provider refused the request.
    #[serde(rename = "contract.declined")]
    Declined {
        /// Why.
        reason: Option<Note>,
    },
    /// The provider offered price and terms.
    #[serde(rename = "contract.drafted")]
    Drafted {
        /// 1.
        revision: u32,
        /// The net price.
        price: Money,
        /// The VAT rate.
        vat: Vat,
        /// SHA-256 of the terms.
        terms_hash: Digest,
    },
    /// One side offered another price or other terms.
    #[serde(rename = "contract.negotiated")]
    Negotiated {
        /// The revision's number.
        revision: u32,
        /// Whose it is.
        by: Side,
        /// The net price, changed or not.
        price: Money,
        /// SHA-256 of the terms, changed or not.
        terms_hash: Digest,
        /// A word to the other side.
        comment: Option<Note>,
    },
    /// One side accepted the other's last revision.
    #[serde(rename = "contract.signed")]
    Signed {
        /// Which side accepted.
        by: Side,
        /// The revision that binds both.
        revision: u32,
        /// Its terms.
        terms_hash: Digest,
    },
    /// One side walked away.
    #[serde(rename = "contract.rejected")]
    Rejected {
        /// Which side.
        by: Side,
        /// Why.
        reason: Note,
    },
    /// Payment was completed.
    #[serde(rename = "contract.activated")]
    Activated {
        /// By which the payment can be found.
        payment_reference: Line,
        /// Since when the contract is in force.
        effective_at: Timestamp,
        /// Until when.
        expires_at: Option<Timestamp>,
    },
    /// The end was moved.
    #[serde(rename = "contract.extended")]
    Extended {
        /// The new end.
        expires_at: Timestamp,
    },
    /// One side ended it.
    #[serde(rename = "contract.stopped")]
    Stopped {
        /// Which side.
        by: Side,
        /// Why.
        reason: Note,
        /// More about it.
        detail: Option<Note>,
    },
    /// Its time is over soon.
    #[serde(rename = "contract.expiring")]
    Expiring {
        /// How many days ahead, at the most.
        days: u16,
        /// When it will be over.
        expires_at: Timestamp,
    },
    /// Its time was over.
    #[serde(rename = "contract.expired")]
    Expired {
        /// Since when.
        expires_at: Timestamp,
    },
}

impl Fact for ContractFact {
    const AGGREGATE: &'static str = "contract";

    fn name(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "contract.requested",
            Self::Acquired { .. } => "contract.acquired",
            Self::Opened { .. } => "contract.opened",
            Self::Granted { .. } => "contract.granted",
            Self::Declined { .. } => "contract.declined",
            Self::Drafted { .. } => "contract.drafted",
            Self::Negotiated { .. } => "contract.negotiated",
            Self::Signed { .. } => "contract.signed",
            Self::Rejected { .. } => "contract.rejected",
            Self::Activated { .. } => "contract.activated",
            Self::Extended { .. } => "contract.extended",
            Self::Stopped { .. } => "contract.stopped",
            Self::Expiring { .. } => "contract.expiring",
            Self::Expired { .. } => "contract.expired",
        }
    }
}
