//! What `expiry-plan` and `framework-cascade` send, and `contract-expire` and `framework-settle` work off.

use serde::{Deserialize, Serialize};
use sharepact_domain::id::{AgreementId, ContractId};
use sharepact_domain::session::SessionId;

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

/// What of the framework's is to be looked at, and recorded as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "settle", rename_all = "camelCase")]
pub(crate) enum Settlement {
    /// An agreement.
    Agreement {
        /// Which.
        agreement: AgreementId,
    },
    /// A quota contract.
    Contract {
        /// Which.
        contract: ContractId,
    },
    /// Sessions.
    Sessions {
        /// Which.
        sessions: Vec<SessionId>,
    },
}

/// How many sessions one message names: few enough to be done well within a function's time.
const TOGETHER: usize = 25;

impl Settlement {
    /// Sessions, so many a message.
    pub(crate) fn sessions(all: &[SessionId]) -> impl Iterator<Item = Self> {
        all.chunks(TOGETHER).map(|part| Self::Sessions {
            sessions: part.to_vec(),
        })
    }
}
