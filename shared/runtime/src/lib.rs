//! What every function binary shares: the description of an operation, the things a handler may
//! use, and the `main` that connects both to the Lambda runtime.
//!
//! The one rule: a handler reaches the outside world only through [`App`]. The local stack and the
//! tests build an `App` of their own and call the very same handlers.

mod app;
mod batch;
mod bucket;
mod bus;
mod chain;
mod config;
mod failure;
pub mod guessing;
pub mod idempotency;
mod ledger;
mod links;
mod listing;
mod operation;
mod published;
mod queue;
mod sealing;
mod secret;
mod serve;
mod standing;
mod telemetry;
mod vocabulary;
mod witness;
mod worker;

pub use app::{App, Clock};
pub use batch::{messages, messages_at_once, messages_together};
pub use bucket::Bucket;
pub use bus::{Bus, MOST as MOST_ENTRIES, Publication, WEIGHT as MOST_WEIGHT};
pub use chain::{Asked, Chain, ChainError, Sent, Signed};
pub use config::{Config, ConfigError};
pub use failure::failed;
pub use ledger::policy;
pub use links::Links;
pub use listing::{Listed, list};
pub use operation::{
    Access, Answer, CURSOR, Grant, Handler, LIMIT, Operation, QueryParameter, Reply, Shape,
    USER_ID, answer,
};
pub use published::Published;
pub use queue::Queue;
pub use sealing::{seal, seal_by_system};
pub use secret::Secrets;
pub use serve::{Chained, serve, serve_linked, serve_on, work, work_on};
pub use standing::record_session;
pub use telemetry::{Invocation, Log, Metric, NAMESPACE, Notes, note};
pub use vocabulary::vocabulary;
pub use witness::witnesses;
pub use worker::{Source, WorkError, Worked, Worker, again, perform, unreadable};
