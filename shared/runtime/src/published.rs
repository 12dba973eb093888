//! An event as a worker finds it in its queue.
//!
//! The one rule: an event of a version that the worker does not know is a failure, not a skip.

use serde::Deserialize;
use sharepact_domain::event::{Aggregate, Digest};
use sharepact_domain::ledger::batch::Leaf;

use crate::WorkError;

/// The version of events that workers know.
const KNOWN: u16 = 1;

/// What the bus hands over; only what is needed of it.
#[derive(Debug, Deserialize)]
pub struct Published {
    detail: Detail,
}

#[derive(Debug, Deserialize)]
struct Detail {
    version: u16,
    sequence: u64,
    aggregate: Aggregate,
    hash: Option<Digest>,
}

impl Published {
    /// Which event it is: the aggregate that it happened to, and its place there.
    ///
    /// # Errors
    /// When nobody here knows events of its version.
    pub fn known(self) -> Result<(Aggregate, u64), WorkError> {
        let Detail {
            version,
            sequence,
            aggregate,
            hash: _,
        } = self.detail;
        if version == KNOWN {
            Ok((aggregate, sequence))
        } else {
            Err(WorkError::Poison(format!(
                "events of version {version} are not known"
            )))
        }
    }

    /// The same, and its hash.
    ///
    /// # Errors
    /// As [`Self::known`]; or when it has none.
    pub fn leaf(self) -> Result<Leaf, WorkError> {
        let hash = self.detail.hash;
        let (aggregate, sequence) = self.known()?;
        let hash = hash.ok_or_else(|| WorkError::Poison("an event without a hash".to_owned()))?;
        Ok(Leaf {
            aggregate,
            sequence,
            hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn published(version: u16) -> Published {
        let published = json!({ "version": "0", "id": "x", "source": "sharepact", "detail": {
            "id": "x", "type": "contract.signed", "version": version, "sequence": 4, "data": { "new": [1] },
            "aggregate": { "kind": "contract", "id": "1" }, "hash": "5e".repeat(32),
        } });
        serde_json::from_value(published).unwrap()
    }

    #[test]
    fn of_an_event_only_what_is_needed_is_read() {
        let (aggregate, sequence) = published(1).known().unwrap();
        assert_eq!(
            (aggregate.kind.as_str(), aggregate.id.as_str(), sequence),
            ("contract", "1", 4)
        );
    }

    #[test]
    fn an_unknown_version_is_a_failure() {
        let error = published(2).known().unwrap_err();
        assert!(matches!(error, WorkError::Poison(_)), "{error}");
    }
}
