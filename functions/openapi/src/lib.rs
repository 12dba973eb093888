//! Skeleton.
use sharepact_runtime::Operation;
/// The operations of this context.
pub const OPERATIONS: &[&Operation] = &[];
