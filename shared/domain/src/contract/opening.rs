//! The ways a contract begins.
//!
//! The one rule: whatever a contract needs to know of its asset it copies now.

use super::{ContractFact, Decision, Duration, Origin, Refusal, Scope, Subject};
use crate::asset::{AccessLevel, Asset};
use crate::fault::{Fault, Rule, Violation};
use crate::money::{Currency, Money, Vat};
use crate::party::{Actor, Party, Principal};
use crate::selection::{Filter, Selection};
use crate::terms::Terms;
use crate::text::Note;
use crate::time::Timestamp;
use crate::wallet::needs_wallet;

/// What a consumer asks for, not yet checked against the asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How long.
    pub duration: Duration,
    /// May the consumer keep a local copy?
    pub offline_retention: bool,
    /// The fields asked for.
    pub fields: Vec<String>,
    /// The filters asked for.
    pub filters: Vec<Filter>,
    /// What for.
    pub comment: Option<Note>,
}

/// A consumer asks for a private asset: the pipeline begins.
///
/// `has_wallet` says whether the caller's side has a registered wallet. That the side has no other
/// live contract on the asset is held by the store, in the same write.
///
/// # Errors
/// Own, public or invisible assets, a missing wallet, and every fault of fields and filters.
pub fn request(
    asset: &Asset,
    principal: &Principal,
    has_wallet: bool,
    request: Request,
) -> Result<Decision, Refusal> {
    eligible(asset, principal)?;
    if asset.definition.access_level == AccessLevel::Public {
        return Err(Refusal::PublicAsset);
    }
    if needs_wallet(principal) && !has_wallet {
        return Err(Refusal::WalletRequired {
            owner: principal.party().owner().id().to_owned(),
        });
    }
    let selection = Selection::check(&asset.definition.fields, request.fields, request.filters)
        .map_err(Refusal::Invalid)?;
    Ok(Decision::without_terms(ContractFact::Requested {
        asset: Subject::from(asset),
        provider: asset.owner.clone(),
        consumer: principal.party(),
        scope: Scope {
            duration: request.duration,
            offline_retention: request.offline_retention,
            selection,
            comment: request.comment,
        },
    }))
}

/// What a consumer says when it acquires.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acquisition {
    /// What for.
    pub comment: Option<Note>,
}

/// A consumer takes an asset with a public licence: Active at once, all fields, no end, price
/// zero, the licence as terms.
///
/// # Errors
/// Own, private or invisible assets.
pub fn acquire(
    asset: &Asset,
    principal: &Principal,
    acquisition: Acquisition,
) -> Result<Decision, Refusal> {
    eligible(asset, principal)?;
    let licence = match (asset.definition.access_level, &asset.definition.licence) {
        (AccessLevel::Public, Some(licence)) => licence.clone(),
        (AccessLevel::Public | AccessLevel::Private | AccessLevel::Confidential, _) => {
            return Err(Refusal::NotPublic);
        }
    };
    // A price needs a currency even when it is nothing.
    let currency = match asset.definition.price_hint {
        Some(hint) => hint.currency(),
        None => Currency::parse("EUR").map_err(|fault| Refusal::Invalid(vec![fault.at("")]))?,
    };
    let fields = asset
        .definition
        .fields
        .iter()
        .map(|field| field.name.clone());
    let fact = ContractFact::Acquired {
        asset: Subject::from(asset),
        provider: asset.owner.clone(),
        consumer: principal.party(),
        scope: Scope {
            duration: Duration::Forever,
            offline_retention: true,
            selection: Selection {
                fields: fields.collect(),
                filters: Vec::new(),
            },
            comment: acquisition.comment,
        },
        price: Money::zero(currency),
        terms_hash: licence.digest(),
    };
    Ok(Decision {
        fact,
        terms: Some(licence),
    })
}

/// A contract that another door concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Which door.
    pub origin: Origin,
    /// Who may use the asset.
    pub consumer: Party,
    /// To what extent.
    pub scope: Scope,
    /// At which price.
    pub price: Money,
    /// With which VAT.
    pub vat: Vat,
    /// On which terms.
    pub terms: Terms,
    /// Until when; none for no end.
    pub expires_at: Option<Timestamp>,
}

/// Another door leads to a contract in force: a finished negotiation.
///
/// # Errors
/// Another origin than the dataspace's (the marketplace's contracts are requested, the framework's granted), an actor who does not bind the
/// provider, a consumer of the provider's own side, an end that is not to come.
pub fn open(
    asset: &Asset,
    actor: &Actor,
    opening: Opening,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match actor {
        Actor::System => {}
        Actor::Caller(principal) if !asset.owner.includes(principal) => {
            return Err(Refusal::NotAParty);
        }
        Actor::Caller(principal) if !asset.owner.bound_by(principal) => {
            return Err(Refusal::NotManager);
        }
        Actor::Caller(_) => {}
    }
    let consumer = &opening.consumer;
    if consumer.owner() == asset.owner.owner() || consumer.user == asset.owner.user {
        return Err(Refusal::OwnAsset);
    }
    let invalid = |pointer: &str, rule, detail: &str| -> Vec<Violation> {
        vec![Fault::new(rule, detail).at(pointer)]
    };
    let elsewhere = match opening.origin {
        Origin::Dataspace { .. } => None,
        Origin::Marketplace => Some("a contract of the marketplace is requested or acquired"),
        Origin::Framework { .. } => Some("a contract under a framework agreement is granted"),
    };
    if let Some(detail) = elsewhere {
        return Err(Refusal::Invalid(invalid(
            "/origin",
            Rule::InvalidAsset,
            detail,
        )));
    }
    if opening.expires_at.is_some_and(|end| end <= now) {
        let detail = "takes an end that is still to come";
        return Err(Refusal::Invalid(invalid(
            "/expiresAt",
            Rule::InvalidDuration,
            detail,
        )));
    }
    Ok(Decision {
        fact: ContractFact::Opened {
            origin: opening.origin,
            asset: Subject::from(asset),
            provider: asset.owner.clone(),
            consumer: opening.consumer,
            scope: opening.scope,
            price: opening.price,
            vat: opening.vat,
            terms_hash: opening.terms.digest(),
            effective_at: now,
            expires_at: opening.expires_at,
        },
        terms: Some(opening.terms),
    })
}

/// Visible, and not the caller's own side's.
fn eligible(asset: &Asset, principal: &Principal) -> Result<(), Refusal> {
    if asset.owner.includes(principal) || asset.owner.user == principal.user {
        return Err(Refusal::OwnAsset);
    }
    match asset.definition.access_level {
        AccessLevel::Public | AccessLevel::Private => Ok(()),
        AccessLevel::Confidential => Err(Refusal::NotAParty),
    }
}
