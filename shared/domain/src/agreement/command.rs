//! What can be asked of an agreement, and what the rules say to it.

use thiserror::Error;

use super::{
    AGREEMENT_RULES, Agreement, AgreementCommandKind, AgreementFact, AgreementStatus, Frame,
    Signatory,
};
use crate::fault::Violation;
use crate::machine::{self, Denied};
use crate::party::{Actor, Principal, Side};
use crate::text::Note;
use crate::time::Timestamp;

/// What a provider proposes to a consumer that is on the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What is to be agreed.
    pub frame: Frame,
    /// The provider, acting.
    pub provider: Signatory,
    /// The consumer, as the passcode names it.
    pub consumer: Signatory,
    /// Is somebody else billed for the consumer?
    pub consumer_is_billed_elsewhere: bool,
}

/// A provider proposes an agreement.
///
/// # Errors
/// Callers who may not conclude agreements, their own organisation as consumer, a payer that may not pay, a faulty frame.
pub fn propose(
    principal: &Principal,
    proposal: Proposal,
    now: Timestamp,
) -> Result<AgreementFact, AgreementRefusal> {
    concludes(principal, &proposal.provider)?;
    let Proposal {
        frame,
        provider,
        consumer,
        consumer_is_billed_elsewhere,
    } = proposal;
    if provider.organization == consumer.organization {
        return Err(AgreementRefusal::SelfSharing);
    }
    if frame.payer == Side::Consumer && consumer_is_billed_elsewhere {
        return Err(AgreementRefusal::PayerNotAllowed(
            "the consumer's own bills go to somebody else, so that it pays for nothing: takes provider",
        ));
    }
    Ok(AgreementFact::Proposed {
        frame: frame.check(now).map_err(AgreementRefusal::Invalid)?,
        provider,
        consumer,
    })
}

/// A provider brings a consumer to the platform and agrees with it: Active at once, since nobody is there yet who could
/// approve, and the provider owns and pays.
///
/// # Errors
/// Callers who may not conclude agreements, their own organisation as consumer, another payer than the provider, a faulty frame.
pub fn onboard(
    principal: &Principal,
    frame: Frame,
    provider: Signatory,
    consumer: Signatory,
    now: Timestamp,
) -> Result<AgreementFact, AgreementRefusal> {
    concludes(principal, &provider)?;
    if provider.organization == consumer.organization {
        return Err(AgreementRefusal::SelfSharing);
    }
    if frame.payer == Side::Consumer {
        return Err(AgreementRefusal::PayerNotAllowed(
            "whoever brings an organisation to the platform pays for it: takes provider",
        ));
    }
    Ok(AgreementFact::Onboarded {
        frame: frame.check(now).map_err(AgreementRefusal::Invalid)?,
        provider,
        consumer,
    })
}

/// Nobody concludes for an organisation but its own contract manager.
fn concludes(principal: &Principal, provider: &Signatory) -> Result<(), AgreementRefusal> {
    match &principal.organization {
        None => Err(AgreementRefusal::NoOrganization),
        Some(_) if !provider.includes(principal) => Err(AgreementRefusal::NotAParty),
        Some(_) if !principal.manages_contracts() => Err(AgreementRefusal::NotManager),
        Some(_) => Ok(()),
    }
}

/// A command with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgreementCommand {
    /// The consumer agrees.
    Approve,
    /// The consumer refuses.
    Reject {
        /// Why.
        reason: Note,
    },
    /// Either side ends it, and all that hangs from it.
    Stop {
        /// Why.
        reason: Note,
        /// More about it.
        detail: Option<Note>,
    },
    /// Sharepact records that its time is over.
    Expire,
}

impl AgreementCommand {
    /// The command without its data.
    #[must_use]
    pub fn kind(&self) -> AgreementCommandKind {
        match self {
            Self::Approve => AgreementCommandKind::Approve,
            Self::Reject { .. } => AgreementCommandKind::Reject,
            Self::Stop { .. } => AgreementCommandKind::Stop,
            Self::Expire => AgreementCommandKind::Expire,
        }
    }
}

/// Why a command is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AgreementRefusal {
    /// The caller is on neither side, and is not told that the agreement exists.
    #[error("there is no such agreement for this caller")]
    NotAParty,
    /// Agreements are concluded between organisations.
    #[error("agreements are concluded between organisations: use a token of one")]
    NoOrganization,
    /// In an organisation its contract manager concludes and ends agreements.
    #[error("only a contract manager of the organisation may do that")]
    NotManager,
    /// The command belongs to the other side.
    #[error("only the {} may {}", needs.name(), command.name())]
    WrongSide {
        /// The command.
        command: AgreementCommandKind,
        /// The side that it belongs to.
        needs: Side,
        /// What the caller may do now.
        allowed: Vec<AgreementCommandKind>,
    },
    /// The command is not for agreements of this status.
    #[error("an agreement of status {} takes no {}", status.name(), command.name())]
    IllegalStatus {
        /// The command.
        command: AgreementCommandKind,
        /// The agreement's status.
        status: AgreementStatus,
        /// What the caller may do now.
        allowed: Vec<AgreementCommandKind>,
    },
    /// Nobody shares with itself.
    #[error("the passcode is your own organisation's: nobody shares with itself")]
    SelfSharing,
    /// The named payer may not pay.
    #[error("{0}")]
    PayerNotAllowed(&'static str),
    /// A value does not fit.
    #[error("the agreement holds values that cannot be taken")]
    Invalid(Vec<Violation>),
}

impl Agreement {
    /// What happens when `actor` issues `command` at `now`. A stranger learns nothing; then the wrong side, then who may
    /// not bind it, then the status.
    ///
    /// # Errors
    /// See [`AgreementRefusal`].
    pub fn decide(
        &self,
        actor: &Actor,
        command: AgreementCommand,
        now: Timestamp,
    ) -> Result<AgreementFact, AgreementRefusal> {
        let kind = command.kind();
        let side = match actor {
            Actor::System => None,
            Actor::Caller(principal) => {
                let side = self.side_of(principal);
                Some(side.ok_or(AgreementRefusal::NotAParty)?)
            }
        };
        let binds = match actor {
            Actor::System => true,
            Actor::Caller(principal) => principal.manages_contracts(),
        };
        let allowed = || match actor {
            Actor::System => Vec::new(),
            Actor::Caller(principal) => self.allowed(principal, now),
        };
        let illegal = || AgreementRefusal::IllegalStatus {
            command: kind,
            status: self.status(now),
            allowed: allowed(),
        };
        machine::permit(AGREEMENT_RULES, kind, self.phase(now), side, binds).map_err(|denied| {
            match denied {
                Denied::WrongSide(needs) => AgreementRefusal::WrongSide {
                    command: kind,
                    needs,
                    allowed: allowed(),
                },
                Denied::NotBinding => AgreementRefusal::NotManager,
                Denied::Illegal => illegal(),
            }
        })?;
        Ok(match command {
            AgreementCommand::Approve => AgreementFact::Approved {},
            AgreementCommand::Reject { reason } => AgreementFact::Rejected { reason },
            AgreementCommand::Stop { reason, detail } => AgreementFact::Stopped {
                // The machine admits no stop by Sharepact itself; say so instead of assuming it.
                by: side.ok_or_else(illegal)?,
                reason,
                detail,
            },
            AgreementCommand::Expire => AgreementFact::Expired {
                valid_to: self.frame.valid_to.ok_or_else(illegal)?,
            },
        })
    }

    /// What the caller may do now.
    #[must_use]
    pub fn allowed(&self, principal: &Principal, now: Timestamp) -> Vec<AgreementCommandKind> {
        match self.side_of(principal) {
            Some(side) if principal.manages_contracts() => {
                machine::allowed(AGREEMENT_RULES, &self.phase(now), side)
            }
            Some(_) | None => Vec::new(),
        }
    }
}
