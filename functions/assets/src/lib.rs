//! The operations on assets: the register, and what is contracted of it.
//!
//! `consumed` is what the lists of a user's assets share.

pub mod acquired;
mod consumed;
pub mod contracts;
pub mod list;
pub mod pending;
pub mod register;
pub mod view;

use sharepact_runtime::Operation;

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[
    &register::OPERATION,
    &view::OPERATION,
    &list::OPERATION,
    &contracts::OPERATION,
    &pending::OPERATION,
    &acquired::OPERATION,
];
