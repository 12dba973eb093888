//! `ledger-anchor` – keeps the hashes of published events until a batch takes them, and makes the batch once it is due.
//!
//! Started by: the queue of the rule for events of contracts and documents. What it was handed is safe once it is in the
//! table; from then on the chain may be away for as long as it likes.

use sharepact_domain::id::BatchId;
use sharepact_domain::ledger::batch::{Leaf, Waiting};
use sharepact_runtime::{
    App, Grant, Published, Source, WorkError, Worker, messages_together, note,
};
use sharepact_store::Outcome;

use crate::batching;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "ledger-anchor",
    source: Source::Queue,
    description: "Collects the hashes of events and sends the root over each batch to the registry.",
    grants: &[
        Grant::BatchGet,
        Grant::Query,
        Grant::Put,
        Grant::Delete,
        Grant::ReadSecret("LedgerKeystore"),
        Grant::ReadSecret("LedgerPassword"),
        Grant::Send("AnchoringsDead"),
    ],
    run: |app, event| {
        Box::pin(messages_together(app, WORKER.name, event, move |all| {
            anchor(app, all)
        }))
    },
};

async fn anchor(app: &App, published: Vec<Published>) -> Result<(), WorkError> {
    let mut leaves = Vec::with_capacity(published.len());
    for event in published {
        leaves.push(event.leaf()?);
    }
    // What comes again, because it was delivered twice or is replayed, has an anchor by now.
    let new = app.store.without_anchor(leaves).await?;
    if !new.is_empty() {
        keep(app, new).await?;
    }
    if let Err(error) = batching::bring_on(app).await {
        // They are safe, and the watch tries again.
        tracing::warn!(%error, "hashes go on waiting");
        note(|notes| notes.count("deferred", 1));
    }
    Ok(())
}

async fn keep(app: &App, leaves: Vec<Leaf>) -> Result<(), WorkError> {
    let now = app.clock.now();
    let size = app.links.policy()?.batch;
    for part in leaves.chunks(size) {
        let waiting = Waiting {
            id: BatchId::new(app.new_id()),
            since: now,
            leaves: part.to_vec(),
        };
        match app.store.keep_waiting(&waiting, now).await? {
            Outcome::Written => note(|notes| notes.count("waiting", part.len() as u64)),
            Outcome::Rejected(rejected) => {
                rejected.stale()?;
                return Err(WorkError::Passing("the id was taken".to_owned()));
            }
        }
    }
    Ok(())
}
