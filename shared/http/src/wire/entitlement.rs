//! What a consumer may use, on the wire.
//!
//! The one rule: an asset that nobody knows and one that the caller may not use are answered alike.

use serde::Serialize;
use sharepact_domain::agreement::Keyword;
use sharepact_domain::entitlement::{Grounds, Through};
use sharepact_domain::id::AssetId;
use sharepact_domain::time::Timestamp;
use utoipa::ToSchema;

use super::FilterForm;

/// One reason why an asset may be used, and how far.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Grounds)]
pub struct GroundsView {
    /// The contract on the asset; left out where a session is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<String>,
    /// The session that runs; left out where a contract is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The fields that may be used, and no others.
    pub fields: Vec<String>,
    /// The rows that may be used; all of them where there are none.
    pub filters: Vec<FilterForm>,
    /// Must what names or locates persons be taken out?
    pub anonymised: bool,
    /// The packages of data; none where that is not agreed.
    pub value_propositions: Vec<String>,
    /// The types of messages; none for all that the value propositions hold.
    pub messages: Vec<String>,
    /// May a local copy be kept?
    pub offline_retention: bool,
    /// Until when, as far as anything says so now; null for no end.
    pub until: Option<String>,
}

impl From<&Grounds> for GroundsView {
    fn from(grounds: &Grounds) -> Self {
        let (contract_id, session_id) = match grounds.through {
            Through::Contract(id) => (Some(id.to_string()), None),
            Through::Session(id) => (None, Some(id.to_string())),
        };
        let names = |keywords: &[Keyword]| keywords.iter().map(Keyword::to_string).collect();
        Self {
            contract_id,
            session_id,
            fields: grounds.fields.clone(),
            filters: grounds.filters.iter().map(FilterForm::from).collect(),
            anonymised: grounds.anonymised,
            value_propositions: names(&grounds.value_propositions),
            messages: names(&grounds.messages),
            offline_retention: grounds.offline_retention,
            until: grounds.until.map(|at| at.to_string()),
        }
    }
}

/// May the caller use an asset now?
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Entitlement)]
pub struct EntitlementView {
    /// The asset that was asked for.
    pub asset_id: String,
    /// May it be used now?
    pub entitled: bool,
    /// Why, each by itself; none where it may not.
    pub grounds: Vec<GroundsView>,
    /// The instant that the answer is about.
    pub checked_at: String,
}

impl EntitlementView {
    /// The answer for an asset, of which these grounds hold at `now`.
    #[must_use]
    pub fn new(asset: &AssetId, grounds: &[Grounds], now: Timestamp) -> Self {
        Self {
            asset_id: asset.to_string(),
            entitled: !grounds.is_empty(),
            grounds: grounds.iter().map(GroundsView::from).collect(),
            checked_at: now.to_string(),
        }
    }
}
