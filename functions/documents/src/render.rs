//! `document-render` – renders the contract after every transition from Signed on.
//!
//! Started by: the queue of the rule for those events. What is rendered is the contract as it is
//! now, not as the event left it: an event that comes twice, late or after a newer one leads to the
//! same document.

use serde::Deserialize;
use sharepact_domain::contract::Status;
use sharepact_domain::id::ContractId;
use sharepact_runtime::{App, Grant, Source, WorkError, Worker, messages};

use crate::printed;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "document-render",
    source: Source::Queue,
    description: "Renders the contract as PDF after every transition from Signed on.",
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::KeepDocument,
        Grant::Send("RenderingsDead"),
    ],
    run: |app, event| {
        Box::pin(messages(app, WORKER.name, event, move |published| {
            render(app, published)
        }))
    },
};

/// What the bus hands over; only what is needed of it.
#[derive(Debug, Deserialize)]
struct Published {
    detail: Detail,
}

#[derive(Debug, Deserialize)]
struct Detail {
    version: u16,
    sequence: u64,
    aggregate: Aggregate,
}

#[derive(Debug, Deserialize)]
struct Aggregate {
    id: ContractId,
}

async fn render(app: &App, published: Published) -> Result<(), WorkError> {
    let Detail {
        version,
        sequence,
        aggregate,
    } = published.detail;
    if version != 1 {
        return Err(WorkError::Poison(format!(
            "events of version {version} are not known"
        )));
    }
    let id = aggregate.id;
    let found = app.store.documented(id).await.map_err(printed::failed)?;
    let (contract, document) =
        found.ok_or_else(|| WorkError::Poison(format!("there is no contract {id}")))?;
    // Who walks away from what was never signed leaves nothing to render.
    if contract.recorded == Status::Rejected && contract.acceptance.is_none() {
        return Ok(());
    }
    if document.is_some_and(|document| document.version >= contract.version) {
        return Ok(());
    }
    if contract.version < sequence {
        return Err(WorkError::Passing(
            "the event is ahead of the contract".to_owned(),
        ));
    }
    let now = app.clock.now();
    let found = app
        .store
        .contract(id, None, now)
        .await
        .map_err(printed::failed)?;
    let record = found
        .value
        .ok_or_else(|| WorkError::Poison(format!("there is no contract {id}")))?;
    let document = printed::keep(app, &record, now).await?;
    tracing::info!(
        worker = WORKER.name,
        contract.id = %id,
        contract.version = document.version,
        document.length = document.length,
        "rendered"
    );
    Ok(())
}
