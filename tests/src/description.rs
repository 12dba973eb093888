//! The OpenAPI document that the API serves, held against what the API answers.
//!
//! The one rule: every answer is documented, with its status, its media type, its headers and every
//! member of its body.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Draft, Validator};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::Answer;

/// The document, with the schemas compiled so far.
pub struct Description {
    document: Value,
    unsent: &'static [&'static str],
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    /// Takes the document, and the headers that this API's gateway is known to leave out.
    pub fn new(mut document: Value, unsent: &'static [&'static str]) -> Self {
        close(&mut document["components"]["schemas"]);
        Self {
            document,
            unsent,
            compiled: Mutex::default(),
        }
    }

    /// The document, its schemas closed.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Every operation: its id, method, path and description.
    pub fn operations(&self) -> Vec<(String, String, String, &Value)> {
        let mut found = Vec::new();
        for (path, methods) in self.document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let id = operation["operationId"].as_str().unwrap_or_default();
                found.push((id.to_owned(), method.clone(), path.clone(), operation));
            }
        }
        found
    }

    /// Holds an answer against the document. A path that no operation has is nobody's to describe.
    pub fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let Some(operation) = self.operation(method, path) else {
            return;
        };
        let id = operation["operationId"].as_str().unwrap_or_default();
        let response = &operation["responses"][answer.status.to_string()];
        assert!(
            response.is_object(),
            "the OpenAPI document describes every status of {id}, and not this one\n{answer}"
        );
        for name in response["headers"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
        {
            let known = self
                .unsent
                .iter()
                .any(|left| left.eq_ignore_ascii_case(name));
            let sent = known || answer.header(name).is_some();
            assert!(sent, "{id} is documented to send {name}\n{answer}");
        }
        let Some(content) = response["content"].as_object() else {
            let nothing = answer.body.is_null();
            assert!(nothing, "{id} is documented to send no body\n{answer}");
            return;
        };
        let sent = answer.header("content-type").unwrap_or_default();
        let described = content.get(sent);
        let described = described.unwrap_or_else(|| {
            panic!("{id} is documented to send {content:?}, not {sent}\n{answer}")
        });
        let key = format!("{id} {} {sent}", answer.status);
        let errors: Vec<_> = self
            .validator(&key, &described["schema"])
            .iter_errors(&answer.body)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(
            errors.is_empty(),
            "{id} sends what its schema does not describe: {}\n{answer}",
            errors.join("; ")
        );
    }

    /// The operation that a request is for; fixed segments come before parameters.
    fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let asked: Vec<_> = path.split('/').collect();
        let fits = |template: &str| {
            let known: Vec<_> = template.split('/').collect();
            let mut pairs = known.iter().zip(&asked);
            known.len() == asked.len()
                && pairs.all(|(known, asked)| {
                    known == asked || (known.starts_with('{') && !asked.is_empty())
                })
        };
        let paths = self.document["paths"].as_object()?;
        let method = method.as_str().to_ascii_lowercase();
        paths
            .iter()
            .filter(|(template, methods)| fits(template) && methods[&method].is_object())
            .min_by_key(|(template, _)| template.matches('{').count())
            .map(|(_, methods)| &methods[&method])
    }

    fn validator(&self, key: &str, schema: &Value) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = compiled.entry(key.to_owned()).or_insert_with(|| {
            let mut schema = schema.clone();
            close(&mut schema);
            let whole = json!({ "allOf": [schema], "components": self.document["components"] });
            let options = jsonschema::options().with_draft(Draft::Draft202012);
            let built = options.build(&whole);
            Arc::new(built.unwrap_or_else(|error| panic!("the schema of {key} is none: {error}")))
        });
        Arc::clone(validator)
    }
}

/// Closes every object that lists its members: a member that is sent is a member that is described.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let open = members.get("properties").is_some_and(Value::is_object)
                && !members.contains_key("additionalProperties");
            members.values_mut().for_each(close);
            if open {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
