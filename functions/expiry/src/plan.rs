//! `expiry-plan` – finds the contracts whose time is over or nearly over, and sends each one on.
//!
//! Started by: the schedule, daily at midnight; safe to start at any time, twice, or late.
//!
//! Walks the hours of a look-back window, and the hours that lie 14 and 3 days ahead, in the index
//! of due contracts. Its cost is that of the window plus that of what it finds; contracts that are
//! not due are never read.

use chrono::{Duration, Timelike as _};
use serde::Deserialize;
use serde_json::Value;
use sharepact_domain::time::Timestamp;
use sharepact_runtime::{App, Grant, Queue, Source, WorkError, Worker};

use crate::order::Order;

/// How far back a plan looks, in hours: a job may fail two nights in a row.
const LOOK_BACK: u16 = 72;
/// How many days ahead each warning is given.
const WARNINGS: [u16; 2] = [14, 3];
/// The hours of the day that a warning looks at. A plan that runs a day late still finds them.
const WARNING_HOURS: u16 = 48;

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
    look_back_hours: Option<u16>,
}

async fn plan(app: &App, event: Value) -> Result<Value, WorkError> {
    let start: Start =
        serde_json::from_value(event).map_err(|error| WorkError::Poison(error.to_string()))?;
    let queue = app.links.expiries()?;
    let now = app.clock.now();
    let mut sent = 0;
    for hour in hours(now, start.look_back_hours.unwrap_or(LOOK_BACK)) {
        sent += send(app, queue, hour, now, |contract| Order::Expire { contract }).await?;
    }
    for days in WARNINGS {
        let Some(until) = now.plus(Duration::days(i64::from(days))) else {
            continue;
        };
        for hour in hours(until, WARNING_HOURS) {
            let warn = |contract| Order::Warn { contract, days };
            sent += send(app, queue, hour, until, warn).await?;
        }
    }
    tracing::info!(worker = WORKER.name, sent, "planned");
    Ok(Value::Null)
}

/// The hours from `back` before `until` to `until`, oldest first.
fn hours(until: Timestamp, back: u16) -> impl Iterator<Item = Timestamp> {
    let until = until.to_chrono();
    let hour = until
        .with_minute(0)
        .and_then(|hour| hour.with_second(0))
        .and_then(|hour| hour.with_nanosecond(0))
        .unwrap_or(until);
    (0..=i64::from(back))
        .rev()
        .map(move |behind| Timestamp::new(hour - Duration::hours(behind)))
}

/// Sends on the contracts that end in one hour and not after `until`.
async fn send(
    app: &App,
    queue: &Queue,
    hour: Timestamp,
    until: Timestamp,
    order: impl Fn(sharepact_domain::id::ContractId) -> Order,
) -> Result<usize, WorkError> {
    let due = app.store.due(hour, until).await;
    let due = due.map_err(|error| WorkError::Passing(error.to_string()))?;
    let bodies: Result<Vec<_>, _> = due
        .into_iter()
        .map(|contract| serde_json::to_string(&order(contract)))
        .collect();
    let bodies = bodies.map_err(|error| WorkError::Poison(error.to_string()))?;
    queue.send(&bodies).await?;
    Ok(bodies.len())
}
