//! What can happen to a webhook.

use serde::{Deserialize, Serialize};

use super::{Place, Subscription};
use crate::event::Fact;
use crate::party::Owner;
use crate::time::Timestamp;

/// Why deliveries are no longer made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "lowercase")]
pub enum Reason {
    /// The endpoint answered 410 Gone: it does not want them.
    Gone,
    /// Every delivery has failed for long.
    Failing {
        /// Since when.
        #[serde(rename = "failingSince")]
        since: Timestamp,
    },
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all_fields = "camelCase")]
pub enum WebhookFact {
    /// A party registered it.
    #[serde(rename = "webhook.registered")]
    Registered {
        /// Which party.
        owner: Owner,
        /// Scheme, host and port of its address.
        origin: String,
        /// What is delivered.
        #[serde(rename = "eventTypes")]
        events: Subscription,
        /// Which of its owner's places it holds.
        place: Place,
    },
    /// Deliveries are signed with a new secret, and for a while with the one before it too.
    #[serde(rename = "webhook.secret-rotated")]
    SecretRotated {
        /// Until when also with the one before it.
        former_until: Timestamp,
    },
    /// Deliveries are no longer made.
    #[serde(rename = "webhook.disabled")]
    Disabled {
        /// Why.
        #[serde(flatten)]
        reason: Reason,
    },
    /// Deliveries are made again.
    #[serde(rename = "webhook.enabled")]
    Enabled {},
    /// It is gone.
    #[serde(rename = "webhook.removed")]
    Removed {},
}

impl Fact for WebhookFact {
    const AGGREGATE: &'static str = "webhook";

    fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "webhook.registered",
            Self::SecretRotated { .. } => "webhook.secret-rotated",
            Self::Disabled { .. } => "webhook.disabled",
            Self::Enabled {} => "webhook.enabled",
            Self::Removed {} => "webhook.removed",
        }
    }
}
