//! May a consumer use an asset now, through what, which part of it, and until when.
//!
//! The one rule: every contract and every session is looked at as it stands at this instant, with all that it hangs from.

use crate::agreement::{Agreement, Extent, Keyword};
use crate::asset::Asset;
use crate::contract::{Contract, Status};
use crate::id::ContractId;
use crate::party::Principal;
use crate::selection::Filter;
use crate::session::{Lineage, Session, SessionId, SessionStatus};
use crate::time::Timestamp;

/// Through what an asset may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// A contract on the asset.
    Contract(ContractId),
    /// A session that runs.
    Session(SessionId),
}

/// One reason why an asset may be used, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// Through what.
    pub through: Through,
    /// Which fields.
    pub fields: Vec<String>,
    /// Which rows.
    pub filters: Vec<Filter>,
    /// Must the data plane take out what names or locates persons?
    pub anonymised: bool,
    /// Which packages of data; empty where that is not agreed.
    pub value_propositions: Vec<Keyword>,
    /// Which types of messages; empty for all.
    pub messages: Vec<Keyword>,
    /// May a copy be kept?
    pub offline_retention: bool,
    /// Until when, as far as anything says so now.
    pub until: Option<Timestamp>,
}

/// Does the caller's side use the asset by this contract now?
#[must_use]
pub fn by_contract(
    contract: &Contract,
    asset: &Asset,
    principal: &Principal,
    now: Timestamp,
) -> Option<Grounds> {
    let scope = contract.scope()?;
    let same = contract
        .asset()
        .is_some_and(|subject| subject.id == asset.id);
    let begun = contract.effective_at.is_some_and(|at| at <= now);
    let holds = same
        && begun
        && contract.status(now) == Status::Active
        && contract.consumer.includes(principal);
    holds.then(|| Grounds {
        through: Through::Contract(contract.id),
        fields: scope.selection.fields.clone(),
        filters: scope.selection.filters.clone(),
        anonymised: false,
        value_propositions: Vec::new(),
        messages: Vec::new(),
        offline_retention: scope.offline_retention,
        until: contract.expires_at,
    })
}

/// Does the caller's organisation use the asset by this session now? Not where the agreements leave none of its fields:
/// an empty list must never be read as all.
#[must_use]
pub fn by_session(
    session: &Session,
    lineage: &Lineage,
    asset: &Asset,
    principal: &Principal,
    now: Timestamp,
) -> Option<Grounds> {
    let standing = session.standing(lineage, now);
    let holds = session.asset.id == asset.id
        && standing.status == SessionStatus::Running
        && session.valid_from <= now
        && session.consumer.includes(principal);
    if !holds {
        return None;
    }
    let extents = || frames(lineage).map(|agreement| &agreement.frame.sharing.extent);
    let all = asset.definition.fields.iter();
    let all: Vec<_> = all.map(|field| field.name.as_str()).collect();
    let fields = extents().fold(all, |left, extent| extent.of(left.into_iter()));
    if fields.is_empty() {
        return None;
    }
    let frame = &lineage.agreement.frame;
    Some(Grounds {
        through: Through::Session(session.id),
        fields: fields.into_iter().map(str::to_owned).collect(),
        filters: Vec::new(),
        anonymised: extents().any(|extent| *extent == Extent::Anonymised),
        value_propositions: frame.value_propositions.iter().cloned().collect(),
        messages: frame.messages.iter().cloned().collect(),
        offline_retention: false,
        until: standing.end.map(|end| end.at),
    })
}

/// The agreements on the way from the owner: what any of them holds back, nobody below gets.
fn frames(lineage: &Lineage) -> impl Iterator<Item = &Agreement> {
    std::iter::once(&lineage.agreement).chain(lineage.upstream.iter().map(|from| &from.agreement))
}
