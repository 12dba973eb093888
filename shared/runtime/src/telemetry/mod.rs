//! What an invocation tells about itself: one wide line of JSON, with its metrics embedded.
//!
//! The one rule: a line holds what the code names and nothing that a caller wrote. No token, body,
//! text, user or organisation stands in it; contracts and events do, by their ids.
//!
//! | module | owns |
//! | --- | --- |
//! | `notes` | what handlers add on their way |
//! | `line` | the line |
//! | `metrics` | the metrics and their embedding |
//! | `log` | where lines go |

mod line;
mod log;
mod metrics;
mod notes;

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use lambda_http::{Request, RequestExt as _};

pub use log::Log;
pub use metrics::{Metric, NAMESPACE};
pub use notes::{Notes, note};

pub(crate) use line::{Ending, Line, write};
pub(crate) use notes::Transition;

/// How Lambda and X-Ray know an invocation; nothing of it where neither is there.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// Lambda's id of the invocation.
    pub id: Option<String>,
    /// X-Ray's id of the trace that it is part of.
    pub trace: Option<String>,
}

impl From<&lambda_runtime::Context> for Invocation {
    fn from(context: &lambda_runtime::Context) -> Self {
        let trace = context.xray_trace_id.as_deref().unwrap_or_default();
        let root = trace.split(';').find_map(|part| part.strip_prefix("Root="));
        Self {
            id: (!context.request_id.is_empty()).then(|| context.request_id.clone()),
            trace: root.map(str::to_owned),
        }
    }
}

impl From<&Request> for Invocation {
    fn from(request: &Request) -> Self {
        request
            .lambda_context_ref()
            .map(Self::from)
            .unwrap_or_default()
    }
}

/// What came of an invocation, with all that is to be told of it.
pub(crate) struct Observed<T> {
    /// What it came to, or what it panicked with.
    pub outcome: Result<T, Box<dyn Any + Send>>,
    /// What it noted.
    pub notes: Notes,
    /// How long it took.
    pub took: Duration,
}

/// Runs an invocation to its end, whatever that is.
pub(crate) async fn observe<T>(work: impl Future<Output = T>) -> Observed<T> {
    let started = Instant::now();
    let (outcome, notes) = notes::collect(AssertUnwindSafe(work).catch_unwind()).await;
    Observed {
        outcome,
        notes,
        took: started.elapsed(),
    }
}
