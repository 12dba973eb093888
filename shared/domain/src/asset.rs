//! Assets: the minimal register of what contracts are about.
//!
//! The one rule: an asset belongs to whoever registered its id first, and only its owner's side
//! changes it. Contracts keep a snapshot, so a change never reaches a contract that exists.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::event::{Digest, Event, Fact, Link};
use crate::fault::{Fault, Rule, Violation};
use crate::id::AssetId;
use crate::money::Money;
use crate::party::{Party, Principal};
use crate::terms::Terms;
use crate::text::{Line, Note, Text};
use crate::time::Timestamp;

/// The most fields of an asset.
const MOST_FIELDS: usize = 500;
/// The most values of a category.
const MOST_VALUES: usize = 500;
/// The largest definition, in bytes of JSON: an item of the table holds it with room to spare.
const LARGEST: usize = 150_000;
/// The longest licence, in characters. Shorter than terms: it stands in the asset itself.
const LONGEST_LICENCE: usize = 20_000;
/// What a field's name must be.
type FieldName = Text<128, false>;
/// Words that are routes below `/assets` and so can be no ids.
const RESERVED: [&str; 2] = ["pending", "acquired"];

/// Who may have an asset, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessLevel {
    /// Under a public licence: anyone acquires it at once.
    Public,
    /// By contract: anyone sees it and may request it.
    Private,
    /// Seen by its owner's side only; nobody can request it.
    Confidential,
}

/// What an asset of the register stands for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Entity {
    /// Something that data is about, such as a vehicle or a data set.
    #[default]
    Asset,
    /// A communication unit that is mounted on something, and sends what it sends wherever that is.
    Unit,
}

impl Entity {
    /// `asset` or `unit`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Unit => "unit",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Asset, Self::Unit]
            .into_iter()
            .find(|entity| entity.name() == name)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_asset(&self) -> bool {
        *self == Self::Asset
    }
}

/// The type of a field, which decides the filters it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum FieldType {
    /// A calendar day, `2025-01-31`.
    Date,
    /// An instant, RFC 3339.
    Datetime,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// Free text.
    Text,
    /// One of a closed list of values.
    Category {
        /// The values.
        values: Vec<String>,
    },
}

impl FieldType {
    /// The type in words, for refusals.
    #[must_use]
    pub fn described(&self) -> String {
        match self {
            Self::Date => "a date (YYYY-MM-DD)".to_owned(),
            Self::Datetime => "an instant (RFC 3339, or a date YYYY-MM-DD)".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::Decimal => "a decimal number".to_owned(),
            Self::Boolean => "true or false".to_owned(),
            Self::Text => "a text of 1 to 200 characters".to_owned(),
            Self::Category { values } => {
                let mut shown: Vec<_> = values.iter().map(String::as_str).take(20).collect();
                if values.len() > shown.len() {
                    shown.push("…");
                }
                format!("one of {}", shown.join(", "))
            }
        }
    }
}

/// One field of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Its name, unique in the asset.
    pub name: String,
    /// Its type.
    #[serde(flatten)]
    pub kind: FieldType,
    /// What it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<500>>,
}

/// What an owner says of an asset. Checked by [`Definition::check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// The name that people read.
    pub name: Line,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Note>,
    /// Who may have it.
    pub access_level: AccessLevel,
    /// What it stands for.
    #[serde(default, skip_serializing_if = "Entity::is_asset")]
    pub entity: Entity,
    /// The licence, in CommonMark; the terms of an acquisition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Terms>,
    /// The fields, at least one.
    pub fields: Vec<Field>,
    /// What the owner would ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_hint: Option<Money>,
}

impl Definition {
    /// Checks what no single value shows.
    ///
    /// # Errors
    /// Every fault with its place.
    pub fn check(self) -> Result<Self, Vec<Violation>> {
        let invalid = |detail: &str| Fault::new(Rule::InvalidAsset, detail);
        let mut violations = Vec::new();
        match (&self.licence, self.access_level) {
            (None, AccessLevel::Public) => {
                let fault =
                    invalid("a Public asset needs a licence: it is the terms of its acquisition");
                violations.push(fault.at("/licence"));
            }
            (Some(licence), _) if licence.as_str().chars().count() > LONGEST_LICENCE => {
                let fault = Fault::new(
                    Rule::TermsTooLong,
                    format!("a licence takes at most {LONGEST_LICENCE} characters"),
                );
                violations.push(fault.at("/licence"));
            }
            (_, _) => {}
        }
        if !(1..=MOST_FIELDS).contains(&self.fields.len()) {
            let fault = invalid(&format!("takes 1 to {MOST_FIELDS} fields"));
            violations.push(fault.at("/fields"));
        }
        let mut names = HashSet::new();
        for (index, field) in self.fields.iter().enumerate() {
            let named = FieldName::parse(&field.name).is_ok_and(|name| name.as_str() == field.name);
            if !named {
                let fault =
                    invalid("a field's name takes 1 to 128 characters, trimmed, on one line");
                violations.push(fault.at(format!("/fields/{index}/name")));
            } else if !names.insert(field.name.as_str()) {
                let fault = Fault::new(Rule::DuplicateField, "another field has this name");
                violations.push(fault.at(format!("/fields/{index}/name")));
            }
            if let FieldType::Category { values } = &field.kind {
                let distinct: HashSet<_> = values.iter().collect();
                let fit = values
                    .iter()
                    .all(|value| Line::parse(value).is_ok_and(|line| line.as_str() == value));
                if !(1..=MOST_VALUES).contains(&values.len())
                    || distinct.len() < values.len()
                    || !fit
                {
                    let fault = invalid(&format!(
                        "a category takes 1 to {MOST_VALUES} distinct values of 1 to 200 characters, \
                         trimmed, on one line"
                    ));
                    violations.push(fault.at(format!("/fields/{index}/values")));
                }
            }
        }
        let size = serde_json::to_vec(&self).map_or(usize::MAX, |json| json.len());
        if violations.is_empty() && size > LARGEST {
            let fault = invalid(&format!(
                "the definition takes at most {LARGEST} bytes, not {size}"
            ));
            violations.push(fault.at(""));
        }
        if violations.is_empty() {
            Ok(self)
        } else {
            Err(violations)
        }
    }
}

/// A registered asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// The provider: who registered it.
    pub owner: Party,
    /// What the owner says of it.
    #[serde(flatten)]
    pub definition: Definition,
    /// Since when it is registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What can happen to an asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum AssetFact {
    /// Somebody registered it.
    #[serde(rename = "asset.registered", rename_all = "camelCase")]
    Registered {
        /// Who.
        owner: Party,
        /// As what.
        definition: Definition,
    },
    /// Its owner's side changed it.
    #[serde(rename = "asset.revised", rename_all = "camelCase")]
    Revised {
        /// To what.
        definition: Definition,
    },
}

impl Fact for AssetFact {
    const AGGREGATE: &'static str = "asset";

    fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "asset.registered",
            Self::Revised { .. } => "asset.revised",
        }
    }
}

/// Why an asset cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterRefusal {
    /// The id belongs to somebody else.
    Taken,
    /// Only the organisation's manager offers what is the organisation's.
    NotManager,
}

impl Asset {
    /// Reads the id of an asset to register.
    ///
    /// # Errors
    /// [`Rule::InvalidId`] also for the words that are routes.
    pub fn new_id(text: &str) -> Result<AssetId, Fault> {
        if RESERVED.contains(&text) {
            return Err(Fault::new(
                Rule::InvalidId,
                format!("{} are reserved words", RESERVED.join(" and ")),
            ));
        }
        AssetId::parse(text)
    }

    /// Registers or changes an asset; `None` where it is already so.
    ///
    /// # Errors
    /// When the id is somebody else's, or the caller does not bind the owner.
    pub fn register(
        existing: Option<&Self>,
        principal: &Principal,
        definition: Definition,
    ) -> Result<Option<AssetFact>, RegisterRefusal> {
        match existing {
            None if !principal.binds() => Err(RegisterRefusal::NotManager),
            None => Ok(Some(AssetFact::Registered {
                owner: principal.party(),
                definition,
            })),
            Some(asset) if !asset.owner.includes(principal) => Err(RegisterRefusal::Taken),
            Some(asset) if !asset.owner.bound_by(principal) => Err(RegisterRefusal::NotManager),
            Some(asset) if asset.definition == definition => Ok(None),
            Some(_) => Ok(Some(AssetFact::Revised { definition })),
        }
    }

    /// Where the next event goes.
    #[must_use]
    pub fn link(&self) -> Link {
        Link {
            sequence: self.version + 1,
            previous_hash: Some(self.head),
        }
    }

    /// The asset after an event; `None` when a change has nothing to change.
    #[must_use]
    pub fn after(asset: Option<Self>, id: &AssetId, event: &Event<AssetFact>) -> Option<Self> {
        let (owner, definition, created_at) = match (&event.fact, asset) {
            (AssetFact::Registered { owner, definition }, _) => {
                (owner.clone(), definition.clone(), event.occurred_at)
            }
            (AssetFact::Revised { definition }, Some(asset)) => {
                (asset.owner, definition.clone(), asset.created_at)
            }
            (AssetFact::Revised { .. }, None) => return None,
        };
        Some(Self {
            id: id.clone(),
            version: event.sequence,
            head: event.hash,
            owner,
            definition,
            created_at,
            updated_at: event.occurred_at,
        })
    }

    /// May the caller see it? Confidential assets are for their owner's side and operators.
    #[must_use]
    pub fn visible_to(&self, principal: &Principal) -> bool {
        match self.definition.access_level {
            AccessLevel::Public | AccessLevel::Private => true,
            AccessLevel::Confidential => self.owner.includes(principal) || principal.is_operator(),
        }
    }
}
