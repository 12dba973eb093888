//! What an agreement permits: the kind of thing that is shared, how far, which data, who pays, and how long.
//!
//! The one rule: a frame is fixed when the agreement is proposed; whatever hangs from the agreement lies within it.

use std::collections::BTreeSet;
use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::asset::Entity;
use crate::fault::{Fault, Rule, Violation};
use crate::party::Side;
use crate::time::Timestamp;

/// The most value propositions, or types of messages, of one agreement.
const MOST_KEYWORDS: usize = 100;
/// The most fields that a partial sharing names.
const MOST_FIELDS: usize = 500;
/// The longest agreement with an end: a hundred years.
const LONGEST: TimeDelta = TimeDelta::days(36_500);

/// The name of a value proposition or of a type of message, from the deployment's closed list where it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Keyword(String);

impl Keyword {
    /// Checks a name.
    ///
    /// # Errors
    /// [`Rule::InvalidKeyword`] for anything but 1 to 64 letters, digits and `. _ : -`, a letter or digit first.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fits = (1..=64).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c));
        match fits {
            true => Ok(Self(text.to_owned())),
            false => Err(Fault::new(
                Rule::InvalidKeyword,
                "takes 1 to 64 letters, digits and . _ : -, a letter or a digit first",
            )),
        }
    }

    /// The name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Keyword {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<Keyword> for String {
    fn from(keyword: Keyword) -> Self {
        keyword.0
    }
}

/// How much of an asset's data the consumer gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// All fields.
    Full,
    /// These fields, of every asset that has them.
    Partial(BTreeSet<String>),
    /// All fields, without what names or locates persons: the data plane removes it.
    Anonymised,
}

impl Extent {
    /// `full`, `partial` or `anonymised`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial(_) => "partial",
            Self::Anonymised => "anonymised",
        }
    }

    /// The fields among `fields` that may be used.
    #[must_use]
    pub fn of<'a>(&self, fields: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        match self {
            Self::Full | Self::Anonymised => fields.collect(),
            Self::Partial(chosen) => fields.filter(|field| chosen.contains(*field)).collect(),
        }
    }

    /// Does it give nothing that the other does not give?
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Full) | (Self::Anonymised, Self::Anonymised) => true,
            (Self::Partial(part), Self::Partial(whole)) => part.is_subset(whole),
            (Self::Full | Self::Partial(_), Self::Anonymised)
            | (Self::Full | Self::Anonymised, Self::Partial(_)) => false,
        }
    }
}

/// May the consumer share what it received?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Onward {
    /// No.
    None,
    /// With others, who may not share it again.
    Once,
    /// With others, who may share it again if their own agreements say so.
    Unlimited,
}

impl Onward {
    /// `none`, `once` or `unlimited`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Once => "once",
            Self::Unlimited => "unlimited",
        }
    }

    /// The grant of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::None, Self::Once, Self::Unlimited]
            .into_iter()
            .find(|onward| onward.name() == name)
    }
}

/// How sessions under the agreement share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sharing {
    /// How much of an asset's data.
    pub extent: Extent,
    /// May an asset have several sessions towards the consumer at once?
    pub overlap: bool,
    /// May the consumer share on?
    pub onward: Onward,
    /// Do sessions start by themselves when their time begins?
    pub automatic_start: bool,
}

/// Everything that is agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// The kind of thing that is shared.
    pub entity: Entity,
    /// How sessions share.
    pub sharing: Sharing,
    /// Does a session need a quota contract?
    pub contract_needed: bool,
    /// The packages of data that the consumer gets, at least one.
    pub value_propositions: BTreeSet<Keyword>,
    /// The types of messages that flow; empty for all that the value propositions hold.
    pub messages: BTreeSet<Keyword>,
    /// Who pays.
    pub payer: Side,
    /// Since when it holds.
    pub valid_from: Timestamp,
    /// Until when; none for no end.
    pub valid_to: Option<Timestamp>,
}

impl Frame {
    /// Checks what no single value shows.
    ///
    /// # Errors
    /// Every fault with its place.
    pub fn check(self, now: Timestamp) -> Result<Self, Vec<Violation>> {
        let mut violations = Vec::new();
        let mut broken = |pointer: &str, rule, detail: String| {
            violations.push(Fault::new(rule, detail).at(pointer));
        };
        if !(1..=MOST_KEYWORDS).contains(&self.value_propositions.len()) {
            let detail = format!("takes 1 to {MOST_KEYWORDS} value propositions");
            broken("/valuePropositions", Rule::InvalidKeyword, detail);
        }
        if self.messages.len() > MOST_KEYWORDS {
            let detail = format!("takes at most {MOST_KEYWORDS} types of messages");
            broken("/messages", Rule::InvalidKeyword, detail);
        }
        if let Extent::Partial(fields) = &self.sharing.extent {
            let named = |field: &String| (1..=128).contains(&field.chars().count());
            if !(1..=MOST_FIELDS).contains(&fields.len()) || !fields.iter().all(named) {
                let detail = format!(
                    "a partial sharing names 1 to {MOST_FIELDS} fields of 1 to 128 characters"
                );
                broken("/sharing/fields", Rule::EmptySelection, detail);
            }
        }
        if let Some(to) = self.valid_to {
            if to <= self.valid_from.max(now) {
                let detail = "takes an instant to come, after the beginning".to_owned();
                broken("/validTo", Rule::InvalidTerm, detail);
            } else if self.valid_from.plus(LONGEST).is_none_or(|last| last < to) {
                let detail = "takes an instant within a hundred years, or nothing".to_owned();
                broken("/validTo", Rule::InvalidTerm, detail);
            }
        }
        match violations.is_empty() {
            true => Ok(self),
            false => Err(violations),
        }
    }

    /// May what one shares under this frame come from what one received under `source`? Onward sharing narrows, and
    /// never widens.
    #[must_use]
    pub fn is_within(&self, source: &Self) -> bool {
        let messages = source.messages.is_empty()
            || (!self.messages.is_empty() && self.messages.is_subset(&source.messages));
        self.sharing.extent.is_within(&source.sharing.extent)
            && self
                .value_propositions
                .is_subset(&source.value_propositions)
            && messages
    }
}
