//! A contract's history on the wire.

use serde::Serialize;
use sharepact_domain::contract::{Change, ContractFact, Difference, Revision};
use sharepact_domain::event::Event;
use utoipa::ToSchema;

use crate::Problem;

/// One event, as it was recorded: the hash is over this very object (canonical JSON, RFC 8785)
/// without `hash`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Event, value_type = Object)]
#[serde(transparent)]
pub struct EventView(serde_json::Value);

impl TryFrom<&Event<ContractFact>> for EventView {
    type Error = Problem;

    fn try_from(event: &Event<ContractFact>) -> Result<Self, Problem> {
        serde_json::to_value(event)
            .map(Self)
            .map_err(|error| Problem::internal(error.to_string()))
    }
}

/// Two prices.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PriceChange)]
pub struct PriceChangeView {
    /// In the earlier revision.
    pub from: String,
    /// In the later one.
    pub to: String,
    /// ISO 4217.
    pub currency: String,
}

/// A run of lines.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TermsChange {
    /// kept, removed or added.
    pub change: String,
    /// The lines.
    pub text: String,
}

/// What changed between two revisions.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Difference)]
pub struct DifferenceView {
    /// The earlier revision's number.
    pub from: u32,
    /// The later one's.
    pub to: u32,
    /// The prices, where they differ.
    pub price: Option<PriceChangeView>,
    /// The terms line by line, in reading order; empty where they are the same.
    pub terms: Vec<TermsChange>,
}

impl DifferenceView {
    /// The difference between two revisions.
    #[must_use]
    pub fn new(from: &Revision, to: &Revision, difference: Difference) -> Self {
        let terms = difference.terms.into_iter().map(|change| {
            let (change, text) = match change {
                Change::Kept(text) => ("kept", text),
                Change::Removed(text) => ("removed", text),
                Change::Added(text) => ("added", text),
            };
            TermsChange {
                change: change.to_owned(),
                text,
            }
        });
        Self {
            from: from.number,
            to: to.number,
            price: difference.price.map(|price| PriceChangeView {
                from: price.from.to_string(),
                to: price.to.to_string(),
                currency: price.to.currency().code().to_owned(),
            }),
            terms: terms.collect(),
        }
    }
}

/// A page of a contract's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = History)]
pub struct HistoryView {
    /// The events, oldest first.
    pub items: Vec<EventView>,
    /// What changed between the revisions `from` and `to`, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<DifferenceView>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}
