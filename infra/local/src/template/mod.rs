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
pub(crate) mod tests {
    use super::*;

    /// A table of the real one's kind, and functions that use every form of policy.
    pub(crate) const SMALL: &str = include_str!("small.yaml");

    /// A bus, queues, and functions that are not behind HTTP.
    pub(crate) const LINKS: &str = include_str!("links.yaml");

    #[test]
    fn the_table_is_read_with_its_tags() {
        let template = Template::parse(SMALL).unwrap();
        let table = &template.table;
        assert_eq!(table.name, "sharepact-contracts");
        assert_eq!(table.ttl.as_deref(), Some("ttl"));
        assert_eq!(table.key, Key::new("pk", Some("sk")));
        assert_eq!(
            table.indexes,
            [
                Index::all("by-asset", Key::new("liveAsset", Some("liveConsumer"))),
                Index::all("by-waiting", Key::new("waitingFor", Some("waitingSince"))),
            ]
        );
    }

    #[test]
    fn routes_and_statements_are_read() {
        let template = Template::parse(SMALL).unwrap();
        let view = &template.functions["ThingView"];
        assert_eq!(
            view.routes,
            [Route {
                method: "GET".to_owned(),
                path: "/things/{id}".to_owned(),
                open: false,
            }]
        );
        let list = &template.functions["ThingList"];
        let [statement] = list.statements.as_slice() else {
            panic!("one statement, not {:?}", list.statements)
        };
        assert_eq!(statement.actions, ["dynamodb:Query"]);
        assert_eq!(
            statement.resources,
            [format!("{}/index/by-asset", template.table.arn())]
        );
        assert!(
            template.functions["OpenapiView"]
                .routes
                .iter()
                .all(|r| r.open)
        );
    }

    #[test]
    fn queues_rules_and_sources_are_read() {
        let template = Template::parse(LINKS).unwrap();
        let signed = &template.queues["Signed"];
        assert_eq!(signed.visibility.as_secs(), 6);
        let redrive = signed.redrive.as_ref().unwrap();
        assert_eq!((redrive.target.as_str(), redrive.after), ("Dead", 3));
        assert_eq!(template.queues["Dead"].retention.as_secs(), 14 * 86_400);
        assert_eq!(template.queues["Everything"].name, "sharepact-everything");
        assert_eq!(template.buses["Bus"], "sharepact");
        assert_eq!(template.buckets["Papers"], "sharepact-papers");
        let rules: Vec<_> = template
            .rules
            .iter()
            .map(|rule| (rule.name.as_str(), rule.bus.as_str(), &rule.targets[..]))
            .collect();
        assert_eq!(
            rules,
            [
                ("SignedRule", "sharepact", &["Signed".to_owned()][..]),
                (
                    "EverythingRule",
                    "sharepact",
                    &["sharepact-everything".to_owned()][..]
                ),
            ]
        );
        let relay = &template.functions["TestRelay"];
        assert_eq!(relay.timeout.as_secs(), 2);
        let [EventSource::Stream(stream)] = relay.sources.as_slice() else {
            panic!("{:?}", relay.sources)
        };
        assert_eq!(
            (stream.batch, stream.latest, stream.bisect),
            (10, false, true)
        );
        assert_eq!((stream.retries, stream.partial), (Some(2), true));
        assert_eq!(
            (stream.dead.as_deref(), stream.filters.len()),
            (Some("Given"), 1)
        );
        assert_eq!(
            relay.statements[0].resources,
            ["arn:aws:events:eu-central-1:000000000000:event-bus/sharepact"]
        );
        let consumer = &template.functions["TestConsumer"];
        assert_eq!(consumer.timeout.as_secs(), 1);
        assert!(matches!(
            consumer.sources.as_slice(),
            [EventSource::Queue(_)]
        ));
    }

    #[test]
    fn what_would_be_done_otherwise_in_the_cloud_is_refused() {
        for (from, to, part) in [
            ("Type: ScheduleV2", "Type: MSK", "type `MSK`"),
            ("cron(0 0 * * ? *)", "cron(0 0 L * ? *)", "`L`"),
            (
                "ScheduleExpression:",
                "ScheduleExpressionTimezone: Europe/Berlin, ScheduleExpression:",
                "Europe/Berlin",
            ),
            ("prefix: contract.ext", "cidr: x", "`cidr`"),
            (
                "!GetAtt Dead.Arn, max",
                "!GetAtt Bus.Arn, max",
                "is no queue",
            ),
            (
                "Arn: !GetAtt Everything.Arn",
                "Arn: !GetAtt Bus.Arn",
                "queues only",
            ),
            (
                "Id: Everything,",
                "Id: Everything, InputPath: $.detail,",
                "InputPath",
            ),
            (
                "Stream: !GetAtt Store.StreamArn",
                "Stream: other",
                "not the table's stream",
            ),
            (
                "VisibilityTimeout: !Ref Visibility",
                "FifoQueue: true",
                "FIFO",
            ),
            ("BatchSize: 10", "BatchSize: ten", "not a number"),
        ] {
            let text = LINKS.replacen(from, to, 1);
            assert_ne!(text, LINKS, "{from}");
            let error = Template::parse(&text).unwrap_err().to_string();
            assert!(error.contains(part), "{to}: {error}");
        }
    }

    #[test]
    fn a_template_without_a_table_is_refused() {
        let error = Template::parse("Resources: {}").unwrap_err().to_string();
        assert!(
            error.contains("declares 0 resources of type AWS::DynamoDB::Table"),
            "{error}"
        );
    }

    #[test]
    fn a_condition_is_refused_because_it_would_not_be_checked() {
        let text = SMALL.replace("Sid: Read", "Condition: {Bool: {x: y}}");
        assert_ne!(text, SMALL);
        let error = Template::parse(&text).unwrap_err().to_string();
        assert!(error.contains("Condition"), "{error}");
    }

    #[test]
    fn the_built_in_template_is_understood() {
        let template = Template::parse(BUILT_IN).unwrap();
        assert!(!template.table.indexes.is_empty());
        let list = &template.functions["ContractList"].statements;
        let arn = format!("{}/index/by-consumer", template.table.arn());
        assert!(
            list.iter()
                .any(|statement| statement.resources.contains(&arn))
        );
    }
}
