//! The local SQS: queues with visibility timeouts, receive counts, delays and dead letters, on
//! loopback for the SDK and in-process for the pollers.
//!
//! The one rule: at least once, whatever happens. A message is gone only when somebody deleted it;
//! a stack that is killed has it again at its next start.
//!
//! Own code rather than `winterbaume-sqs` 0.2, which answers the same calls but keeps its messages
//! in memory only, so a restart would lose them, and which brings the SDK's whole sign-in chain
//! along: seven minutes of a processor to build, for what is a table with one index here.

mod digests;
mod requests;
pub(crate) mod shapes;
mod store;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::sqlite::FileError;
use store::{Handle, Store};

pub(crate) use wire::{Wire, url};

/// The most that a message, or a batch of them, may weigh.
pub const LIMIT: usize = 1024 * 1024;

/// A queue, as its creator wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// How long a received message stays hidden.
    pub visibility: Duration,
    /// How long a sent message stays hidden.
    pub delay: Duration,
    /// How long a message is kept.
    pub retention: Duration,
    /// How long a receiver waits for a message when it does not say.
    pub wait: Duration,
    /// Where messages go that were received too often.
    pub redrive: Option<Redrive>,
}

/// Where messages go that were received too often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redrive {
    /// The name of the queue of dead letters.
    pub target: String,
    /// How often a message is received before it goes there.
    pub after: u32,
}

impl Queue {
    /// A queue with SQS's defaults.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            visibility: Duration::from_secs(30),
            delay: Duration::ZERO,
            retention: Duration::from_hours(4 * 24),
            wait: Duration::ZERO,
            redrive: None,
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// The text.
    pub body: String,
    /// The message attributes, as SQS spells them; null without any.
    pub attributes: Value,
    /// The trace that it belongs to.
    pub trace: Option<String>,
    /// How long it stays hidden, when not as long as its queue says.
    pub delay: Option<Duration>,
}

impl Letter {
    /// A letter of text alone.
    #[must_use]
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            ..Self::default()
        }
    }
}

/// What is received.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The text.
    pub body: String,
    /// The message attributes, as SQS spells them; null without any.
    pub attributes: Value,
    /// The trace that it belongs to.
    pub trace: Option<String>,
    /// When it was sent, in milliseconds since the epoch.
    pub sent: i64,
    /// How often it was received, this time included.
    pub received: u32,
    /// When it was received first, in milliseconds since the epoch.
    pub first_received: i64,
}

impl Message {
    /// What its receiver deletes it by.
    #[must_use]
    pub fn handle(&self) -> String {
        format!("{}.{}", self.id, self.received)
    }
}

/// How many messages a queue has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ready to be received.
    pub visible: u64,
    /// Received, and neither deleted nor shown again.
    pub in_flight: u64,
    /// Sent, and not shown yet.
    pub delayed: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub fn total(self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

/// Why a queue does not do what it is asked to.
#[derive(Debug, Error)]
pub enum QueueError {
    /// There is no such queue.
    #[error("there is no queue {0}")]
    NoQueue(String),
    /// A receipt handle that nobody handed out.
    #[error("`{0}` is no receipt handle")]
    BadHandle(String),
    /// A message that is not in flight.
    #[error("the message is not in flight")]
    NotInFlight,
    /// The file fails.
    #[error("the queues' file fails: {0}")]
    Storage(#[from] rusqlite::Error),
}

/// The queues.
#[derive(Clone)]
pub struct Queues(Arc<Inner>);

struct Inner {
    store: Mutex<Store>,
    known: Mutex<BTreeMap<String, Known>>,
}

#[derive(Clone)]
struct Known {
    queue: Queue,
    /// Rung when there may be something to receive.
    bell: Arc<Notify>,
}

impl Queues {
    /// Opens the queues kept in this file, and defines these besides.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn open(path: &Path, defined: &[Queue]) -> Result<Self, FileError> {
        let failed = |source| FileError {
            path: path.to_path_buf(),
            source,
        };
        let mut store = Store::open(path)?;
        for queue in defined {
            store.define(queue).map_err(failed)?;
        }
        let mut known = BTreeMap::new();
        for queue in store.defined().map_err(failed)? {
            store.forget(&queue).map_err(failed)?;
            known.insert(queue.name.clone(), Known::new(queue));
        }
        Ok(Self(Arc::new(Inner {
            store: Mutex::new(store),
            known: Mutex::new(known),
        })))
    }

    /// Creates a queue, or changes the one of that name.
    ///
    /// # Errors
    /// When the file fails.
    pub fn create(&self, queue: Queue) -> Result<(), QueueError> {
        self.store().define(&queue)?;
        lock(&self.0.known).insert(queue.name.clone(), Known::new(queue));
        Ok(())
    }

    /// The names of the queues.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        lock(&self.0.known).keys().cloned().collect()
    }

    /// The queue of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn queue(&self, name: &str) -> Result<Queue, QueueError> {
        self.known(name).map(|known| known.queue)
    }

    /// Sends letters to one queue: all of them, or none. Answers their message ids.
    ///
    /// # Errors
    /// When there is no such queue or the file fails.
    pub fn send(&self, queue: &str, letters: Vec<Letter>) -> Result<Vec<String>, QueueError> {
        self.deliver(
            letters
                .into_iter()
                .map(|letter| (queue.to_owned(), letter))
                .collect(),
        )
    }

    /// Sends each letter to its queue: all of them, or none. Answers their message ids.
    ///
    /// # Errors
    /// When there is no such queue or the file fails.
    pub fn deliver(&self, letters: Vec<(String, Letter)>) -> Result<Vec<String>, QueueError> {
        let known = letters
            .iter()
            .map(|(name, _)| self.known(name))
            .collect::<Result<Vec<_>, _>>()?;
        let letters: Vec<_> = known
            .iter()
            .zip(letters)
            .map(|(known, (_, letter))| (&known.queue, letter))
            .collect();
        let ids = self.store().send(&letters)?;
        for known in &known {
            known.bell.notify_waiters();
        }
        Ok(ids)
    }

    /// Receives up to `limit` messages, and waits for the first of them as long as told.
    ///
    /// # Errors
    /// When there is no such queue or the file fails.
    pub async fn receive(
        &self,
        name: &str,
        limit: usize,
        visibility: Option<Duration>,
        wait: Option<Duration>,
    ) -> Result<Vec<Message>, QueueError> {
        let Known { queue, bell } = self.known(name)?;
        let hidden = store::millis(visibility.unwrap_or(queue.visibility));
        let deadline = Instant::now() + wait.unwrap_or(queue.wait);
        loop {
            // Listening starts before looking, so that nothing falls in between.
            let rung = bell.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            let (messages, moved) = self.store().receive(&queue, limit, hidden)?;
            if let (1.., Some(redrive)) = (moved, &queue.redrive) {
                tracing::warn!(queue = name, moved, "messages became dead letters");
                if let Ok(target) = self.known(&redrive.target) {
                    target.bell.notify_waiters();
                }
            }
            if !messages.is_empty() || Instant::now() >= deadline {
                return Ok(messages);
            }
            // What is hidden now shows by itself.
            let shows = self.store().next(name)?.map_or(deadline, |visible| {
                let ahead = u64::try_from(visible - store::now()).unwrap_or(0);
                Instant::now() + Duration::from_millis(ahead.max(1))
            });
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep_until(shows.min(deadline)) => {}
            }
        }
    }

    /// Deletes the messages with these handles; an older handle than the last has no effect.
    ///
    /// # Errors
    /// When there is no such queue, a text is no handle or the file fails.
    pub fn delete(&self, name: &str, handles: &[String]) -> Result<(), QueueError> {
        let queue = self.known(name)?.queue;
        let handles = handles
            .iter()
            .map(|text| Handle::parse(text).ok_or_else(|| QueueError::BadHandle(text.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.store().delete(&queue.name, &handles)?)
    }

    /// Hides a received message for so long from now; zero shows it at once.
    ///
    /// # Errors
    /// When it is not in flight, there is no such queue, or the file fails.
    pub fn hide(&self, name: &str, handle: &str, hidden: Duration) -> Result<(), QueueError> {
        let known = self.known(name)?;
        let parsed =
            Handle::parse(handle).ok_or_else(|| QueueError::BadHandle(handle.to_owned()))?;
        let found = self.store().hide(name, &parsed, store::millis(hidden))?;
        known.bell.notify_waiters();
        if found {
            Ok(())
        } else {
            Err(QueueError::NotInFlight)
        }
    }

    /// Deletes every message of the queue.
    ///
    /// # Errors
    /// When there is no such queue or the file fails.
    pub fn purge(&self, name: &str) -> Result<(), QueueError> {
        let queue = self.known(name)?.queue;
        Ok(self.store().purge(&queue.name)?)
    }

    /// How many messages the queue has.
    ///
    /// # Errors
    /// When there is no such queue or the file fails.
    pub fn counts(&self, name: &str) -> Result<Counts, QueueError> {
        let queue = self.known(name)?.queue;
        Ok(self.store().counts(&queue.name)?)
    }

    /// Looks at up to `limit` messages in the order of their arrival, without receiving them.
    ///
    /// # Errors
    /// When there is no such queue or the file fails.
    pub fn look(&self, name: &str, limit: usize) -> Result<Vec<Message>, QueueError> {
        let queue = self.known(name)?.queue;
        Ok(self.store().look(&queue.name, limit)?)
    }

    fn known(&self, name: &str) -> Result<Known, QueueError> {
        lock(&self.0.known)
            .get(name)
            .cloned()
            .ok_or_else(|| QueueError::NoQueue(name.to_owned()))
    }

    /// Every step takes well under a millisecond: short enough for a task to wait for it in place.
    fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.0.store)
    }
}

impl Known {
    fn new(queue: Queue) -> Self {
        Self {
            queue,
            bell: Arc::default(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A step that panicked was rolled back with its transaction.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
