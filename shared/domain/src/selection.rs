//! What a consumer chooses of an asset: fields, and filters on them.
//!
//! The one rule: a selection only exists checked against the asset's own fields and types.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::asset::{Field, FieldType};
use crate::fault::{Fault, Rule, Violation};

/// The most values that one filter may list.
const MOST_VALUES: usize = 200;
/// The longest bound or value of a filter, in characters.
const LONGEST_VALUE: usize = 200;

/// The largest selection, in bytes of JSON: it stands in every item and event of a contract.
const LARGEST: usize = 100_000;

/// Rows to keep, by one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// The field.
    pub field: String,
    /// What its value must be.
    #[serde(flatten)]
    pub condition: Condition,
}

/// What a field's value must be. Bounds are part of the range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", untagged)]
pub enum Condition {
    /// One of these.
    Values {
        /// The accepted values, at least one.
        values: Vec<String>,
    },
    /// Not before or below `from`, not after or above `to`; at least one of the two.
    Range {
        /// The lower bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// The upper bound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
}

/// Fields and filters, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Selection {
    /// The chosen fields, in the order asked for, at least one.
    pub fields: Vec<String>,
    /// The filters, at most one a field.
    pub filters: Vec<Filter>,
}

impl Selection {
    /// Checks fields and filters against an asset's fields.
    ///
    /// # Errors
    /// Every fault, with pointers below `/fields` and `/filters`.
    pub fn check(
        available: &[Field],
        fields: Vec<String>,
        filters: Vec<Filter>,
    ) -> Result<Self, Vec<Violation>> {
        let mut violations = Vec::new();
        if fields.is_empty() {
            let fault = Fault::new(
                Rule::EmptySelection,
                "choose at least one of the asset's fields",
            );
            violations.push(fault.at("/fields"));
        }
        let mut seen = HashSet::new();
        for (index, name) in fields.iter().enumerate() {
            let fault = match find(available, name) {
                Err(fault) => Some(fault),
                Ok(_) if !seen.insert(name.as_str()) => Some(Fault::new(
                    Rule::DuplicateField,
                    "the field is chosen already",
                )),
                Ok(_) => None,
            };
            violations.extend(fault.map(|fault| fault.at(format!("/fields/{index}"))));
        }
        let mut filtered = HashSet::new();
        for (index, filter) in filters.iter().enumerate() {
            let fault = match find(available, &filter.field) {
                Err(fault) => Some(("/field", fault)),
                Ok(_) if !filtered.insert(filter.field.as_str()) => Some((
                    "/field",
                    Fault::new(Rule::DuplicateField, "the field is filtered already"),
                )),
                Ok(field) => fits(field, &filter.condition)
                    .err()
                    .map(|fault| ("", fault)),
            };
            violations
                .extend(fault.map(|(place, fault)| fault.at(format!("/filters/{index}{place}"))));
        }
        let checked = Self { fields, filters };
        let size = serde_json::to_vec(&checked).map_or(usize::MAX, |json| json.len());
        if violations.is_empty() && size > LARGEST {
            let detail =
                format!("fields and filters take at most {LARGEST} bytes together, not {size}");
            violations.push(Fault::new(Rule::InvalidFilter, detail).at("/filters"));
        }
        if violations.is_empty() {
            Ok(checked)
        } else {
            Err(violations)
        }
    }
}

fn find<'a>(available: &'a [Field], name: &str) -> Result<&'a Field, Fault> {
    available
        .iter()
        .find(|field| field.name == name)
        .ok_or_else(|| {
            let mut names: Vec<_> = available
                .iter()
                .map(|field| field.name.as_str())
                .take(40)
                .collect();
            if available.len() > names.len() {
                names.push("…");
            }
            Fault::new(
                Rule::UnknownField,
                format!("the asset has no such field; it has {}", names.join(", ")),
            )
        })
}

/// Does the condition fit the field's type?
fn fits(field: &Field, condition: &Condition) -> Result<(), Fault> {
    let refuse = |detail: String| Err(Fault::new(Rule::InvalidFilter, detail));
    match condition {
        Condition::Range {
            from: None,
            to: None,
        } => refuse("takes from, to or both, or values".to_owned()),
        Condition::Range { from, to } => {
            if !ordered(&field.kind) {
                return refuse(format!(
                    "{} is {}: it takes values, not a range",
                    field.name,
                    field.kind.described()
                ));
            }
            let from = from
                .as_deref()
                .map(|text| scalar(field, text))
                .transpose()?;
            let to = to.as_deref().map(|text| upper(field, text)).transpose()?;
            match (from, to) {
                (Some(from), Some(to)) if from > to => {
                    refuse("the range is empty: from lies after to".to_owned())
                }
                (_, _) => Ok(()),
            }
        }
        Condition::Values { values } => {
            if values.is_empty() || values.len() > MOST_VALUES {
                return refuse(format!("takes 1 to {MOST_VALUES} values"));
            }
            let mut seen = HashSet::new();
            for value in values {
                scalar(field, value)?;
                if !seen.insert(value) {
                    return refuse(format!("{value:?} is listed twice"));
                }
            }
            Ok(())
        }
    }
}

/// An upper bound. A date as the upper bound of an instant means the whole of that day, as it does
/// to a reader.
fn upper(field: &Field, text: &str) -> Result<Scalar, Fault> {
    match (&field.kind, date(text)) {
        (FieldType::Datetime, Some(day)) => {
            let end = TimeDelta::days(1) - TimeDelta::nanoseconds(1);
            Ok(Scalar::Instant(day.checked_add_signed(end).unwrap_or(day)))
        }
        (_, _) => scalar(field, text),
    }
}

fn ordered(kind: &FieldType) -> bool {
    match kind {
        FieldType::Date | FieldType::Datetime | FieldType::Integer | FieldType::Decimal => true,
        FieldType::Text | FieldType::Boolean | FieldType::Category { .. } => false,
    }
}

/// A value of a field, comparable within its type.
#[derive(Debug, PartialEq, PartialOrd)]
enum Scalar {
    Instant(DateTime<Utc>),
    Number(Decimal),
    Word,
}

fn scalar(field: &Field, text: &str) -> Result<Scalar, Fault> {
    // Leading zeros and fractions of a second would otherwise go on forever.
    let fits = text.chars().count() <= LONGEST_VALUE;
    let read = match &field.kind {
        FieldType::Date => date(text).map(Scalar::Instant),
        FieldType::Datetime => DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|instant| instant.with_timezone(&Utc))
            .or_else(|| date(text))
            .map(Scalar::Instant),
        FieldType::Integer => Some(text)
            .filter(|text| !text.contains('.'))
            .and_then(number)
            .map(Scalar::Number),
        FieldType::Decimal => number(text).map(Scalar::Number),
        FieldType::Boolean => matches!(text, "true" | "false").then_some(Scalar::Word),
        FieldType::Category { values } => values
            .iter()
            .any(|value| value == text)
            .then_some(Scalar::Word),
        FieldType::Text => (!text.is_empty()).then_some(Scalar::Word),
    };
    read.filter(|_| fits).ok_or_else(|| {
        Fault::new(
            Rule::InvalidFilter,
            format!(
                "{} is {}, and {text:?} is not",
                field.name,
                field.kind.described()
            ),
        )
    })
}

/// The start of a calendar day in UTC. `chrono` also reads spaces and signs; this does not.
fn date(text: &str) -> Option<DateTime<Utc>> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| text.len() == 10 && day.to_string() == text)
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .map(|start| start.and_utc())
}

fn number(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    plain.then(|| Decimal::from_str_exact(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn available() -> Vec<Field> {
        [
            ("day", FieldType::Date),
            ("at", FieldType::Datetime),
            ("count", FieldType::Integer),
            ("fare", FieldType::Decimal),
            ("paid", FieldType::Boolean),
            ("note", FieldType::Text),
            (
                "means",
                FieldType::Category {
                    values: vec!["Card".into(), "Cash".into()],
                },
            ),
        ]
        .map(|(name, kind)| Field {
            name: name.to_owned(),
            kind,
            description: None,
        })
        .to_vec()
    }

    fn filter(field: &str, json: &str) -> Filter {
        Filter {
            field: field.to_owned(),
            condition: serde_json::from_str(json).unwrap(),
        }
    }

    fn check(fields: &[&str], filters: Vec<Filter>) -> Result<Selection, Vec<(String, Rule)>> {
        let fields = fields.iter().map(|name| (*name).to_owned()).collect();
        Selection::check(&available(), fields, filters).map_err(|violations| {
            violations
                .into_iter()
                .map(|v| (v.pointer, v.fault.rule))
                .collect()
        })
    }

    #[test]
    fn filters_of_every_type_fit() {
        for (field, json) in [
            ("day", r#"{"from":"2025-01-01","to":"2025-01-01"}"#),
            ("day", r#"{"values":["2025-01-01"]}"#),
            (
                "at",
                r#"{"from":"2025-01-01T00:00:00+02:00","to":"2025-06-30"}"#,
            ),
            ("count", r#"{"from":"-3"}"#),
            ("fare", r#"{"to":"12.50"}"#),
            ("fare", r#"{"from":"9.5","to":"10"}"#),
            ("paid", r#"{"values":["true"]}"#),
            ("note", r#"{"values":["any text"]}"#),
            ("means", r#"{"values":["Card","Cash"]}"#),
            ("day", r#"{"from":"1492-10-12","to":"9999-12-31"}"#),
            ("at", r#"{"from":"1492-10-12","to":"9999-12-31T23:59:59Z"}"#),
        ] {
            assert!(
                check(&["day"], vec![filter(field, json)]).is_ok(),
                "{field} {json}"
            );
        }
    }

    #[test]
    fn filters_outside_the_type_do_not() {
        for (field, json) in [
            ("day", r#"{"from":"2025-02-30"}"#),
            ("day", r#"{"from":"+2025-1-01"}"#),
            ("day", r#"{"from":"  2025-1-1"}"#),
            ("at", r#"{"from":"  2025-1-1"}"#),
            ("day", r#"{"from":"+10000-01-01"}"#),
            ("day", r#"{"from":"-0001-01-01"}"#),
            ("day", r#"{"from":"01/02/2025"}"#),
            ("day", r#"{"from":"2025-02-02","to":"2025-01-01"}"#),
            ("at", r#"{"from":"yesterday"}"#),
            ("count", r#"{"from":"1.5"}"#),
            ("count", r#"{"from":"1_000"}"#),
            ("fare", r#"{"from":"1e3"}"#),
            ("fare", r#"{"from":"."}"#),
            ("fare", r#"{"from":"5."}"#),
            ("fare", r#"{"from":".5"}"#),
            ("fare", r#"{"from":"-"}"#),
            ("fare", r#"{"from":"1.2.3"}"#),
            ("fare", r#"{"from":"10","to":"9.5"}"#),
            ("fare", "{}"),
            ("paid", r#"{"values":["yes"]}"#),
            ("means", r#"{"values":["Cheque"]}"#),
            ("means", r#"{"from":"Card"}"#),
            ("note", r#"{"from":"a"}"#),
            ("note", r#"{"values":[]}"#),
            ("note", r#"{"values":["a","a"]}"#),
        ] {
            let found = check(&["day"], vec![filter(field, json)]);
            assert_eq!(
                found,
                Err(vec![("/filters/0".to_owned(), Rule::InvalidFilter)]),
                "{field} {json}"
            );
        }
    }

    #[test]
    fn no_bound_is_longer_than_a_value_may_be() {
        let (zeros, nines) = ("0".repeat(1_000), "9".repeat(1_000));
        for (field, bound) in [
            ("count", format!("{zeros}1")),
            ("fare", format!("0.{zeros}")),
            ("at", format!("2025-01-01T00:00:00.{nines}Z")),
            ("note", nines),
        ] {
            let json = match field {
                "note" => format!(r#"{{"values":["{bound}"]}}"#),
                _ => format!(r#"{{"from":"{bound}"}}"#),
            };
            assert!(
                check(&["day"], vec![filter(field, &json)]).is_err(),
                "{field}"
            );
        }
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let twice = filter("paid", r#"{"values":["true"]}"#);
        let found = check(
            &["day", "speed", "day"],
            vec![twice.clone(), twice, filter("speed", r#"{"from":"1"}"#)],
        );
        let expected = [
            ("/fields/1", Rule::UnknownField),
            ("/fields/2", Rule::DuplicateField),
            ("/filters/1/field", Rule::DuplicateField),
            ("/filters/2/field", Rule::UnknownField),
        ];
        assert_eq!(
            found,
            Err(expected.map(|(p, r)| (p.to_owned(), r)).to_vec())
        );
        assert_eq!(
            check(&[], vec![]),
            Err(vec![("/fields".to_owned(), Rule::EmptySelection)])
        );
    }
}
