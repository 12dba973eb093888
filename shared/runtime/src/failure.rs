//! The one mapping of the store's failures onto problems.

use sharepact_http::Problem;
use sharepact_store::StoreError;

/// A failure of the store, as the caller hears of it: passing trouble is 503 with `Retry-After`,
/// anything else 500. Which item, which attribute and DynamoDB's own words go to the log.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub fn failed(error: StoreError) -> Problem {
    let cause = error.to_string();
    match error {
        StoreError::Unavailable(_) => Problem::unavailable(cause),
        StoreError::Corrupt { .. }
        | StoreError::Refused { .. }
        | StoreError::Unwritable(_)
        | StoreError::Foreign(_)
        | StoreError::Seal(_) => Problem::internal(cause),
    }
}
