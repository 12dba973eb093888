//! The embedded DynamoDB: a server on loopback over one file, and the table in it.
//!
//! The one rule: the table is created from the template's definition. A folder whose table is of
//! another shape is refused with a way out, never patched in silence.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Config, Credentials, Region};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, StreamSpecification, StreamViewType, TableDescription, TableStatus,
    TimeToLiveSpecification,
};
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
use crate::template::{Index, Key, REGION, Table};

mod stream;

pub(crate) use stream::{Stream, trim};

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

/// Creates the table, or checks that the one of an earlier start is the one described.
///
/// # Errors
/// When the table cannot be created, or has another shape.
pub async fn ensure_table(client: &Client, table: &Table, home: &Path) -> Result<(), DynamoError> {
    if let Some(found) = describe(client, &table.name).await? {
        compare(&found, table).map_err(|difference| DynamoError::Outdated {
            home: home.to_path_buf(),
            difference,
        })?;
        ensure_stream(client, &found, table).await?;
    } else {
        create(client, table).await?;
    }
    for _ in 0..200 {
        let status = describe(client, &table.name).await?;
        if status.and_then(|found| found.table_status) == Some(TableStatus::Active) {
            return ensure_ttl(client, table).await;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(DynamoError::Call {
        action: "creating the table",
        why: "it did not become ACTIVE".to_owned(),
    })
}

async fn describe(client: &Client, name: &str) -> Result<Option<TableDescription>, DynamoError> {
    match client.describe_table().table_name(name).send().await {
        Ok(answer) => Ok(answer.table),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(DescribeTableError::is_resource_not_found_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(call("describing the table", &error)),
    }
}

async fn create(client: &Client, table: &Table) -> Result<(), DynamoError> {
    let attributes = table
        .attributes
        .iter()
        .map(|(name, kind)| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(kind.clone())
                .build()
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| call("creating the table", &error))?;
    let indexes = table
        .indexes
        .iter()
        .map(|index| {
            let included = (!index.included.is_empty()).then(|| index.included.clone());
            GlobalSecondaryIndex::builder()
                .index_name(&index.name)
                .set_key_schema(Some(schema(&index.key)?))
                .projection(
                    Projection::builder()
                        .projection_type(ProjectionType::from(index.projection.as_str()))
                        .set_non_key_attributes(included)
                        .build(),
                )
                .build()
                .map_err(|error| call("creating the table", &error))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let stream = table.stream.as_deref().map(specification).transpose()?;
    client
        .create_table()
        .table_name(&table.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(schema(&table.key)?))
        .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
        .set_stream_specification(stream)
        .send()
        .await
        .map(|_| ())
        .map_err(|error| call("creating the table", &error))
}

fn specification(view: &str) -> Result<StreamSpecification, DynamoError> {
    StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::from(view))
        .build()
        .map_err(|error| call("describing the stream", &error))
}

/// A table of a version that had no stream gets one; what was written before is not in it.
async fn ensure_stream(
    client: &Client,
    found: &TableDescription,
    wanted: &Table,
) -> Result<(), DynamoError> {
    let Some(view) = wanted.stream.as_deref() else {
        return Ok(());
    };
    if found.stream_specification().is_some() {
        return Ok(());
    }
    client
        .update_table()
        .table_name(&wanted.name)
        .stream_specification(specification(view)?)
        .send()
        .await
        .map(|_| ())
        .map_err(|error| call("giving the table its stream", &error))
}

async fn ensure_ttl(client: &Client, table: &Table) -> Result<(), DynamoError> {
    let Some(attribute) = &table.ttl else {
        return Ok(());
    };
    let found = client
        .describe_time_to_live()
        .table_name(&table.name)
        .send()
        .await
        .map_err(|error| call("reading the time to live", &error))?
        .time_to_live_description
        .and_then(|ttl| ttl.attribute_name);
    if found.as_ref() == Some(attribute) {
        return Ok(());
    }
    let wanted = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name(attribute)
        .build()
        .map_err(|error| call("setting the time to live", &error))?;
    client
        .update_time_to_live()
        .table_name(&table.name)
        .time_to_live_specification(wanted)
        .send()
        .await
        .map(|_| ())
        .map_err(|error| call("setting the time to live", &error))
}

/// What tells the table found from the one wanted; the first difference is enough.
fn compare(found: &TableDescription, wanted: &Table) -> Result<(), String> {
    let key = key_of(found.key_schema());
    if key.as_ref() != Some(&wanted.key) {
        return Err(format!("its key is {key:?}"));
    }
    let indexes = found.global_secondary_indexes();
    for Index { name, key, .. } in &wanted.indexes {
        let index = indexes
            .iter()
            .find(|index| index.index_name() == Some(name))
            .ok_or_else(|| format!("it has no index {name}"))?;
        if key_of(index.key_schema()).as_ref() != Some(key) {
            return Err(format!("its index {name} has another key"));
        }
    }
    let view = |found: &TableDescription| {
        let view = found.stream_specification()?.stream_view_type()?;
        Some(view.as_str().to_owned())
    };
    if let (Some(found), Some(wanted)) = (view(found), &wanted.stream)
        && found != *wanted
    {
        return Err(format!("its stream shows {found}"));
    }
    match indexes
        .iter()
        .filter_map(|index| index.index_name())
        .find(|name| !wanted.indexes.iter().any(|index| index.name == **name))
    {
        Some(name) => Err(format!("it has an index {name} that is no longer used")),
        None => Ok(()),
    }
}

fn key_of(schema: &[KeySchemaElement]) -> Option<Key> {
    let part = |kind: &KeyType| {
        schema
            .iter()
            .find(|element| element.key_type() == kind)
            .map(KeySchemaElement::attribute_name)
    };
    Some(Key::new(part(&KeyType::Hash)?, part(&KeyType::Range)))
}

fn schema(key: &Key) -> Result<Vec<KeySchemaElement>, DynamoError> {
    [
        Some((&key.hash, KeyType::Hash)),
        key.range.as_ref().map(|range| (range, KeyType::Range)),
    ]
    .into_iter()
    .flatten()
    .map(|(name, kind)| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .map_err(|error| call("creating the table", &error))
    })
    .collect()
}

fn call(action: &'static str, error: &(impl std::error::Error + Send + Sync)) -> DynamoError {
    DynamoError::Call {
        action,
        why: DisplayErrorContext(error).to_string(),
    }
}

#[cfg(test)]
mod tests;
