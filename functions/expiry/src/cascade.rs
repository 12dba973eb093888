//! `framework-cascade` – finds what hangs from something that has ended, and sends it on.
//!
//! Started by: its queue, which gets the events with which agreements, quota contracts, and sessions that may be shared on,
//! end. All that it finds has ended already, for every reader; it is sent on to be recorded.

use serde::Serialize;
use sharepact_domain::id::{AgreementId, ContractId};
use sharepact_domain::session::SessionId;
use sharepact_runtime::{
    App, Grant, Published, Source, WorkError, Worker, messages, note, unreadable,
};
use sharepact_store::Child;

use crate::order::Settlement;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "framework-cascade",
    source: Source::Queue,
    description: "Finds what hangs from an agreement, a quota contract or a session that has ended, and sends it on.",
    grants: &[
        Grant::QueryIndex("by-parent"),
        Grant::QueryIndex("by-source"),
        Grant::Send("Settlements"),
        Grant::Send("CascadesDead"),
    ],
    run: |app, event| {
        Box::pin(messages(app, WORKER.name, event, move |published| {
            cascade(app, published)
        }))
    },
};

async fn cascade(app: &App, published: Published) -> Result<(), WorkError> {
    let (aggregate, _) = published.known()?;
    let id = aggregate.id.as_str();
    let children = match aggregate.kind.as_str() {
        "agreement" => {
            let agreement = AgreementId::parse(id).map_err(poison)?;
            app.store.under_agreement(agreement).await?
        }
        "contract" => {
            let contract = ContractId::parse(id).map_err(poison)?;
            app.store.under_contract(contract).await?
        }
        "session" => {
            let session = SessionId::parse(id).map_err(poison)?;
            app.store.downstream(&session).await?
        }
        kind => return Err(WorkError::Poison(format!("nothing hangs from a {kind}"))),
    };
    let contracts = children.iter().filter_map(|child| match child {
        Child::Contract(contract) => Some(Settlement::Contract {
            contract: *contract,
        }),
        Child::Session(_) => None,
    });
    let sessions: Vec<_> = children
        .iter()
        .filter_map(|child| match child {
            Child::Session(session) => Some(*session),
            Child::Contract(_) => None,
        })
        .collect();
    let settlements = contracts.chain(Settlement::sessions(&sessions));
    let bodies: Result<Vec<_>, _> = settlements.map(|each| body(&each)).collect();
    app.links.settlements()?.send(&bodies?).await?;
    note(|notes| {
        notes.count("found", children.len().try_into().unwrap_or(u64::MAX));
    });
    Ok(())
}

fn body(order: &impl Serialize) -> Result<String, WorkError> {
    serde_json::to_string(order).map_err(|error| unreadable("an order", &error))
}

fn poison(error: impl std::fmt::Display) -> WorkError {
    WorkError::Poison(error.to_string())
}
