//! A deployed stack: what a handout says besides the API's address, and what only a test asks.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use sharepact_local::{Home, Issuer, SigningKey};

/// What is known of a deployed stack. Its services are where the AWS SDK's own environment says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// The names that the template's resources were given, by the template's names.
    pub resources: BTreeMap<String, String>,
    /// The environment of each function, by the name of its binary.
    pub functions: BTreeMap<String, BTreeMap<String, String>>,
    /// The origins whose pages may call.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Whether it is an emulation of AWS, whose gateway is not in every point that of AWS.
    #[serde(default)]
    pub emulated: bool,
    /// The state folder of the stack that issues the tokens, where there is one.
    #[serde(default)]
    pub issuer_home: Option<PathBuf>,
}

impl Deployment {
    /// The `deployment` of a handout, where it has one.
    pub(crate) fn of(handout: &Value) -> Option<Self> {
        let told = handout.get("deployment")?;
        Some(serde_json::from_value(told.clone()).expect("the deployment can be read"))
    }

    /// The name that a resource of the template was given.
    pub fn resource(&self, name: &str) -> &str {
        let given = self.resources.get(name);
        given.unwrap_or_else(|| panic!("the stack has no {name}"))
    }

    /// The issuer of its tokens, where its key is here.
    pub(crate) fn issuer(&self, url: &str) -> Option<Issuer> {
        let home = Home::look(self.issuer_home.as_deref()?);
        let key = SigningKey::find(&home).expect("the issuer's key can be read")?;
        Some(Issuer::new(key, url))
    }
}
