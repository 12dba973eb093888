//! The schemas of events, `infra/events/`, as a consumer of the bus uses them.
//!
//! The one rule: an event without a schema of its type and version fails, as it should at a consumer.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use jsonschema::{Draft, Retrieve, Uri, Validator};
use serde_json::Value;

/// What the schemas' references are relative to.
const BASE: &str = "file:///infra/events/";

/// The one document that schemas refer to.
struct Common(Value);

impl Retrieve for Common {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        match uri.as_str().strip_prefix(BASE) {
            Some("common.json") => Ok(self.0.clone()),
            _ => Err(format!("a schema refers to {uri}").into()),
        }
    }
}

/// The schemas, by `<type>.v<version>`.
pub struct Schemas(BTreeMap<String, Validator>);

impl Schemas {
    /// Reads them all.
    pub fn load() -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tests.join("../infra/events");
        let mut documents = BTreeMap::new();
        for entry in std::fs::read_dir(&folder).expect("infra/events can be read") {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a schema can be read");
            let schema: Value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{} is no JSON: {error}", path.display()));
            let name = path.file_name().expect("a name").to_string_lossy();
            documents.insert(name.trim_end_matches(".json").to_owned(), schema);
        }
        let common = documents
            .remove("common")
            .expect("infra/events/common.json");
        let validator = |schema: &Value| {
            jsonschema::options()
                .with_draft(Draft::Draft202012)
                .with_base_uri(BASE)
                .with_retriever(Common(common.clone()))
                .build(schema)
                .expect("a schema is one")
        };
        let schemas = documents
            .iter()
            .map(|(name, schema)| (name.clone(), validator(schema)));
        Self(schemas.collect())
    }

    /// The types and versions that have a schema.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What is wrong with an event by the schema of its type and version.
    pub fn faults(&self, event: &Value) -> Vec<String> {
        let (kind, version) = (
            event["type"].as_str().unwrap_or_default(),
            &event["version"],
        );
        let Some(schema) = self.0.get(&format!("{kind}.v{version}")) else {
            return vec![format!("there is no schema of {kind}, version {version}")];
        };
        schema
            .iter_errors(event)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect()
    }

    /// Insists that nothing is wrong.
    pub fn check(&self, event: &Value) {
        let faults = self.faults(event);
        assert!(faults.is_empty(), "{}: {event}", faults.join("; "));
    }
}
