//! The contract as PDF, as far as it can be proved: which bytes showed which version of it, and when.
//!
//! The one rule: a rendering that comes late, or is the same again, changes nothing.

use serde::{Deserialize, Serialize};

use crate::event::{Digest, Event, Fact, Link};
use crate::id::ContractId;
use crate::time::Timestamp;

/// A PDF that was made of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rendering {
    /// The version of the contract that it shows.
    pub contract_version: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length in bytes.
    pub length: u64,
    /// Its key in the bucket.
    pub key: String,
    /// When it was made.
    pub rendered_at: Timestamp,
}

/// The document of a contract: the last of its renderings. Its id is the contract's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// The contract that it shows.
    pub contract: ContractId,
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
    /// The contract was rendered, for the first time or with other bytes than before.
    #[serde(rename = "document.rendered")]
    Rendered {
        /// The contract.
        contract: ContractId,
        /// The version of it that the document shows.
        contract_version: u64,
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
    /// Time alone ends a contract, so that one version may have two documents: of these, the later counts.
    #[must_use]
    pub fn decide(
        recorded: Option<&Self>,
        contract: ContractId,
        rendering: &Rendering,
    ) -> Option<DocumentFact> {
        let news = recorded
            .map(|document| &document.rendering)
            .is_none_or(|last| {
                let same = last.sha256 == rendering.sha256;
                match rendering.contract_version.cmp(&last.contract_version) {
                    std::cmp::Ordering::Less => false,
                    std::cmp::Ordering::Equal => !same && rendering.rendered_at > last.rendered_at,
                    std::cmp::Ordering::Greater => true,
                }
            });
        let Rendering {
            contract_version,
            sha256,
            length,
            key,
            rendered_at: _,
        } = rendering;
        news.then(|| DocumentFact::Rendered {
            contract,
            contract_version: *contract_version,
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
            contract,
            contract_version,
            sha256,
            length,
            key,
        } = event.fact.clone();
        Self {
            contract,
            version: event.sequence,
            head: event.hash,
            rendering: Rendering {
                contract_version,
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
    use uuid::Uuid;

    use super::*;
    use crate::event::verify;
    use crate::id::EventId;
    use crate::party::Author;

    const CONTRACT: ContractId = ContractId::new(Uuid::from_u128(7));

    fn rendering(contract_version: u64, content: u8, second: u8) -> Rendering {
        Rendering {
            contract_version,
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
}
