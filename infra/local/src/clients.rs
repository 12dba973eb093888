//! What a function calls besides the table: the bus, the queues, the bucket, each through the guard.

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::faults::{Faults, Service};
use crate::guard::{self, Guard};
use crate::home::Secrets;
use crate::template::REGION;

/// Bad luck of the services besides the table, each for itself.
#[derive(Clone, Debug, Default)]
pub struct LinkFaults {
    /// The bus.
    pub bus: Faults,
    /// The queues, as the functions call them; not the pollers.
    pub queues: Faults,
    /// The bucket.
    pub documents: Faults,
}

/// The clients of one function.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The bus.
    pub bus: aws_sdk_eventbridge::Client,
    /// The queues.
    pub queues: aws_sdk_sqs::Client,
    /// The bucket.
    pub documents: aws_sdk_s3::Client,
}

/// Makes the clients of functions.
pub(crate) struct Maker {
    secrets: Secrets,
    bus: (String, SharedHttpClient),
    queues: (String, SharedHttpClient),
    documents: (String, SharedHttpClient),
}

impl Maker {
    pub(crate) fn new(
        secrets: &Secrets,
        faults: &LinkFaults,
        bus: &str,
        queues: &str,
        documents: &str,
    ) -> Self {
        let to = |endpoint: &str, service, faults: &Faults| {
            (
                endpoint.to_owned(),
                guard::shared_http(service, faults.clone()),
            )
        };
        Self {
            secrets: secrets.clone(),
            bus: to(bus, Service::EventBridge, &faults.bus),
            queues: to(queues, Service::Sqs, &faults.queues),
            documents: to(documents, Service::S3, &faults.documents),
        }
    }

    /// Clients behind a guard that `guard` makes for each; without one nothing is refused.
    pub(crate) fn clients(&self, guard: impl Fn() -> Option<Guard>) -> Clients {
        let credentials = Credentials::new(
            &self.secrets.access,
            &self.secrets.secret,
            None,
            None,
            "sharepact-local",
        );
        let retries =
            RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(20));
        let version = BehaviorVersion::latest();
        macro_rules! settings {
            ($builder:expr, $to:expr) => {{
                let mut builder = $builder
                    .behavior_version(version)
                    .region(Region::new(REGION))
                    .endpoint_url(&$to.0)
                    .credentials_provider(credentials.clone())
                    .http_client($to.1.clone())
                    .retry_config(retries.clone());
                if let Some(guard) = guard() {
                    builder = builder.interceptor(guard);
                }
                builder
            }};
        }
        Clients {
            bus: aws_sdk_eventbridge::Client::from_conf(
                settings!(aws_sdk_eventbridge::Config::builder(), self.bus).build(),
            ),
            queues: aws_sdk_sqs::Client::from_conf(
                settings!(aws_sdk_sqs::Config::builder(), self.queues).build(),
            ),
            documents: aws_sdk_s3::Client::from_conf(
                settings!(aws_sdk_s3::Config::builder(), self.documents)
                    .force_path_style(true)
                    .build(),
            ),
        }
    }
}
