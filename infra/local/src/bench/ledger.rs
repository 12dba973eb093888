//! The ledger, measured: events from their queue until each has its proof and its place in a real chain.
//!
//! The one rule: what is measured runs alone, on a node of its own that makes a block for every transaction.

use std::time::{Duration, Instant};

use serde_json::json;
use sharepact_domain::event::{Aggregate, Digest};
use sharepact_domain::ledger::anchor::Stage;
use sharepact_domain::ledger::dispatch::Policy;
use sharepact_ledger_node::{Node, Options as NodeOptions};
use sharepact_local::{LedgerAt, Options, Stack};
use sharepact_runtime::{Queue, policy};
use sharepact_store::Store;

use super::figures::{Row, Table, shown};
use crate::Failure;
use crate::demo::TemporaryFolder;

/// How many events there are.
const EVENTS: u64 = 10_000;
/// How many of them make a batch.
const BATCH: usize = 1_024;
/// Longer than it takes.
const PATIENCE: Duration = Duration::from_mins(5);

/// Measures it, and returns the table.
///
/// # Errors
/// When there is no node, or an event is left.
pub(super) async fn run() -> Result<String, Failure> {
    let node = Node::start(NodeOptions::default()).await?;
    let folder = TemporaryFolder::new("bench-ledger")?;
    let mut options = Options::on(folder.path());
    options
        .workers
        .retain(|worker| ["ledger-anchor", "ledger-watch"].contains(&worker.name));
    options.ledger = Some(LedgerAt {
        rpc: node.url(),
        registry: None,
        policy: Policy {
            batch: BATCH,
            // As on a public chain, a batch that is not full goes with the watch.
            wait: 10,
            confirmations: 1,
            ..policy(|_| None)?
        },
    });
    // Written before anything works on it.
    let workers = std::mem::take(&mut options.workers);
    let ledger = options.ledger.clone();
    let writing = Stack::start(options).await?;
    fill(&writing).await?;
    writing.shutdown().await;

    let mut options = Options::on(folder.path());
    (options.workers, options.ledger) = (workers, ledger);
    let started = Instant::now();
    let stack = Stack::start(options).await?;
    let opened = stack.ledger.opened().ok_or("the ledger is not on")?.clone();
    let chain = &opened.ledger.chain;
    let before = chain.count(&opened.platform, false).await?;
    if !stack.links().settled(PATIENCE).await {
        return Err("the queue does not empty".into());
    }
    let store = Store::new(stack.client.clone(), stack.table.clone());
    while !store.waiting(1).await?.is_empty() || !store.open_dispatches().await?.is_empty() {
        stack.links().fire("ledger-watch").await?;
        if started.elapsed() > PATIENCE {
            return Err("the ledger does not come to an end".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let took = started.elapsed();
    let batches = chain.count(&opened.platform, false).await? - before;
    proved(&store).await?;
    stack.shutdown().await;
    let mut table = Table::new(&["ledger", "batches", "a second", "took"]);
    let rate = f64::from(u32::try_from(EVENTS)?) / took.as_secs_f64();
    table.row(Row::of(&format!("{EVENTS} events")).cells([
        batches.to_string(),
        format!("{rate:.0}"),
        shown(took),
    ]));
    Ok(format!("\n{table}\n"))
}

/// The event of a number, as far as the ledger cares.
fn event(number: u64) -> (Aggregate, Digest) {
    let aggregate = Aggregate {
        kind: "contract".to_owned(),
        id: format!("{number:032x}"),
    };
    let mut hash = [0; 32];
    hash.iter_mut()
        .zip(number.to_be_bytes())
        .for_each(|(to, from)| *to = from);
    (aggregate, Digest::new(hash))
}

async fn fill(stack: &Stack) -> Result<(), Failure> {
    let url = stack.links().queue_url("Anchorings");
    let url = url.ok_or("there is no queue")?.to_owned();
    let queue = Queue::new(stack.links().clients().queues.clone(), url);
    let bodies: Vec<_> = (0..EVENTS)
        .map(|number| {
            let (aggregate, hash) = event(number);
            json!({ "detail": { "version": 1, "sequence": 1, "aggregate": aggregate, "hash": hash } })
                .to_string()
        })
        .collect();
    Ok(queue.send(&bodies).await?)
}

/// Every event has its proof and its block.
async fn proved(store: &Store) -> Result<(), Failure> {
    for number in 0..EVENTS {
        let (aggregate, hash) = event(number);
        let anchor = store.anchor(&aggregate, 1).await?;
        let anchor = anchor.ok_or_else(|| format!("event {number} has no anchor"))?;
        if anchor.stage() != Stage::Confirmed || anchor.proof.root(&hash) != Some(anchor.root) {
            return Err(format!("event {number} is not proved").into());
        }
    }
    Ok(())
}
