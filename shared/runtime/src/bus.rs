//! The event bus: EventBridge's `PutEvents`, with every entry accounted for.

use std::pin::Pin;
use std::sync::Arc;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use sharepact_domain::time::Timestamp;

use crate::worker::WorkError;

/// How many events `PutEvents` takes at once.
pub const MOST: usize = 10;

/// How much they may weigh together, in bytes; `PutEvents` takes 262,144.
pub const WEIGHT: usize = 256_000;

/// Who publishes: what every rule asks for.
const SOURCE: &str = "sharepact";

/// The bus, and a client that may put events on it.
#[derive(Clone)]
pub struct Bus {
    client: Client,
    name: Arc<str>,
}

/// An event on its way to the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The event's name, such as `contract.signed`.
    pub kind: String,
    /// The event as it was recorded, JSON.
    pub detail: String,
    /// The trace that it belongs to, as `X-Amzn-Trace-Id` has it.
    pub trace: String,
    /// When it happened, as far as it says so.
    pub occurred_at: Option<Timestamp>,
}

impl Publication {
    /// What it counts as, in bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        SOURCE.len() + self.kind.len() + self.detail.len()
    }
}

impl Bus {
    /// A bus on a client that somebody else configured.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into().into(),
        }
    }

    /// Puts up to [`MOST`] events on the bus, and says of each whether it is there, in their order.
    ///
    /// # Errors
    /// When the call failed as a whole: then none may be there.
    pub fn publish<'a>(
        &'a self,
        events: &'a [Publication],
    ) -> Pin<Box<dyn Future<Output = Result<Vec<bool>, WorkError>> + Send + 'a>> {
        Box::pin(async move {
            let entries = events.iter().map(|event| {
                PutEventsRequestEntry::builder()
                    .event_bus_name(&*self.name)
                    .source(SOURCE)
                    .detail_type(&event.kind)
                    .detail(&event.detail)
                    .trace_header(&event.trace)
                    .build()
            });
            let answer = self
                .client
                .put_events()
                .set_entries(Some(entries.collect()))
                .send()
                .await
                .map_err(|error| WorkError::from_sdk("PutEvents", &error))?;
            let mut there: Vec<_> = answer
                .entries()
                .iter()
                .map(|entry| entry.event_id().is_some() && entry.error_code().is_none())
                .collect();
            // An entry that the answer does not speak of is not known to be there.
            there.resize(events.len(), false);
            Ok(there)
        })
    }
}
