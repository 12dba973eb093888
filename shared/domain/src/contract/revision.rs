//! Revisions of price and terms, and what changed between two of them.
//!
//! The one rule: a revision is written once and never changed.

use std::time::Duration as Span;

use serde::{Deserialize, Serialize};
use similar::{Algorithm, ChangeTag, TextDiff};

use super::{Contract, ContractFact};
use crate::money::{Money, Vat};
use crate::party::Side;
use crate::terms::Terms;
use crate::text::Note;
use crate::time::Timestamp;

/// How long a comparison may look for the smallest difference before it settles for a larger one.
const PATIENCE: Span = Span::from_millis(200);

/// One version of price and terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// 1 for the draft.
    pub number: u32,
    /// Whose it is.
    pub by: Side,
    /// Since when.
    pub at: Timestamp,
    /// The net price.
    pub price: Money,
    /// The VAT rate.
    pub vat: Vat,
    /// The terms, whole.
    pub terms: Terms,
    /// A word to the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Note>,
}

impl Revision {
    /// The revision that a fact brought: price and terms of the contract after it, with the text
    /// of the terms. None for a fact that brings no revision, or without the text.
    #[must_use]
    pub fn brought_by(
        fact: &ContractFact,
        after: &Contract,
        terms: Option<&Terms>,
    ) -> Option<Self> {
        let comment = match fact {
            ContractFact::Negotiated { comment, .. } => comment.clone(),
            ContractFact::Drafted { .. }
            | ContractFact::Acquired { .. }
            | ContractFact::Opened { .. } => None,
            ContractFact::Requested { .. }
            | ContractFact::Granted { .. }
            | ContractFact::Declined { .. }
            | ContractFact::Signed { .. }
            | ContractFact::Rejected { .. }
            | ContractFact::Activated { .. }
            | ContractFact::Extended { .. }
            | ContractFact::Stopped { .. }
            | ContractFact::Expiring { .. }
            | ContractFact::Expired { .. } => return None,
        };
        let (offer, terms) = after.offer.as_ref().zip(terms)?;
        Some(Self {
            number: offer.revision,
            by: offer.by,
            at: offer.at,
            price: offer.price,
            vat: offer.vat,
            terms: terms.clone(),
            comment,
        })
    }
}

/// What changed between two revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The prices, where they differ.
    pub price: Option<PriceChange>,
    /// The terms line by line, in reading order; empty where they are the same.
    pub terms: Vec<Change>,
}

/// Two prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceChange {
    /// Before.
    pub from: Money,
    /// After.
    pub to: Money,
}

/// A run of lines that stands in both revisions or in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// In both.
    Kept(String),
    /// In the earlier one only.
    Removed(String),
    /// In the later one only.
    Added(String),
}

/// Compares two revisions.
#[must_use]
pub fn difference(from: &Revision, to: &Revision) -> Difference {
    let price = (from.price != to.price).then_some(PriceChange {
        from: from.price,
        to: to.price,
    });
    let terms = if from.terms == to.terms {
        Vec::new()
    } else {
        lines(from.terms.as_str(), to.terms.as_str())
    };
    Difference { price, terms }
}

fn lines(from: &str, to: &str) -> Vec<Change> {
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .timeout(PATIENCE)
        .diff_lines(from, to);
    let mut runs: Vec<(ChangeTag, String)> = Vec::new();
    for change in diff.iter_all_changes() {
        match runs.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            Some(_) | None => runs.push((change.tag(), change.value().to_owned())),
        }
    }
    runs.into_iter()
        .map(|(tag, text)| match tag {
            ChangeTag::Equal => Change::Kept(text),
            ChangeTag::Delete => Change::Removed(text),
            ChangeTag::Insert => Change::Added(text),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn revision(price: &str, terms: &str) -> Revision {
        Revision {
            number: 1,
            by: Side::Provider,
            at: "2026-01-01T00:00:00Z".parse().unwrap(),
            price: Money::parse(price, Currency::parse("EUR").unwrap()).unwrap(),
            vat: Vat::parse("24").unwrap(),
            terms: Terms::parse(terms).unwrap(),
            comment: None,
        }
    }

    #[test]
    fn price_and_terms_are_compared_apart() {
        let first = revision("100", "# Use\nResearch.\nNo resale.\n");
        let second = revision("90", "# Use\nResearch and teaching.\nNo resale.\n");
        let found = difference(&first, &second);
        assert_eq!(found.price.unwrap().to.to_string(), "90.00");
        assert_eq!(
            found.terms,
            [
                Change::Kept("# Use\n".into()),
                Change::Removed("Research.\n".into()),
                Change::Added("Research and teaching.\n".into()),
                Change::Kept("No resale.\n".into()),
            ]
        );
        assert_eq!(
            difference(&first, &first),
            Difference {
                price: None,
                terms: vec![]
            }
        );
    }

    proptest! {
        #[test]
        fn a_difference_gives_both_texts_back(a in "[ab\n]{1,60}x", b in "[ab\n]{1,60}x") {
            let found = difference(&revision("1", &a), &revision("1", &b)).terms;
            let side = |keep: fn(&Change) -> Option<&str>| found.iter().filter_map(keep).collect::<String>();
            if a != b {
                prop_assert_eq!(side(|c| match c { Change::Kept(t) | Change::Removed(t) => Some(t), Change::Added(_) => None }), a);
                prop_assert_eq!(side(|c| match c { Change::Kept(t) | Change::Added(t) => Some(t), Change::Removed(_) => None }), b);
            }
        }
    }
}
