//! `ledger-watch` – brings on everything that the ledger has to do: what is under way, what was ordered, what waits.
//!
//! Started by: the clock, every minute. It needs nothing from the invocation before it, and two at once do no harm.

use serde::Serialize;
use sharepact_runtime::{App, Grant, Source, WorkError, Worker, note};

use crate::account::Account;
use crate::{batching, sending, settling};

/// The worker.
pub static WORKER: Worker = Worker {
    name: "ledger-watch",
    source: Source::Schedule,
    description: "Sends what waits, sends again what the chain has lost, and records what it has settled.",
    grants: &[
        Grant::BatchGet,
        Grant::Query,
        Grant::Put,
        Grant::Delete,
        Grant::ReadSecret("LedgerKeystore"),
        Grant::ReadSecret("LedgerPassword"),
    ],
    run: |app, _| {
        Box::pin(async move {
            let seen = watch(app).await?;
            serde_json::to_value(seen).map_err(|error| WorkError::Poison(error.to_string()))
        })
    },
};

/// What was there to be done.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    /// Is there a chain at all?
    on: bool,
    /// Transactions that were not settled.
    open: usize,
    /// Transfers that had no nonce.
    ordered: usize,
}

async fn watch(app: &App) -> Result<Seen, WorkError> {
    let now = app.clock.now();
    if app.links.chain.is_none() {
        return Ok(Seen {
            on: false,
            open: 0,
            ordered: 0,
        });
    }
    let open = app.store.open_dispatches().await?;
    let ordered = app.store.ordered_transfers().await?;
    let seen = Seen {
        on: true,
        open: open.len(),
        ordered: ordered.len(),
    };
    note(|notes| {
        notes.count("open", seen.open as u64);
        notes.count("ordered", seen.ordered as u64);
    });
    if !open.is_empty() || !ordered.is_empty() {
        let account = Account::open(app).await?;
        settling::bring_on(app, &account, open, now).await?;
        for transfer in ordered {
            let id = transfer.id;
            if let Err(error) = sending::send(app, &account, transfer, now).await {
                tracing::warn!(transfer = %id, %error, "a transfer stays ordered");
                note(|notes| notes.count("deferred", 1));
            }
        }
    }
    batching::bring_on(app).await?;
    Ok(seen)
}
