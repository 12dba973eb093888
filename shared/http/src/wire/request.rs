//! What a consumer sends to begin a contract, and the forms of its duration and filters.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sharepact_domain::contract::{Acquisition, Duration, Request};
use sharepact_domain::fault::{Fault, Rule};
use sharepact_domain::id::AssetId;
use sharepact_domain::selection::{Condition, Filter};
use sharepact_domain::text::Text;
use utoipa::ToSchema;

use crate::{Check, Problem};

/// How long: a whole number of days, or `forever`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationForm {
    /// Days, not yet checked.
    Days(i64),
    /// Without end.
    Forever,
}

impl utoipa::PartialSchema for DurationForm {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
        OneOfBuilder::new()
            .item(
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .minimum(Some(1))
                    .maximum(Some(Duration::MOST_DAYS)),
            )
            .item(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(["forever"])),
            )
            .description(Some("Days of use from activation on, or forever"))
            .into()
    }
}

impl ToSchema for DurationForm {
    fn name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }
}

impl Serialize for DurationForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Days(days) => serializer.serialize_i64(*days),
            Self::Forever => serializer.serialize_str("forever"),
        }
    }
}

impl<'de> Deserialize<'de> for DurationForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl Visitor<'_> for Form {
            type Value = DurationForm;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number of days or \"forever\"")
            }

            fn visit_i64<E: de::Error>(self, days: i64) -> Result<DurationForm, E> {
                Ok(DurationForm::Days(days))
            }

            fn visit_u64<E: de::Error>(self, days: u64) -> Result<DurationForm, E> {
                Ok(DurationForm::Days(i64::try_from(days).unwrap_or(i64::MAX)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<DurationForm, E> {
                match text {
                    "forever" => Ok(DurationForm::Forever),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Form)
    }
}

impl From<Duration> for DurationForm {
    fn from(duration: Duration) -> Self {
        match duration {
            Duration::Days(days) => Self::Days(i64::from(days)),
            Duration::Forever => Self::Forever,
        }
    }
}

/// A filter: `values`, or `from` and `to` (both included, at least one given).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = Filter)]
pub struct FilterForm {
    /// The field.
    pub field: String,
    /// The lower bound; dates as YYYY-MM-DD, instants as RFC 3339, numbers as decimal strings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The accepted values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}

impl FilterForm {
    fn filter(self, pointer: &str, check: &mut Check) -> Option<Filter> {
        let condition = match (self.values, self.from, self.to) {
            (Some(values), None, None) => Condition::Values { values },
            (None, from, to) => Condition::Range { from, to },
            (Some(_), _, _) => {
                let fault = Fault::new(
                    Rule::InvalidFilter,
                    "takes values, or from and to, not both",
                );
                return check.at(pointer, Err(fault));
            }
        };
        Some(Filter {
            field: self.field,
            condition,
        })
    }
}

impl From<&Filter> for FilterForm {
    fn from(filter: &Filter) -> Self {
        let (from, to, values) = match filter.condition.clone() {
            Condition::Values { values } => (None, None, Some(values)),
            Condition::Range { from, to } => (from, to, None),
        };
        Self {
            field: filter.field.clone(),
            from,
            to,
            values,
        }
    }
}

/// What a consumer sends to request an asset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ContractRequest)]
pub struct RequestBody {
    /// The asset.
    pub asset_id: String,
    /// How long it is wanted.
    pub duration: DurationForm,
    /// May the consumer keep a local copy, or use the asset within the platform only?
    pub offline_retention: bool,
    /// The fields wanted, at least one of the asset's.
    pub fields: Vec<String>,
    /// The rows wanted; at most one filter a field.
    #[serde(default)]
    pub filters: Vec<FilterForm>,
    /// What for.
    #[serde(default)]
    pub comment: Option<String>,
}

impl RequestBody {
    /// The asset and the request, parsed. Fields and filters are checked against the asset later.
    ///
    /// # Errors
    /// Every fault that shows without the asset.
    pub fn parse(self) -> Result<(AssetId, Request), Problem> {
        let mut check = Check::default();
        let asset = check.at("/assetId", AssetId::parse(&self.asset_id));
        let duration = match self.duration {
            DurationForm::Days(days) => check.at("/duration", Duration::days(days)),
            DurationForm::Forever => Some(Duration::Forever),
        };
        let comment = check.optional("/comment", self.comment.as_deref().map(Text::parse));
        let filters = self.filters.into_iter().enumerate();
        let filters = filters
            .filter_map(|(index, form)| form.filter(&format!("/filters/{index}"), &mut check))
            .collect();
        let value = asset.zip(duration).map(|(asset, duration)| {
            let request = Request {
                duration,
                offline_retention: self.offline_retention,
                fields: self.fields,
                filters,
                comment,
            };
            (asset, request)
        });
        check.finish(value)
    }
}

/// What a consumer may send to acquire a public asset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AcquisitionRequest)]
pub struct AcquisitionBody {
    /// What for.
    #[serde(default)]
    pub comment: Option<String>,
}

impl AcquisitionBody {
    /// The acquisition, parsed.
    ///
    /// # Errors
    /// A comment that cannot be taken.
    pub fn parse(self) -> Result<Acquisition, Problem> {
        let mut check = Check::default();
        let comment = check.optional("/comment", self.comment.as_deref().map(Text::parse));
        check.finish(Some(Acquisition { comment }))
    }
}
