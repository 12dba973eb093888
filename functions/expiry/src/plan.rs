//! `expiry-plan` – finds what time has ended, begun or will soon end, and sends each one on: contracts, agreements, sessions.
//!
//! Started by: the schedule, daily at midnight; safe to start at any time, twice, or late.
//!
//! Walks the days of a look-back window, and those that lie 14 and 3 days ahead, in the index of what is
//! due. Its cost is that of the window plus that of what it finds; what is not due is never read.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sharepact_domain::id::ContractId;
use sharepact_domain::time::Timestamp;
use sharepact_runtime::{App, Grant, Source, WorkError, Worker, note};
use sharepact_store::Due;

use crate::order::{Order, Settlement};

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
    description: "Finds the contracts, agreements and sessions whose time is over, has begun or is nearly over, and sends each one on.",
    grants: &[
        Grant::QueryIndex("by-due"),
        Grant::Send("Expiries"),
        Grant::Send("Settlements"),
    ],
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
    let now = app.clock.now();
    let (mut expired, mut warned, mut settled) = (0, 0, 0);
    for day in days(now, start.look_back_days.unwrap_or(LOOK_BACK)) {
        let due = due(app, day, now).await?;
        expired += send(app, &due.contracts, |contract| Order::Expire { contract }).await?;
        settled += due.others.len();
        app.links.settlements()?.send(&bodies(&due.others)?).await?;
    }
    for ahead in WARNINGS {
        let Some(until) = now.plus(Duration::days(i64::from(ahead))) else {
            continue;
        };
        for day in days(until, LATE) {
            let due = due(app, day, until).await?;
            let warn = |contract| Order::Warn {
                contract,
                days: ahead,
            };
            warned += send(app, &due.contracts, warn).await?;
        }
    }
    note(|notes| {
        notes.count("expired", expired as u64);
        notes.count("warned", warned as u64);
        notes.count("settled", settled as u64);
    });
    Ok(json!({ "expired": expired, "warned": warned, "settled": settled }))
}

/// The days from `back` before `until` to that of `until`, oldest first.
fn days(until: Timestamp, back: u16) -> impl Iterator<Item = Timestamp> {
    let before = move |days| until.plus(-Duration::days(i64::from(days)));
    (0..=back).rev().filter_map(before)
}

/// What is due on a day.
struct OfDay {
    contracts: Vec<ContractId>,
    /// Agreements, and sessions in handfuls.
    others: Vec<Settlement>,
}

/// What is due on one day and not after `until`.
async fn due(app: &App, day: Timestamp, until: Timestamp) -> Result<OfDay, WorkError> {
    let (mut contracts, mut others, mut sessions) = (Vec::new(), Vec::new(), Vec::new());
    for due in app.store.due(day, until).await? {
        match due {
            Due::Contract(contract) => contracts.push(contract),
            Due::Agreement(agreement) => others.push(Settlement::Agreement { agreement }),
            Due::Session(session) => sessions.push(session),
        }
    }
    others.extend(Settlement::sessions(&sessions));
    Ok(OfDay { contracts, others })
}

/// Sends contracts on, each with its order.
async fn send(
    app: &App,
    contracts: &[ContractId],
    order: impl Fn(ContractId) -> Order,
) -> Result<usize, WorkError> {
    let orders: Vec<_> = contracts.iter().map(|contract| order(*contract)).collect();
    app.links.expiries()?.send(&bodies(&orders)?).await?;
    Ok(orders.len())
}

fn bodies(orders: &[impl Serialize]) -> Result<Vec<String>, WorkError> {
    let bodies: Result<_, _> = orders.iter().map(serde_json::to_string).collect();
    bodies.map_err(|error| WorkError::Poison(error.to_string()))
}
