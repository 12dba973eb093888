//! Organisations: their settings, the profiles that they onboard others with, the invitation to one that was onboarded, and
//! the passcode by which one lets itself be found.
//!
//! `command` is what the operations share.

pub mod change;
mod command;
pub mod invite;
pub mod passcode;
pub mod profile;
pub mod redeem;
pub mod view;

use sharepact_runtime::Operation;

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[
    &view::OPERATION,
    &change::OPERATION,
    &invite::OPERATION,
    &redeem::OPERATION,
    &profile::create::OPERATION,
    &profile::list::OPERATION,
    &profile::view::OPERATION,
    &profile::change::OPERATION,
    &passcode::issue::OPERATION,
    &passcode::resolve::OPERATION,
];
