//! `template.yaml` as the local stack reads it: the table, the bus with its rules, the queues, and
//! each function's routes, event sources and policy.
//!
//! The one rule: what the template says is read from the template. The local table and the local
//! policies are made from the very lines that CloudFormation deploys.

mod functions;
mod queues;
mod rules;
mod sources;
mod table;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;

use functions::Surroundings;
use serde_norway::Value;
use thiserror::Error;

use crate::machine;
use crate::queues::Queue;

pub use functions::{Effect, Function, Route, Statement};
pub use queues::queue_arn;
pub use rules::{Rule, bus_arn, bus_name};
pub use sources::{EventSource, QueueSource, ScheduleSource, StreamSource};
pub(crate) use table::table_arn;
pub use table::{Index, Key, Table};
pub use values::{ACCOUNT, Names, REGION, STACK};

/// Names another template than the one the program was built with.
pub const VARIABLE: &str = "SHAREPACT_TEMPLATE";

/// The template of the source tree, so that the program works from any folder.
const BUILT_IN: &str = include_str!("../../../../template.yaml");

/// Why a template cannot be used.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// The file that `SHAREPACT_TEMPLATE` names cannot be read.
    #[error("{VARIABLE} names {}, which cannot be read: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Not YAML.
    #[error("the template is not YAML: {0}")]
    Yaml(#[from] serde_norway::Error),
    /// An intrinsic function that the local stack does not know.
    #[error("the template uses Fn::{0} in a way that the local stack does not understand")]
    Function(String),
    /// A name that nothing in the template defines.
    #[error("the template refers to {0}, which the local stack does not know")]
    Unknown(String),
    /// A resource of a kind that must exist exactly once.
    #[error("the template declares {found} resources of type {kind}, and 1 was expected")]
    Count {
        /// The resource type.
        kind: &'static str,
        /// How many there are.
        found: usize,
    },
    /// Something is missing.
    #[error("the template's {0} is missing")]
    Missing(String),
    /// Something else was expected.
    #[error("the template cannot be read: {0}")]
    Unexpected(String),
}

/// The template.
#[derive(Debug)]
pub struct Template {
    /// The table.
    pub table: Table,
    /// The functions, by resource name.
    pub functions: BTreeMap<String, Function>,
    /// The queues, by resource name.
    pub queues: BTreeMap<String, Queue>,
    /// The names of the event buses, by resource name.
    pub buses: BTreeMap<String, String>,
    /// The rules on them.
    pub rules: Vec<Rule>,
    /// The names of the buckets, by resource name.
    pub buckets: BTreeMap<String, String>,
    /// The whole document, for whoever wants to read more of it.
    pub document: Value,
}

impl Template {
    /// The template that `SHAREPACT_TEMPLATE` names, else the one the program was built with.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load() -> Result<Self, TemplateError> {
        match machine::setting(VARIABLE) {
            None => Self::parse(BUILT_IN),
            Some(path) => {
                let path = PathBuf::from(path);
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| TemplateError::Unreadable { path, source })?;
                Self::parse(&text)
            }
        }
    }

    /// Reads a template from its text.
    ///
    /// # Errors
    /// When it is not a template that the local stack can follow.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let document: Value = serde_norway::from_str(text)?;
        let resources: Vec<Resource<'_>> = entries(document.get("Resources"))
            .filter_map(|(name, resource)| Some((name, resource.get("Type")?.as_str()?, resource)))
            .collect();

        let mut names = Names::pseudo();
        for (name, parameter) in entries(document.get("Parameters")) {
            if let Some(default) = parameter.get("Default") {
                names.refer(name, names.text(default)?);
            }
        }
        for (name, _, _) in &resources {
            names.refer(*name, *name);
        }
        for (name, _) in of_kind(&resources, SECRET) {
            names.refer(name, secret_arn(name));
        }

        // Everything has its name before anything is read that may refer to it.
        let mut queue_names = Vec::new();
        for (name, resource) in of_kind(&resources, queues::KIND) {
            let own = resource.get("Properties");
            queue_names.push((name, queues::name(name, own, &mut names)?, own));
        }
        let mut buses = BTreeMap::new();
        for (name, resource) in of_kind(&resources, rules::BUS) {
            let bus = rules::bus(name, properties(name, resource)?, &mut names)?;
            buses.insert(name.to_owned(), bus);
        }
        let mut buckets = BTreeMap::new();
        for (name, resource) in of_kind(&resources, BUCKET) {
            let bucket = bucket(name, resource.get("Properties"), &mut names)?;
            buckets.insert(name.to_owned(), bucket);
        }

        let tables: Vec<_> = of_kind(&resources, table::KIND).collect();
        let [(logical, resource)] = tables.as_slice() else {
            return Err(TemplateError::Count {
                kind: table::KIND,
                found: tables.len(),
            });
        };
        let table = Table::read(properties(logical, resource)?, &names)?;
        names.refer(*logical, &table.name);
        names.attribute(logical, "Arn", table.arn());
        names.attribute(logical, "StreamArn", table.stream_arn());

        let queues = queue_names
            .into_iter()
            .map(|(resource, name, own)| {
                queues::read(resource, name, own, &names).map(|queue| (resource.to_owned(), queue))
            })
            .collect::<Result<_, _>>()?;
        let rules = of_kind(&resources, rules::RULE)
            .filter_map(|(name, resource)| {
                properties(name, resource)
                    .and_then(|properties| rules::rule(name, properties, &names))
                    .transpose()
            })
            .collect::<Result<_, _>>()?;
        let surroundings = Surroundings {
            names: &names,
            stream: table.stream_arn(),
            timeout: document
                .get("Globals")
                .and_then(|globals| globals.get("Function")?.get("Timeout")),
        };
        let functions = of_kind(&resources, functions::KIND)
            .map(|(name, resource)| {
                Function::read(name, properties(name, resource)?, &surroundings)
                    .map(|function| (name.to_owned(), function))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            table,
            functions,
            queues,
            buses,
            rules,
            buckets,
            document,
        })
    }
}

/// The resource type of a bucket.
const BUCKET: &str = "AWS::S3::Bucket";

/// The resource type of a secret.
const SECRET: &str = "AWS::SecretsManager::Secret";

/// The ARN of the secret that is this resource, behind which AWS puts six characters of its own.
#[must_use]
pub fn secret_arn(resource: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{STACK}-{resource}")
}

/// Gives the bucket its name: CloudFormation makes one up when the template gives none, locally it
/// is the resource's behind the stack's.
fn bucket(
    resource: &str,
    properties: Option<&Value>,
    names: &mut Names,
) -> Result<String, TemplateError> {
    let name = match properties.and_then(|properties| properties.get("BucketName")) {
        Some(name) => names.text(name)?,
        None => format!("{STACK}-{}", resource.to_lowercase()),
    };
    names.refer(resource, name.clone());
    names.attribute(resource, "Arn", format!("arn:aws:s3:::{name}"));
    Ok(name)
}

/// A resource: its name, its type, itself.
type Resource<'a> = (&'a str, &'a str, &'a Value);

fn of_kind<'a, 'b>(
    resources: &'b [Resource<'a>],
    kind: &'static str,
) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a, 'b> {
    resources
        .iter()
        .filter(move |(_, found, _)| *found == kind)
        .map(|(name, _, resource)| (*name, *resource))
}

fn list<'a>(holder: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    holder
        .get(name)
        .and_then(Value::as_sequence)
        .into_iter()
        .flatten()
}

fn properties<'a>(name: &str, resource: &'a Value) -> Result<&'a Value, TemplateError> {
    resource
        .get("Properties")
        .ok_or_else(|| TemplateError::Missing(format!("{name}.Properties")))
}

/// The entries of a mapping whose keys are texts; nothing when it is not one.
fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value
        .and_then(Value::as_mapping)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.as_str()?, value)))
}

#[cfg(test)]
pub(crate) mod tests;
