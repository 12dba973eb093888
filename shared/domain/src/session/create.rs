//! Sessions begin: one for each asset of a list, all of them or none.
//!
//! The one rule: nobody shares more than it has. An asset is the provider's own, or the provider uses it by a session whose
//! agreement lets it be shared on, and then what is given lies within what was received.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Begun, SessionId, SessionStatus, Upstream};
use crate::agreement::{Agreement, AgreementStatus, Onward};
use crate::asset::{Asset, Entity};
use crate::contract::{Contract, Status, Subject};
use crate::fault::{Fault, Rule, Violation};
use crate::id::{AssetId, OrganizationId};
use crate::party::{Principal, Side};
use crate::time::Timestamp;

/// The most sessions of one request.
pub const MOST_AT_ONCE: usize = 100;

/// What sessions are made under, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Making<'a> {
    /// The agreement.
    pub agreement: &'a Agreement,
    /// The quota contract, where one is named.
    pub contract: Option<&'a Contract>,
    /// Who asks.
    pub principal: &'a Principal,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The assets, in the order of the request.
    pub candidates: Vec<Candidate>,
    /// The earliest the sessions may run; none for as soon as they may.
    pub valid_from: Option<Timestamp>,
    /// Their own end; none for that of what they hang from.
    pub valid_to: Option<Timestamp>,
}

/// An asset to share, and by what the provider has it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its id.
    pub id: AssetId,
    /// The asset, if there is one.
    pub asset: Option<Asset>,
    /// Where the asset is not the provider's own: the session by which the provider uses it.
    pub source: Option<Source>,
}

/// A session by which a provider uses what it wants to share on, and what that one shares on, the nearest first.
#[derive(Clone, Debug)]
pub struct Source {
    /// All of it, the nearest first; at least one.
    pub chain: Vec<Upstream>,
    /// What holds of the nearest now.
    pub status: SessionStatus,
}

/// Why sessions are not made. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CreateRefusal {
    /// The caller is on neither side, and is not told that the agreement exists.
    #[error("there is no such agreement for this caller")]
    NotAParty,
    /// Sessions are the provider's to make.
    #[error("only the provider of the agreement makes sessions under it")]
    OnlyProvider,
    /// In an organisation its session manager makes them.
    #[error("only a session manager of the organisation may do that")]
    NotManager,
    /// The agreement is not in force.
    #[error("the agreement is {}: sessions are made under an Active one", .0.name())]
    AgreementNotActive(AgreementStatus),
    /// The agreement asks for a quota contract.
    #[error("under this agreement a session needs a contract: name one in contractId")]
    ContractNeeded,
    /// The contract is not one of the agreement's.
    #[error("there is no such contract under this agreement")]
    NoSuchContract,
    /// The contract is not in force.
    #[error("the contract is {}: sessions are made under an Active one", .0.name())]
    ContractNotActive(Status),
    /// Assets that the provider does not have, by their places in the list.
    #[error("the provider does not have these assets")]
    AssetNotYours(Vec<usize>),
    /// Assets of another kind than the agreement is for.
    #[error("the agreement is for another kind of thing: {}", entity.name())]
    WrongEntity {
        /// The kind it is for.
        entity: Entity,
        /// Their places in the list.
        places: Vec<usize>,
    },
    /// What the provider received may not be shared on, or not that far, or not as much of it.
    #[error("what was received may not be shared on like this")]
    OnwardNotAllowed(Vec<usize>),
    /// The consumer has had its hands on it already.
    #[error("what is shared on would come back to whom it came from")]
    OnwardLoop(Vec<usize>),
    /// More assets than the contract admits at all.
    #[error("the contract is for {limit} assets")]
    QuotaExceeded {
        /// How many it is for.
        limit: u32,
    },
    /// A value does not fit.
    #[error("the sessions hold values that cannot be taken")]
    Invalid(Vec<Violation>),
}

/// The provider's session manager makes sessions. That none stands in another one's way, and that the quota holds, is for
/// the store, in the same write.
///
/// # Errors
/// See [`CreateRefusal`]; a stranger learns nothing.
pub fn create(
    making: Making<'_>,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Vec<Begun>, CreateRefusal> {
    parents(making, now)?;
    let Making {
        agreement,
        contract,
        ..
    } = making;
    listed(&wanted.candidates)?;
    let (valid_from, valid_to) = term(making, wanted, now)?;
    let limit = contract.and_then(Contract::quota).map(|quota| quota.assets);
    if let Some(limit) = limit
        && usize::try_from(limit).is_ok_and(|limit| limit < wanted.candidates.len())
    {
        return Err(CreateRefusal::QuotaExceeded { limit });
    }
    let found = owned(agreement, &wanted.candidates)?;
    onward(agreement, &wanted.candidates)?;
    Ok(found
        .into_iter()
        .zip(&wanted.candidates)
        .map(|(asset, candidate)| Begun {
            asset: Subject::from(asset),
            provider: agreement.provider.party(),
            consumer: agreement.consumer.party(),
            valid_from,
            valid_to,
            automatic: agreement.frame.sharing.automatic_start,
            upstream: candidate.source.as_ref().map_or(Vec::new(), Source::ids),
        })
        .collect())
}

impl Source {
    /// Of the sessions by which a provider has an asset, the one to share on under an agreement: one that has not ended,
    /// that may be shared on like this, that runs, and that may be shared on furthest, in this order.
    #[must_use]
    pub fn best(agreement: &Agreement, sources: impl IntoIterator<Item = Self>) -> Option<Self> {
        sources.into_iter().max_by_key(|source| {
            let reach = reach(&source.chain);
            (
                source.status != SessionStatus::Ended,
                reach > 0 && narrows(agreement, &source.chain),
                source.status == SessionStatus::Running,
                reach,
            )
        })
    }

    fn ids(&self) -> Vec<SessionId> {
        self.chain.iter().map(|from| from.session.id).collect()
    }
}

/// Caller, agreement and contract.
fn parents(making: Making<'_>, now: Timestamp) -> Result<(), CreateRefusal> {
    let Making {
        agreement,
        contract,
        principal,
    } = making;
    match agreement.side_of(principal) {
        None => return Err(CreateRefusal::NotAParty),
        Some(Side::Consumer) => return Err(CreateRefusal::OnlyProvider),
        Some(Side::Provider) if !principal.manages_sessions() => {
            return Err(CreateRefusal::NotManager);
        }
        Some(Side::Provider) => {}
    }
    let status = agreement.status(now);
    if status != AgreementStatus::Active {
        return Err(CreateRefusal::AgreementNotActive(status));
    }
    let Some(contract) = contract else {
        return match agreement.frame.contract_needed {
            true => Err(CreateRefusal::ContractNeeded),
            false => Ok(()),
        };
    };
    if contract.agreement() != Some(agreement.id) {
        return Err(CreateRefusal::NoSuchContract);
    }
    match contract.status(now) {
        Status::Active => Ok(()),
        status => Err(CreateRefusal::ContractNotActive(status)),
    }
}

/// A list of distinct assets.
fn listed(candidates: &[Candidate]) -> Result<(), CreateRefusal> {
    let mut violations = Vec::new();
    if !(1..=MOST_AT_ONCE).contains(&candidates.len()) {
        let detail = format!("takes 1 to {MOST_AT_ONCE} assets");
        violations.push(Fault::new(Rule::InvalidAsset, detail).at("/assetIds"));
    }
    let mut seen = BTreeSet::new();
    for (index, candidate) in candidates.iter().enumerate() {
        if !seen.insert(&candidate.id) {
            let fault = Fault::new(Rule::InvalidAsset, "the asset is in the list already");
            violations.push(fault.at(format!("/assetIds/{index}")));
        }
    }
    match violations.is_empty() {
        true => Ok(()),
        false => Err(CreateRefusal::Invalid(violations)),
    }
}

/// When the sessions may run: inside their parents' time.
fn term(
    making: Making<'_>,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<(Timestamp, Option<Timestamp>), CreateRefusal> {
    let window = Window::of(making.agreement, making.contract);
    let valid_from = wanted.valid_from.unwrap_or(now.max(window.from));
    let violations = window.refuse(valid_from, wanted.valid_to, now);
    match violations.is_empty() {
        true => Ok((valid_from.max(now), wanted.valid_to)),
        false => Err(CreateRefusal::Invalid(violations)),
    }
}

/// The time that the parents of a session leave it.
pub(super) struct Window {
    from: Timestamp,
    to: Option<Timestamp>,
}

impl Window {
    pub(super) fn of(agreement: &Agreement, contract: Option<&Contract>) -> Self {
        let begins = contract.and_then(|contract| contract.effective_at);
        let from = begins
            .into_iter()
            .fold(agreement.frame.valid_from, Timestamp::max);
        let expires = contract.and_then(|contract| contract.expires_at);
        let to = expires.into_iter().chain(agreement.frame.valid_to).min();
        Self { from, to }
    }

    /// What is wrong with a time in it.
    pub(super) fn refuse(
        &self,
        from: Timestamp,
        to: Option<Timestamp>,
        now: Timestamp,
    ) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut broken = |pointer: &str, detail: String| {
            violations.push(Fault::new(Rule::InvalidTerm, detail).at(pointer));
        };
        if from < self.from {
            let begins = self.from;
            broken(
                "/validFrom",
                format!("takes an instant not before {begins}, when what it hangs from begins"),
            );
        }
        if let Some(last) = self.to
            && last <= from
        {
            broken(
                "/validFrom",
                format!("takes an instant before {last}, when what it hangs from ends"),
            );
        }
        match (to, self.to) {
            (Some(to), Some(last)) if last < to => broken(
                "/validTo",
                format!("takes an instant not after {last}, when what it hangs from ends"),
            ),
            (Some(to), _) if to <= from.max(now) => broken(
                "/validTo",
                "takes an instant to come, after the beginning".to_owned(),
            ),
            (Some(_) | None, _) => {}
        }
        violations
    }
}

/// The assets, each of which the provider has, and which are of the agreement's kind.
fn owned<'a>(
    agreement: &Agreement,
    candidates: &'a [Candidate],
) -> Result<Vec<&'a Asset>, CreateRefusal> {
    let provider = &agreement.provider.organization;
    let has = |candidate: &&'a Candidate| {
        let asset = candidate.asset.as_ref()?;
        let own = asset.owner.organization.as_ref() == Some(provider);
        let received = candidate.source.as_ref().is_some_and(|source| {
            source.status != SessionStatus::Ended
                && source.chain.first().is_some_and(|from| {
                    from.session.asset.id == asset.id
                        && from.session.consumer.organization.as_ref() == Some(provider)
                })
        });
        (own || received).then_some(asset)
    };
    let found: Vec<_> = candidates.iter().map(|candidate| has(&candidate)).collect();
    let missing = places(found.iter().map(Option::is_none));
    if !missing.is_empty() {
        return Err(CreateRefusal::AssetNotYours(missing));
    }
    let found: Vec<_> = found.into_iter().flatten().collect();
    let entity = agreement.frame.entity;
    let other = places(found.iter().map(|asset| asset.definition.entity != entity));
    match other.is_empty() {
        true => Ok(found),
        false => Err(CreateRefusal::WrongEntity {
            entity,
            places: other,
        }),
    }
}

/// What was received may be shared on, that far and as much of it, and not back to anybody it came from.
fn onward(agreement: &Agreement, candidates: &[Candidate]) -> Result<(), CreateRefusal> {
    let sources = || candidates.iter().map(|candidate| candidate.source.as_ref());
    let refused = places(sources().map(|source| {
        source.is_some_and(|source| reach(&source.chain) == 0 || !narrows(agreement, &source.chain))
    }));
    if !refused.is_empty() {
        return Err(CreateRefusal::OnwardNotAllowed(refused));
    }
    let consumer = &agreement.consumer.organization;
    let loops = places(sources().map(|source| {
        source.is_some_and(|source| source.chain.iter().any(|from| touches(from, consumer)))
    }));
    match loops.is_empty() {
        true => Ok(()),
        false => Err(CreateRefusal::OnwardLoop(loops)),
    }
}

/// How many more hands it may pass through, as far as every agreement on the way lets it.
fn reach(chain: &[Upstream]) -> usize {
    let each =
        chain
            .iter()
            .enumerate()
            .map(|(hops, from)| match from.agreement.frame.sharing.onward {
                Onward::None => 0,
                Onward::Once => 1_usize.saturating_sub(hops),
                Onward::Unlimited => usize::MAX,
            });
    each.min().unwrap_or_default()
}

fn narrows(agreement: &Agreement, chain: &[Upstream]) -> bool {
    chain
        .first()
        .is_some_and(|from| agreement.frame.is_within(&from.agreement.frame))
}

fn touches(from: &Upstream, organization: &OrganizationId) -> bool {
    [&from.session.provider, &from.session.consumer]
        .into_iter()
        .any(|party| party.organization.as_ref() == Some(organization))
}

fn places(wrong: impl Iterator<Item = bool>) -> Vec<usize> {
    let marked = wrong.enumerate().filter(|(_, wrong)| *wrong);
    marked.map(|(index, _)| index).collect()
}
