//! The local stack: the bundle in one process, behind `cargo run` and in the tests.
//!
//! The one rule: it stands in for the cloud, not for the code. Handlers, SDK calls, table and
//! policies are the deployed ones; only what surrounds them is local.

mod authorizer;
mod bus;
mod calls;
mod clients;
mod clock;
mod connections;
mod control;
mod dynamodb;
mod event;
mod faults;
mod gateway;
mod guard;
mod handout;
mod home;
mod keys;
mod ledger;
mod links;
mod machine;
pub mod openapi;
pub mod operations;
mod policy;
mod queues;
mod request_log;
mod routes;
mod rpc;
mod s3;
mod sources;
mod sqlite;
mod stack;
mod stop;
pub mod template;
mod tokens;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod scratch;

pub use bus::{Pattern, PatternError, Refusals};
pub use calls::{Call, Calls};
pub use clients::{Clients, LinkFaults};
pub use clock::MovableClock;
pub use control::{ControlError, Remote};
pub use dynamodb::DynamoError;
pub use faults::{Fault, Faults};
pub use gateway::{Invoke, invoke};
pub use handout::{ENV, Handout, JSON};
pub use home::{Home, HomeError};
pub use keys::{KeyError, SigningKey};
pub use ledger::{LedgerAt, LedgerError, LedgerState, Opened};
pub use links::{Ledger, LinkError, Links};
pub use policy::{Permission, grants};
pub use queues::{Counts, Letter, Message, Queue, QueueError, Queues, Redrive};
pub use request_log::RequestLog;
pub use routes::RouteError;
pub use s3::{DOCUMENTS, S3Error};
pub use sources::{
    Failed, Perform, Recurrence, RecurrenceError, Source, SourceError, Work, WorkError, Worker,
    perform,
};
pub use sqlite::FileError;
pub use stack::{Options, PORT, Stack, StackError};
pub use tokens::{AUDIENCE, IDENTITIES, Identity, Issuer, READY_MADE};
