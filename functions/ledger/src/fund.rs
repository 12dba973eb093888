//! `wallet-fund` – orders ether for a newly registered wallet, once, and sends what was ordered.
//!
//! Started by: the queue of the rule for registrations and orders. Only a wallet's first address is funded: whoever
//! changes addresses does not get ether for each.

use serde::Deserialize;
use sharepact_domain::event::{Event, Link};
use sharepact_domain::id::TransferId;
use sharepact_domain::transfer::{Cause, Key, Transfer, TransferFact};
use sharepact_domain::wallet::WalletFact;
use sharepact_runtime::{App, Grant, Source, WorkError, Worker, messages, note, seal_by_system};
use sharepact_store::{Change, Outcome, Sending};

use crate::account::Account;
use crate::sending;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "wallet-fund",
    source: Source::Queue,
    description: "Funds a newly registered wallet, and sends the transfers that were ordered.",
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::Delete,
        Grant::ReadSecret("LedgerKeystore"),
        Grant::ReadSecret("LedgerPassword"),
        Grant::Send("FundingsDead"),
    ],
    run: |app, event| {
        Box::pin(messages(app, WORKER.name, event, move |published| {
            fund(app, published)
        }))
    },
};

/// What the bus hands over.
#[derive(Deserialize)]
struct Told {
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Detail {
    Wallet(Event<WalletFact>),
    Transfer(Event<TransferFact>),
}

async fn fund(app: &App, told: Told) -> Result<(), WorkError> {
    match told.detail {
        Detail::Wallet(event) => order(app, &event).await,
        Detail::Transfer(event) => {
            let id = TransferId::parse(&event.aggregate.id);
            send(
                app,
                id.map_err(|fault| WorkError::Poison(fault.to_string()))?,
            )
            .await
        }
    }
}

/// Orders the first transfer to a wallet. Its own event leads here again, to be sent.
async fn order(app: &App, event: &Event<WalletFact>) -> Result<(), WorkError> {
    let WalletFact::Registered { owner, address, .. } = &event.fact;
    if event.sequence != 1 {
        return Ok(());
    }
    let now = app.clock.now();
    let id = TransferId::of(address, Key::Funding);
    let fact = TransferFact::Ordered {
        address: address.clone(),
        amount: app.links.policy()?.amount,
        cause: Cause::Funding {
            owner: owner.clone(),
        },
    };
    let sealed = seal_by_system(app, fact, id.to_string(), Link::FIRST, now)?;
    let sealed = sealed.traced(event.trace.clone());
    let transfer = Transfer::begun(id, &sealed)
        .ok_or_else(|| WorkError::Poison("an order that begins nothing".to_owned()))?;
    let change = Change::Transfer {
        after: &transfer,
        event: &sealed,
        sending: Sending::Untouched,
    };
    let outcome: Outcome<Transfer> = app.commit(change, None, now).await?;
    match outcome {
        Outcome::Written => {
            note(|notes| notes.count("ordered", 1));
            Ok(())
        }
        // It was ordered before: an event that comes again changes nothing.
        Outcome::Rejected(rejected) => {
            rejected.stale()?;
            Ok(())
        }
    }
}

/// Sends an ordered transfer; where that is not possible now, it stays ordered and the watch sends it.
async fn send(app: &App, id: TransferId) -> Result<(), WorkError> {
    let transfer = app.store.transfer(id).await?;
    let transfer = transfer.ok_or_else(|| WorkError::Passing(format!("no transfer {id} yet")))?;
    let sent = match app.links.chain.is_some() {
        true => now(app, transfer).await,
        false => Err(WorkError::Passing("the ledger is off".to_owned())),
    };
    if let Err(error) = sent {
        tracing::warn!(transfer = %id, %error, "a transfer stays ordered");
        note(|notes| notes.count("deferred", 1));
    }
    Ok(())
}

async fn now(app: &App, transfer: Transfer) -> Result<(), WorkError> {
    let account = Account::open(app).await?;
    sending::send(app, &account, transfer, app.clock.now()).await
}
