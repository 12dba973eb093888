//! Running a worker: in a task of its own, within its time, and what its answer means.
//!
//! The one rule: whatever ends a worker - an error, a panic, the end of its time, a crash on demand
//! - ends nothing else, and counts as a failure of all that it was given.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use sharepact_runtime::{App, Invocation};
use thiserror::Error;
use tokio::task::AbortHandle;

use super::{Work, WorkError, Worker};

/// What runs a worker: its own function, except where a test stands in between.
pub type Perform = Arc<dyn Fn(&'static Worker, App, Value) -> Work<'static> + Send + Sync>;

/// Runs the worker's own function, as the deployed one does.
#[must_use]
pub fn perform() -> Perform {
    Arc::new(|worker, app, event| {
        Box::pin(async move {
            sharepact_runtime::perform(worker, &app, Invocation::default(), event).await
        })
    })
}

/// How an invocation failed.
#[derive(Debug, Error)]
pub enum Failed {
    /// The worker says so.
    #[error("{0}")]
    Error(#[from] WorkError),
    /// It panicked.
    #[error("it panicked")]
    Panicked,
    /// Somebody crashed it.
    #[error("it was crashed")]
    Crashed,
    /// It took too long.
    #[error("it ran longer than its {} s", .0.as_secs())]
    TimedOut(Duration),
    /// Nothing of that name runs here.
    #[error("no worker {0} runs here")]
    NoWorker(String),
}

/// The invocations that run.
#[derive(Clone, Default)]
pub(crate) struct Running(Arc<Mutex<Invocations>>);

#[derive(Default)]
struct Invocations {
    next: u64,
    running: BTreeMap<u64, (&'static str, AbortHandle)>,
}

impl Running {
    /// Crashes what runs of this worker; answers how many that were.
    pub(crate) fn crash(&self, worker: &str) -> usize {
        let mut crashed = 0;
        for (name, handle) in self.lock().running.values() {
            if *name == worker {
                handle.abort();
                crashed += 1;
            }
        }
        crashed
    }

    /// Does anything run?
    pub(crate) fn any(&self) -> bool {
        !self.lock().running.is_empty()
    }

    fn enter(&self, worker: &'static str, handle: AbortHandle) -> Entered<'_> {
        let mut invocations = self.lock();
        invocations.next += 1;
        let id = invocations.next;
        invocations.running.insert(id, (worker, handle));
        Entered(self, id)
    }

    fn lock(&self) -> MutexGuard<'_, Invocations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An invocation that runs. Whoever stops waiting for it ends it.
struct Entered<'a>(&'a Running, u64);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if let Some((_, handle)) = self.0.lock().running.remove(&self.1) {
            handle.abort();
        }
    }
}

/// A worker with all that it runs with.
#[derive(Clone)]
pub(crate) struct Runner {
    pub worker: &'static Worker,
    pub app: App,
    pub timeout: Duration,
    pub perform: Perform,
    pub running: Running,
}

impl Runner {
    /// Runs the worker once.
    pub(crate) async fn run(&self, event: Value) -> Result<Value, Failed> {
        let task = tokio::spawn((self.perform)(self.worker, self.app.clone(), event));
        let _entered = self.running.enter(self.worker.name, task.abort_handle());
        let outcome = match tokio::time::timeout(self.timeout, task).await {
            Ok(Ok(answer)) => answer.map_err(Failed::from),
            Ok(Err(error)) if error.is_cancelled() => Err(Failed::Crashed),
            Ok(Err(_)) => Err(Failed::Panicked),
            Err(_) => Err(Failed::TimedOut(self.timeout)),
        };
        if let Err(failed) = &outcome {
            self.warn(failed);
        }
        outcome
    }

    pub(crate) fn warn(&self, what: &dyn Display) {
        tracing::warn!(worker = self.worker.name, "failed: {what}");
    }
}

/// What of a batch failed, according to its outcome; `None` stands for all of it.
///
/// `partial` says whether the worker reports failures one by one.
pub(crate) fn failures(outcome: Result<Value, Failed>, partial: bool) -> Option<Vec<String>> {
    let answer = outcome.ok()?;
    let failures = match answer.get("batchItemFailures") {
        Some(Value::Array(failures)) if partial => failures,
        _ => return Some(Vec::new()),
    };
    // As in the cloud, an item that is not named makes the whole batch fail.
    failures
        .iter()
        .map(|failure| {
            let id = failure.get("itemIdentifier")?.as_str()?;
            (!id.is_empty()).then(|| id.to_owned())
        })
        .collect()
}

/// How long to wait after so many failures.
pub(crate) fn backoff(failures: u32) -> Duration {
    let doubled = 1_u64 << failures.saturating_sub(1).min(6);
    Duration::from_millis(100 * doubled).min(Duration::from_secs(5))
}
