//! Organisations: their settings, the profiles that they onboard others with, the invitation to one that was onboarded, and
//! the passcode by which one lets itself be found.
//!
//! `command` is what the operations share; `profile` and `passcode` what those on profiles and passcodes do.

pub mod change;
mod command;
pub mod invite;
mod passcode;
pub mod passcode_issue;
pub mod passcode_resolve;
mod profile;
pub mod profile_change;
pub mod profile_create;
pub mod profile_list;
pub mod profile_view;
pub mod redeem;
pub mod view;

use sharepact_runtime::Operation;

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[
    &view::OPERATION,
    &change::OPERATION,
    &invite::OPERATION,
    &redeem::OPERATION,
    &profile_create::OPERATION,
    &profile_list::OPERATION,
    &profile_view::OPERATION,
    &profile_change::OPERATION,
    &passcode_issue::OPERATION,
    &passcode_resolve::OPERATION,
];
