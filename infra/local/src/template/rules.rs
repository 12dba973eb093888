//! The event buses of the template, and the rules on them.

use serde_norway::Value;

use super::queues::queue_of;
use super::{ACCOUNT, Names, REGION, TemplateError, list};
use crate::bus::Pattern;

/// The resource type of a bus.
pub(super) const BUS: &str = "AWS::Events::EventBus";
/// The resource type of a rule.
pub(super) const RULE: &str = "AWS::Events::Rule";

/// A rule: what it lets through, and whereto.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// The name of its bus.
    pub bus: String,
    /// What it lets through.
    pub pattern: Pattern,
    /// The names of the queues that get it.
    pub targets: Vec<String>,
}

/// The ARN that the local stack knows a bus by.
#[must_use]
pub fn bus_arn(name: &str) -> String {
    format!("arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{name}")
}

/// The name of a bus that is given by name or by ARN.
#[must_use]
pub fn bus_name(text: &str) -> &str {
    text.strip_prefix(bus_arn("").as_str()).unwrap_or(text)
}

/// Reads the name of a bus.
pub(super) fn bus(
    resource: &str,
    properties: &Value,
    names: &mut Names,
) -> Result<String, TemplateError> {
    let name = properties
        .get("Name")
        .ok_or_else(|| TemplateError::Missing(format!("{resource}.Name")))?;
    let name = names.text(name)?;
    names.refer(resource, name.clone());
    names.attribute(resource, "Name", name.clone());
    names.attribute(resource, "Arn", bus_arn(&name));
    Ok(name)
}

/// Reads a rule; `None` when it is switched off.
pub(super) fn rule(
    resource: &str,
    properties: &Value,
    names: &Names,
) -> Result<Option<Rule>, TemplateError> {
    let text = |key: &str| {
        properties
            .get(key)
            .map(|value| names.text(value))
            .transpose()
    };
    if text("State")?.is_some_and(|state| state == "DISABLED") {
        return Ok(None);
    }
    let Some(pattern) = properties.get("EventPattern") else {
        return Err(TemplateError::Unexpected(format!(
            "{resource} has no EventPattern; what runs on a schedule is a function's own event"
        )));
    };
    let pattern = Pattern::read(&names.json(pattern)?)
        .map_err(|error| TemplateError::Unexpected(format!("{resource}: {error}")))?;
    let targets = list(properties, "Targets")
        .map(|target| read_target(resource, target, names))
        .collect::<Result<_, _>>()?;
    Ok(Some(Rule {
        name: text("Name")?.unwrap_or_else(|| resource.to_owned()),
        bus: bus_name(&text("EventBusName")?.unwrap_or_else(|| "default".to_owned())).to_owned(),
        pattern,
        targets,
    }))
}

fn read_target(resource: &str, target: &Value, names: &Names) -> Result<String, TemplateError> {
    // The other ways to shape what a target gets are not needed, and ignoring them would show only
    // in the cloud. Retries and dead letters may be ignored: delivery here fails with the call.
    for unknown in ["Input", "InputPath", "InputTransformer", "SqsParameters"] {
        if target.get(unknown).is_some() {
            return Err(TemplateError::Unexpected(format!(
                "a target of {resource} has {unknown}, which the local stack does not do"
            )));
        }
    }
    let arn = target
        .get("Arn")
        .ok_or_else(|| TemplateError::Missing(format!("{resource} target Arn")))?;
    let arn = names.text(arn)?;
    queue_of(&arn).ok_or_else(|| {
        TemplateError::Unexpected(format!(
            "{resource} leads to `{arn}`: the local bus delivers to queues only"
        ))
    })
}
