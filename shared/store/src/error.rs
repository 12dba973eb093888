//! What can go wrong between us and DynamoDB, and whether trying again helps.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use sharepact_domain::event::SealError;
use thiserror::Error;

/// A failure that is nobody's input's fault.
#[derive(Debug, Error)]
pub enum StoreError {
    /// DynamoDB throttles, is out of reach or in trouble. Nothing was written; try again.
    #[error("the database cannot be used right now: {0}")]
    Unavailable(String),
    /// An item in the table cannot be read.
    #[error("the item {item} cannot be read at {attribute}: {reason}")]
    Corrupt {
        /// Partition and sort key.
        item: String,
        /// The path of the attribute.
        attribute: String,
        /// What is wrong with it.
        reason: String,
    },
    /// DynamoDB refused the call: a missing right, a missing table, a bug.
    #[error("the database refused {action}: {reason}")]
    Refused {
        /// What was asked of it.
        action: &'static str,
        /// Its own words.
        reason: String,
    },
    /// A value could not be written as an item.
    #[error("a value could not be written: {0}")]
    Unwritable(String),
    /// A transaction was refused over something that is not of its own aggregate: a bug.
    #[error("a transaction was refused for another aggregate: {0}")]
    Foreign(&'static str),
    /// An event could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Error codes of DynamoDB after which trying again helps.
const PASSING: [&str; 8] = [
    "InternalServerError",
    "ItemCollectionSizeLimitExceededException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionInProgressException",
];

impl StoreError {
    /// Sorts an SDK error: passing trouble, or a refusal.
    pub(crate) fn from_sdk<E>(action: &'static str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::TimeoutError(_) => Self::Unavailable(format!("{action} took too long")),
            SdkError::DispatchFailure(_) => Self::Unavailable(format!("{action}: no connection")),
            SdkError::ResponseError(_) => Self::Unavailable(format!("{action}: no usable answer")),
            SdkError::ServiceError(refusal) => {
                let code = refusal.err().code().unwrap_or("without a code");
                if PASSING.contains(&code) || refusal.raw().status().is_server_error() {
                    Self::Unavailable(format!("{action}: {code}"))
                } else {
                    let message = refusal.err().message().unwrap_or("without a message");
                    Self::Refused {
                        action,
                        reason: format!("{code}: {message}"),
                    }
                }
            }
            // SdkError is the SDK's enum and open; what is left never reached the service.
            _ => Self::Refused {
                action,
                reason: describe(error),
            },
        }
    }
}

/// An error and all that caused it, in one line.
fn describe(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
