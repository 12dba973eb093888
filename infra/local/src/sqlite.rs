//! The SQLite files in which the stack keeps what has to outlive it.
//!
//! The one rule: a commit survives a `kill -9`. The journal alone does that; waiting for the disk
//! at each commit would only guard against a power cut, at ten times the cost.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Error};
use thiserror::Error;

/// A file cannot be used.
#[derive(Debug, Error)]
#[error("{} cannot be used: {source}. It holds local data only: remove it and start again", .path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What SQLite said.
    pub source: Error,
}

/// Opens the file, and makes its tables when they are missing.
///
/// # Errors
/// When the file cannot be opened or is no database.
pub fn open(path: &Path, tables: &str) -> Result<Connection, FileError> {
    prepare(path, tables).map_err(|source| FileError {
        path: path.to_path_buf(),
        source,
    })
}

fn prepare(path: &Path, tables: &str) -> Result<Connection, Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(tables)?;
    Ok(connection)
}
