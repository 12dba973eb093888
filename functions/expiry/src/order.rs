//! What `expiry-plan` sends and `contract-expire` works off.

use serde::{Deserialize, Serialize};
use sharepact_domain::id::ContractId;

/// One contract to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "camelCase")]
pub(crate) enum Order {
    /// Its time is over: record it.
    Expire {
        /// The contract.
        contract: ContractId,
    },
    /// Its time is over soon: say so.
    Warn {
        /// The contract.
        contract: ContractId,
        /// How many days ahead.
        days: u16,
    },
}
