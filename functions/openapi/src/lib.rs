//! The API's own description.

pub mod view;

use sharepact_runtime::Operation;

/// The operations of this context, in the order of the README's table.
pub static OPERATIONS: &[&Operation] = &[&view::OPERATION];
