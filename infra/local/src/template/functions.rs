//! The functions of the template: their routes and their policies.

use serde_norway::Value;

use super::{Names, TemplateError, entries};

/// The resource type.
pub(super) const KIND: &str = "AWS::Serverless::Function";

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its routes.
    pub routes: Vec<Route>,
    /// What its policies say.
    pub statements: Vec<Statement>,
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

impl Function {
    pub(super) fn read(
        resource: &str,
        properties: &Value,
        names: &Names,
    ) -> Result<Self, TemplateError> {
        let routes = entries(properties.get("Events"))
            .filter(|(_, event)| event.get("Type").and_then(Value::as_str) == Some("HttpApi"))
            .map(|(name, event)| Route::read(&format!("{resource}.{name}"), event, names))
            .collect::<Result<_, _>>()?;
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
        Ok(Self {
            routes,
            statements,
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
        // Only the table can be reached locally, so only its statements are resolved: the others
        // may name resources that have no local counterpart.
        let actions: Vec<String> = names
            .texts(part("Action")?)?
            .into_iter()
            .filter(|action| action == "*" || action.to_lowercase().starts_with("dynamodb:"))
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
