//! Evidence: all that is recorded of a contract, in one file that proves itself.
//!
//! | module | owns |
//! | --- | --- |
//! | `check` | what was looked at, and what came of it |
//! | `verification` | evidence → checks, with no service at hand |
//! | `anchoring` | the part of it about proofs, roots and what a chain says of them |
//! | `standing` | the part of it that only the service can do: what it keeps against what it recorded |
//!
//! The one rule: the file is canonical JSON (RFC 8785) of what stands here and of nothing else, so that there is one
//! spelling of it and a digest over all of it.

mod anchoring;
mod check;
mod standing;
mod verification;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::event::Digest;
use crate::id::ContractId;
use crate::ledger::anchor::Anchor;

pub use anchoring::Witness;
pub use check::{Check, Name, Report, Verdict};
pub use standing::{Kept, standing};
pub use verification::{Outside, Registry, verify};

/// The form of the file, and its version.
pub const FORMAT: &str = "sharepact-evidence/1";

/// The aggregates that evidence tells of. Both have the contract's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The contract.
    Contract,
    /// Its document.
    Document,
}

impl Kind {
    /// Both, in their order.
    pub const ALL: [Self; 2] = [Self::Contract, Self::Document];

    /// The name that events give it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Document => "document",
        }
    }
}

/// An event's anchor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Anchored {
    /// Whose event.
    pub aggregate: Kind,
    /// Which one.
    pub sequence: u64,
    /// Where its hash is.
    pub anchor: Anchor,
}

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    format: String,
    /// The contract.
    pub contract: ContractId,
    /// Its events, whole, as they were recorded.
    pub events: Vec<Value>,
    /// Its document's events.
    pub document: Vec<Value>,
    /// The terms that events name, by SHA-256 of the text; none where they were left out.
    pub terms: Option<BTreeMap<String, String>>,
    /// The anchors, by aggregate and sequence; an event that is not here waits for one.
    pub anchors: Vec<Anchored>,
    /// SHA-256 over the canonical JSON of all of the above.
    pub digest: Digest,
}

/// What evidence is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The contract.
    pub contract: ContractId,
    /// The contract's events, as they were recorded.
    pub events: Vec<String>,
    /// Its document's events, as they were recorded.
    pub document: Vec<String>,
    /// The texts of its terms; none to leave them out.
    pub terms: Option<Vec<String>>,
    /// The anchors of both, in any order.
    pub anchors: Vec<Anchored>,
}

/// Something recorded that cannot be read, or written, as JSON.
#[derive(Debug, Error)]
#[error("what is recorded is no JSON")]
pub struct NoJson(#[source] serde_json::Error);

/// Why a file is no evidence that can be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    NoJson(String),
    /// It is JSON, and not what it should be.
    #[error("it is no evidence: {0}")]
    NoEvidence(String),
    /// It is of a form that this program does not know.
    #[error("its form is {0:?}, and this program knows {FORMAT:?}")]
    OtherFormat(String),
    /// It is not in canonical form: somebody wrote it anew.
    #[error(
        "it is not written as it was issued (canonical JSON, RFC 8785), from byte {0} on: somebody or something wrote \
         it anew"
    )]
    Rewritten(usize),
}

impl Evidence {
    /// Puts evidence together.
    ///
    /// # Errors
    /// When a recorded event is no JSON.
    pub fn of(parts: Parts) -> Result<Self, NoJson> {
        let Parts {
            contract,
            events,
            document,
            terms,
            mut anchors,
        } = parts;
        let read = |texts: Vec<String>| {
            let values = texts.iter().map(|text| serde_json::from_str(text));
            values.collect::<Result<Vec<Value>, _>>().map_err(NoJson)
        };
        anchors.sort_by_key(|anchored| (anchored.aggregate, anchored.sequence));
        let mut evidence = Self {
            format: FORMAT.to_owned(),
            contract,
            events: read(events)?,
            document: read(document)?,
            terms: terms.map(|texts| {
                let named = texts
                    .into_iter()
                    .map(|text| (hash(&text).to_string(), text));
                named.collect()
            }),
            anchors,
            digest: Digest::new([0; 32]),
        };
        evidence.digest = evidence.digest()?;
        Ok(evidence)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is not, to the byte, what was issued as evidence of this form. What stands behind it, such as the line
    /// end of an editor, is overlooked.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim_end();
        let json: Value =
            serde_json::from_str(text).map_err(|error| Unreadable::NoJson(error.to_string()))?;
        match json.get("format").and_then(Value::as_str) {
            Some(FORMAT) => {}
            Some(other) => return Err(Unreadable::OtherFormat(other.to_owned())),
            None => {
                let missing = "it has no member `format` that says so".to_owned();
                return Err(Unreadable::NoEvidence(missing));
            }
        }
        let evidence: Self = serde_json::from_str(text)
            .map_err(|error| Unreadable::NoEvidence(error.to_string()))?;
        let canonical = evidence
            .canonical()
            .map_err(|error| Unreadable::NoEvidence(error.to_string()))?;
        if canonical == text {
            return Ok(evidence);
        }
        let same = text.bytes().zip(canonical.bytes());
        let same = same.take_while(|(found, issued)| found == issued).count();
        Err(Unreadable::Rewritten(same))
    }

    /// The file.
    ///
    /// # Errors
    /// Only when it cannot be written as JSON.
    pub fn canonical(&self) -> Result<String, NoJson> {
        serde_json_canonicalizer::to_string(self).map_err(NoJson)
    }

    /// The digest that the content asks for.
    ///
    /// # Errors
    /// Only when it cannot be written as JSON.
    pub fn digest(&self) -> Result<Digest, NoJson> {
        without(&serde_json::to_value(self).map_err(NoJson)?, "digest")
    }

    /// The events of an aggregate.
    #[must_use]
    pub fn events_of(&self, kind: Kind) -> &[Value] {
        match kind {
            Kind::Contract => &self.events,
            Kind::Document => &self.document,
        }
    }
}

/// SHA-256 of a text.
fn hash(text: &str) -> Digest {
    Digest::new(Sha256::digest(text).into())
}

/// SHA-256 over the canonical JSON of an object without one of its members.
fn without(object: &Value, member: &str) -> Result<Digest, NoJson> {
    let mut object = object.clone();
    if let Some(members) = object.as_object_mut() {
        members.remove(member);
    }
    let bytes = serde_json_canonicalizer::to_vec(&object).map_err(NoJson)?;
    Ok(Digest::new(Sha256::digest(bytes).into()))
}
