//! What a running stack hands out: `local.json` for programs, `local.env` for shells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dynamodb::Dynamo;
use crate::home::{Home, HomeError, Secrets};
use crate::keys::KeyError;
use crate::links::Servers;
use crate::s3::{DOCUMENTS, S3};
use crate::template::{REGION, Template};
use crate::tokens::{AUDIENCE, IDENTITIES, Issuer, Users};

/// The name of the file for programs.
pub const JSON: &str = "local.json";
/// The name of the file for shells.
pub const ENV: &str = "local.env";

/// The content of `local.json`, and of `local.env` besides.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Handout {
    /// The API's address.
    pub url: String,
    /// A token for each identity, by name.
    pub tokens: BTreeMap<String, String>,
    /// Their user ids, by name.
    pub users: BTreeMap<String, String>,
    /// Their organisations, by name, for those who have one.
    pub organizations: BTreeMap<String, String>,
    /// The tokens' issuer.
    pub issuer: String,
    /// The tokens' audience.
    pub audience: String,
    /// The environment that a function takes; not part of `local.json`.
    #[serde(skip)]
    pub environment: Vec<(String, String)>,
}

impl Handout {
    pub(crate) fn new(
        issuer: &Issuer,
        users: &Users,
        secrets: &Secrets,
        dynamo: &Dynamo,
        s3: &S3,
        links: &Servers,
        template: &Template,
    ) -> Result<Self, KeyError> {
        let tokens = issuer.ready_made(users)?;
        let mut environment: Vec<(String, String)> = [
            ("SHAREPACT_URL", issuer.url()),
            ("SHAREPACT_TABLE", &template.table.name),
            ("SHAREPACT_SEALING_KEY", &secrets.seals),
            ("SHAREPACT_DOCUMENTS", DOCUMENTS),
            ("AWS_ENDPOINT_URL_DYNAMODB", &dynamo.endpoint),
            ("AWS_ENDPOINT_URL_S3", &s3.endpoint),
            ("AWS_ENDPOINT_URL_SQS", &links.sqs.endpoint),
            ("AWS_ENDPOINT_URL_EVENTBRIDGE", &links.events.endpoint),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", &secrets.access),
            ("AWS_SECRET_ACCESS_KEY", &secrets.secret),
            // Nothing local has a session, and nothing local should ask a cloud for one.
            ("AWS_SESSION_TOKEN", ""),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        for (name, token) in &tokens {
            let name = name.to_uppercase().replace('-', "_");
            environment.push((format!("SHAREPACT_TOKEN_{name}"), token.clone()));
        }
        Ok(Self {
            url: issuer.url().to_owned(),
            tokens,
            users: users.0.clone(),
            organizations: IDENTITIES
                .iter()
                .filter_map(|identity| {
                    Some((identity.name.to_owned(), identity.organization?.to_owned()))
                })
                .collect(),
            issuer: issuer.url().to_owned(),
            audience: AUDIENCE.to_owned(),
            environment,
        })
    }

    pub(crate) fn write(&self, home: &Home) -> Result<(), HomeError> {
        home.write_json(JSON, self)?;
        home.write(ENV, self.exports().as_bytes())
    }

    /// The handout of the stack that runs, or last ran, on this folder.
    ///
    /// # Errors
    /// When it is there but cannot be read.
    pub fn find(home: &Home) -> Result<Option<Self>, HomeError> {
        home.read_json(JSON)
    }

    /// The environment as lines for a shell.
    fn exports(&self) -> String {
        let mut lines = String::from("# Load with: . <this file>\n");
        for (name, value) in &self.environment {
            let line = if value.is_empty() {
                format!("unset {name}\n")
            } else {
                format!("export {name}='{}'\n", value.replace('\'', r"'\''"))
            };
            lines.push_str(&line);
        }
        lines
    }
}
