//! `event-relay` – puts what the table's stream brings on the event bus.
//!
//! Started by: the stream, for inserted items whose sort key begins with `EVENT#`.
//!
//! The one rule: an event that is not known to be on the bus is tried again, and so is every event
//! after it in the batch; so nothing is lost, and the events of one contract keep their order. An
//! event may be on the bus twice: consumers know it by its id.

use serde::Deserialize;
use serde_json::Value;
use sharepact_runtime::{App, Bus, MOST_ENTRIES, Publication, Source, WorkError, Worker, again};

/// The worker.
pub static WORKER: Worker = Worker {
    name: "event-relay",
    source: Source::Stream,
    description: "Puts the events that commands have committed on the event bus, in order.",
    grants: &[],
    run: |app, event| Box::pin(relay(app, event)),
};

/// What the stream hands over; only what is needed of it.
#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
struct Record {
    dynamodb: Change,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    sequence_number: String,
    #[serde(default)]
    new_image: Value,
}

impl Change {
    /// The publication that the item stands for.
    fn publication(&self) -> Result<Publication, WorkError> {
        let text = |name: &str| {
            let attribute = self.new_image.get(name).and_then(|value| value.get("S"));
            attribute.and_then(Value::as_str).map(str::to_owned)
        };
        let missing = |name| WorkError::Poison(format!("the stream record has no {name}"));
        Ok(Publication {
            kind: text("type").ok_or_else(|| missing("type"))?,
            detail: text("event").ok_or_else(|| missing("event"))?,
            trace: text("trace"),
        })
    }
}

async fn relay(app: &App, event: Value) -> Result<Value, WorkError> {
    let batch: Batch =
        serde_json::from_value(event).map_err(|error| WorkError::Poison(error.to_string()))?;
    let bus = app.links.bus()?;
    for chunk in batch.records.chunks(MOST_ENTRIES) {
        if let Some(first) = failed(bus, chunk).await {
            // The source takes the lowest failed sequence number and goes on from there.
            return Ok(again([first]));
        }
    }
    Ok(again(std::iter::empty::<String>()))
}

/// The sequence number of the first record that is not known to be on the bus.
async fn failed(bus: &Bus, chunk: &[Record]) -> Option<String> {
    let number = |record: &Record| record.dynamodb.sequence_number.clone();
    let mut publications = Vec::new();
    let mut unreadable = None;
    for record in chunk {
        match record.dynamodb.publication() {
            Ok(publication) => publications.push(publication),
            // What stands before it may go; what stands after it must wait.
            Err(error) => {
                tracing::error!(worker = WORKER.name, %error, "a stream record cannot be read");
                unreadable = Some(number(record));
                break;
            }
        }
    }
    if publications.is_empty() {
        return unreadable;
    }
    match bus.publish(&publications).await {
        Ok(there) => {
            let lost = chunk.iter().zip(there).find(|(_, there)| !there);
            lost.map(|(record, _)| number(record)).or(unreadable)
        }
        Err(error) => {
            tracing::error!(worker = WORKER.name, %error, "events were not put on the bus");
            chunk.first().map(number)
        }
    }
}
