//! What was looked at, and what came of it.
//!
//! The one rule: what was not looked at is unknown, and never taken for good.

use std::fmt;

use serde::Serialize;

use super::Kind;
use crate::document::Document;
use crate::event::Digest;

/// What a check is about, in the order in which checks are made: what names the altered thing most exactly comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Name {
    /// An event: its place, its content's hash, and the link to the event before.
    Event,
    /// The text of terms that an event names.
    Terms,
    /// That the document shows this contract.
    Document,
    /// An event's way up to the root of its tree.
    Anchor,
    /// What several events say of one root.
    Root,
    /// The digest over the whole file.
    Digest,
    /// What the chain says of a root.
    Chain,
    /// What the service keeps as present state.
    State,
    /// The PDF.
    Pdf,
}

impl Name {
    /// The name on the wire.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Terms => "terms",
            Self::Document => "document",
            Self::Anchor => "anchor",
            Self::Root => "root",
            Self::Digest => "digest",
            Self::Chain => "chain",
            Self::State => "state",
            Self::Pdf => "pdf",
        }
    }
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is as it was recorded.
    Holds,
    /// It is not.
    Fails,
    /// It could not be looked at, or there is nothing to look at yet.
    Unknown,
}

impl Verdict {
    /// The verdict on the wire.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Unknown => "unknown",
        }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What it is about.
    pub name: Name,
    /// Whose event it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Kind>,
    /// Which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// What came of it.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub says: String,
}

impl Check {
    /// A check of the whole.
    pub(super) fn whole(name: Name, verdict: Verdict, says: impl Into<String>) -> Self {
        Self {
            name,
            aggregate: None,
            sequence: None,
            verdict,
            says: says.into(),
        }
    }

    /// A check about an event.
    pub(super) fn about(
        name: Name,
        (aggregate, sequence): (Kind, u64),
        verdict: Verdict,
        says: impl Into<String>,
    ) -> Self {
        Self {
            aggregate: Some(aggregate),
            sequence: Some(sequence),
            ..Self::whole(name, verdict, says)
        }
    }

    /// Whether the document that is kept is the one that was recorded last; `found` is the SHA-256 of what was `read`.
    #[must_use]
    pub fn stored(document: Option<&Document>, found: Option<Digest>, read: bool) -> Self {
        let Some(document) = document else {
            let says = "the contract was never rendered as PDF";
            return Self::whole(Name::Pdf, Verdict::Unknown, says);
        };
        let (verdict, says) = match (read, found) {
            (false, _) => (Verdict::Unknown, "the bucket did not hand the PDF out"),
            (true, None) => (
                Verdict::Fails,
                "the PDF that was recorded is not in the bucket",
            ),
            (true, Some(found)) if found == document.rendering.sha256 => (
                Verdict::Holds,
                "the PDF in the bucket is the one that was recorded last",
            ),
            (true, Some(_)) => (
                Verdict::Fails,
                "the PDF in the bucket is not the one that was recorded: it was altered",
            ),
        };
        Self::about(Name::Pdf, (Kind::Document, document.version), verdict, says)
    }

    /// The same of whatever holds, or else says why not.
    pub(super) fn of(name: Name, place: (Kind, u64), outcome: Result<String, String>) -> Self {
        match outcome {
            Ok(says) => Self::about(name, place, Verdict::Holds, says),
            Err(says) => Self::about(name, place, Verdict::Fails, says),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, event) = (self.name.text(), Name::Event.text());
        match (self.aggregate, self.sequence) {
            (Some(kind), Some(sequence)) if self.name == Name::Event => {
                write!(f, "{name} {sequence} of the {}", kind.name())
            }
            (Some(kind), Some(sequence)) => {
                write!(f, "{name}: {event} {sequence} of the {}", kind.name())
            }
            (Some(kind), None) => write!(f, "{name} of the {}", kind.name()),
            (None, Some(_) | None) => f.write_str(name),
        }
    }
}

/// All checks, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The checks.
    pub checks: Vec<Check>,
}

impl Report {
    /// Does nothing fail?
    #[must_use]
    pub fn holds(&self) -> bool {
        self.first_failure().is_none()
    }

    /// The first thing that was altered.
    #[must_use]
    pub fn first_failure(&self) -> Option<&Check> {
        let mut failures = self.checks.iter();
        failures.find(|check| check.verdict == Verdict::Fails)
    }
}
