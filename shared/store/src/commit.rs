//! The one write: a conditional transaction of state, event, what hangs on them, and the answer.
//!
//! | module | owns |
//! | --- | --- |
//! | `change` | what is written |
//! | `transaction` | its items, in their order |
//! | `framework` | what agreements and sessions write besides |
//! | `condition` | the condition of each item, as DynamoDB spells it |
//! | `judge` | what a failed condition means |
//! | `outcome` | what came of the write |
//!
//! Either all of it is there or none. The state is conditional on the version that was read, the
//! event on not being there, each guard on being free, the answer on not having been given. When
//! DynamoDB cancels, the reasons say which condition failed, with the item that stands there: no
//! second read is needed to tell the caller.

mod change;
pub(crate) mod condition;
mod framework;
mod judge;
mod outcome;
pub(crate) mod transaction;

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use serde::de::DeserializeOwned;
use sharepact_domain::time::Timestamp;

pub use self::change::{Change, Claim, Parent, Places, Sending};
pub use self::outcome::{Outcome, Rejected};

use self::transaction::Draft;
use crate::item::{Remembered, Ticket};
use crate::{Boxed, Store, StoreError};

/// How often a transaction that met another one on the same items is tried.
const ATTEMPTS: u32 = 6;
/// The first wait between two attempts; doubled each time.
const WAIT: Duration = Duration::from_millis(15);

impl Store {
    /// Writes a change and, where the request carried an idempotency key, its answer.
    ///
    /// `now` is the request's instant: it decides whether a guard's or an answer's time is over.
    pub fn commit<'a, T>(
        &'a self,
        change: Change<'a>,
        answer: Option<(&'a Ticket, &'a Remembered)>,
        now: Timestamp,
    ) -> Boxed<'a, Outcome<T>>
    where
        T: DeserializeOwned + Send + 'a,
    {
        Box::pin(async move {
            let draft = Draft::new(self, std::slice::from_ref(&change), answer, now)?;
            self.transact(&draft).await
        })
    }

    /// Writes several changes and their answer, all of it or nothing. `T` is the aggregate of the first.
    ///
    /// # Errors
    /// [`StoreError::Unwritable`] for more items than one transaction takes, and for no change at all.
    pub fn commit_all<'a, T>(
        &'a self,
        changes: &'a [Change<'a>],
        answer: Option<(&'a Ticket, &'a Remembered)>,
        now: Timestamp,
    ) -> Boxed<'a, Outcome<T>>
    where
        T: DeserializeOwned + Send + 'a,
    {
        Box::pin(async move {
            let draft = Draft::new(self, changes, answer, now)?;
            self.transact(&draft).await
        })
    }

    pub(crate) async fn transact<T: DeserializeOwned>(
        &self,
        draft: &Draft<'_>,
    ) -> Result<Outcome<T>, StoreError> {
        let mut wait = WAIT;
        for attempt in 1..=ATTEMPTS {
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(draft.writes()))
                .send()
                .await;
            let Err(error) = sent else {
                return Ok(Outcome::Written);
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return Err(StoreError::from_sdk("TransactWriteItems", &error));
            };
            if let Some(rejected) = draft.judge(cancelled.cancellation_reasons())? {
                return Ok(Outcome::Rejected(rejected));
            }
            let codes: Vec<_> = cancelled
                .cancellation_reasons()
                .iter()
                .filter_map(CancellationReason::code)
                .filter(|code| *code != "None")
                .collect();
            if codes.contains(&"ValidationError") {
                return Err(StoreError::Refused {
                    action: "TransactWriteItems",
                    reason: codes.join(", "),
                });
            }
            // Two transactions met on an item, or it is throttled: the conditions decide next time.
            if attempt < ATTEMPTS {
                tokio::time::sleep(wait.mul_f32(1.0 + jitter())).await;
                wait *= 2;
            }
        }
        Err(StoreError::Unavailable(
            "TransactWriteItems keeps meeting others".to_owned(),
        ))
    }
}

/// A random fraction, so that two transactions that met do not meet again.
fn jitter() -> f32 {
    let seed = RandomState::new().build_hasher().finish();
    f32::from(u8::try_from(seed % 256).unwrap_or_default()) / 256.0
}
