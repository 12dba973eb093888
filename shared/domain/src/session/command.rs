//! What can be asked of a session, and what the rules say to it.

use thiserror::Error;

use super::create::Window;
use super::{
    Lineage, SESSION_RULES, Session, SessionCommandKind, SessionFact, SessionPhase, SessionStatus,
};
use crate::agreement::Onward;
use crate::fault::{Fault, Rule, Violation};
use crate::machine::{self, Denied};
use crate::party::{Actor, Principal, Side};
use crate::text::Note;
use crate::time::Timestamp;

/// A command with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionCommand {
    /// The provider turns the data on.
    Start,
    /// Either side turns it off.
    Stop {
        /// Why.
        reason: Option<Note>,
    },
    /// The provider changes when it may run. What is none stays; `Some(None)` takes its own end away.
    Change {
        /// The earliest it may run.
        valid_from: Option<Timestamp>,
        /// Its own end.
        valid_to: Option<Option<Timestamp>>,
    },
    /// Sharepact records that it has started by itself.
    Begin,
    /// Sharepact records that it is over.
    End,
}

impl SessionCommand {
    /// The command without its data.
    #[must_use]
    pub fn kind(&self) -> SessionCommandKind {
        match self {
            Self::Start => SessionCommandKind::Start,
            Self::Stop { .. } => SessionCommandKind::Stop,
            Self::Change { .. } => SessionCommandKind::Change,
            Self::Begin => SessionCommandKind::Begin,
            Self::End => SessionCommandKind::End,
        }
    }
}

/// Why a command is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SessionRefusal {
    /// The caller is on neither side, and is not told that the session exists.
    #[error("there is no such session for this caller")]
    NotAParty,
    /// In an organisation its session manager turns data on and off.
    #[error("only a session manager of the organisation may do that")]
    NotManager,
    /// The command belongs to the other side.
    #[error("only the {} may {} a session", needs.name(), command.name())]
    WrongSide {
        /// The command.
        command: SessionCommandKind,
        /// The side that it belongs to.
        needs: Side,
        /// What the caller may do now.
        allowed: Vec<SessionCommandKind>,
    },
    /// The command is not for sessions of this status.
    #[error("a session of status {} takes no {}", status.name(), command.name())]
    IllegalStatus {
        /// The command.
        command: SessionCommandKind,
        /// The session's status.
        status: SessionStatus,
        /// What the caller may do now.
        allowed: Vec<SessionCommandKind>,
    },
    /// Its time has not begun.
    #[error("the session may run from {valid_from} on")]
    TooEarly {
        /// The earliest it may run.
        valid_from: Timestamp,
    },
    /// What it shares on does not run.
    #[error("what the session shares on does not run now")]
    UpstreamStopped,
    /// A session under a quota contract has the contract's time.
    #[error("a session under a contract has the contract's time: extend the contract")]
    BoundByContract,
    /// A value does not fit.
    #[error("the change holds values that cannot be taken")]
    Invalid(Vec<Violation>),
}

impl Session {
    /// What happens when `actor` issues `command` at `now`. A stranger learns nothing; then the wrong side, then who may
    /// not bind it, then the status, then the values.
    ///
    /// # Errors
    /// See [`SessionRefusal`].
    pub fn decide(
        &self,
        lineage: &Lineage,
        actor: &Actor,
        command: SessionCommand,
        now: Timestamp,
    ) -> Result<SessionFact, SessionRefusal> {
        let kind = command.kind();
        let standing = self.standing(lineage, now);
        let (side, binds) = match actor {
            Actor::System => (None, true),
            Actor::Caller(principal) => {
                let side = self.side_of(principal).ok_or(SessionRefusal::NotAParty)?;
                (Some(side), principal.manages_sessions())
            }
        };
        let allowed = || match actor {
            Actor::System => Vec::new(),
            Actor::Caller(principal) => self.allowed(lineage, principal, now),
        };
        let illegal = || SessionRefusal::IllegalStatus {
            command: kind,
            status: standing.status,
            allowed: allowed(),
        };
        machine::permit(SESSION_RULES, kind, standing.phase, side, binds).map_err(|denied| {
            match denied {
                Denied::WrongSide(needs) => SessionRefusal::WrongSide {
                    command: kind,
                    needs,
                    allowed: allowed(),
                },
                Denied::NotBinding => SessionRefusal::NotManager,
                // It is turned on, and shown as Stopped because of what it shares on.
                Denied::Illegal
                    if kind == SessionCommandKind::Start
                        && standing.status != standing.phase.status() =>
                {
                    SessionRefusal::UpstreamStopped
                }
                Denied::Illegal => illegal(),
            }
        })?;
        match command {
            SessionCommand::Start if now < self.valid_from => Err(SessionRefusal::TooEarly {
                valid_from: self.valid_from,
            }),
            SessionCommand::Start if !lineage.flows(now) => Err(SessionRefusal::UpstreamStopped),
            SessionCommand::Start | SessionCommand::Begin => Ok(SessionFact::Started {}),
            SessionCommand::Stop { reason } => Ok(SessionFact::Stopped {
                // The machine admits no stop by Sharepact itself; say so instead of assuming it.
                by: side.ok_or_else(illegal)?,
                reason,
            }),
            SessionCommand::Change {
                valid_from,
                valid_to,
            } => {
                let from = valid_from.unwrap_or(self.valid_from);
                let to = valid_to.unwrap_or(self.valid_to);
                self.changed(lineage, standing.phase, (from, to), now)
            }
            SessionCommand::End => Ok(SessionFact::Ended {
                end: standing.end.ok_or_else(illegal)?,
                onward: lineage.agreement.frame.sharing.onward != Onward::None,
            }),
        }
    }

    /// What the caller may do now.
    #[must_use]
    pub fn allowed(
        &self,
        lineage: &Lineage,
        principal: &Principal,
        now: Timestamp,
    ) -> Vec<SessionCommandKind> {
        let Some(side) = self.side_of(principal) else {
            return Vec::new();
        };
        if !principal.manages_sessions() {
            return Vec::new();
        }
        let phase = self.standing(lineage, now).phase;
        let mut allowed = machine::allowed(SESSION_RULES, &phase, side);
        allowed.retain(|kind| match kind {
            SessionCommandKind::Start => self.valid_from <= now && lineage.flows(now),
            SessionCommandKind::Change => self.id.contract().is_none(),
            SessionCommandKind::Stop | SessionCommandKind::Begin | SessionCommandKind::End => true,
        });
        allowed
    }

    /// The end may move as long as the session has not ended, the beginning until it has begun.
    fn changed(
        &self,
        lineage: &Lineage,
        phase: SessionPhase,
        (from, to): (Timestamp, Option<Timestamp>),
        now: Timestamp,
    ) -> Result<SessionFact, SessionRefusal> {
        if self.id.contract().is_some() {
            return Err(SessionRefusal::BoundByContract);
        }
        let mut violations = Window::of(&lineage.agreement, None).refuse(from, to, now);
        if from != self.valid_from && phase != SessionPhase::Scheduled {
            let detail = format!(
                "the session has begun, or was stopped: takes its beginning, {}, or nothing",
                self.valid_from
            );
            violations.push(Fault::new(Rule::InvalidTerm, detail).at("/validFrom"));
        }
        // As where sessions are made, what is past is now.
        let from = match from == self.valid_from {
            true => from,
            false => from.max(now),
        };
        if violations.is_empty() && (from, to) == (self.valid_from, self.valid_to) {
            let detail = "takes an instant that differs from the present one";
            violations.push(Fault::new(Rule::InvalidTerm, detail).at(""));
        }
        match violations.is_empty() {
            true => Ok(SessionFact::Changed {
                valid_from: from,
                valid_to: to,
            }),
            false => Err(SessionRefusal::Invalid(violations)),
        }
    }
}
