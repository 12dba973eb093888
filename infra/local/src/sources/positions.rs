//! How far each event source has come, kept between two starts.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::sqlite::{self, FileError};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS positions (
    source TEXT PRIMARY KEY,
    position TEXT NOT NULL
);";

/// The positions of all sources.
#[derive(Clone)]
pub(crate) struct Positions(Arc<Mutex<Connection>>);

impl Positions {
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        sqlite::open(path, TABLE).map(|connection| Self(Arc::new(Mutex::new(connection))))
    }

    /// How far this source has come.
    pub(crate) fn get(&self, source: &str) -> rusqlite::Result<Option<String>> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT position FROM positions WHERE source = ?1")?
                .query_row([source], |row| row.get(0))
                .optional()
        })
    }

    /// It has come so far.
    pub(crate) fn set(&self, source: &str, position: &str) -> rusqlite::Result<()> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO positions (source, position) VALUES (?1, ?2)",
                )?
                .execute(params![source, position])
                .map(|_| ())
        })
    }

    fn with<T>(&self, act: impl FnOnce(&Connection) -> T) -> T {
        act(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
