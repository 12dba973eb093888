//! The operations on contracts: one file an operation, one binary each.
//!
//! A file reads top down: what the route takes, who may call it, the one command it issues, what
//! it answers. `command`, `begin` and `live` are what several of them share.

mod begin;
mod command;
mod live;

pub mod accept;
pub mod acquire;
pub mod activate;
pub mod active;
pub mod create;
pub mod decline;
pub mod draft;
pub mod extend;
pub mod grant;
pub mod history;
pub mod list;
pub mod negotiate;
pub mod reject;
pub mod requested;
pub mod stop;
pub mod tasks;
pub mod update;
pub mod view;

use sharepact_runtime::Operation;

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[
    &create::OPERATION,
    &acquire::OPERATION,
    &view::OPERATION,
    &update::OPERATION,
    &decline::OPERATION,
    &draft::OPERATION,
    &negotiate::OPERATION,
    &accept::OPERATION,
    &reject::OPERATION,
    &activate::OPERATION,
    &stop::OPERATION,
    &extend::OPERATION,
    &grant::OPERATION,
    &list::OPERATION,
    &history::OPERATION,
    &tasks::OPERATION,
    &requested::OPERATION,
    &active::OPERATION,
];
