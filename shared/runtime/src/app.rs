//! What a handler may use: the store, the clock and the key that signs cursors.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use sharepact_http::CursorKey;
use sharepact_store::Store;
use uuid::Uuid;

/// Where "now" comes from. Truncated to milliseconds, which is what the wire and the items carry.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self::from_fn(Utc::now)
    }

    /// A clock that somebody else moves; the tests and the local stack's `--at` use it.
    pub fn from_fn(read: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The present instant, in whole milliseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)().trunc_subsecs(3)
    }
}

/// The outside world as a handler sees it.
#[derive(Clone)]
pub struct App {
    /// State: one DynamoDB table.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Signs the cursors of lists.
    pub cursors: CursorKey,
}

impl App {
    /// A new identifier for an aggregate or an event (UUID version 7, so that ids sort by time).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
