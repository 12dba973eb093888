//! `template.yaml` as the local stack reads it: the table, and each function's routes and policy.
//!
//! The one rule: what the template says is read from the template. The local table and the local
//! policies are made from the very lines that CloudFormation deploys.

mod functions;
mod table;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_norway::Value;
use thiserror::Error;

use crate::machine;

pub use functions::{Effect, Function, Route, Statement};
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
        let resources: Vec<(&str, &str, &Value)> = entries(document.get("Resources"))
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

        let tables: Vec<_> = resources
            .iter()
            .filter(|(_, kind, _)| *kind == table::KIND)
            .collect();
        let [(logical, _, resource)] = tables.as_slice() else {
            return Err(TemplateError::Count {
                kind: table::KIND,
                found: tables.len(),
            });
        };
        let table = Table::read(properties(logical, resource)?, &names)?;
        names.refer(*logical, &table.name);
        names.attribute(logical, "Arn", table.arn());

        let functions = resources
            .iter()
            .filter(|(_, kind, _)| *kind == functions::KIND)
            .map(|(name, _, resource)| {
                Function::read(name, properties(name, resource)?, &names)
                    .map(|function| ((*name).to_owned(), function))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            table,
            functions,
            document,
        })
    }
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
