//! An asset on the wire.

use serde::{Deserialize, Serialize};
use sharepact_domain::asset::{AccessLevel, Asset, Definition, Entity, Field, FieldType};
use sharepact_domain::fault::{Fault, Rule};
use sharepact_domain::money::{Currency, Money};
use sharepact_domain::terms::Terms;
use sharepact_domain::text::Text;
use utoipa::ToSchema;

use super::PartyView;
use crate::{Check, Problem};

/// A field of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssetField)]
pub struct FieldForm {
    /// Its name, unique in the asset.
    pub name: String,
    /// date, datetime, integer, decimal, boolean, text or category.
    pub r#type: String,
    /// The values of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// What it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl FieldForm {
    fn field(self, pointer: &str, check: &mut Check) -> Option<Field> {
        let invalid = |detail: &str| Err(Fault::new(Rule::InvalidAsset, detail));
        let kind = match (self.r#type.as_str(), self.values) {
            ("category", Some(values)) => Ok(FieldType::Category { values }),
            ("category", None) => invalid("a category takes values"),
            (_, Some(_)) => invalid("only a category takes values"),
            ("date", None) => Ok(FieldType::Date),
            ("datetime", None) => Ok(FieldType::Datetime),
            ("integer", None) => Ok(FieldType::Integer),
            ("decimal", None) => Ok(FieldType::Decimal),
            ("boolean", None) => Ok(FieldType::Boolean),
            ("text", None) => Ok(FieldType::Text),
            (_, None) => {
                invalid("takes date, datetime, integer, decimal, boolean, text or category")
            }
        };
        let kind = check.at(&format!("{pointer}/type"), kind)?;
        let description = self.description.as_deref().map(Text::parse);
        Some(Field {
            name: self.name,
            kind,
            description: check.optional(&format!("{pointer}/description"), description),
        })
    }
}

impl From<&Field> for FieldForm {
    fn from(field: &Field) -> Self {
        let (kind, values) = match &field.kind {
            FieldType::Date => ("date", None),
            FieldType::Datetime => ("datetime", None),
            FieldType::Integer => ("integer", None),
            FieldType::Decimal => ("decimal", None),
            FieldType::Boolean => ("boolean", None),
            FieldType::Text => ("text", None),
            FieldType::Category { values } => ("category", Some(values.clone())),
        };
        Self {
            name: field.name.clone(),
            r#type: kind.to_owned(),
            values,
            description: field.description.as_ref().map(ToString::to_string),
        }
    }
}

/// What an owner would ask for an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceHint {
    /// The net price, a decimal string.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
}

/// What an owner sends to register an asset or to change it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AssetDefinition)]
pub struct AssetBody {
    /// The name that people read.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: Option<String>,
    /// Public, Private or Confidential.
    pub access_level: String,
    /// What it stands for: asset, or unit for a communication unit; asset without it.
    #[serde(default)]
    pub entity: Option<String>,
    /// The licence, CommonMark; needed for Public.
    #[serde(default)]
    pub licence: Option<String>,
    /// The fields, at least one.
    pub fields: Vec<FieldForm>,
    /// What the owner would ask for it.
    #[serde(default)]
    pub price_hint: Option<PriceHint>,
}

impl AssetBody {
    /// The definition, parsed and checked.
    ///
    /// # Errors
    /// Every fault.
    pub fn parse(self) -> Result<Definition, Problem> {
        let mut check = Check::default();
        let name = check.at("/name", Text::parse(&self.name));
        let description = self.description.as_deref().map(Text::parse);
        let description = check.optional("/description", description);
        let level = check.at("/accessLevel", read_level(&self.access_level));
        let entity = self.entity.as_deref().map(read_entity);
        let entity = check.optional("/entity", entity).unwrap_or_default();
        let licence = check.optional("/licence", self.licence.as_deref().map(Terms::parse));
        let fields = self.fields.into_iter().enumerate();
        let fields = fields
            .filter_map(|(index, form)| form.field(&format!("/fields/{index}"), &mut check))
            .collect();
        let price_hint = self.price_hint.and_then(|hint| {
            let currency = check.at("/priceHint/currency", Currency::parse(&hint.currency))?;
            check.at("/priceHint/amount", Money::parse(&hint.amount, currency))
        });
        let definition = check.finish(name.zip(level).map(|(name, access_level)| Definition {
            name,
            description,
            access_level,
            entity,
            licence,
            fields,
            price_hint,
        }))?;
        definition.check().map_err(Problem::from)
    }
}

fn read_level(text: &str) -> Result<AccessLevel, Fault> {
    [
        AccessLevel::Public,
        AccessLevel::Private,
        AccessLevel::Confidential,
    ]
    .into_iter()
    .find(|level| access_level(*level) == text)
    .ok_or_else(|| Fault::new(Rule::InvalidAsset, "takes Public, Private or Confidential"))
}

pub(super) fn read_entity(text: &str) -> Result<Entity, Fault> {
    Entity::parse(text).ok_or_else(|| Fault::new(Rule::InvalidAsset, "takes asset or unit"))
}

pub(super) fn access_level(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::Public => "Public",
        AccessLevel::Private => "Private",
        AccessLevel::Confidential => "Confidential",
    }
}

/// An asset of the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Asset)]
pub struct AssetView {
    /// Its id.
    pub id: String,
    /// The name that people read.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Public, Private or Confidential.
    pub access_level: String,
    /// What it stands for: asset, or unit for a communication unit.
    pub entity: String,
    /// The licence, CommonMark.
    pub licence: Option<String>,
    /// The fields.
    pub fields: Vec<FieldForm>,
    /// What the owner would ask for it.
    pub price_hint: Option<PriceHint>,
    /// Who registered it.
    pub owner: PartyView,
    /// The number of events so far; the entity tag is made of it.
    pub version: u64,
    /// Since when it is registered.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
}

impl From<&Asset> for AssetView {
    fn from(asset: &Asset) -> Self {
        let definition = &asset.definition;
        Self {
            id: asset.id.to_string(),
            name: definition.name.to_string(),
            description: definition.description.as_ref().map(ToString::to_string),
            access_level: access_level(definition.access_level).to_owned(),
            entity: definition.entity.name().to_owned(),
            licence: definition.licence.as_ref().map(ToString::to_string),
            fields: definition.fields.iter().map(FieldForm::from).collect(),
            price_hint: definition.price_hint.map(|hint| PriceHint {
                amount: hint.to_string(),
                currency: hint.currency().code().to_owned(),
            }),
            owner: PartyView::from(&asset.owner),
            version: asset.version,
            created_at: asset.created_at.to_string(),
            updated_at: asset.updated_at.to_string(),
        }
    }
}
