//! Command + state + actor + time → fact, or a refusal that says what would be allowed.

use super::{Command, CommandKind, Contract, ContractFact, Duration, RULES, Refusal, Rule};
use crate::event::Digest;
use crate::fault::{Fault, Rule as Broken};
use crate::machine::By;
use crate::money::Money;
use crate::party::{Actor, Principal, Side};
use crate::terms::Terms;
use crate::time::Timestamp;

/// What the rules let happen.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The fact.
    pub fact: ContractFact,
    /// The text of the terms, where the fact brings new ones.
    pub terms: Option<Terms>,
}

impl Decision {
    pub(super) fn without_terms(fact: ContractFact) -> Self {
        Self { fact, terms: None }
    }
}

impl Contract {
    /// What happens when `actor` issues `command` at `now`.
    ///
    /// The order of the checks is part of the interface: a stranger learns nothing; then the wrong
    /// side, then a member who is not the manager, then the status, the turn, the values.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn decide(
        &self,
        actor: &Actor,
        command: Command,
        now: Timestamp,
    ) -> Result<Decision, Refusal> {
        let kind = command.kind();
        let side = match actor {
            Actor::System => self.permit_system(kind, now)?,
            Actor::Caller(principal) => Some(self.permit_caller(principal, kind, now)?),
        };
        self.carry_out(command, side, now)
    }

    /// What the caller may do now, in the order of the pipeline.
    #[must_use]
    pub fn allowed(&self, principal: &Principal, now: Timestamp) -> Vec<CommandKind> {
        self.side_of(principal)
            .map(|side| self.allowed_on(principal, side, now))
            .unwrap_or_default()
    }

    fn rules(&self, kind: CommandKind) -> impl Iterator<Item = &'static Rule> {
        RULES
            .iter()
            .filter(move |rule| rule.command == kind && rule.covers(&self.origin))
    }

    fn permit_system(&self, kind: CommandKind, now: Timestamp) -> Result<Option<Side>, Refusal> {
        let phase = self.phase(now);
        self.rules(kind)
            .any(|rule| rule.by == By::System && rule.from.contains(&phase))
            .then_some(None)
            .ok_or_else(|| Refusal::IllegalStatus {
                command: kind,
                status: phase.status(),
                allowed: Vec::new(),
            })
    }

    fn permit_caller(
        &self,
        principal: &Principal,
        kind: CommandKind,
        now: Timestamp,
    ) -> Result<Side, Refusal> {
        let side = self.side_of(principal).ok_or(Refusal::NotAParty)?;
        let phase = self.phase(now);
        // Only asked for where a refusal needs it.
        let allowed = || self.allowed_on(principal, side, now);
        let illegal = || Refusal::IllegalStatus {
            command: kind,
            status: phase.status(),
            allowed: allowed(),
        };

        let needs = self.rules(kind).find_map(|rule| match rule.by {
            By::Provider => Some(Side::Provider),
            By::Consumer => Some(Side::Consumer),
            By::Turn | By::Either | By::System => None,
        });
        let ever = self.rules(kind).any(|rule| match rule.by {
            By::Provider => side == Side::Provider,
            By::Consumer => side == Side::Consumer,
            By::Turn | By::Either => true,
            By::System => false,
        });
        match (ever, needs) {
            (true, _) => {}
            (false, Some(needs)) => {
                return Err(Refusal::WrongSide {
                    command: kind,
                    needs,
                    allowed: allowed(),
                });
            }
            (false, None) => return Err(illegal()),
        }
        if !self.bound_by(side, principal) {
            return Err(Refusal::NotManager);
        }
        let here: Vec<_> = self
            .rules(kind)
            .filter(|rule| rule.from.contains(&phase))
            .collect();
        if here.iter().any(|rule| self.grants(rule, side)) {
            return Ok(side);
        }
        match self.turn {
            Some(turn) if here.iter().any(|rule| rule.by == By::Turn) => {
                Err(Refusal::NotYourTurn {
                    turn,
                    allowed: allowed(),
                })
            }
            Some(_) | None => Err(illegal()),
        }
    }

    fn allowed_on(&self, principal: &Principal, side: Side, now: Timestamp) -> Vec<CommandKind> {
        let permitted = |kind: &CommandKind| self.permitted(principal, side, *kind, now);
        CommandKind::ALL.into_iter().filter(permitted).collect()
    }

    fn permitted(
        &self,
        principal: &Principal,
        side: Side,
        kind: CommandKind,
        now: Timestamp,
    ) -> bool {
        let phase = self.phase(now);
        self.bound_by(side, principal)
            && self
                .rules(kind)
                .any(|rule| rule.from.contains(&phase) && self.grants(rule, side))
    }

    fn grants(&self, rule: &Rule, side: Side) -> bool {
        match rule.by {
            By::Provider => side == Side::Provider,
            By::Consumer => side == Side::Consumer,
            By::Turn => self.turn == Some(side),
            By::Either => true,
            By::System => false,
        }
    }

    /// The command is permitted: what does it make happen? `side` is none for the system.
    fn carry_out(
        &self,
        command: Command,
        side: Option<Side>,
        now: Timestamp,
    ) -> Result<Decision, Refusal> {
        let kind = command.kind();
        // The machine admits no state in which these are missing; say so instead of assuming it.
        let missing = || Refusal::IllegalStatus {
            command: kind,
            status: self.status(now),
            allowed: Vec::new(),
        };
        let by = || side.ok_or_else(missing);
        let offer = || self.offer.as_ref().ok_or_else(missing);
        let fact = match command {
            Command::Decline { reason } => ContractFact::Declined { reason },
            Command::Draft { price, vat, terms } => {
                let terms_hash = terms.digest();
                return Ok(Decision {
                    fact: ContractFact::Drafted {
                        revision: 1,
                        price,
                        vat,
                        terms_hash,
                    },
                    terms: Some(terms),
                });
            }
            Command::Negotiate {
                price,
                terms,
                comment,
            } => {
                let offer = offer()?;
                let price = match price {
                    Some(text) => Money::parse(&text, offer.price.currency())
                        .map_err(|fault| Refusal::Invalid(vec![fault.at("/price")]))?,
                    None => offer.price,
                };
                let terms_hash = terms.as_ref().map_or(offer.terms_hash, Terms::digest);
                news(offer.price, offer.terms_hash, price, terms_hash)?;
                return Ok(Decision {
                    fact: ContractFact::Negotiated {
                        revision: offer.revision + 1,
                        by: by()?,
                        price,
                        terms_hash,
                        comment,
                    },
                    terms,
                });
            }
            Command::Accept => {
                let offer = offer()?;
                ContractFact::Signed {
                    by: by()?,
                    revision: offer.revision,
                    terms_hash: offer.terms_hash,
                }
            }
            Command::Reject { reason } => ContractFact::Rejected { by: by()?, reason },
            Command::Activate { payment_reference } => ContractFact::Activated {
                payment_reference,
                effective_at: now,
                expires_at: end(self.scope().ok_or_else(missing)?.duration, now)?,
            },
            Command::Extend { until } => self.extended(until)?,
            Command::Stop { reason, detail } => ContractFact::Stopped {
                by: by()?,
                reason,
                detail,
            },
            Command::Follow { by, reason, detail } => ContractFact::Stopped { by, reason, detail },
            Command::Warn { days } => self.warning(days, now).ok_or_else(missing)?,
            Command::Expire => ContractFact::Expired {
                expires_at: self.expires_at.ok_or_else(missing)?,
            },
        };
        Ok(Decision::without_terms(fact))
    }
}

impl Contract {
    /// A later end, within that of the agreement.
    fn extended(&self, until: Timestamp) -> Result<ContractFact, Refusal> {
        let last = self.quota().and_then(|quota| quota.not_after);
        let detail = match (self.expires_at, last) {
            (None, _) => "the contract has no end that could be moved".to_owned(),
            (Some(end), _) if until <= end => {
                format!("takes an instant later than the present end, {end}")
            }
            (Some(_), Some(last)) if last < until => {
                format!("takes an instant not after the end of the agreement, {last}")
            }
            (Some(_), _) => return Ok(ContractFact::Extended { expires_at: until }),
        };
        let fault = Fault::new(Broken::InvalidDuration, detail);
        Err(Refusal::Invalid(vec![fault.at("/until")]))
    }

    /// The warning that is due `days` ahead of the end, unless it or a later one was given.
    fn warning(&self, days: u16, now: Timestamp) -> Option<ContractFact> {
        let given = self.warned.is_some_and(|warned| warned <= days);
        let horizon = now.plus_days(u32::from(days))?;
        let expires_at = self.expires_at.filter(|end| *end <= horizon && !given)?;
        Some(ContractFact::Expiring { days, expires_at })
    }
}

/// A revision must change something, or it is an acceptance in disguise.
fn news(old: Money, old_terms: Digest, new: Money, new_terms: Digest) -> Result<(), Refusal> {
    if old == new && old_terms == new_terms {
        let detail =
            "takes a price or terms that differ from the last revision; to agree to it, accept";
        return Err(Refusal::Invalid(vec![
            Fault::new(Broken::InvalidPrice, detail).at("/price"),
        ]));
    }
    Ok(())
}

fn end(duration: Duration, from: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    match duration {
        Duration::Forever => Ok(None),
        Duration::Days(days) => from
            .plus_days(days)
            .map(Some)
            .ok_or_else(|| Refusal::Invalid(vec![Duration::fault().at("/duration")])),
    }
}
