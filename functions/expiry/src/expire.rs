//! `contract-expire` – records that a contract's time is over, or warns that it soon will be.
//!
//! Started by: the queue that `expiry-plan` fills. One command per contract, the domain's own;
//! what is recorded already, or was stopped meanwhile, is left as it is.

use sharepact_domain::contract::{Command, Contract, Refusal};
use sharepact_domain::id::ContractId;
use sharepact_domain::party::Actor;
use sharepact_runtime::{App, Grant, Source, WorkError, Worker, messages, note, seal_by_system};
use sharepact_store::{Change, Claim, Outcome};

use crate::order::Order;

/// How often a contract that somebody else changes in the same instant is looked at again.
const ATTEMPTS: u32 = 3;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "contract-expire",
    source: Source::Queue,
    description: "Records that a contract's time is over, or warns that it soon will be.",
    grants: &[Grant::BatchGet, Grant::Put, Grant::Send("ExpiriesDead")],
    run: |app, event| {
        Box::pin(messages(app, WORKER.name, event, move |order| {
            carry_out(app, order)
        }))
    },
};

async fn carry_out(app: &App, order: Order) -> Result<(), WorkError> {
    match order {
        Order::Expire { contract } => issue(app, contract, Command::Expire).await,
        Order::Warn { contract, days } => issue(app, contract, Command::Warn { days }).await,
    }
}

pub(crate) async fn issue(app: &App, id: ContractId, command: Command) -> Result<(), WorkError> {
    for _ in 0..ATTEMPTS {
        let now = app.clock.now();
        let found = app.store.contract(id, None, now).await?;
        let Some(record) = found.value else {
            return Err(WorkError::Poison(format!("there is no contract {id}")));
        };
        let contract = record.contract;
        note(|notes| notes.command(id, command.kind(), contract.recorded));
        let fact = match contract.decide(&Actor::System, command.clone(), now) {
            Ok(decision) => decision.fact,
            // Recorded already, stopped, extended: there is nothing to do, and that is the end.
            Err(Refusal::IllegalStatus { .. }) => return Ok(()),
            Err(refusal) => return Err(WorkError::Poison(refusal.to_string())),
        };
        let event = seal_by_system(app, fact, id.to_string(), contract.link(), now)?;
        let after = contract.apply(&event);
        let change = Change::Contract {
            after: &after,
            event: &event,
            revision: None,
            claim: Claim::Untouched,
        };
        let outcome: Outcome<Contract> = app.commit(change, None, now).await?;
        match outcome {
            Outcome::Written => return Ok(()),
            Outcome::Rejected(rejected) => {
                rejected.stale()?;
            }
        }
    }
    Err(WorkError::Passing(format!("contract {id} keeps changing")))
}
