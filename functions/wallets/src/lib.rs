//! The operations on wallets: which Ethereum address belongs to a user or an organisation.

pub mod register;
pub mod view;

use sharepact_runtime::Operation;

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[&register::OPERATION, &view::OPERATION];
