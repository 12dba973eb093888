//! CloudFormation's intrinsic functions, as far as the local stack needs their results.
//!
//! The one rule: a function that is not understood is an error that names it, never an empty text.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::Value as Json;
use serde_norway::{Mapping, Value};

use super::TemplateError;

/// The account that local ARNs carry.
pub const ACCOUNT: &str = "000000000000";
/// The region that local ARNs and clients carry.
pub const REGION: &str = "eu-central-1";
/// The stack name that `AWS::StackName` stands for.
pub const STACK: &str = "sharepact";

/// What `!Ref` and `!GetAtt` stand for.
#[derive(Debug, Default)]
pub struct Names {
    references: BTreeMap<String, String>,
    attributes: BTreeMap<(String, String), String>,
}

impl Names {
    /// The pseudo parameters.
    #[must_use]
    pub fn pseudo() -> Self {
        let mut names = Self::default();
        for (name, value) in [
            ("AWS::AccountId", ACCOUNT),
            ("AWS::Partition", "aws"),
            ("AWS::Region", REGION),
            ("AWS::StackName", STACK),
            ("AWS::URLSuffix", "amazonaws.com"),
        ] {
            names.refer(name, value);
        }
        names
    }

    /// From here on, `!Ref name` is `value`.
    pub fn refer(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.references.insert(name.into(), value.into());
    }

    /// From here on, `!GetAtt resource.attribute` is `value`.
    pub fn attribute(&mut self, resource: &str, attribute: &str, value: impl Into<String>) {
        self.attributes
            .insert((resource.to_owned(), attribute.to_owned()), value.into());
    }

    /// The text that `value` stands for.
    ///
    /// # Errors
    /// When it is not a text, or uses something that is not understood.
    pub fn text(&self, value: &Value) -> Result<String, TemplateError> {
        if let Some((function, argument)) = intrinsic(value) {
            return self.call(&function, argument);
        }
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(flag) => Ok(flag.to_string()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => Err(
                TemplateError::Unexpected(format!("a text was expected, not {value:?}")),
            ),
        }
    }

    /// One text, or a list of texts, as a list.
    ///
    /// # Errors
    /// As [`Names::text`].
    pub fn texts(&self, value: &Value) -> Result<Vec<String>, TemplateError> {
        match value {
            Value::Sequence(items) => items.iter().map(|item| self.text(item)).collect(),
            other => Ok(vec![self.text(other)?]),
        }
    }

    /// The number that `value` stands for.
    ///
    /// # Errors
    /// When it is none; `what` is it that should have been.
    pub fn number<T: FromStr>(&self, what: &str, value: &Value) -> Result<T, TemplateError> {
        let text = self.text(value)?;
        text.parse()
            .map_err(|_| TemplateError::Unexpected(format!("{what} is `{text}`, not a number")))
    }

    /// The JSON that `value` stands for.
    ///
    /// # Errors
    /// When it has no counterpart in JSON, or uses something that is not understood.
    pub fn json(&self, value: &Value) -> Result<Json, TemplateError> {
        if intrinsic(value).is_some() {
            return self.text(value).map(Json::String);
        }
        match value {
            Value::Sequence(items) => items.iter().map(|item| self.json(item)).collect(),
            Value::Mapping(mapping) => mapping
                .iter()
                .map(|(key, value)| Ok((self.text(key)?, self.json(value)?)))
                .collect::<Result<serde_json::Map<_, _>, _>>()
                .map(Json::Object),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                serde_json::to_value(value)
                    .map_err(|error| TemplateError::Unexpected(error.to_string()))
            }
            Value::Tagged(_) => Err(TemplateError::Unexpected(format!(
                "{value:?} has no counterpart in JSON"
            ))),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> Result<String, TemplateError> {
        match function {
            "Ref" => self.reference(&self.text(argument)?),
            "GetAtt" => self.get_att(argument),
            "Sub" => self.substitute(argument),
            "Join" => self.join(argument),
            other => Err(TemplateError::Function(other.to_owned())),
        }
    }

    fn reference(&self, name: &str) -> Result<String, TemplateError> {
        self.references
            .get(name)
            .cloned()
            .ok_or_else(|| TemplateError::Unknown(name.to_owned()))
    }

    fn get_att(&self, argument: &Value) -> Result<String, TemplateError> {
        match argument {
            Value::Sequence(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|part| self.text(part))
                    .collect::<Result<_, _>>()?;
                self.attribute_of(&parts.join("."))
            }
            other => self.attribute_of(&self.text(other)?),
        }
    }

    fn attribute_of(&self, dotted: &str) -> Result<String, TemplateError> {
        let unknown = || TemplateError::Unknown(dotted.to_owned());
        let (resource, attribute) = dotted.split_once('.').ok_or_else(unknown)?;
        self.attributes
            .get(&(resource.to_owned(), attribute.to_owned()))
            .cloned()
            .ok_or_else(unknown)
    }

    fn join(&self, argument: &Value) -> Result<String, TemplateError> {
        match argument {
            Value::Sequence(parts) => match parts.as_slice() {
                [separator, items] => Ok(self.texts(items)?.join(&self.text(separator)?)),
                _ => Err(TemplateError::Function("Join".to_owned())),
            },
            _ => Err(TemplateError::Function("Join".to_owned())),
        }
    }

    fn substitute(&self, argument: &Value) -> Result<String, TemplateError> {
        let empty = Mapping::new();
        let (pattern, own) = match argument {
            Value::Sequence(parts) => match parts.as_slice() {
                [pattern, Value::Mapping(own)] => (self.text(pattern)?, own),
                _ => return Err(TemplateError::Function("Sub".to_owned())),
            },
            other => (self.text(other)?, &empty),
        };
        let mut text = String::new();
        let mut rest = pattern.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            text.push_str(before);
            let (name, tail) = after
                .split_once('}')
                .ok_or_else(|| TemplateError::Unexpected(format!("`{pattern}` is not closed")))?;
            rest = tail;
            if let Some(literal) = name.strip_prefix('!') {
                text.push_str("${");
                text.push_str(literal);
                text.push('}');
            } else if let Some(value) = own.get(name) {
                text.push_str(&self.text(value)?);
            } else if name.contains('.') {
                text.push_str(&self.attribute_of(name)?);
            } else {
                text.push_str(&self.reference(name)?);
            }
        }
        text.push_str(rest);
        Ok(text)
    }
}

/// `!Sub x` and `{"Fn::Sub": x}` alike: the function's bare name and its argument.
fn intrinsic(value: &Value) -> Option<(String, &Value)> {
    match value {
        Value::Tagged(tagged) => Some((
            tagged.tag.to_string().trim_start_matches('!').to_owned(),
            &tagged.value,
        )),
        Value::Mapping(mapping) if mapping.len() == 1 => {
            let (key, argument) = mapping.iter().next()?;
            match key.as_str()? {
                "Ref" => Some(("Ref".to_owned(), argument)),
                long => Some((long.strip_prefix("Fn::")?.to_owned(), argument)),
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(yaml: &str) -> Result<String, TemplateError> {
        let mut names = Names::pseudo();
        names.refer("Table", "sharepact");
        names.attribute("Table", "Arn", "arn:table");
        names.text(&serde_norway::from_str(yaml).unwrap())
    }

    #[test]
    fn short_and_long_forms_mean_the_same() {
        for (yaml, expected) in [
            ("plain", "plain"),
            ("!Ref Table", "sharepact"),
            ("{Ref: Table}", "sharepact"),
            ("!GetAtt Table.Arn", "arn:table"),
            ("{'Fn::GetAtt': [Table, Arn]}", "arn:table"),
            (
                "!Sub '${Table.Arn}/index/${Table}'",
                "arn:table/index/sharepact",
            ),
            ("!Sub ['${x}-${!y}', {x: !Ref Table}]", "sharepact-${y}"),
            (
                "!Join ['/', [!GetAtt Table.Arn, index, by-asset]]",
                "arn:table/index/by-asset",
            ),
            ("{'Fn::Sub': 'arn:${AWS::Partition}:x'}", "arn:aws:x"),
        ] {
            assert_eq!(text(yaml).unwrap(), expected, "{yaml}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (yaml, part) in [
            ("!Ref Nothing", "Nothing"),
            ("!GetAtt Table.Nothing", "Table.Nothing"),
            ("!ImportValue x", "ImportValue"),
            ("[a, b]", "a text was expected"),
            ("!Sub '${open'", "not closed"),
        ] {
            let error = text(yaml).unwrap_err().to_string();
            assert!(error.contains(part), "{yaml}: {error}");
        }
    }
}
