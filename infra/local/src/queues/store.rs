//! The messages in SQLite.
//!
//! The one rule: every step is one transaction. Whoever is killed between two steps finds each
//! message either where it was or where it should be, never in neither place.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

use super::{Counts, Letter, Message, Queue};
use crate::machine;
use crate::sqlite::{self, FileError};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        queue TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        trace TEXT,
        sent INTEGER NOT NULL,
        visible INTEGER NOT NULL,
        received INTEGER NOT NULL DEFAULT 0,
        first_received INTEGER,
        in_flight INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, visible, position);
    CREATE TABLE IF NOT EXISTS queues (
        name TEXT PRIMARY KEY,
        definition TEXT NOT NULL
    );";

/// The file.
pub(super) struct Store(Connection);

/// What a handle names: a message, as received for the nth time.
pub(super) struct Handle<'a> {
    pub id: &'a str,
    pub received: u32,
}

impl<'a> Handle<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (id, received) = text.split_once('.')?;
        Some(Self {
            id,
            received: received.parse().ok()?,
        })
    }
}

/// Milliseconds since the epoch, by the machine's clock: how long a message stays hidden has
/// nothing to do with the time that the functions believe in.
pub(super) fn now() -> i64 {
    machine::now().timestamp_millis()
}

impl Store {
    pub(super) fn open(path: &Path) -> Result<Self, FileError> {
        let connection = sqlite::open(path, TABLES)?;
        // Whoever had received a message died with the stack: nobody has to wait until its
        // visibility timeout is over.
        connection
            .execute(
                "UPDATE messages SET in_flight = 0, visible = ?1 WHERE in_flight = 1",
                [now()],
            )
            .map_err(|source| FileError {
                path: path.to_path_buf(),
                source,
            })?;
        Ok(Self(connection))
    }

    pub(super) fn define(&mut self, queue: &Queue) -> rusqlite::Result<()> {
        let definition = serde_json::to_string(queue)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        self.0.execute(
            "INSERT OR REPLACE INTO queues (name, definition) VALUES (?1, ?2)",
            params![queue.name, definition],
        )?;
        Ok(())
    }

    pub(super) fn defined(&self) -> rusqlite::Result<Vec<Queue>> {
        let mut rows = self.0.prepare("SELECT definition FROM queues")?;
        let texts = rows.query_map([], |row| row.get::<_, String>(0))?;
        // A definition of an older version that is no longer understood is none: the template's
        // queues are defined anew at each start.
        Ok(texts
            .collect::<Result<Vec<_>, _>>()?
            .iter()
            .filter_map(|text| serde_json::from_str(text).ok())
            .collect())
    }

    /// Puts the letters into their queues: all of them, or none. Answers their ids.
    pub(super) fn send(&mut self, letters: &[(&Queue, Letter)]) -> rusqlite::Result<Vec<String>> {
        let now = now();
        let transaction = self.begin()?;
        let mut ids = Vec::with_capacity(letters.len());
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO messages (id, queue, body, attributes, trace, sent, visible)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for (queue, letter) in letters {
                let id = machine::fresh_id();
                let delay = millis(letter.delay.unwrap_or(queue.delay));
                insert.execute(params![
                    id,
                    queue.name,
                    letter.body,
                    letter.attributes.to_string(),
                    letter.trace,
                    now,
                    now + delay,
                ])?;
                ids.push(id);
            }
        }
        transaction.commit()?;
        Ok(ids)
    }

    /// Moves what was received too often to the dead letters; answers how many.
    fn redrive(transaction: &Transaction<'_>, queue: &Queue, now: i64) -> rusqlite::Result<usize> {
        let Some(redrive) = &queue.redrive else {
            return Ok(0);
        };
        transaction
            .prepare_cached(
                "UPDATE messages SET queue = ?1, visible = ?2, received = 0, in_flight = 0
                 WHERE queue = ?3 AND visible <= ?2 AND received >= ?4",
            )?
            .execute(params![redrive.target, now, queue.name, redrive.after])
    }

    /// Takes up to `limit` messages and hides them for `hidden` milliseconds. Answers too how many
    /// went to the dead letters instead.
    pub(super) fn receive(
        &mut self,
        queue: &Queue,
        limit: usize,
        hidden: i64,
    ) -> rusqlite::Result<(Vec<Message>, usize)> {
        let now = now();
        let transaction = self.begin()?;
        let moved = Self::redrive(&transaction, queue, now)?;
        let mut found = {
            let mut select = transaction.prepare_cached(
                "SELECT id, body, attributes, trace, sent, received, first_received FROM messages
                 WHERE queue = ?1 AND visible <= ?2 AND sent > ?3
                 ORDER BY visible, position LIMIT ?4",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            select
                .query_map(
                    params![queue.name, now, now - millis(queue.retention), limit],
                    |row| message(row, now),
                )?
                .collect::<Result<Vec<_>, _>>()?
        };
        {
            let mut update = transaction.prepare_cached(
                "UPDATE messages SET received = received + 1, visible = ?2, in_flight = 1,
                 first_received = COALESCE(first_received, ?3) WHERE id = ?1",
            )?;
            for message in &mut found {
                update.execute(params![message.id, now + hidden, now])?;
            }
        }
        transaction.commit()?;
        Ok((found, moved))
    }

    /// Deletes the messages with these handles. A handle of an earlier receipt has no effect.
    pub(super) fn delete(&mut self, queue: &str, handles: &[Handle<'_>]) -> rusqlite::Result<()> {
        let transaction = self.begin()?;
        {
            let mut delete = transaction.prepare_cached(
                "DELETE FROM messages WHERE id = ?1 AND queue = ?2 AND received = ?3",
            )?;
            for handle in handles {
                delete.execute(params![handle.id, queue, handle.received])?;
            }
        }
        transaction.commit()
    }

    /// Hides a message for so many milliseconds from now; answers whether it was in flight.
    pub(super) fn hide(
        &mut self,
        queue: &str,
        handle: &Handle<'_>,
        hidden: i64,
    ) -> rusqlite::Result<bool> {
        let now = now();
        let changed = self
            .0
            .prepare_cached(
                "UPDATE messages SET visible = ?4, in_flight = ?5
                 WHERE id = ?1 AND queue = ?2 AND received = ?3 AND in_flight = 1 AND visible > ?6",
            )?
            .execute(params![
                handle.id,
                queue,
                handle.received,
                now + hidden,
                hidden > 0,
                now,
            ])?;
        Ok(changed > 0)
    }

    pub(super) fn purge(&mut self, queue: &str) -> rusqlite::Result<()> {
        self.0
            .execute("DELETE FROM messages WHERE queue = ?1", [queue])?;
        Ok(())
    }

    /// Removes what is older than the queue keeps it.
    pub(super) fn forget(&mut self, queue: &Queue) -> rusqlite::Result<()> {
        self.0.execute(
            "DELETE FROM messages WHERE queue = ?1 AND sent <= ?2",
            params![queue.name, now() - millis(queue.retention)],
        )?;
        Ok(())
    }

    pub(super) fn counts(&self, queue: &str) -> rusqlite::Result<Counts> {
        self.0
            .prepare_cached(
                "SELECT COUNT(*) FILTER (WHERE visible <= ?2),
                        COUNT(*) FILTER (WHERE visible > ?2 AND in_flight = 1),
                        COUNT(*) FILTER (WHERE visible > ?2 AND in_flight = 0)
                 FROM messages WHERE queue = ?1",
            )?
            .query_row(params![queue, now()], |row| {
                Ok(Counts {
                    visible: row.get(0)?,
                    in_flight: row.get(1)?,
                    delayed: row.get(2)?,
                })
            })
    }

    /// When the next hidden message shows, if there is one.
    pub(super) fn next(&self, queue: &str) -> rusqlite::Result<Option<i64>> {
        self.0
            .prepare_cached("SELECT MIN(visible) FROM messages WHERE queue = ?1")?
            .query_row([queue], |row| row.get(0))
            .optional()
            .map(Option::flatten)
    }

    /// Up to `limit` messages, in the order of their arrival, left as they are.
    pub(super) fn look(&self, queue: &str, limit: usize) -> rusqlite::Result<Vec<Message>> {
        let mut select = self.0.prepare_cached(
            "SELECT id, body, attributes, trace, sent, received - 1, first_received FROM messages
             WHERE queue = ?1 ORDER BY position LIMIT ?2",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        select
            .query_map(params![queue, limit], |row| message(row, 0))?
            .collect()
    }

    fn begin(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.0
            .transaction_with_behavior(TransactionBehavior::Immediate)
    }
}

fn message(row: &Row<'_>, now: i64) -> rusqlite::Result<Message> {
    let attributes: String = row.get(2)?;
    let received = row.get::<_, i64>(5)? + 1;
    Ok(Message {
        id: row.get(0)?,
        body: row.get(1)?,
        attributes: serde_json::from_str(&attributes).unwrap_or_default(),
        trace: row.get(3)?,
        sent: row.get(4)?,
        received: u32::try_from(received).unwrap_or_default(),
        first_received: row.get::<_, Option<i64>>(6)?.unwrap_or(now),
    })
}

pub(super) fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}
