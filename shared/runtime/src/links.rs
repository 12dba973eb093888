//! What workers are linked to besides the table.
//!
//! The one rule: a function has the links that its environment names, and no others; a worker that
//! lacks one says which variable is missing.

use aws_config::BehaviorVersion;

use crate::{Bucket, Bus, Queue, WorkError};

/// The links of a function.
#[derive(Clone, Default)]
pub struct Links {
    /// Where events go.
    pub bus: Option<Bus>,
    /// Where contracts whose time is over go.
    pub expiries: Option<Queue>,
    /// Where documents are kept.
    pub documents: Option<Bucket>,
}

impl Links {
    /// The event bus.
    ///
    /// # Errors
    /// When the function has none.
    pub fn bus(&self) -> Result<&Bus, WorkError> {
        self.bus.as_ref().ok_or_else(|| missing("SHAREPACT_BUS"))
    }

    /// The queue of contracts whose time is over.
    ///
    /// # Errors
    /// When the function has none.
    pub fn expiries(&self) -> Result<&Queue, WorkError> {
        self.expiries
            .as_ref()
            .ok_or_else(|| missing("SHAREPACT_EXPIRIES"))
    }
}

impl Links {
    /// The bucket of documents.
    ///
    /// # Errors
    /// When the function has none.
    pub fn documents(&self) -> Result<&Bucket, WorkError> {
        self.documents
            .as_ref()
            .ok_or_else(|| missing("SHAREPACT_DOCUMENTS"))
    }
}

fn missing(name: &str) -> WorkError {
    WorkError::Passing(format!("the environment variable {name} is not set"))
}

/// `SHAREPACT_BUS` and `SHAREPACT_DOCUMENTS` (names), `SHAREPACT_EXPIRIES` (a URL), as far as they
/// are set.
#[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
pub(crate) async fn from_env() -> Links {
    let config = aws_config::load_defaults(BehaviorVersion::v2026_01_12()).await;
    let bus = std::env::var("SHAREPACT_BUS").ok();
    let documents = std::env::var("SHAREPACT_DOCUMENTS").ok();
    let expiries = std::env::var("SHAREPACT_EXPIRIES").ok();
    Links {
        bus: bus.map(|name| Bus::new(aws_sdk_eventbridge::Client::new(&config), name)),
        documents: documents.map(|name| Bucket::new(s3(&config), name)),
        expiries: expiries.map(|url| Queue::new(aws_sdk_sqs::Client::new(&config), url)),
    }
}

/// With the bucket in the path: a local endpoint has no name for each bucket.
fn s3(config: &aws_config::SdkConfig) -> aws_sdk_s3::Client {
    let settings = aws_sdk_s3::config::Builder::from(config).force_path_style(true);
    aws_sdk_s3::Client::from_conf(settings.build())
}
