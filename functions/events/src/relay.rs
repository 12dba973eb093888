//! `event-relay` – puts what the table's stream brings on the event bus.
//!
//! Started by: the stream, for inserted items whose sort key begins with `EVENT#`.
//!
//! The one rule: an event goes out only when every earlier event of its aggregate is on the bus. What
//! is not known to be there is tried again, and may then be there twice: consumers know an event by
//! its id. What cannot be read is set aside with the reason, and holds up nothing.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use sharepact_runtime::{App, Grant, Publication, Source, WorkError, Worker, again, note};

use crate::publication::Stored;
use crate::waves::{Outgoing, Waves};

/// How often entries that the bus refuses are tried again at once, before the stream is asked to
/// show them again together with all that came behind them.
const TRIES: u32 = 3;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "event-relay",
    source: Source::Stream,
    description: "Puts the events that commands have committed on the event bus, in order.",
    grants: &[Grant::Publish, Grant::Send("RelayFailures")],
    run: |app, event| Box::pin(relay(app, event)),
};

/// What the stream hands over.
#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

/// A record: enough to say which one it is, whatever else is wrong with it.
#[derive(Debug, Deserialize)]
struct Record {
    dynamodb: Change,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    sequence_number: String,
    #[serde(default)]
    keys: Value,
    #[serde(default)]
    new_image: Value,
}

async fn relay(app: &App, event: Value) -> Result<Value, WorkError> {
    let batch: Batch =
        serde_json::from_value(event).map_err(|error| WorkError::Poison(error.to_string()))?;
    note(|notes| notes.records(batch.records.len()));
    let mut readable = Vec::new();
    // The source goes on from the lowest number that it hears: behind it, all is shown again.
    let mut stopped = None;
    for Record { dynamodb: change } in batch.records {
        match Stored::from_image(&change.new_image) {
            Ok(stored) => readable.push(Outgoing {
                number: change.sequence_number,
                aggregate: stored.aggregate,
                publication: stored.publication,
            }),
            Err(reason) => {
                let error = WorkError::Poison(reason.clone());
                note(|notes| notes.failed(&change.sequence_number, &error));
                if let Err(error) = set_aside(app, &change, &reason).await {
                    tracing::error!(worker = WORKER.name, %error, "not set aside");
                    stopped = Some(change.sequence_number);
                    break;
                }
            }
        }
    }
    let lost = send(app, readable).await?;
    Ok(again(lost.or(stopped)))
}

/// Publishes in waves; answers the sequence number of the first record that is not on the bus.
async fn send(app: &App, readable: Vec<Outgoing>) -> Result<Option<String>, WorkError> {
    let bus = app.links.bus()?;
    let mut waves = Waves::new(readable);
    let mut tries = 0;
    while let Some(wave) = waves.next() {
        match bus.publish(&wave).await {
            Ok(there) => {
                tell(app, &wave, &there);
                let refused = waves.settle(&there);
                if refused == 0 {
                    continue;
                }
                tracing::warn!(worker = WORKER.name, refused, "the bus refused entries");
                note(|notes| notes.count("refused", refused as u64));
            }
            // The client has tried again by itself.
            Err(error) => {
                tracing::error!(worker = WORKER.name, %error, "events were not put on the bus");
                note(|notes| notes.failed("PutEvents", &error));
                break;
            }
        }
        tries += 1;
        if tries > TRIES {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50) * 2_u32.pow(tries)).await;
    }
    Ok(waves.first_left())
}

/// Notes how long each event that is on the bus now has waited for it.
fn tell(app: &App, wave: &[Publication], there: &[bool]) {
    let now = app.clock.now();
    for (publication, there) in wave.iter().zip(there) {
        if let (Some(occurred_at), true) = (publication.occurred_at, there) {
            note(|notes| notes.published(occurred_at, now));
        }
    }
}

/// Leaves the place of a record that cannot be read, and why, where it is looked for. The record
/// itself is in the table.
async fn set_aside(app: &App, change: &Change, reason: &str) -> Result<(), WorkError> {
    tracing::error!(
        worker = WORKER.name,
        record = change.sequence_number,
        reason,
        "a stream record cannot be read"
    );
    let place = json!({ "sequenceNumber": change.sequence_number, "keys": change.keys });
    let letters = app.links.dead_letters()?;
    letters
        .set_aside(&place.to_string(), WORKER.name, reason)
        .await
}
