//! The local event source mappings: what calls the workers, as Lambda does.
//!
//! The one rule: what calls which worker, how much at once and how often again is read from the
//! template. The pollers add nothing but the waiting.

mod invocation;
mod positions;
mod queue;
mod recurrence;
mod schedule;
mod stream;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use sharepact_runtime::{App, Clock};
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::dynamodb::Stream;
use crate::queues::Queues;
use crate::sqlite::FileError;
use crate::stop::Stop;
use crate::template::{EventSource, Function};
use invocation::{Runner, Running};
use positions::Positions;
use queue::QueuePoller;
use schedule::Timer;
use stream::{Reached, StreamPoller};

pub use invocation::{Failed, Perform, perform};
pub use recurrence::{Recurrence, RecurrenceError};
pub use sharepact_runtime::{Source, WorkError, Worked as Work, Worker};

/// Why the event sources do not start.
#[derive(Debug, Error)]
pub enum SourceError {
    /// The positions cannot be kept.
    #[error(transparent)]
    File(#[from] FileError),
    /// The template starts the worker in another way than the code says.
    #[error("{0} is started by a {1:?} according to the code, but not according to template.yaml")]
    Mismatch(&'static str, Source),
    /// The template reads a stream that the table has not.
    #[error("template.yaml lets {0} read a stream, but gives the table none")]
    NoStream(&'static str),
    /// The stream cannot be read.
    #[error("the stream cannot be read: {0}")]
    Stream(String),
}

/// What the event sources work with.
pub(crate) struct Surroundings {
    pub queues: Queues,
    pub stream: Option<Stream>,
    /// The ARN by which the functions know the stream.
    pub arn: String,
    pub clock: Clock,
    pub perform: Perform,
    pub stop: Stop,
}

/// The event sources that run.
pub(crate) struct Sources {
    activity: Activity,
    timers: BTreeMap<&'static str, Timer>,
    tasks: Vec<JoinHandle<()>>,
}

/// What the workers do, seen from outside.
#[derive(Clone)]
pub(crate) struct Activity {
    running: Running,
    runners: BTreeMap<&'static str, Runner>,
    streams: Vec<Reached>,
    stream: Option<Stream>,
    queues: Queues,
    read: Vec<String>,
}

impl Sources {
    /// Starts the sources of these workers.
    pub(crate) fn start(
        home: &Path,
        workers: Vec<(&'static Worker, &Function, App)>,
        surroundings: &Surroundings,
    ) -> Result<Self, SourceError> {
        let positions = Positions::open(&home.join("sources.sqlite"))?;
        let mut sources = Self {
            activity: Activity {
                running: Running::default(),
                runners: BTreeMap::new(),
                streams: Vec::new(),
                stream: surroundings.stream.clone(),
                queues: surroundings.queues.clone(),
                read: Vec::new(),
            },
            timers: BTreeMap::new(),
            tasks: Vec::new(),
        };
        for (worker, function, app) in workers {
            let runner = Runner {
                worker,
                app,
                timeout: function.timeout,
                perform: surroundings.perform.clone(),
                running: sources.activity.running.clone(),
            };
            let mut matched = worker.source == Source::Hand && function.sources.is_empty();
            sources.activity.runners.insert(worker.name, runner.clone());
            for source in &function.sources {
                let kind = sources.add(source, runner.clone(), &positions, surroundings)?;
                matched |= kind == worker.source;
            }
            if !matched {
                return Err(SourceError::Mismatch(worker.name, worker.source));
            }
        }
        Ok(sources)
    }

    fn add(
        &mut self,
        source: &EventSource,
        runner: Runner,
        positions: &Positions,
        surroundings: &Surroundings,
    ) -> Result<Source, SourceError> {
        let stop = surroundings.stop.clone();
        match source {
            EventSource::Stream(source) => {
                let name = runner.worker.name;
                let stream = surroundings.stream.clone();
                let poller = StreamPoller {
                    runner,
                    source: source.clone(),
                    stream: stream.ok_or(SourceError::NoStream(name))?,
                    arn: surroundings.arn.clone(),
                    positions: positions.clone(),
                    queues: surroundings.queues.clone(),
                    reached: Reached::default(),
                };
                poller.begin().map_err(SourceError::Stream)?;
                self.activity.streams.push(poller.reached.clone());
                self.tasks.push(tokio::spawn(poller.poll(stop)));
                Ok(Source::Stream)
            }
            EventSource::Queue(source) => {
                let poller = QueuePoller {
                    runner,
                    source: source.clone(),
                    queues: surroundings.queues.clone(),
                };
                self.activity.read.push(source.queue.clone());
                for _ in 0..poller.concurrency() {
                    let task = poller.clone().poll(stop.clone());
                    self.tasks.push(tokio::spawn(task));
                }
                Ok(Source::Queue)
            }
            EventSource::Schedule(source) => {
                let timer = Timer {
                    runner,
                    source: source.clone(),
                    clock: surroundings.clock.clone(),
                    positions: positions.clone(),
                };
                self.timers.insert(timer.runner.worker.name, timer.clone());
                self.tasks.push(tokio::spawn(timer.poll(stop)));
                Ok(Source::Schedule)
            }
        }
    }

    /// Runs a worker of a schedule as if it were due now.
    pub(crate) async fn fire(&self, worker: &str) -> Result<Value, Failed> {
        match self.timers.get(worker) {
            Some(timer) => timer.fire_now().await,
            None => Err(Failed::NoWorker(worker.to_owned())),
        }
    }

    /// What the workers do.
    pub(crate) fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Waits until all that runs is finished.
    pub(crate) async fn stopped(self) {
        for mut task in self.tasks {
            if tokio::time::timeout(Duration::from_secs(5), &mut task)
                .await
                .is_err()
            {
                tracing::warn!("a worker did not finish in time");
                task.abort();
            }
        }
    }
}

impl Activity {
    /// Runs a worker with this event, as an invocation by hand does.
    pub(crate) async fn invoke(&self, worker: &str, event: Value) -> Result<Value, Failed> {
        match self.runners.get(worker) {
            Some(runner) => runner.run(event).await,
            None => Err(Failed::NoWorker(worker.to_owned())),
        }
    }

    /// Crashes what runs of a worker; answers how many that were.
    pub(crate) fn crash(&self, worker: &str) -> usize {
        self.running.crash(worker)
    }

    /// Is there nothing left to do: every record read, every queue with a worker empty?
    pub(crate) fn settled(&self) -> bool {
        // In the direction in which work travels: what one looks at later cannot refill what was
        // looked at before, but for the table itself, so the stream is looked at again.
        self.streams_done()
            && self.read.iter().all(|queue| {
                self.queues
                    .counts(queue)
                    .is_ok_and(|counts| counts.total() == 0)
            })
            && !self.running.any()
            && self.streams_done()
    }

    fn streams_done(&self) -> bool {
        let Some(stream) = self.stream.as_ref().filter(|_| !self.streams.is_empty()) else {
            return true;
        };
        match stream.last() {
            Ok(None) => true,
            Ok(last) => self.streams.iter().all(|reached| reached.get() >= last),
            Err(error) => {
                tracing::warn!(%error, "the stream cannot be read");
                false
            }
        }
    }

    /// Waits until nothing is left to do; answers whether that came to pass in time.
    pub(crate) async fn wait(&self, patience: Duration) -> bool {
        let waiting = async {
            while !self.settled() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(patience, waiting).await.is_ok()
    }
}

/// The position that every reader of the stream has passed; `None` when one has none yet.
pub(crate) fn passed(
    home: &Path,
    workers: &[&'static Worker],
) -> Result<Option<String>, FileError> {
    let path = home.join("sources.sqlite");
    let positions = Positions::open(&path)?;
    let mut passed: Option<String> = None;
    for worker in workers
        .iter()
        .filter(|worker| worker.source == Source::Stream)
    {
        let position = positions
            .get(&stream::key(worker.name))
            .map_err(|source| FileError {
                path: path.clone(),
                source,
            })?;
        let Some(position) = position else {
            return Ok(None);
        };
        passed = Some(passed.map_or(position.clone(), |passed| passed.min(position)));
    }
    Ok(passed)
}

#[cfg(test)]
mod tests;
