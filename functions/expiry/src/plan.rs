//! `expiry-plan` – finds the contracts whose time is over or nearly over, and sends each one on.
//!
//! Started by: the schedule, daily at midnight; safe to start at any time, twice, or late.
//!
//! Walks the days of a look-back window, and those that lie 14 and 3 days ahead, in the index of due
//! contracts. Its cost is that of the window plus that of what it finds; contracts that are
//! not due are never read.

use chrono::Duration;
use serde::Deserialize;
use serde_json::{Value, json};
use sharepact_domain::time::Timestamp;
use sharepact_runtime::{App, Grant, Queue, Source, WorkError, Worker, note};

use crate::order::Order;

/// How far back a plan looks, in days: a job may fail two nights in a row.
const LOOK_BACK: u16 = 3;
/// How many days ahead each warning is given.
const WARNINGS: [u16; 2] = [14, 3];
/// How far back a warning looks, in days: a plan that runs a day late still finds them.
const LATE: u16 = 2;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "expiry-plan",
    source: Source::Schedule,
    description: "Finds the contracts whose time is over or nearly over, and sends each one on.",
    grants: &[Grant::QueryIndex("by-due"), Grant::Send("Expiries")],
    run: |app, event| Box::pin(plan(app, event)),
};

/// What the schedule sends. By hand, a longer look back can be asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Start {
    look_back_days: Option<u16>,
}

async fn plan(app: &App, event: Value) -> Result<Value, WorkError> {
    let start: Start =
        serde_json::from_value(event).map_err(|error| WorkError::Poison(error.to_string()))?;
    let queue = app.links.expiries()?;
    let now = app.clock.now();
    let (mut expired, mut warned) = (0, 0);
    for day in days(now, start.look_back_days.unwrap_or(LOOK_BACK)) {
        expired += send(app, queue, day, now, |contract| Order::Expire { contract }).await?;
    }
    for ahead in WARNINGS {
        let Some(until) = now.plus(Duration::days(i64::from(ahead))) else {
            continue;
        };
        for day in days(until, LATE) {
            let warn = |contract| Order::Warn {
                contract,
                days: ahead,
            };
            warned += send(app, queue, day, until, warn).await?;
        }
    }
    note(|notes| {
        notes.count("expired", expired as u64);
        notes.count("warned", warned as u64);
    });
    Ok(json!({ "expired": expired, "warned": warned }))
}

/// The days from `back` before `until` to that of `until`, oldest first.
fn days(until: Timestamp, back: u16) -> impl Iterator<Item = Timestamp> {
    let before = move |days| until.plus(-Duration::days(i64::from(days)));
    (0..=back).rev().filter_map(before)
}

/// Sends on the contracts that end on one day and not after `until`.
async fn send(
    app: &App,
    queue: &Queue,
    day: Timestamp,
    until: Timestamp,
    order: impl Fn(sharepact_domain::id::ContractId) -> Order,
) -> Result<usize, WorkError> {
    let due = app.store.due(day, until).await;
    let due = due.map_err(|error| WorkError::Passing(error.to_string()))?;
    let bodies: Result<Vec<_>, _> = due
        .into_iter()
        .map(|contract| serde_json::to_string(&order(contract)))
        .collect();
    let bodies = bodies.map_err(|error| WorkError::Poison(error.to_string()))?;
    queue.send(&bodies).await?;
    Ok(bodies.len())
}
