//! A contract on the wire, and the bodies that begin one.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sharepact_domain::contract::{
    Acquisition, Contract, Duration, Ending, Offer, Origin, Phase, Request,
};
use sharepact_domain::id::AssetId;
use sharepact_domain::party::{Party, Principal, Side};
use sharepact_domain::selection::{Condition, Filter};
use sharepact_domain::terms::Terms;
use sharepact_domain::text::Text;
use sharepact_domain::time::Timestamp;
use utoipa::ToSchema;

use crate::{Check, Problem, entity_tag};

/// How long: a whole number of days, or `forever`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationForm {
    /// Days, not yet checked.
    Days(i64),
    /// Without end.
    Forever,
}

impl utoipa::PartialSchema for DurationForm {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
        OneOfBuilder::new()
            .item(
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .minimum(Some(1))
                    .maximum(Some(Duration::MOST_DAYS)),
            )
            .item(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(["forever"])),
            )
            .description(Some("Days of use from activation on, or forever"))
            .into()
    }
}

impl ToSchema for DurationForm {
    fn name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }
}

impl Serialize for DurationForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Days(days) => serializer.serialize_i64(*days),
            Self::Forever => serializer.serialize_str("forever"),
        }
    }
}

impl<'de> Deserialize<'de> for DurationForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl Visitor<'_> for Form {
            type Value = DurationForm;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number of days or \"forever\"")
            }

            fn visit_i64<E: de::Error>(self, days: i64) -> Result<DurationForm, E> {
                Ok(DurationForm::Days(days))
            }

            fn visit_u64<E: de::Error>(self, days: u64) -> Result<DurationForm, E> {
                Ok(DurationForm::Days(i64::try_from(days).unwrap_or(i64::MAX)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<DurationForm, E> {
                match text {
                    "forever" => Ok(DurationForm::Forever),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Form)
    }
}

impl From<Duration> for DurationForm {
    fn from(duration: Duration) -> Self {
        match duration {
            Duration::Days(days) => Self::Days(i64::from(days)),
            Duration::Forever => Self::Forever,
        }
    }
}

/// A filter: `values`, or `from` and `to` (both included, at least one given).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = Filter)]
pub struct FilterForm {
    /// The field.
    pub field: String,
    /// The lower bound; dates as YYYY-MM-DD, instants as RFC 3339, numbers as decimal strings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The accepted values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}

impl FilterForm {
    fn filter(self, pointer: &str, check: &mut Check) -> Option<Filter> {
        let condition = match (self.values, self.from, self.to) {
            (Some(values), None, None) => Condition::Values { values },
            (None, from, to) => Condition::Range { from, to },
            (Some(_), _, _) => {
                let fault = sharepact_domain::fault::Fault::new(
                    sharepact_domain::fault::Rule::InvalidFilter,
                    "takes values, or from and to, not both",
                );
                return check.at(pointer, Err(fault));
            }
        };
        Some(Filter {
            field: self.field,
            condition,
        })
    }
}

impl From<&Filter> for FilterForm {
    fn from(filter: &Filter) -> Self {
        let (from, to, values) = match filter.condition.clone() {
            Condition::Values { values } => (None, None, Some(values)),
            Condition::Range { from, to } => (from, to, None),
        };
        Self {
            field: filter.field.clone(),
            from,
            to,
            values,
        }
    }
}

/// What a consumer sends to request an asset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ContractRequest)]
pub struct RequestBody {
    /// The asset.
    pub asset_id: String,
    /// How long it is wanted.
    pub duration: DurationForm,
    /// May the consumer keep a local copy, or use the asset within the platform only?
    pub offline_retention: bool,
    /// The fields wanted, at least one of the asset's.
    pub fields: Vec<String>,
    /// The rows wanted; at most one filter a field.
    #[serde(default)]
    pub filters: Vec<FilterForm>,
    /// What for.
    #[serde(default)]
    pub comment: Option<String>,
}

impl RequestBody {
    /// The asset and the request, parsed. Fields and filters are checked against the asset later.
    ///
    /// # Errors
    /// Every fault that shows without the asset.
    pub fn parse(self) -> Result<(AssetId, Request), Problem> {
        let mut check = Check::default();
        let asset = check.at("/assetId", AssetId::parse(&self.asset_id));
        let duration = match self.duration {
            DurationForm::Days(days) => check.at("/duration", Duration::days(days)),
            DurationForm::Forever => Some(Duration::Forever),
        };
        let comment = check.optional("/comment", self.comment.as_deref().map(Text::parse));
        let filters = self.filters.into_iter().enumerate();
        let filters = filters
            .filter_map(|(index, form)| form.filter(&format!("/filters/{index}"), &mut check))
            .collect();
        let value = asset.zip(duration).map(|(asset, duration)| {
            let request = Request {
                duration,
                offline_retention: self.offline_retention,
                fields: self.fields,
                filters,
                comment,
            };
            (asset, request)
        });
        check.finish(value)
    }
}

/// What a consumer may send to acquire a public asset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AcquisitionRequest)]
pub struct AcquisitionBody {
    /// What for.
    #[serde(default)]
    pub comment: Option<String>,
}

impl AcquisitionBody {
    /// The acquisition, parsed.
    ///
    /// # Errors
    /// A comment that cannot be taken.
    pub fn parse(self) -> Result<Acquisition, Problem> {
        let mut check = Check::default();
        let comment = check.optional("/comment", self.comment.as_deref().map(Text::parse));
        check.finish(Some(Acquisition { comment }))
    }
}

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
    /// The asset.
    pub asset_id: String,
    /// Its name when the contract began.
    pub asset_name: String,
    /// Who owns the data.
    pub provider: PartyView,
    /// Who wants to use it.
    pub consumer: PartyView,
    /// Days of use from activation on, or forever.
    pub duration: DurationForm,
    /// May the consumer keep a local copy?
    pub offline_retention: bool,
    /// The chosen fields.
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

/// A contract in a list: the same without the text of the terms.
pub type ContractSummary = ContractView;

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
        let scope = &contract.scope;
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
            asset_id: contract.asset.id.to_string(),
            asset_name: contract.asset.name.to_string(),
            provider: PartyView::from(&contract.provider),
            consumer: PartyView::from(&contract.consumer),
            duration: scope.duration.into(),
            offline_retention: scope.offline_retention,
            fields: scope.selection.fields.clone(),
            filters: scope
                .selection
                .filters
                .iter()
                .map(FilterForm::from)
                .collect(),
            comment: scope.comment.as_ref().map(ToString::to_string),
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

    /// The entity tag of the contract at `now`.
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

impl From<&Contract> for AcquiredAsset {
    fn from(contract: &Contract) -> Self {
        Self {
            id: contract.asset.id.to_string(),
            name: contract.asset.name.to_string(),
            access_level: super::asset::access_level(contract.asset.access_level).to_owned(),
            provider: PartyView::from(&contract.provider),
            contract_id: contract.id.to_string(),
            fields: contract.scope.selection.fields.clone(),
            filters: contract
                .scope
                .selection
                .filters
                .iter()
                .map(FilterForm::from)
                .collect(),
            offline_retention: contract.scope.offline_retention,
            effective_at: contract.effective_at.map(|at| at.to_string()),
            expires_at: contract.expires_at.map(|at| at.to_string()),
        }
    }
}
