//! The operations on wallets: which Ethereum address belongs to a user or an organisation.

pub mod challenge;
mod owner;
pub mod register;
pub mod transfer;
pub mod transferred;
pub mod view;

use sharepact_runtime::Operation;

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[
    &challenge::OPERATION,
    &register::OPERATION,
    &view::OPERATION,
    &transfer::OPERATION,
    &transferred::OPERATION,
];
