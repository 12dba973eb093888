//! The functions of the template: their routes and their policies.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_norway::Value;

use super::sources::EventSource;
use super::{Names, TemplateError, entries};

/// The resource type.
pub(super) const KIND: &str = "AWS::Serverless::Function";

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its routes.
    pub routes: Vec<Route>,
    /// What else starts it.
    pub sources: Vec<EventSource>,
    /// How long it may run.
    pub timeout: Duration,
    /// What its policies say.
    pub statements: Vec<Statement>,
    /// Its own environment, with what the values refer to.
    pub environment: BTreeMap<String, String>,
    /// The folder that its binary is taken from, as the template spells it.
    pub code: Option<String>,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method, in capitals.
    pub method: String,
    /// The path.
    pub path: String,
    /// May it be called without a token?
    pub open: bool,
}

/// What a statement does to what it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Grants it.
    Allow,
    /// Takes it away, whoever grants it.
    Deny,
}

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Grant or refuse?
    pub effect: Effect,
    /// The actions, `dynamodb:PutItem`, perhaps with wildcards.
    pub actions: Vec<String>,
    /// The ARNs, perhaps with wildcards.
    pub resources: Vec<String>,
}

/// What a function is read with.
pub(super) struct Surroundings<'a> {
    pub names: &'a Names,
    /// The ARN of the table's stream.
    pub stream: String,
    /// How long functions may run that do not say.
    pub timeout: Option<&'a Value>,
}

/// The services that have a local counterpart; of secrets, files.
const SERVED: [&str; 5] = ["dynamodb:", "events:", "s3:", "secretsmanager:", "sqs:"];

impl Function {
    pub(super) fn read(
        resource: &str,
        properties: &Value,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, TemplateError> {
        let names = surroundings.names;
        let routes = entries(properties.get("Events"))
            .filter(|(_, event)| event.get("Type").and_then(Value::as_str) == Some("HttpApi"))
            .map(|(name, event)| Route::read(&format!("{resource}.{name}"), event, names))
            .collect::<Result<_, _>>()?;
        let mut sources = Vec::new();
        for (name, event) in entries(properties.get("Events")) {
            sources.extend(EventSource::read(
                resource,
                name,
                event,
                &surroundings.stream,
                names,
            )?);
        }
        let timeout = properties
            .get("Timeout")
            .or(surroundings.timeout)
            .map(|seconds| names.number(&format!("{resource}.Timeout"), seconds))
            .transpose()?
            .unwrap_or(3);
        let mut statements = Vec::new();
        if let Some(policies) = properties.get("Policies") {
            for policy in one_or_many(policies) {
                // A managed policy's name, or a SAM policy template, grants nothing here: what the
                // function needs beyond its own statements shows up as a refused call.
                for statement in policy.get("Statement").into_iter().flat_map(one_or_many) {
                    statements.push(Statement::read(resource, statement, names)?);
                }
            }
        }
        let variables = properties
            .get("Environment")
            .and_then(|environment| environment.get("Variables"));
        let environment = entries(variables)
            .map(|(name, value)| Ok((name.to_owned(), names.text(value)?)))
            .collect::<Result<_, TemplateError>>()?;
        Ok(Self {
            routes,
            sources,
            timeout: Duration::from_secs(timeout),
            statements,
            environment,
            code: properties
                .get("CodeUri")
                .and_then(Value::as_str)
                .map(str::to_owned),
        })
    }
}

impl Route {
    fn read(name: &str, event: &Value, names: &Names) -> Result<Self, TemplateError> {
        let properties = event.get("Properties");
        let text = |key: &str| {
            properties
                .and_then(|properties| properties.get(key))
                .ok_or_else(|| TemplateError::Missing(format!("{name}.{key}")))
                .and_then(|value| names.text(value))
        };
        let authorizer = properties
            .and_then(|properties| properties.get("Auth"))
            .and_then(|auth| auth.get("Authorizer"))
            .and_then(Value::as_str);
        Ok(Self {
            method: text("Method")?.to_uppercase(),
            path: text("Path")?,
            open: authorizer == Some("NONE"),
        })
    }
}

impl Statement {
    fn read(resource: &str, statement: &Value, names: &Names) -> Result<Self, TemplateError> {
        for unchecked in ["Condition", "NotAction", "NotResource", "Principal"] {
            if statement.get(unchecked).is_some() {
                return Err(TemplateError::Unexpected(format!(
                    "a statement of {resource} has a {unchecked}, which the local stack does not \
                     check"
                )));
            }
        }
        let part = |key: &str| {
            statement
                .get(key)
                .ok_or_else(|| TemplateError::Missing(format!("{resource} policy {key}")))
        };
        let effect = match names.text(part("Effect")?)?.as_str() {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => {
                return Err(TemplateError::Unexpected(format!("`{other}` is no Effect")));
            }
        };
        // Only what can be reached locally is resolved: other statements may name resources that
        // have no local counterpart.
        let actions: Vec<String> = names
            .texts(part("Action")?)?
            .into_iter()
            .filter(|action| {
                let action = action.to_lowercase();
                action == "*" || SERVED.iter().any(|service| action.starts_with(service))
            })
            .collect();
        let resources = if actions.is_empty() {
            Vec::new()
        } else {
            names.texts(part("Resource")?)?
        };
        Ok(Self {
            effect,
            actions,
            resources,
        })
    }
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let (many, one) = match value {
        Value::Sequence(items) => (items.as_slice(), None),
        other => (&[][..], Some(other)),
    };
    many.iter().chain(one)
}
