//! The one write: a conditional transaction of state, event, what hangs on them, and the answer.
//!
//! Either all of it is there or none. The state is conditional on the version that was read, the
//! event on not being there, each guard on being free, the answer on not having been given. When
//! DynamoDB cancels, the reasons say which condition failed, with the item that stands there: no
//! second read is needed to tell the caller.

pub(crate) mod transaction;

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use serde::de::DeserializeOwned;
use sharepact_domain::asset::{Asset, AssetFact};
use sharepact_domain::contract::{Contract, ContractFact, Revision};
use sharepact_domain::document::{Document, DocumentFact};
use sharepact_domain::event::Event;
use sharepact_domain::id::ContractId;
use sharepact_domain::ledger::dispatch::{Dispatch, Sender};
use sharepact_domain::time::Timestamp;
use sharepact_domain::transfer::{Transfer, TransferFact};
use sharepact_domain::wallet::{Challenge, Wallet, WalletFact};
use sharepact_domain::webhook::{Secrets, Webhook, WebhookFact};

use self::transaction::Draft;
use crate::item::{Remembered, Ticket};
use crate::{Boxed, Store, StoreError};

/// How often a transaction that met another one on the same items is tried.
const ATTEMPTS: u32 = 4;
/// The first wait between two attempts; doubled each time.
const WAIT: Duration = Duration::from_millis(15);

/// What a command changed: the aggregate after the event, the event, and what hangs on both.
#[derive(Debug)]
pub enum Change<'a> {
    /// A contract.
    Contract {
        /// The contract after the event.
        after: &'a Contract,
        /// The event.
        event: &'a Event<ContractFact>,
        /// The revision that the event brought.
        revision: Option<&'a Revision>,
        /// What happens to the place that only one live contract can hold.
        claim: Claim,
    },
    /// An asset.
    Asset {
        /// The asset after the event.
        after: &'a Asset,
        /// The event.
        event: &'a Event<AssetFact>,
    },
    /// The document of a contract.
    Document {
        /// The document after the event.
        after: &'a Document,
        /// The event.
        event: &'a Event<DocumentFact>,
    },
    /// A wallet.
    Wallet {
        /// The wallet after the event.
        after: &'a Wallet,
        /// The event.
        event: &'a Event<WalletFact>,
        /// The challenge that it uses up.
        challenge: &'a Challenge,
    },
    /// A webhook.
    Webhook {
        /// The webhook after the event.
        after: &'a Webhook,
        /// The event.
        event: &'a Event<WebhookFact>,
        /// Its secrets, where the event brought new ones.
        secrets: Option<&'a Secrets>,
    },
    /// A transfer.
    Transfer {
        /// The transfer after the event.
        after: &'a Transfer,
        /// The event.
        event: &'a Event<TransferFact>,
        /// What became of its dispatch.
        sending: Sending<'a>,
    },
}

/// What an event changes about what the platform's wallet sends.
#[derive(Clone, Copy, Debug)]
pub enum Sending<'a> {
    /// Nothing.
    Untouched,
    /// A nonce is given to a dispatch.
    Begins {
        /// The sender after that.
        sender: &'a Sender,
        /// The dispatch.
        dispatch: &'a Dispatch,
    },
    /// A dispatch, as it was read, is settled.
    Ends(&'a Dispatch),
}

/// What happens to the place that one live contract of a consumer's side on an asset holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing.
    Untouched,
    /// The contract takes it, if it is free or its holder's time is over.
    Take,
    /// The contract holds it until it ends; time alone frees it then, recorded or not.
    Hold,
    /// The contract gives it back.
    Release,
}

/// What came of a write.
#[must_use]
#[derive(Debug)]
pub enum Outcome<T> {
    /// All of it is written.
    Written,
    /// None of it is written.
    Rejected(Rejected<T>),
}

/// Which condition did not hold.
#[derive(Debug)]
pub enum Rejected<T> {
    /// Somebody else changed the aggregate first; this is what it is now.
    Stale(Option<T>),
    /// The answer to this idempotency key was given in the meantime.
    Answered(Remembered),
    /// The consumer's side has another live contract on the asset.
    Occupied(ContractId),
    /// The address belongs to somebody else.
    AddressTaken,
    /// The challenge has registered an address already.
    ChallengeUsed,
}

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
            let draft = Draft::new(self, &change, answer, now)?;
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
