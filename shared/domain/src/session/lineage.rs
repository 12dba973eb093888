//! What a session hangs from – its agreement, its quota contract, the sessions it was received by – and what holds of it
//! now because of them.
//!
//! The one rule: of all the ends that reach a session, the earliest counts, recorded or not; one that is recorded counts
//! at once.

use serde::{Deserialize, Serialize};

use super::{Session, SessionPhase, SessionStatus};
use crate::agreement::Agreement;
use crate::contract::Contract;
use crate::time::Timestamp;

/// What ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndCause {
    /// Its own time was over.
    Time,
    /// Its agreement was stopped, or its time was over.
    Agreement,
    /// Its quota contract was stopped, or its time was over.
    Contract,
    /// What it shares on ended.
    Upstream,
}

impl EndCause {
    /// `time`, `agreement`, `contract` or `upstream`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Agreement => "agreement",
            Self::Contract => "contract",
            Self::Upstream => "upstream",
        }
    }
}

/// When a session ended or will end, and because of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionEnd {
    /// When.
    pub at: Timestamp,
    /// Because of what.
    pub cause: EndCause,
}

/// A session that another one shares on, with its own parents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The session.
    pub session: Session,
    /// Its agreement.
    pub agreement: Agreement,
    /// Its quota contract.
    pub contract: Option<Contract>,
}

/// All that a session hangs from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// Its agreement.
    pub agreement: Agreement,
    /// Its quota contract.
    pub contract: Option<Contract>,
    /// What it shares on, the nearest first.
    pub upstream: Vec<Upstream>,
}

/// What holds of a session at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where in its life it is.
    pub phase: SessionPhase,
    /// What everybody is told: Running only if everything upstream runs, too.
    pub status: SessionStatus,
    /// When it ended or will end, as far as anything says so.
    pub end: Option<SessionEnd>,
}

/// The end that an agreement and a quota contract set for what stands under them.
fn parents_end(
    agreement: &Agreement,
    contract: Option<&Contract>,
) -> impl Iterator<Item = SessionEnd> {
    let ended = agreement.ending.as_ref().map(|ending| ending.at);
    let agreement = ended.into_iter().chain(agreement.frame.valid_to);
    let ended = contract.and_then(|contract| contract.ending.as_ref().map(|ending| ending.at));
    let expires = contract.and_then(|contract| contract.expires_at);
    let of = |cause| move |at| SessionEnd { at, cause };
    agreement
        .map(of(EndCause::Agreement))
        .chain(ended.into_iter().chain(expires).map(of(EndCause::Contract)))
}

/// Is an end of them on record? That holds at once, by clocks that run behind the one that recorded it as well.
fn parents_ended(agreement: &Agreement, contract: Option<&Contract>) -> bool {
    agreement.ending.is_some() || contract.is_some_and(|contract| contract.ending.is_some())
}

impl Lineage {
    /// Is an end of anything in it on record?
    fn has_ended(&self) -> bool {
        parents_ended(&self.agreement, self.contract.as_ref())
            || self.upstream.iter().any(|from| {
                from.session.end.is_some() || parents_ended(&from.agreement, from.contract.as_ref())
            })
    }

    /// Does everything upstream run, as far as its own switches go?
    #[must_use]
    pub fn flows(&self, now: Timestamp) -> bool {
        self.upstream.iter().all(|from| {
            let session = &from.session;
            match session.recorded {
                SessionStatus::Running => true,
                SessionStatus::Scheduled => session.automatic && session.valid_from <= now,
                SessionStatus::Stopped | SessionStatus::Ended => false,
            }
        })
    }
}

impl Session {
    /// Its own end, recorded or set.
    fn own_end(&self) -> Option<SessionEnd> {
        let set = self.valid_to.map(|at| SessionEnd {
            at,
            cause: EndCause::Time,
        });
        self.end.into_iter().chain(set).min()
    }

    /// When it ended or will end, as far as anything it hangs from says so.
    #[must_use]
    pub fn end(&self, lineage: &Lineage) -> Option<SessionEnd> {
        let upstream = lineage.upstream.iter().flat_map(|from| {
            let parents = parents_end(&from.agreement, from.contract.as_ref());
            let ends = from.session.own_end().into_iter().chain(parents);
            ends.map(|end| SessionEnd {
                cause: EndCause::Upstream,
                ..end
            })
        });
        let parents = parents_end(&lineage.agreement, lineage.contract.as_ref());
        let own = self.own_end().into_iter();
        own.chain(parents).chain(upstream).min()
    }

    /// What holds of it at `now`.
    #[must_use]
    pub fn standing(&self, lineage: &Lineage, now: Timestamp) -> Standing {
        let end = self.end(lineage);
        let over = lineage.has_ended() || end.is_some_and(|end| end.at <= now);
        let phase = match self.recorded {
            SessionStatus::Ended => SessionPhase::Ended,
            SessionStatus::Scheduled | SessionStatus::Running | SessionStatus::Stopped if over => {
                SessionPhase::Over
            }
            SessionStatus::Scheduled if self.automatic && self.valid_from <= now => {
                SessionPhase::Begun
            }
            SessionStatus::Scheduled => SessionPhase::Scheduled,
            SessionStatus::Running => SessionPhase::Running,
            SessionStatus::Stopped => SessionPhase::Stopped,
        };
        let status = match phase.status() {
            SessionStatus::Running if !lineage.flows(now) => SessionStatus::Stopped,
            status => status,
        };
        Standing { phase, status, end }
    }
}
