//! The embedded DynamoDB: a server on loopback over one file, and the table in it.
//!
//! The one rule: the table is created from the template's definition. A folder whose table is of
//! another shape is refused with a way out, never patched in silence; only a stream, which changes
//! nothing that is there, is added.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Config, Credentials, Region};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use chrono::TimeDelta;
use dynoxide::Database;
use sharepact_runtime::Clock;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::home::Secrets;
use crate::machine;
use crate::sqlite::FileError;
use crate::stop::Stop;
use crate::template::REGION;

mod stream;
mod table;

pub(crate) use stream::{Stream, trim};
pub use table::ensure_table;

/// How often items past their end of life are removed.
const SWEEP: Duration = Duration::from_mins(1);

/// Why the embedded DynamoDB does not serve.
#[derive(Debug, Error)]
pub enum DynamoError {
    /// The file cannot be opened.
    #[error("the database {} cannot be opened: {why}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the database said.
        why: String,
    },
    /// The file cannot be prepared.
    #[error(transparent)]
    File(#[from] FileError),
    /// No port.
    #[error("no loopback port for DynamoDB: {0}")]
    Listen(#[from] std::io::Error),
    /// A call to the embedded server failed.
    #[error("{action} failed: {why}")]
    Call {
        /// What was tried.
        action: &'static str,
        /// What the server said.
        why: String,
    },
    /// The table of this folder has another shape than the template's.
    #[error(
        "the table kept in {} is not the one that the template describes ({difference}). It was \
         made by another version. It holds local data only: remove {} and start again",
        .home.display(), .home.display()
    )]
    Outdated {
        /// The state folder.
        home: PathBuf,
        /// What is different.
        difference: String,
    },
}

/// The running server.
pub struct Dynamo {
    /// Where it listens.
    pub endpoint: String,
    database: Database,
    server: JoinHandle<()>,
}

/// The name of its file in the state folder.
pub(crate) const FILE: &str = "dynamodb.sqlite";

impl Dynamo {
    /// Starts the server over the file `dynamodb.sqlite` of `home`.
    ///
    /// # Errors
    /// When the file cannot be opened or no port is free.
    pub async fn start(home: &Path, clock: Clock, mut stop: Stop) -> Result<Self, DynamoError> {
        let path = home.join(FILE);
        let open = |why: String| DynamoError::Open {
            path: path.clone(),
            why,
        };
        let text = path.to_str().ok_or_else(|| open("not UTF-8".to_owned()))?;
        let database = Database::new(text).map_err(|error| open(format!("{error:?}")))?;
        // The journal alone keeps commits whole when the process is killed; waiting for the disk
        // at each commit would only guard against a power cut, at ten times the cost.
        database
            .disable_bulk_loading()
            .map_err(|error| open(format!("{error:?}")))?;
        stream::index(&path)?;
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);

        let sweeper = tokio::spawn(sweep(database.clone(), clock, stop.clone()));
        let served = database.clone();
        let server = tokio::spawn(async move {
            let stopped = async move { stop.wait().await };
            if let Err(error) =
                dynoxide::server::serve_with_shutdown(listener, served, stopped).await
            {
                tracing::error!(%error, "DynamoDB stopped");
            }
            sweeper.abort();
        });
        Ok(Self {
            endpoint,
            database,
            server,
        })
    }

    /// The stream of this table; `None` when it has none.
    pub(crate) fn stream(&self, table: &str) -> Option<Stream> {
        Stream::open(&self.database, table)
    }

    /// Waits until the server has stopped.
    pub async fn stopped(self) {
        if tokio::time::timeout(Duration::from_secs(5), self.server)
            .await
            .is_err()
        {
            tracing::warn!("DynamoDB did not stop in time");
        }
    }
}

/// The settings that every local client shares.
#[must_use]
pub fn settings(endpoint: &str, secrets: &Secrets, http: SharedHttpClient) -> Config {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new(
            &secrets.access,
            &secrets.secret,
            None,
            None,
            "sharepact-local",
        ))
        .http_client(http)
        // Three attempts, as everywhere; next door there is no reason to wait long between them.
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(20)))
        .build()
}

/// Removes what is past its end of life, as DynamoDB does in its own time.
async fn sweep(database: Database, clock: Clock, mut stop: Stop) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            () = stop.wait() => return,
        }
        // The database sweeps by the machine's clock. Under a clock that somebody moved, it would
        // remove what is still needed.
        if (clock.now().to_chrono() - machine::now()).abs() > TimeDelta::hours(1) {
            continue;
        }
        let database = database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(removed)) => tracing::debug!(removed, "swept"),
            Ok(Err(error)) => tracing::warn!(?error, "items past their end of life stay"),
            Err(error) => tracing::warn!(%error, "the sweep failed"),
        }
    }
}

fn call(action: &'static str, error: &(impl std::error::Error + Send + Sync)) -> DynamoError {
    DynamoError::Call {
        action,
        why: DisplayErrorContext(error).to_string(),
    }
}

#[cfg(test)]
mod tests;
