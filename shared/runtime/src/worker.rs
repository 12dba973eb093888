//! A worker: a function that no route leads to. It is started by the table's stream, a queue or a
//! schedule, with exactly the JSON that Lambda gets from that source.
//!
//! The one rule: a worker may see an event twice, late, or after a newer one, and must come to the
//! same end.

use std::pin::Pin;

use serde_json::{Value, json};
use thiserror::Error;

use crate::{App, Grant};

/// What starts a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The table's stream.
    Stream,
    /// A queue.
    Queue,
    /// The clock.
    Schedule,
    /// Nothing by itself: an operator invokes it by hand.
    Hand,
}

/// Why a worker could not do its work. The source tries again, and in the end sets the work aside.
#[derive(Debug, Error)]
pub enum WorkError {
    /// Passing trouble.
    #[error("{0}")]
    Passing(String),
    /// Work that will never succeed: it cannot be read, or contradicts what is there.
    #[error("{0}")]
    Poison(String),
}

/// What a worker's handler resolves to: what the source shall try again, as Lambda expects it.
pub type Worked<'a> = Pin<Box<dyn Future<Output = Result<Value, WorkError>> + Send + 'a>>;

/// One worker: one function, one source, one policy.
pub struct Worker {
    /// Noun first, kebab case, as an operation's.
    pub name: &'static str,
    /// What starts it.
    pub source: Source,
    /// What it does.
    pub description: &'static str,
    /// Its policy on the table.
    pub grants: &'static [Grant],
    /// The handler.
    pub run: for<'a> fn(&'a App, Value) -> Worked<'a>,
}

impl Worker {
    /// `event-relay` → `EventRelay`, the template's resource.
    #[must_use]
    pub fn resource(&self) -> String {
        crate::operation::resource(self.name)
    }
}

/// The answer to a source that shall try some records again; an empty list is success.
#[must_use]
pub fn again<I: Into<String>>(identifiers: impl IntoIterator<Item = I>) -> Value {
    let failures: Vec<_> = identifiers
        .into_iter()
        .map(|identifier| json!({ "itemIdentifier": identifier.into() }))
        .collect();
    json!({ "batchItemFailures": failures })
}
