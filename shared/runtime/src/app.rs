//! What a handler may use: the store, the clock and the key that seals.

use std::pin::Pin;
use std::sync::Arc;

use chrono::Utc;
use serde::de::DeserializeOwned;
use sharepact_domain::time::Timestamp;
use sharepact_http::{Problem, SealingKey};
use sharepact_store::{Change, Outcome, Remembered, Store, StoreError, Ticket};
use uuid::Uuid;

use crate::telemetry::{Transition, note};
use crate::{Links, Log};

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
    /// Seals what is handed out to come back: cursors of lists, challenges for wallets.
    pub seals: SealingKey,
    /// What workers are linked to besides the table.
    pub links: Links,
    /// Where the lines of invocations go.
    pub log: Log,
}

impl App {
    /// A new identifier for an aggregate or an event (UUID version 7, so that ids sort by time).
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is where ids are made")]
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// Writes a change, as [`Store::commit`] does, and notes what was written on the invocation's
    /// line.
    ///
    /// # Errors
    /// The store's.
    pub fn commit<'a, T>(
        &'a self,
        change: Change<'a>,
        answer: Option<(&'a Ticket, &'a Remembered)>,
        now: Timestamp,
    ) -> Committed<'a, T>
    where
        T: DeserializeOwned + Send + 'a,
    {
        Box::pin(async move {
            let transition = Transition::of(&change, now);
            let outcome = self.store.commit(change, answer, now).await?;
            Ok(noted(outcome, transition))
        })
    }

    /// Writes several changes, as [`Store::commit_all`] does, and notes them likewise.
    ///
    /// # Errors
    /// The store's.
    pub fn commit_all<'a, T>(
        &'a self,
        changes: &'a [Change<'a>],
        answer: Option<(&'a Ticket, &'a Remembered)>,
        now: Timestamp,
    ) -> Committed<'a, T>
    where
        T: DeserializeOwned + Send + 'a,
    {
        Box::pin(async move {
            let transitions = changes.iter();
            let transitions = transitions.filter_map(|change| Transition::of(change, now));
            let transitions: Vec<_> = transitions.collect();
            let outcome = self.store.commit_all(changes, answer, now).await?;
            Ok(noted(outcome, transitions))
        })
    }

    /// Bytes that nobody can guess, for a secret or a nonce.
    ///
    /// # Errors
    /// When the machine has none.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        aws_lc_rs::rand::fill(&mut bytes)
            .map_err(|_| Problem::internal("there are no random bytes"))?;
        Ok(bytes)
    }
}

/// Notes what was written, on its way to the caller.
fn noted<T>(outcome: Outcome<T>, transitions: impl IntoIterator<Item = Transition>) -> Outcome<T> {
    if matches!(outcome, Outcome::Written) {
        let transitions = transitions.into_iter();
        note(|notes| transitions.for_each(|transition| notes.committed(transition)));
    }
    outcome
}

/// What a commit resolves to.
pub type Committed<'a, T> =
    Pin<Box<dyn Future<Output = Result<Outcome<T>, StoreError>> + Send + 'a>>;

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
            seals: SealingKey::new(&[7; 32]).unwrap(),
            links: Links::default(),
            log: Log::default(),
        }
    }
}
