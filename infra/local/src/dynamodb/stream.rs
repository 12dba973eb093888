//! The table's stream, as the embedded database keeps it.
//!
//! The database looks up the highest sequence number at every write, without an index for it: each
//! write takes longer than the one before. The indexes that it lacks are made here, from outside,
//! and what no reader needs any more is removed. Both lean on a table of the database's own, so its
//! version is pinned, and a test fails when the indexes are no longer used.

use std::path::Path;

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use rusqlite::Connection;

use crate::machine;
use crate::sqlite::{self, FileError};

/// The indexes that the database lacks.
const INDEXES: &str = "
    CREATE INDEX IF NOT EXISTS sharepact_stream_last
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
    CREATE INDEX IF NOT EXISTS sharepact_stream_next
        ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER));";

/// How long records are kept, in seconds: as long as in the cloud.
const KEPT: i64 = 24 * 60 * 60;

/// How many records are read at once: as many as there can be.
const PAGE: usize = 1000;

/// Makes the stream's indexes. Call it once the database has made its own tables.
///
/// # Errors
/// When the file cannot be used.
pub(super) fn index(file: &Path) -> Result<(), FileError> {
    sqlite::open(file, INDEXES).map(drop)
}

/// Removes records that are older than a day and were read by everybody, that is, up to this
/// sequence number. That one itself stays: the next number is reckoned from it, so none is ever
/// given out twice, even when the machine's clock goes back.
///
/// # Errors
/// When the file cannot be used.
pub(crate) fn trim(file: &Path, table: &str, read: &str) -> Result<usize, FileError> {
    let failed = |source| FileError {
        path: file.to_path_buf(),
        source,
    };
    // A public number is a one, and the stored number in twenty digits.
    let Some(read) = read.get(1..).and_then(|digits| digits.parse::<i64>().ok()) else {
        return Ok(0);
    };
    let connection: Connection = sqlite::open(file, "")?;
    connection
        .execute(
            "DELETE FROM _stream_records WHERE table_name = ?1
             AND CAST(sequence_number AS INTEGER) < ?2 AND created_at < ?3",
            rusqlite::params![table, read, machine::now().timestamp() - KEPT],
        )
        .map_err(failed)
}

/// A reader of the stream. It calls the embedded database directly: it is part of what surrounds
/// the functions, and they never see it.
#[derive(Clone)]
pub struct Stream {
    database: Database,
    /// The ARN by which the database knows the stream.
    arn: String,
    shard: String,
}

impl Stream {
    /// The stream of this table; `None` when it has none.
    pub(super) fn open(database: &Database, table: &str) -> Option<Self> {
        let metadata = database.get_table_metadata(table).ok()??;
        if !metadata.stream_enabled {
            return None;
        }
        let arn = dynoxide::streams::stream_arn(table, &metadata.stream_label.unwrap_or_default());
        Some(Self {
            database: database.clone(),
            arn,
            shard: dynoxide::streams::shard_id(table),
        })
    }

    /// The records after this sequence number; from the oldest on without one.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) fn after(&self, position: Option<String>) -> Result<Vec<Record>, String> {
        let kind = match position {
            Some(_) => "AFTER_SEQUENCE_NUMBER",
            None => "TRIM_HORIZON",
        };
        let iterator = self
            .database
            .get_shard_iterator(GetShardIteratorRequest {
                stream_arn: self.arn.clone(),
                shard_id: self.shard.clone(),
                shard_iterator_type: kind.to_owned(),
                sequence_number: position,
            })
            .map_err(|error| error.to_string())?
            .shard_iterator
            .unwrap_or_default();
        let found = self
            .database
            .get_records(GetRecordsRequest {
                shard_iterator: iterator,
                limit: Some(PAGE),
            })
            .map_err(|error| error.to_string())?;
        Ok(found.records)
    }

    /// The last sequence number that was given out; `None` when there is no record.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) fn last(&self) -> Result<Option<String>, String> {
        let found = self
            .database
            .describe_stream(DescribeStreamRequest {
                stream_arn: self.arn.clone(),
                ..DescribeStreamRequest::default()
            })
            .map_err(|error| error.to_string())?;
        Ok(found
            .stream_description
            .shards
            .into_iter()
            .find_map(|shard| shard.sequence_number_range.ending_sequence_number))
    }

    /// The shard.
    pub(crate) fn shard(&self) -> &str {
        &self.shard
    }
}

#[cfg(test)]
mod tests;
