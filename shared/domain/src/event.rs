//! The envelope of every event, and the chain that ties an aggregate's events together.
//!
//! The one rule: an event's hash is SHA-256 over its canonical JSON (RFC 8785) without the hash
//! itself, and that JSON names the hash before it; so no event can be altered, removed or moved
//! without every later hash changing.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::id::EventId;
use crate::party::Author;
use crate::time::Timestamp;
use crate::trace::TraceParent;

/// A SHA-256 digest; 64 lower-case hexadecimal digits outside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// Takes the digest's bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no digest.
#[derive(Debug, Error)]
#[error("a digest has 64 lower-case hexadecimal digits")]
pub struct NoDigest;

impl TryFrom<String> for Digest {
    type Error = NoDigest;

    fn try_from(text: String) -> Result<Self, NoDigest> {
        let mut bytes = [0; 32];
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NoDigest);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().try_fold(0, |value: u8, digit| match digit {
                b'0'..=b'9' => Ok(value << 4 | (digit - b'0')),
                b'a'..=b'f' => Ok(value << 4 | (digit - b'a' + 10)),
                _ => Err(NoDigest),
            })?;
        }
        Ok(Self(bytes))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// What happened, as one kind of aggregate tells it. Serialised with `type` and `data`.
pub trait Fact: Serialize + DeserializeOwned + Clone + PartialEq + fmt::Debug {
    /// The kind of aggregate: `contract`, `asset`, `wallet`.
    const AGGREGATE: &'static str;

    /// The event's name, a fact in the past tense: `contract.signed`.
    fn name(&self) -> &'static str;
}

/// The aggregate that an event belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Aggregate {
    /// `contract`, `asset`, `wallet`.
    pub kind: String,
    /// The aggregate's id.
    pub id: String,
}

/// One event: a fact, who caused it, when, and its place in the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound = "F: Fact")]
pub struct Event<F> {
    /// The event's own id.
    pub id: EventId,
    /// The name and the data.
    #[serde(flatten)]
    pub fact: F,
    /// The version of the data's form.
    pub version: u16,
    /// What it happened to.
    pub aggregate: Aggregate,
    /// 1 for an aggregate's first event, without gaps; equal to the aggregate's version after it.
    pub sequence: u64,
    /// When.
    pub occurred_at: Timestamp,
    /// Who caused it.
    pub actor: Author,
    /// The hash of the event before it; none for the first.
    pub previous_hash: Option<Digest>,
    /// SHA-256 over the canonical JSON of all of the above.
    pub hash: Digest,
    /// Which request caused it, where that is known. It travels beside the event, unhashed.
    #[serde(skip)]
    pub trace: Option<TraceParent>,
}

/// Where in an aggregate's chain the next event goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The sequence of the next event.
    pub sequence: u64,
    /// The hash of the last event.
    pub previous_hash: Option<Digest>,
}

impl Link {
    /// The place of an aggregate's first event.
    pub const FIRST: Self = Self {
        sequence: 1,
        previous_hash: None,
    };
}

/// An event whose JSON cannot be made. It does not happen with the facts of this crate.
#[derive(Debug, Error)]
#[error("an event could not be written as canonical JSON")]
pub struct SealError(#[source] serde_json::Error);

impl<F: Fact> Event<F> {
    /// Puts a fact into its envelope and computes its hash.
    ///
    /// # Errors
    /// Only when the fact cannot be written as JSON.
    pub fn seal(
        fact: F,
        id: EventId,
        aggregate: impl Into<String>,
        link: Link,
        actor: Author,
        occurred_at: Timestamp,
    ) -> Result<Self, SealError> {
        let mut event = Self {
            id,
            fact,
            version: 1,
            aggregate: Aggregate {
                kind: F::AGGREGATE.to_owned(),
                id: aggregate.into(),
            },
            sequence: link.sequence,
            occurred_at,
            actor,
            previous_hash: link.previous_hash,
            hash: Digest([0; 32]),
            trace: None,
        };
        event.hash = event.digest()?;
        Ok(event)
    }

    /// The same, caused by the request of this trace.
    #[must_use]
    pub fn traced(mut self, trace: Option<TraceParent>) -> Self {
        self.trace = trace;
        self
    }

    /// The hash that the event's content asks for.
    ///
    /// # Errors
    /// Only when the event cannot be written as JSON.
    pub fn digest(&self) -> Result<Digest, SealError> {
        let mut json = serde_json::to_value(self).map_err(SealError)?;
        if let Some(members) = json.as_object_mut() {
            members.remove("hash");
        }
        let bytes = serde_json_canonicalizer::to_vec(&json).map_err(SealError)?;
        Ok(Digest(Sha256::digest(bytes).into()))
    }

    /// The canonical JSON of the whole event, hash included: what is stored and published.
    ///
    /// # Errors
    /// Only when the event cannot be written as JSON.
    pub fn canonical(&self) -> Result<String, SealError> {
        serde_json_canonicalizer::to_string(self).map_err(SealError)
    }
}

/// Why a sequence of events is not one aggregate's unaltered history.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Broken {
    /// An event is missing, repeated or out of order.
    #[error("event {found} stands where event {expected} belongs")]
    Sequence {
        /// The sequence that belongs here.
        expected: u64,
        /// The sequence that stands here.
        found: u64,
    },
    /// An event names another hash before it than the event before it has.
    #[error("event {0} does not follow the event before it")]
    Link(u64),
    /// An event belongs to another aggregate than the first.
    #[error("event {0} belongs to something else")]
    Foreign(u64),
    /// An event's content does not have its hash.
    #[error("event {0} was altered")]
    Hash(u64),
}

/// Checks that `events` are one aggregate's history from its first event on, unaltered. That none
/// is missing at the end only the aggregate's own version and head can tell.
///
/// # Errors
/// Names the first event that does not hold.
pub fn verify<F: Fact>(events: &[Event<F>]) -> Result<(), Broken> {
    let mut link = Link::FIRST;
    for event in events {
        if event.sequence != link.sequence {
            return Err(Broken::Sequence {
                expected: link.sequence,
                found: event.sequence,
            });
        }
        if event.previous_hash != link.previous_hash {
            return Err(Broken::Link(event.sequence));
        }
        if events
            .first()
            .is_some_and(|first| first.aggregate != event.aggregate)
        {
            return Err(Broken::Foreign(event.sequence));
        }
        if event.digest().ok() != Some(event.hash) {
            return Err(Broken::Hash(event.sequence));
        }
        link = Link {
            sequence: event.sequence + 1,
            previous_hash: Some(event.hash),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::Author;
    use uuid::Uuid;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type", content = "data")]
    enum Happened {
        #[serde(rename = "thing.made")]
        Made { name: String },
    }

    impl Fact for Happened {
        const AGGREGATE: &'static str = "thing";
        fn name(&self) -> &'static str {
            "thing.made"
        }
    }

    fn chain(length: u64) -> Vec<Event<Happened>> {
        let mut link = Link::FIRST;
        (1..=length)
            .map(|sequence| {
                let event = Event::seal(
                    Happened::Made {
                        name: format!("é{sequence}"),
                    },
                    EventId::new(Uuid::from_u128(u128::from(sequence))),
                    "1",
                    link,
                    Author::System,
                    "2026-01-01T00:00:00Z".parse().unwrap(),
                )
                .unwrap();
                link = Link {
                    sequence: sequence + 1,
                    previous_hash: Some(event.hash),
                };
                event
            })
            .collect()
    }

    #[test]
    fn a_chain_holds_and_reads_back_from_its_canonical_json() {
        let events = chain(4);
        assert_eq!(verify(&events), Ok(()));
        let read: Vec<Event<Happened>> = events
            .iter()
            .map(|event| serde_json::from_str(&event.canonical().unwrap()).unwrap())
            .collect();
        assert_eq!(read, events);
    }

    #[test]
    fn alteration_removal_and_order_are_noticed() {
        let mut altered = chain(3);
        altered[1].fact = Happened::Made {
            name: "other".to_owned(),
        };
        assert_eq!(verify(&altered), Err(Broken::Hash(2)));

        let mut resealed = chain(3);
        resealed[1].fact = Happened::Made {
            name: "other".to_owned(),
        };
        resealed[1].hash = resealed[1].digest().unwrap();
        assert_eq!(verify(&resealed), Err(Broken::Link(3)));

        let mut removed = chain(3);
        removed.remove(1);
        assert_eq!(
            verify(&removed),
            Err(Broken::Sequence {
                expected: 2,
                found: 3
            })
        );
    }

    #[test]
    fn the_hash_is_over_the_documented_bytes() {
        let event = &chain(1)[0];
        let text = event.canonical().unwrap();
        let without = text.replace(&format!("\"hash\":\"{}\",", event.hash), "");
        assert_ne!(text, without);
        assert_eq!(Digest(Sha256::digest(without).into()), event.hash);
    }
}
