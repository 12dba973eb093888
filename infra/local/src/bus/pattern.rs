//! Event patterns: what rules on the bus, and filters of event sources, let through.
//!
//! The one rule: an operator that is not understood is an error that names it. A pattern that
//! silently matched too much, or nothing, would only show in the cloud.

use serde_json::Value;
use thiserror::Error;

/// A pattern cannot be followed.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the event pattern's {path} {why}")]
pub struct PatternError {
    path: String,
    why: String,
}

/// A pattern: each of its fields must match, and one way of each choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    fields: Vec<(String, Node)>,
    choices: Vec<Vec<Pattern>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// Fields further down.
    Inner(Pattern),
    /// One of these must hold.
    Leaf(Vec<Test>),
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Equal(Value),
    Text(Text),
    /// None of these values, and none of these kinds of text.
    AnythingBut(Vec<Value>, Vec<Text>),
    Numeric(Vec<(Comparison, f64)>),
    Exists(bool),
}

#[derive(Clone, Debug, PartialEq)]
enum Text {
    Prefix(String),
    Suffix(String),
    PrefixOfAnyCase(String),
    SuffixOfAnyCase(String),
    AnyCase(String),
    /// The parts between the `*`.
    Wildcard(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is none, or uses an operator that is not understood.
    pub fn read(pattern: &Value) -> Result<Self, PatternError> {
        Self::at("", pattern)
    }

    fn at(path: &str, pattern: &Value) -> Result<Self, PatternError> {
        let members = pattern
            .as_object()
            .filter(|members| !members.is_empty())
            .ok_or_else(|| wrong(path, "is no object with fields"))?;
        let (mut fields, mut choices) = (Vec::new(), Vec::new());
        for (name, member) in members {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            match member {
                Value::Array(ways) if name == "$or" => choices.push(
                    ways.iter()
                        .map(|way| Self::at(&path, way))
                        .collect::<Result<_, _>>()?,
                ),
                Value::Array(tests) if !tests.is_empty() => {
                    let tests = tests
                        .iter()
                        .map(|test| Test::read(&path, test))
                        .collect::<Result<_, _>>()?;
                    fields.push((name.clone(), Node::Leaf(tests)));
                }
                Value::Object(_) => {
                    fields.push((name.clone(), Node::Inner(Self::at(&path, member)?)));
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_) => {
                    return Err(wrong(&path, "is neither a list of values nor an object"));
                }
            }
        }
        Ok(Self { fields, choices })
    }

    /// Does the event match?
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.fields.iter().all(|(name, node)| {
            let value = event.get(name);
            match node {
                Node::Inner(pattern) => match value {
                    Some(Value::Array(items)) => items.iter().any(|item| pattern.matches(item)),
                    // What is not there has no fields, which is what `exists: false` asks for.
                    other => pattern.matches(other.unwrap_or(&Value::Null)),
                },
                Node::Leaf(tests) => tests.iter().any(|test| test.holds(value)),
            }
        }) && self
            .choices
            .iter()
            .all(|ways| ways.iter().any(|way| way.matches(event)))
    }
}

impl Test {
    fn read(path: &str, test: &Value) -> Result<Self, PatternError> {
        let Some(members) = test.as_object() else {
            return if test.is_array() {
                Err(wrong(path, "has a list within a list"))
            } else {
                Ok(Self::Equal(test.clone()))
            };
        };
        let mut members = members.iter();
        let (Some((operator, operand)), None) = (members.next(), members.next()) else {
            return Err(wrong(path, "has a test that is not exactly one operator"));
        };
        match operator.as_str() {
            "exists" => match operand {
                Value::Bool(exists) => Ok(Self::Exists(*exists)),
                _ => Err(wrong(
                    path,
                    "has an `exists` that is neither true nor false",
                )),
            },
            "anything-but" => Self::anything_but(path, operand),
            "numeric" => Self::numeric(path, operand),
            _ => Text::read(path, operator, operand).map(Self::Text),
        }
    }

    fn anything_but(path: &str, operand: &Value) -> Result<Self, PatternError> {
        match operand {
            Value::Array(values) => Ok(Self::AnythingBut(values.clone(), Vec::new())),
            Value::Object(members) => {
                let mut texts = Vec::new();
                for (operator, operand) in members {
                    match operand {
                        Value::Array(many) => {
                            for one in many {
                                texts.push(Text::read(path, operator, one)?);
                            }
                        }
                        one => texts.push(Text::read(path, operator, one)?),
                    }
                }
                Ok(Self::AnythingBut(Vec::new(), texts))
            }
            value => Ok(Self::AnythingBut(vec![value.clone()], Vec::new())),
        }
    }

    fn numeric(path: &str, operand: &Value) -> Result<Self, PatternError> {
        let broken = || {
            wrong(
                path,
                "has a `numeric` that is no list of comparisons and numbers",
            )
        };
        let parts = operand.as_array().ok_or_else(broken)?;
        let mut comparisons = Vec::new();
        for pair in parts.chunks(2) {
            let [sign, number] = pair else {
                return Err(broken());
            };
            let comparison = match sign.as_str() {
                Some("=") => Comparison::Equal,
                Some("<") => Comparison::Less,
                Some("<=") => Comparison::LessOrEqual,
                Some(">") => Comparison::Greater,
                Some(">=") => Comparison::GreaterOrEqual,
                _ => return Err(broken()),
            };
            comparisons.push((comparison, number.as_f64().ok_or_else(broken)?));
        }
        if comparisons.is_empty() {
            return Err(broken());
        }
        Ok(Self::Numeric(comparisons))
    }

    fn holds(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Exists(wanted), found) => {
                *wanted == found.is_some_and(|value| !value.is_object())
            }
            (_, None) => false,
            // Of a list, one member is enough.
            (_, Some(Value::Array(items))) => items.iter().any(|item| self.holds_of(item)),
            (_, Some(value)) => self.holds_of(value),
        }
    }

    fn holds_of(&self, value: &Value) -> bool {
        match self {
            Self::Equal(wanted) => equal(wanted, value),
            Self::Text(text) => text.holds(value),
            Self::AnythingBut(values, texts) => {
                !values.iter().any(|refused| equal(refused, value))
                    && !texts.iter().any(|text| text.holds(value))
            }
            Self::Numeric(comparisons) => value.as_f64().is_some_and(|number| {
                comparisons
                    .iter()
                    .all(|(comparison, bound)| comparison.holds(number, *bound))
            }),
            Self::Exists(wanted) => *wanted,
        }
    }
}

/// Numbers are compared by their value: `300`, `300.0` and `3.0e2` are one.
fn equal(wanted: &Value, found: &Value) -> bool {
    match (wanted.as_f64(), found.as_f64()) {
        (Some(wanted), Some(found)) => Comparison::Equal.holds(found, wanted),
        _ => wanted == found,
    }
}

impl Comparison {
    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Equal => number.total_cmp(&bound).is_eq(),
            Self::Less => number < bound,
            Self::LessOrEqual => number <= bound,
            Self::Greater => number > bound,
            Self::GreaterOrEqual => number >= bound,
        }
    }
}

impl Text {
    fn read(path: &str, operator: &str, operand: &Value) -> Result<Self, PatternError> {
        let any_case = operand
            .get("equals-ignore-case")
            .and_then(Value::as_str)
            .map(str::to_lowercase);
        let plain = operand.as_str().map(str::to_owned);
        let not_a_text = || {
            wrong(
                path,
                &format!("has a `{operator}` of something else than text"),
            )
        };
        match (operator, any_case) {
            ("prefix", Some(text)) => Ok(Self::PrefixOfAnyCase(text)),
            ("suffix", Some(text)) => Ok(Self::SuffixOfAnyCase(text)),
            ("prefix", None) => plain.map(Self::Prefix).ok_or_else(not_a_text),
            ("suffix", None) => plain.map(Self::Suffix).ok_or_else(not_a_text),
            ("equals-ignore-case", _) => plain
                .map(|text| Self::AnyCase(text.to_lowercase()))
                .ok_or_else(not_a_text),
            ("wildcard", _) => plain
                .map(|text| Self::Wildcard(text.split('*').map(str::to_owned).collect()))
                .ok_or_else(not_a_text),
            (other, _) => Err(wrong(
                path,
                &format!("has the operator `{other}`, which the local stack does not understand"),
            )),
        }
    }

    fn holds(&self, value: &Value) -> bool {
        let Some(text) = value.as_str() else {
            return false;
        };
        match self {
            Self::Prefix(prefix) => text.starts_with(prefix),
            Self::Suffix(suffix) => text.ends_with(suffix),
            Self::PrefixOfAnyCase(prefix) => text.to_lowercase().starts_with(prefix),
            Self::SuffixOfAnyCase(suffix) => text.to_lowercase().ends_with(suffix),
            Self::AnyCase(wanted) => text.to_lowercase() == *wanted,
            Self::Wildcard(parts) => wildcard(parts, text),
        }
    }
}

/// The first part stands at the start, the last at the end, the others in order in between.
fn wildcard(parts: &[String], text: &str) -> bool {
    let (first, rest) = match parts {
        [] => return text.is_empty(),
        [only] => return text == only,
        [first, rest @ ..] => (first, rest),
    };
    let Some(mut text) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    let Some((last, between)) = rest.split_last() else {
        return text.is_empty();
    };
    for part in between {
        match text.split_once(part.as_str()) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(last.as_str())
}

fn wrong(path: &str, why: &str) -> PatternError {
    PatternError {
        path: if path.is_empty() { "top" } else { path }.to_owned(),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests;
