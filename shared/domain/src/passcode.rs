//! A passcode: by handing it over a consumer lets itself be found, once, for a quarter of an hour.
//!
//! | module | owns |
//! | --- | --- |
//! | `code` | what is read out and typed in |
//! | `guesses` | how often a caller may guess |
//!
//! The one rule: the code is in no fact and in no state; whoever reads all that is kept finds no code.

mod code;
mod guesses;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use code::Code;
pub use guesses::{Guesses, TooMany};

use crate::event::{Digest, Event, Fact, Link};
use crate::id::{OrganizationId, PasscodeId, UserId};
use crate::party::Principal;
use crate::text::Line;
use crate::time::Timestamp;

/// How long a passcode can be used.
const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// What a passcode was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// Which organisation used it.
    pub by: OrganizationId,
    /// The agreement that it was used for.
    pub agreement: String,
    /// When.
    pub at: Timestamp,
}

/// A passcode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Passcode {
    /// Its id.
    pub id: PasscodeId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// The organisation that it stands for.
    pub organization: OrganizationId,
    /// What that was called when it was issued.
    pub name: Line,
    /// Who issued it.
    pub issued_by: UserId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What it was used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Use>,
}

/// What can happen to a passcode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum PasscodeFact {
    /// An organisation issued it.
    #[serde(rename = "passcode.issued", rename_all = "camelCase")]
    Issued {
        /// Which.
        organization: OrganizationId,
        /// What it is called.
        name: Line,
        /// By whom.
        issued_by: UserId,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// Another organisation made an agreement with it.
    #[serde(rename = "passcode.used", rename_all = "camelCase")]
    Used {
        /// Which organisation.
        by: OrganizationId,
        /// Which agreement.
        agreement: String,
    },
}

impl Fact for PasscodeFact {
    const AGGREGATE: &'static str = "passcode";

    fn name(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "passcode.issued",
            Self::Used { .. } => "passcode.used",
        }
    }
}

/// Why a passcode is not issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Only a contract manager lets the organisation be found.
    #[error("takes the role contract-manager or manager in an organisation")]
    NotContractManager,
}

impl Passcode {
    /// Issues a passcode for the caller's organisation, which is called `name`.
    ///
    /// # Errors
    /// When the caller does not manage the organisation's contracts.
    pub fn issue(
        principal: &Principal,
        name: Line,
        now: Timestamp,
    ) -> Result<PasscodeFact, Refusal> {
        let organization = principal.organization.clone();
        let organization = organization.filter(|_| principal.manages_contracts());
        Ok(PasscodeFact::Issued {
            organization: organization.ok_or(Refusal::NotContractManager)?,
            name,
            issued_by: principal.user.clone(),
            // At the end of the calendar there is no later instant to wait for.
            expires_at: now.plus(LIFETIME).unwrap_or(now),
        })
    }

    /// The passcode that an issue began; `None` when the event is another.
    #[must_use]
    pub fn begun(id: PasscodeId, event: &Event<PasscodeFact>) -> Option<Self> {
        match &event.fact {
            PasscodeFact::Issued {
                organization,
                name,
                issued_by,
                expires_at,
            } => Some(Self {
                id,
                version: event.sequence,
                head: event.hash,
                organization: organization.clone(),
                name: name.clone(),
                issued_by: issued_by.clone(),
                issued_at: event.occurred_at,
                expires_at: *expires_at,
                used: None,
            }),
            PasscodeFact::Used { .. } => None,
        }
    }

    /// Can it be used now?
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used.is_none() && self.expires_at > now
    }

    /// Uses it for an agreement; `None` when it cannot be used any more.
    #[must_use]
    pub fn consume(
        &self,
        by: OrganizationId,
        agreement: String,
        now: Timestamp,
    ) -> Option<PasscodeFact> {
        self.is_open(now)
            .then_some(PasscodeFact::Used { by, agreement })
    }

    /// The passcode after an event.
    #[must_use]
    pub fn apply(self, event: &Event<PasscodeFact>) -> Self {
        let used = match &event.fact {
            PasscodeFact::Issued { .. } => self.used,
            PasscodeFact::Used { by, agreement } => Some(Use {
                by: by.clone(),
                agreement: agreement.clone(),
                at: event.occurred_at,
            }),
        };
        Self {
            version: event.sequence,
            head: event.hash,
            used,
            ..self
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
