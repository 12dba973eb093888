//! What `webhook-plan` sends and `webhook-deliver` works off.

use serde::{Deserialize, Serialize};
use sharepact_domain::event::Aggregate;
use sharepact_domain::id::{EventId, WebhookId};
use sharepact_domain::time::Timestamp;
use sharepact_runtime::WorkError;

/// One event to deliver to one webhook. The event itself is in the table: what is delivered is what
/// was recorded, whoever put a message on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Order {
    /// To which webhook.
    pub webhook: WebhookId,
    /// The event's id, which is the delivery's too.
    pub event: EventId,
    /// What the event happened to.
    pub aggregate: Aggregate,
    /// Its place in the chain of that.
    pub sequence: u64,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// Not before then; at once where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

impl Order {
    /// As a message.
    pub(crate) fn body(&self) -> Result<String, WorkError> {
        serde_json::to_string(self).map_err(|error| WorkError::Poison(error.to_string()))
    }
}
