//! The table as the template describes it: made when it is missing, compared when it is there.

use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, StreamSpecification, StreamViewType, TableDescription, TableStatus,
    TimeToLiveSpecification,
};

use super::{DynamoError, call};
use crate::template::{Index, Key, Table};

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

pub(super) async fn describe(
    client: &Client,
    name: &str,
) -> Result<Option<TableDescription>, DynamoError> {
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
