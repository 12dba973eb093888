//! Framework agreements: one organisation lets another use its assets' data, within a frame that both agree on.
//!
//! A file reads top down: what the route takes, who may call it, the one command it issues, what it answers. `command` is
//! what the commands share. What is granted under an agreement is a contract, and made where contracts are.

mod command;

pub mod approve;
pub mod create;
pub mod list;
pub mod reject;
pub mod stop;
pub mod view;

use sharepact_runtime::Operation;

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[
    &create::OPERATION,
    &list::OPERATION,
    &view::OPERATION,
    &approve::OPERATION,
    &reject::OPERATION,
    &stop::OPERATION,
];
