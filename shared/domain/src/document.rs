//! Contracts and agreements as PDF, as far as it can be proved: which bytes showed which version of what, and when.
//!
//! The one rule: a rendering that comes late, or is the same again, changes nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::{Digest, Event, Fact, Link};
use crate::id::{AgreementId, ContractId};
use crate::time::Timestamp;

/// What a document shows. Its id is the document's too: ids of both kinds are UUIDs, which do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shown {
    /// A contract.
    Contract(ContractId),
    /// A framework agreement.
    Agreement(AgreementId),
}

impl Shown {
    /// `contract` or `framework agreement`, as a reader calls it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Contract(_) => "contract",
            Self::Agreement(_) => "framework agreement",
        }
    }

    /// The contract, where it is one.
    #[must_use]
    pub fn contract(self) -> Option<ContractId> {
        match self {
            Self::Contract(contract) => Some(contract),
            Self::Agreement(_) => None,
        }
    }

    /// A version of it.
    #[must_use]
    pub fn edition(self, version: u64) -> Edition {
        match self {
            Self::Contract(contract) => Edition::Contract {
                contract,
                contract_version: version,
            },
            Self::Agreement(agreement) => Edition::Agreement {
                agreement,
                agreement_version: version,
            },
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contract(contract) => contract.fmt(f),
            Self::Agreement(agreement) => agreement.fmt(f),
        }
    }
}

/// What a document shows, and which version of it, in the words of the event that tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Edition {
    /// A contract.
    Contract {
        /// Which.
        contract: ContractId,
        /// Its version.
        contract_version: u64,
    },
    /// A framework agreement.
    Agreement {
        /// Which.
        agreement: AgreementId,
        /// Its version.
        agreement_version: u64,
    },
}

impl Edition {
    /// What is shown.
    #[must_use]
    pub fn shown(self) -> Shown {
        match self {
            Self::Contract { contract, .. } => Shown::Contract(contract),
            Self::Agreement { agreement, .. } => Shown::Agreement(agreement),
        }
    }

    /// Which version of it.
    #[must_use]
    pub fn version(self) -> u64 {
        match self {
            Self::Contract {
                contract_version, ..
            } => contract_version,
            Self::Agreement {
                agreement_version, ..
            } => agreement_version,
        }
    }
}

/// A PDF that was made of a contract or an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rendering {
    /// The version that it shows. States that were kept while only contracts had documents call it by the other name.
    #[serde(alias = "contractVersion")]
    pub version: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length in bytes.
    pub length: u64,
    /// Its key in the bucket.
    pub key: String,
    /// When it was made.
    pub rendered_at: Timestamp,
}

/// The document of a contract or an agreement: the last of its renderings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// What it shows.
    #[serde(flatten)]
    pub shown: Shown,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// The last rendering.
    pub rendering: Rendering,
}

/// One thing that happened to a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all_fields = "camelCase")]
pub enum DocumentFact {
    /// A contract or an agreement was rendered, for the first time or with other bytes than before.
    #[serde(rename = "document.rendered")]
    Rendered {
        /// What the document shows.
        #[serde(flatten)]
        edition: Edition,
        /// SHA-256 of the document's bytes.
        sha256: Digest,
        /// Its length in bytes.
        length: u64,
        /// Its key in the bucket.
        key: String,
    },
}

impl Fact for DocumentFact {
    const AGGREGATE: &'static str = "document";

    fn name(&self) -> &'static str {
        match self {
            Self::Rendered { .. } => "document.rendered",
        }
    }
}

impl Document {
    /// What a rendering brings about; `None` where a later one is recorded, or the very same.
    ///
    /// Time alone ends a contract or an agreement, so that one version may have two documents: of these, the later counts.
    #[must_use]
    pub fn decide(
        recorded: Option<&Self>,
        shown: Shown,
        rendering: &Rendering,
    ) -> Option<DocumentFact> {
        let news = recorded
            .map(|document| &document.rendering)
            .is_none_or(|last| {
                let same = last.sha256 == rendering.sha256;
                match rendering.version.cmp(&last.version) {
                    std::cmp::Ordering::Less => false,
                    std::cmp::Ordering::Equal => !same && rendering.rendered_at > last.rendered_at,
                    std::cmp::Ordering::Greater => true,
                }
            });
        let Rendering {
            version,
            sha256,
            length,
            key,
            rendered_at: _,
        } = rendering;
        news.then(|| DocumentFact::Rendered {
            edition: shown.edition(*version),
            sha256: *sha256,
            length: *length,
            key: key.clone(),
        })
    }

    /// Where the next event of a document goes.
    #[must_use]
    pub fn link(recorded: Option<&Self>) -> Link {
        recorded.map_or(Link::FIRST, |document| Link {
            sequence: document.version + 1,
            previous_hash: Some(document.head),
        })
    }

    /// The document after an event: the event tells all of it.
    #[must_use]
    pub fn after(event: &Event<DocumentFact>) -> Self {
        let DocumentFact::Rendered {
            edition,
            sha256,
            length,
            key,
        } = event.fact.clone();
        Self {
            shown: edition.shown(),
            version: event.sequence,
            head: event.hash,
            rendering: Rendering {
                version: edition.version(),
                sha256,
                length,
                key,
                rendered_at: event.occurred_at,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::event::verify;
    use crate::id::EventId;
    use crate::party::Author;

    const CONTRACT: Shown = Shown::Contract(ContractId::new(Uuid::from_u128(7)));
    const AGREEMENT: Shown = Shown::Agreement(AgreementId::new(Uuid::from_u128(8)));

    fn rendering(version: u64, content: u8, second: u8) -> Rendering {
        Rendering {
            version,
            sha256: Digest::new([content; 32]),
            length: 1,
            key: String::new(),
            rendered_at: format!("2026-03-01T12:00:{second:02}Z").parse().unwrap(),
        }
    }

    fn record(recorded: Option<&Document>, rendering: &Rendering) -> Option<Event<DocumentFact>> {
        let fact = Document::decide(recorded, CONTRACT, rendering)?;
        let link = Document::link(recorded);
        let id = EventId::new(Uuid::from_u128(u128::from(link.sequence)));
        let at = rendering.rendered_at;
        let event = Event::seal(fact, id, CONTRACT.to_string(), link, Author::System, at);
        Some(event.unwrap())
    }

    #[test]
    fn only_what_is_later_and_other_is_recorded() {
        let first = record(None, &rendering(4, 1, 10)).unwrap();
        let document = Document::after(&first);
        for (version, content, second, expected, what) in [
            (4, 1, 20, false, "the same again"),
            (4, 1, 5, false, "the same, late"),
            (4, 2, 5, false, "another of the same version, late"),
            (4, 2, 10, false, "another of the same version and instant"),
            (4, 2, 20, true, "another of the same version, later"),
            (3, 2, 20, false, "an earlier version"),
            (5, 2, 5, true, "a later version, by an earlier clock"),
            (5, 1, 20, true, "a later version with the same bytes"),
        ] {
            let found = record(Some(&document), &rendering(version, content, second));
            assert_eq!(found.is_some(), expected, "{what}");
        }
    }

    #[test]
    fn renderings_are_a_chain_and_the_last_is_the_document() {
        let mut events = vec![record(None, &rendering(3, 1, 1)).unwrap()];
        for next in [rendering(4, 2, 2), rendering(4, 3, 3), rendering(5, 4, 4)] {
            let document = Document::after(events.last().unwrap());
            events.push(record(Some(&document), &next).unwrap());
        }
        assert_eq!(verify(&events), Ok(()));
        let last = Document::after(events.last().unwrap());
        assert_eq!((last.version, &last.rendering), (4, &rendering(5, 4, 4)));
    }

    /// What stands in histories and in the table, letter by letter.
    #[test]
    fn the_event_of_a_contract_is_what_it_always_was_and_that_of_an_agreement_says_so() {
        let hash = "01".repeat(32);
        for (shown, data) in [
            (
                CONTRACT,
                json!({ "contract": CONTRACT.to_string(), "contractVersion": 4, "sha256": hash, "length": 1, "key": "" }),
            ),
            (
                AGREEMENT,
                json!({ "agreement": AGREEMENT.to_string(), "agreementVersion": 4, "sha256": hash, "length": 1, "key": "" }),
            ),
        ] {
            let fact = Document::decide(None, shown, &rendering(4, 1, 1)).unwrap();
            let told = json!({ "type": "document.rendered", "data": data });
            assert_eq!(serde_json::to_value(&fact).unwrap(), told);
            assert_eq!(serde_json::from_value::<DocumentFact>(told).unwrap(), fact);
        }
        let neither = json!({ "type": "document.rendered",
            "data": { "contractVersion": 4, "sha256": hash, "length": 1, "key": "" } });
        assert!(serde_json::from_value::<DocumentFact>(neither).is_err());
    }

    #[test]
    fn a_state_is_read_as_it_was_kept_before_agreements_had_documents() {
        let document = Document::after(&record(None, &rendering(4, 1, 1)).unwrap());
        let mut kept = serde_json::to_value(&document).unwrap();
        assert_eq!(kept["contract"], CONTRACT.to_string());
        assert_eq!(
            serde_json::from_value::<Document>(kept.clone()).unwrap(),
            document
        );
        let rendering = kept["rendering"].as_object_mut().unwrap();
        let version: Value = rendering.remove("version").unwrap();
        rendering.insert("contractVersion".to_owned(), version);
        assert_eq!(serde_json::from_value::<Document>(kept).unwrap(), document);
    }
}
