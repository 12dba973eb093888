//! A contract on the wire.

use serde::Serialize;
use sharepact_domain::contract::{Contract, Ending, Offer, Origin, Phase, Quota, Scope};
use sharepact_domain::party::{Party, Principal, Side};
use sharepact_domain::terms::Terms;
use sharepact_domain::time::Timestamp;
use utoipa::ToSchema;

use super::{DurationForm, FilterForm};
use crate::entity_tag;

/// One side of a contract.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Party)]
pub struct PartyView {
    /// The user who registered the asset or made the request.
    pub user_id: String,
    /// The organisation that is bound; null for a user on their own.
    pub organization_id: Option<String>,
}

impl From<&Party> for PartyView {
    fn from(party: &Party) -> Self {
        Self {
            user_id: party.user.to_string(),
            organization_id: party.organization.as_ref().map(ToString::to_string),
        }
    }
}

/// Price and terms on the table.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Offer)]
pub struct OfferView {
    /// 1 for the draft, one more for each negotiation.
    pub revision: u32,
    /// Whose offer it is: provider or consumer.
    pub by: String,
    /// The net price, a decimal string.
    pub price: String,
    /// ISO 4217.
    pub currency: String,
    /// The VAT rate in percent, a decimal string.
    pub vat: String,
    /// The VAT on the price.
    pub vat_amount: String,
    /// Price and VAT.
    pub gross: String,
    /// SHA-256 of the terms, hexadecimal.
    pub terms_hash: String,
    /// The terms, CommonMark. Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// Since when.
    pub offered_at: String,
}

impl OfferView {
    fn new(offer: &Offer, terms: Option<&Terms>) -> Self {
        Self {
            revision: offer.revision,
            by: offer.by.name().to_owned(),
            price: offer.price.to_string(),
            currency: offer.price.currency().code().to_owned(),
            vat: offer.vat.to_string(),
            vat_amount: offer.price.vat(offer.vat).to_string(),
            gross: offer.price.gross(offer.vat).to_string(),
            terms_hash: offer.terms_hash.to_string(),
            terms: terms.map(ToString::to_string),
            offered_at: offer.at.to_string(),
        }
    }
}

/// Who accepted which revision, when.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Signature)]
pub struct SignatureView {
    /// The side that accepted the other's offer.
    pub by: String,
    /// The revision that binds both.
    pub revision: u32,
    /// When.
    pub signed_at: String,
}

/// Why a contract ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Ending)]
pub struct EndingView {
    /// The side that ended it; null when time did.
    pub by: Option<String>,
    /// The reason, shown to both sides.
    pub reason: Option<String>,
    /// More about it.
    pub detail: Option<String>,
    /// When.
    pub ended_at: String,
}

impl From<&Ending> for EndingView {
    fn from(ending: &Ending) -> Self {
        Self {
            by: ending.by.map(|side| side.name().to_owned()),
            reason: ending.reason.as_ref().map(ToString::to_string),
            detail: ending.detail.as_ref().map(ToString::to_string),
            ended_at: ending.at.to_string(),
        }
    }
}

/// How many assets may be shared under a contract.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Quota)]
pub struct QuotaView {
    /// The most distinct assets with a session that has not ended.
    pub assets: u32,
    /// What each of them is: asset or unit.
    pub entity: String,
    /// The latest instant to which the contract can be extended; null for none.
    pub not_after: Option<String>,
    /// How many assets have such a session now; told by `GET /contracts/{id}`, null elsewhere.
    pub in_use: Option<u32>,
}

impl From<Quota> for QuotaView {
    fn from(quota: Quota) -> Self {
        Self {
            assets: quota.assets,
            entity: quota.entity.name().to_owned(),
            not_after: quota.not_after.map(|at| at.to_string()),
            in_use: None,
        }
    }
}

/// A contract as the caller sees it now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Contract)]
pub struct ContractView {
    /// Its id, a UUID.
    pub id: String,
    /// Marketplace, Framework or Dataspace.
    pub origin: String,
    /// The status that holds now: an Active contract whose time is over is Expired.
    pub status: String,
    /// Whose turn it is in a negotiation: provider, consumer or null.
    pub turn: Option<String>,
    /// The number of events so far; the entity tag is made of it.
    pub version: u64,
    /// The framework agreement that the contract stands under; null for other origins.
    pub agreement_id: Option<String>,
    /// How many assets may be shared under it; null for other origins.
    pub quota: Option<QuotaView>,
    /// The asset; null for a contract with a quota, under which each asset has a session.
    pub asset_id: Option<String>,
    /// Its name when the contract began.
    pub asset_name: Option<String>,
    /// Who owns the data.
    pub provider: PartyView,
    /// Who wants to use it.
    pub consumer: PartyView,
    /// Days of use from activation on, or forever; null for a contract with a quota, which has its own end.
    pub duration: Option<DurationForm>,
    /// May the consumer keep a local copy?
    pub offline_retention: bool,
    /// The chosen fields; none for a contract with a quota.
    pub fields: Vec<String>,
    /// The chosen rows.
    pub filters: Vec<FilterForm>,
    /// What the consumer wants it for.
    pub comment: Option<String>,
    /// Price and terms, from the draft on.
    pub offer: Option<OfferView>,
    /// The acceptance, from Signed on.
    pub signature: Option<SignatureView>,
    /// By which the provider says the payment can be found.
    pub payment_reference: Option<String>,
    /// Since when it is in force.
    pub effective_at: Option<String>,
    /// Until when; null before activation, and for one without end.
    pub expires_at: Option<String>,
    /// Why it ended.
    pub ending: Option<EndingView>,
    /// What the caller may do now.
    pub allowed: Vec<String>,
    /// When it began.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

impl ContractView {
    /// The contract as `principal` sees it at `now`; `terms` where their text is wanted.
    #[must_use]
    pub fn new(
        contract: &Contract,
        terms: Option<&Terms>,
        principal: &Principal,
        now: Timestamp,
    ) -> Self {
        let side = |side: Side| side.name().to_owned();
        let scope = contract.scope();
        let asset = contract.asset();
        Self {
            id: contract.id.to_string(),
            origin: match contract.origin {
                Origin::Marketplace => "Marketplace",
                Origin::Framework { .. } => "Framework",
                Origin::Dataspace { .. } => "Dataspace",
            }
            .to_owned(),
            status: contract.status(now).name().to_owned(),
            turn: contract.turn.map(side),
            version: contract.version,
            agreement_id: contract.agreement().map(|id| id.to_string()),
            quota: contract.quota().map(QuotaView::from),
            asset_id: asset.map(|asset| asset.id.to_string()),
            asset_name: asset.map(|asset| asset.name.to_string()),
            provider: PartyView::from(&contract.provider),
            consumer: PartyView::from(&contract.consumer),
            duration: scope.map(|scope| scope.duration.into()),
            offline_retention: scope.is_some_and(|scope| scope.offline_retention),
            fields: scope.map_or(Vec::new(), |scope| scope.selection.fields.clone()),
            filters: scope.map_or(Vec::new(), filters),
            comment: scope
                .and_then(|scope| scope.comment.as_ref())
                .map(ToString::to_string),
            offer: contract
                .offer
                .as_ref()
                .map(|offer| OfferView::new(offer, terms)),
            signature: contract
                .acceptance
                .as_ref()
                .map(|acceptance| SignatureView {
                    by: side(acceptance.by),
                    revision: acceptance.revision,
                    signed_at: acceptance.at.to_string(),
                }),
            payment_reference: contract.payment_reference.as_ref().map(ToString::to_string),
            effective_at: contract.effective_at.map(|at| at.to_string()),
            expires_at: contract.expires_at.map(|at| at.to_string()),
            ending: contract.ending.as_ref().map(EndingView::from),
            allowed: contract
                .allowed(principal, now)
                .into_iter()
                .map(|kind| kind.name().to_owned())
                .collect(),
            created_at: contract.created_at.to_string(),
            updated_at: contract.updated_at.to_string(),
        }
    }

    /// The same, telling how much of its quota is in use.
    #[must_use]
    pub fn using(mut self, used: u32) -> Self {
        if let Some(quota) = &mut self.quota {
            quota.in_use = Some(used);
        }
        self
    }

    /// The entity tag of the contract at `now`. What of a quota is in use is no part of it: an extension need not be read
    /// again for a session.
    #[must_use]
    pub fn tag(contract: &Contract, now: Timestamp) -> String {
        entity_tag(contract.version, contract.phase(now) == Phase::Due)
    }
}

/// An asset that the caller may use, and to what extent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcquiredAsset {
    /// The asset.
    pub id: String,
    /// Its name when the contract began.
    pub name: String,
    /// Public or Private.
    pub access_level: String,
    /// Who owns the data.
    pub provider: PartyView,
    /// The contract that entitles.
    pub contract_id: String,
    /// The fields that may be used.
    pub fields: Vec<String>,
    /// The rows that may be used.
    pub filters: Vec<FilterForm>,
    /// May a local copy be kept?
    pub offline_retention: bool,
    /// Since when.
    pub effective_at: Option<String>,
    /// Until when; null for no end.
    pub expires_at: Option<String>,
}

impl AcquiredAsset {
    /// The asset of a contract that is about one.
    #[must_use]
    pub fn of(contract: &Contract) -> Option<Self> {
        let (asset, scope) = contract.asset().zip(contract.scope())?;
        Some(Self {
            id: asset.id.to_string(),
            name: asset.name.to_string(),
            access_level: super::asset::access_level(asset.access_level).to_owned(),
            provider: PartyView::from(&contract.provider),
            contract_id: contract.id.to_string(),
            fields: scope.selection.fields.clone(),
            filters: filters(scope),
            offline_retention: scope.offline_retention,
            effective_at: contract.effective_at.map(|at| at.to_string()),
            expires_at: contract.expires_at.map(|at| at.to_string()),
        })
    }
}

fn filters(scope: &Scope) -> Vec<FilterForm> {
    let filters = scope.selection.filters.iter();
    filters.map(FilterForm::from).collect()
}
