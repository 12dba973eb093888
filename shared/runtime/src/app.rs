//! What a handler may use: the store, the clock and the key that signs cursors.

use std::sync::Arc;

use chrono::Utc;
use sharepact_domain::time::Timestamp;
use sharepact_http::CursorKey;
use sharepact_store::Store;
use uuid::Uuid;

use crate::Links;

/// Where "now" comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's own clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn system() -> Self {
        Self::from_fn(|| Timestamp::new(Utc::now()))
    }

    /// A clock that somebody else moves.
    pub fn from_fn(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
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
    /// What workers are linked to besides the table.
    pub links: Links,
}

impl App {
    /// A new identifier for an aggregate or an event (UUID version 7, so that ids sort by time).
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is where ids are made")]
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An app that reaches nothing.
    pub(crate) fn unlinked() -> App {
        let settings = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .build();
        App {
            store: Store::new(aws_sdk_dynamodb::Client::from_conf(settings), "none"),
            clock: Clock::system(),
            cursors: CursorKey::new(&[7; 32]).unwrap(),
            links: Links::default(),
        }
    }
}
