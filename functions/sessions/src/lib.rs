//! Sessions: an asset's data turned on and off for one consumer; and who may use an asset now.
//!
//! | module | owns |
//! | --- | --- |
//! | `create` | operation: sessions for a list of assets, all of them or none |
//! | `received` | what a provider has by a session of its own, to share on |
//! | `order` | what is to be written: the sessions with their first events, and their reply |
//! | `places` | who stands in whose way, and who has left |
//! | `together` | sessions that fit into one transaction |
//! | `allot` | more of them: places, then the decision, then the sessions |
//! | `make` | worker: what a decision has left to make |
//! | `command` | what starting, stopping and changing share |
//! | `entitlement` | operation: may the caller use an asset now |
//!
//! The one rule: whether a session runs is asked of everything it hangs from, at the instant of the question.

mod allot;
pub mod change;
mod command;
pub mod create;
pub mod entitlement;
pub mod list;
pub mod make;
mod order;
mod places;
mod received;
pub mod start;
pub mod stop;
mod together;
pub mod view;

use sharepact_runtime::{Operation, Worker};

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[
    &create::OPERATION,
    &list::OPERATION,
    &view::OPERATION,
    &change::OPERATION,
    &start::OPERATION,
    &stop::OPERATION,
    &entitlement::OPERATION,
];

/// The workers of this context.
pub static WORKERS: &[&Worker] = &[&make::WORKER];
