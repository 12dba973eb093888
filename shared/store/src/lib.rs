//! State in DynamoDB: one table, one kind of write.
//!
//! | module | owns |
//! | --- | --- |
//! | `keys` | every key, table and index, spelled in one place |
//! | `item` | domain values ↔ items |
//! | `read` | single aggregates, one round trip each |
//! | `listing` | merged, paged queries over the indexes |
//! | `children` | what stands under an agreement, a quota contract or a session |
//! | `health` | what came of a webhook's deliveries |
//! | `due` | what the expiry job asks for |
//! | `recorded` | events as they were recorded, to be sent again |
//! | `ledger` | what goes to the chain: what waits, what is under way, what is anchored |
//! | `note` | what workers note, and what gives way |
//! | `commit` | the one write: state (conditional) + event + guards + remembered answer |
//! | `evidence` | all that is recorded of a contract |
//! | `error` | what can go wrong, and whether trying again helps |
//!
//! The one rule: whatever changes is written by [`Store::commit`], as one conditional transaction;
//! what workers note afterwards (what came of deliveries, what is on its way to the chain) only gives way to a later note.
//! There is no other write, no scan, and no read that answers part of an item.
//!
//! Futures are boxed here, so that the SDK's machinery is compiled once, in this crate, and not
//! again in every function's binary.

mod children;
mod client;
mod commit;
mod due;
mod error;
mod evidence;
mod health;
mod item;
mod keys;
mod ledger;
mod listing;
mod note;
mod read;
mod recorded;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use children::Child;
pub use commit::{Change, Claim, Outcome, Parent, Places, Rejected, Sending};
pub use due::Due;
pub use error::StoreError;
pub use evidence::Record;
pub use item::{ContractRecord, Remembered, Ticket};
pub use keys::{Index, Position};
pub use ledger::{BatchChange, Known};
pub use listing::{Order, Page, Source};
pub use read::{
    Attempt, Beginning, Delivery, Entitling, Found, History, MakingRecord, Onboarding, Printable,
    Proposing, Registering, SessionRecord, Told, WebhookRecord,
};
pub use recorded::Recorded;

/// A future that was compiled here.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The table, and a client that may use it.
#[derive(Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: Arc<str>,
}

impl Store {
    /// A store on a client that somebody else configured.
    #[must_use]
    pub fn new(client: aws_sdk_dynamodb::Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into().into(),
        }
    }

    /// A store on the credentials and the region of the environment.
    pub async fn from_env(table: impl Into<String>) -> Self {
        Self::new(client::from_env().await, table)
    }
}
