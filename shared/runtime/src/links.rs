//! What workers are linked to besides the table.
//!
//! The one rule: a function has the links that its environment names, and no others; a worker that
//! lacks one says which variable is missing.

use std::sync::Arc;

use aws_config::BehaviorVersion;
use sharepact_domain::agreement::Vocabulary;
use sharepact_domain::ledger::dispatch::Policy;

use crate::{Bucket, Bus, Chain, ChainError, Queue, Secrets, WorkError};

/// The links of a function.
#[derive(Clone, Default)]
pub struct Links {
    /// Where events go.
    pub bus: Option<Bus>,
    /// Where contracts whose time is over go.
    pub expiries: Option<Queue>,
    /// Where agreements, quota contracts and sessions go of which something is to be recorded.
    pub settlements: Option<Queue>,
    /// Where documents are kept.
    pub documents: Option<Bucket>,
    /// Where deliveries to webhooks go.
    pub deliveries: Option<Queue>,
    /// Where work goes that will never succeed.
    pub dead_letters: Option<Queue>,
    /// The blockchain, where there is one.
    pub chain: Option<Arc<dyn Chain>>,
    /// How the ledger behaves; none in functions that have nothing to do with it.
    pub policy: Option<Policy>,
    /// The names that framework agreements take; every name in functions that are linked to more than the table.
    pub vocabulary: Vocabulary,
    /// May requests go to this machine's own loopback addresses? Only local development says so.
    pub loopback: bool,
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

    /// The queue of agreements, quota contracts and sessions of which something is to be recorded.
    ///
    /// # Errors
    /// When the function has none.
    pub fn settlements(&self) -> Result<&Queue, WorkError> {
        self.settlements
            .as_ref()
            .ok_or_else(|| missing("SHAREPACT_SETTLEMENTS"))
    }

    /// The bucket of documents.
    ///
    /// # Errors
    /// When the function has none.
    pub fn documents(&self) -> Result<&Bucket, WorkError> {
        self.documents
            .as_ref()
            .ok_or_else(|| missing("SHAREPACT_DOCUMENTS"))
    }

    /// The queue of deliveries to webhooks.
    ///
    /// # Errors
    /// When the function has none.
    pub fn deliveries(&self) -> Result<&Queue, WorkError> {
        self.deliveries
            .as_ref()
            .ok_or_else(|| missing("SHAREPACT_DELIVERIES"))
    }

    /// The blockchain.
    ///
    /// # Errors
    /// When the ledger is off.
    pub fn chain(&self) -> Result<&dyn Chain, ChainError> {
        self.chain
            .as_deref()
            .ok_or_else(|| ChainError::Unusable("SHAREPACT_LEDGER_RPC is not set".to_owned()))
    }

    /// How the ledger behaves.
    ///
    /// # Errors
    /// When nobody has said.
    pub fn policy(&self) -> Result<&Policy, WorkError> {
        self.policy
            .as_ref()
            .ok_or_else(|| missing("SHAREPACT_LEDGER_RPC"))
    }

    /// The queue of work that will never succeed.
    ///
    /// # Errors
    /// When the function has none.
    pub fn dead_letters(&self) -> Result<&Queue, WorkError> {
        self.dead_letters
            .as_ref()
            .ok_or_else(|| missing("SHAREPACT_DEAD_LETTERS"))
    }
}

fn missing(name: &str) -> WorkError {
    WorkError::Passing(format!("the environment variable {name} is not set"))
}

/// A function's links, and what the chain reads its key from.
pub(crate) struct Linked {
    pub links: Links,
    pub secrets: Secrets,
}

/// `SHAREPACT_BUS` and `SHAREPACT_DOCUMENTS` (names), `SHAREPACT_EXPIRIES`, `SHAREPACT_SETTLEMENTS`,
/// `SHAREPACT_DELIVERIES` and `SHAREPACT_DEAD_LETTERS` (URLs), as far as they are set;
/// `SHAREPACT_OUTBOUND_LOOPBACK` is `allow` in local development and not set anywhere else.
#[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
pub(crate) async fn from_env() -> Linked {
    let config = aws_config::load_defaults(BehaviorVersion::v2026_01_12()).await;
    let setting = |name| std::env::var(name).ok();
    let queue = |name| {
        let client = aws_sdk_sqs::Client::new(&config);
        setting(name).map(|url| Queue::new(client, url))
    };
    let links = Links {
        bus: setting("SHAREPACT_BUS")
            .map(|name| Bus::new(aws_sdk_eventbridge::Client::new(&config), name)),
        documents: setting("SHAREPACT_DOCUMENTS").map(|name| Bucket::new(s3(&config), name)),
        expiries: queue("SHAREPACT_EXPIRIES"),
        settlements: queue("SHAREPACT_SETTLEMENTS"),
        deliveries: queue("SHAREPACT_DELIVERIES"),
        dead_letters: queue("SHAREPACT_DEAD_LETTERS"),
        chain: None,
        policy: None,
        vocabulary: Vocabulary::default(),
        loopback: setting("SHAREPACT_OUTBOUND_LOOPBACK").as_deref() == Some("allow"),
    };
    let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&config));
    Linked { links, secrets }
}

/// With the bucket in the path: a local endpoint has no name for each bucket.
fn s3(config: &aws_config::SdkConfig) -> aws_sdk_s3::Client {
    let settings = aws_sdk_s3::config::Builder::from(config).force_path_style(true);
    aws_sdk_s3::Client::from_conf(settings.build())
}
