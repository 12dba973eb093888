//! A worker: a function that no route leads to. It is started by the table's stream, a queue or a
//! schedule, with exactly the JSON that Lambda gets from that source.
//!
//! The one rule: a worker may see an event twice, late, or after a newer one, and must come to the
//! same end.

use std::panic::resume_unwind;
use std::pin::Pin;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use serde_json::error::Category;
use serde_json::{Value, json};
use sharepact_store::StoreError;
use thiserror::Error;

use crate::telemetry::{self, Ending, Invocation, Line};
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

/// Work that cannot be read. Of what was found instead nothing is repeated: reasons reach the log, and
/// messages hold what users wrote.
#[must_use]
pub fn unreadable(what: &str, error: &serde_json::Error) -> WorkError {
    let words = error.to_string();
    let why = match (error.classify(), error.column()) {
        // The names of fields that are not there are the code's own.
        (Category::Data, _) if words.starts_with("missing field") => words,
        (Category::Data, 0) => "a value does not fit".to_owned(),
        (Category::Data, column) => format!("a value does not fit at column {column}"),
        (Category::Io | Category::Syntax | Category::Eof, column) => {
            format!("no JSON from column {column} on")
        }
    };
    WorkError::Poison(format!("{what} cannot be read: {why}"))
}

impl WorkError {
    /// What a service that did not do as it was asked is reported as: in one line, without the
    /// request and without the answer's head.
    pub(crate) fn from_sdk<E>(action: &str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let why = match error {
            SdkError::TimeoutError(_) => "it took too long".to_owned(),
            SdkError::DispatchFailure(_) => "no connection".to_owned(),
            SdkError::ResponseError(_) => "no usable answer".to_owned(),
            SdkError::ServiceError(refusal) => {
                let code = refusal.err().code().unwrap_or("without a code");
                match refusal.err().message() {
                    Some(message) => format!("{code}: {message}"),
                    None => code.to_owned(),
                }
            }
            // The SDK's enum is open; what is left never reached the service.
            _ => error.to_string(),
        };
        Self::Passing(format!("{action}: {why}"))
    }
}

impl From<StoreError> for WorkError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(reason) => Self::Passing(reason),
            StoreError::Corrupt { .. }
            | StoreError::Refused { .. }
            | StoreError::Unwritable(_)
            | StoreError::Foreign(_)
            | StoreError::Seal(_) => Self::Poison(error.to_string()),
        }
    }
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

/// Does the work of one invocation as the deployed function would, and writes its line.
///
/// # Errors
/// The worker's: all of the work is to be done again.
pub async fn perform(
    worker: &'static Worker,
    app: &App,
    invocation: Invocation,
    event: Value,
) -> Result<Value, WorkError> {
    let observed = telemetry::observe((worker.run)(app, event)).await;
    let line = Line {
        function: worker.name,
        invocation,
        request_id: None,
        ending: match &observed.outcome {
            Ok(Ok(_)) => Ending::Worked,
            Ok(Err(error)) => Ending::Failed(error),
            Err(_) => Ending::Panicked,
        },
        notes: observed.notes,
        took: observed.took,
        at: app.clock.now(),
    };
    telemetry::write(&app.log, &line);
    observed
        .outcome
        .unwrap_or_else(|panic| resume_unwind(panic))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Order {
        #[expect(dead_code, reason = "it is there to be missed")]
        days: u8,
    }

    #[test]
    fn a_reason_repeats_nothing_of_what_was_found() {
        for (text, expected) in [
            ("{}", "missing field `days` at line 1 column 2"),
            (r#"{"days":"potato"}"#, "a value does not fit at column 16"),
            ("potato", "no JSON from column 1 on"),
            ("", "no JSON from column 0 on"),
        ] {
            let error = serde_json::from_str::<Order>(text).unwrap_err();
            let reason = unreadable("the order", &error).to_string();
            assert_eq!(reason, format!("the order cannot be read: {expected}"));
        }
    }
}
