//! What happens after the commit, measured: the relay's rate, and what a night's expiry costs.
//!
//! The one rule: what is measured runs alone. The contracts are written before, by the store itself,
//! and the workers that are not measured do not run.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use sharepact_domain::contract::{Contract, ContractFact, Revision};
use sharepact_domain::event::{Event, Link};
use sharepact_domain::id::{ContractId, EventId};
use sharepact_domain::party::Author;
use sharepact_domain::terms::Terms;
use sharepact_domain::time::Timestamp;
use sharepact_local::{Options, Stack, operations};
use sharepact_runtime::Clock;
use sharepact_store::{Change, Claim, Outcome, Store};
use uuid::Uuid;

use super::figures::{Row, Table, shown};
use crate::Failure;
use crate::demo::TemporaryFolder;

/// How many contracts there are, in turn.
const CONTRACTS: [u64; 3] = [1_000, 10_000, 100_000];
/// How many of them are due.
const DUE: u64 = 500;
/// How many events the relay works off.
const EVENTS: u64 = 5_000;
/// How many are written at the same time.
const WRITERS: usize = 16;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(10);

/// Measures both, and returns the tables.
///
/// # Errors
/// When the stack does not start, or a worker fails.
pub(super) async fn run() -> Result<String, Failure> {
    let mut relay = Table::new(&["relay", "a second", "took"]);
    let took = relayed().await?;
    let rate = f64::from(u32::try_from(EVENTS)?) / took.as_secs_f64();
    relay.row(Row::of("stream to bus and queues").cells([format!("{rate:.0}"), shown(took)]));
    let mut expiry = Table::new(&[
        "contracts, 500 of them due",
        "queries",
        "plan",
        "all recorded",
    ]);
    for number in CONTRACTS {
        let night = expired(number).await?;
        expiry.row(Row::of(&number.to_string()).cells([
            night.queries.to_string(),
            shown(night.plan),
            shown(night.whole),
        ]));
    }
    Ok(format!("\n{relay}\n\n{expiry}\n"))
}

/// A stack with these workers and no others.
async fn stack(home: &Path, workers: &[&str]) -> Result<Stack, Failure> {
    let mut options = Options::on(home);
    options.workers = operations::workers();
    options
        .workers
        .retain(|worker| workers.contains(&worker.name));
    Ok(Stack::start(options).await?)
}

async fn relayed() -> Result<Duration, Failure> {
    let folder = TemporaryFolder::new("bench-relay")?;
    let writing = stack(folder.path(), &[]).await?;
    write(&writing, EVENTS, 0).await?;
    writing.shutdown().await;
    let started = Instant::now();
    let working = stack(folder.path(), &["event-relay"]).await?;
    let done = working.links().settled(PATIENCE).await;
    let took = started.elapsed();
    working.shutdown().await;
    if done {
        Ok(took)
    } else {
        Err("the relay did not come to its end".into())
    }
}

/// What a night takes.
struct Night {
    queries: usize,
    plan: Duration,
    whole: Duration,
}

async fn expired(contracts: u64) -> Result<Night, Failure> {
    let folder = TemporaryFolder::new("bench-expiry")?;
    let writing = stack(folder.path(), &[]).await?;
    write(&writing, contracts, DUE).await?;
    writing.shutdown().await;
    let working = stack(folder.path(), &["expiry-plan", "contract-expire"]).await?;
    working.calls().clear();
    let started = Instant::now();
    let planned = working.links().invoke("expiry-plan", json!({})).await?;
    let plan = started.elapsed();
    let calls = working.calls().take();
    let done = working.links().settled(PATIENCE).await;
    let whole = started.elapsed();
    // A second plan finds nothing left of what the first one found.
    let again = working.links().invoke("expiry-plan", json!({})).await?;
    working.shutdown().await;
    let found = |planned: &Value| planned.get("expired").and_then(Value::as_u64);
    if !done || found(&planned) != Some(DUE) || found(&again) != Some(0) {
        return Err(format!("a night of {contracts} contracts went wrong: {planned}").into());
    }
    let queries = calls.iter().filter(|call| call.api == "Query").count();
    Ok(Night {
        queries,
        plan,
        whole,
    })
}

/// Writes contracts in force; the first `due` of them ended an hour ago, the others in the months
/// to come.
async fn write(stack: &Stack, contracts: u64, due: u64) -> Result<(), Failure> {
    let store = Store::new(stack.client.clone(), stack.table.clone());
    let now = Clock::system().now();
    let mut writes = stream::iter(0..contracts)
        .map(|number| one(&store, number, number < due, now))
        .buffer_unordered(WRITERS);
    while let Some(outcome) = writes.next().await {
        outcome?;
    }
    Ok(())
}

async fn one(store: &Store, number: u64, due: bool, now: Timestamp) -> Result<(), Failure> {
    let end = if due {
        TimeDelta::hours(-1)
    } else {
        TimeDelta::hours(24 * 30 + i64::try_from(number % 2_000)?)
    };
    let at = |ahead| now.plus(ahead).ok_or("the calendar ends");
    let terms = Terms::parse("# Use\n\nFor research only.").map_err(|fault| fault.to_string())?;
    let fact: ContractFact = serde_json::from_value(json!({ "type": "contract.opened", "data": {
        "origin": { "kind": "Dataspace", "negotiation": "bench" },
        "asset": { "id": format!("asset-{number}"), "name": "Trips", "accessLevel": "Private", "version": 1 },
        "provider": { "user": "petra" }, "consumer": { "user": "mia" },
        "scope": { "duration": "forever", "offlineRetention": false, "fields": ["fare"], "filters": [] },
        "price": { "minor": 100, "currency": "EUR" }, "vat": "19", "termsHash": terms.digest(),
        "effectiveAt": at(TimeDelta::days(-40))?, "expiresAt": at(end)?,
    }}))?;
    let id = ContractId::new(Uuid::from_u128(u128::from(number) << 64 | 1));
    let event_id = EventId::new(Uuid::from_u128(u128::from(number) << 64 | 2));
    let event = Event::seal(
        fact,
        event_id,
        id.to_string(),
        Link::FIRST,
        Author::System,
        now,
    )?;
    let after = Contract::begin(id, &event).ok_or("the first event begins no contract")?;
    let revision = Revision::brought_by(&event.fact, &after, Some(&terms));
    let change = Change::Contract {
        after: &after,
        event: &event,
        revision: revision.as_ref(),
        claim: Claim::Untouched,
    };
    match store.commit::<Contract>(change, None, now).await? {
        Outcome::Written => Ok(()),
        Outcome::Rejected(_) => Err(format!("contract {number} is there already").into()),
    }
}
