//! What a function that is not behind HTTP is.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;
use sharepact_runtime::App;
use thiserror::Error;

/// A function that is not behind HTTP.
pub struct Worker {
    /// Its name: `event-relay`.
    pub name: &'static str,
    /// What starts it.
    pub source: Source,
    /// What it does with an event.
    pub run: for<'a> fn(&'a App, Value) -> Work<'a>,
}

/// A worker at work.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<Value, WorkError>> + Send + 'a>>;

/// What starts a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The table's stream.
    Stream,
    /// A queue.
    Queue,
    /// A schedule.
    Schedule,
}

/// A worker failed with all that it was given.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct WorkError(pub String);

impl Worker {
    /// `event-relay` → `EventRelay`, the template's resource.
    #[must_use]
    pub fn resource(&self) -> String {
        self.name
            .split('-')
            .map(|word| {
                let (first, rest) = word.split_at(usize::from(!word.is_empty()));
                first.to_uppercase() + rest
            })
            .collect()
    }
}
