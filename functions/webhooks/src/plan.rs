//! `webhook-plan` – finds the webhooks that an event concerns, and sends one message for each.
//!
//! Started by: the queue of the rule for the events that can be delivered. The event of a contract
//! concerns both its sides, as its history does, and so does that of an agreement or a session; that a webhook was disabled concerns the others of
//! its owner. An event that comes twice is planned twice: who delivers knows what is delivered.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use sharepact_domain::event::Aggregate;
use sharepact_domain::id::WebhookId;
use sharepact_domain::party::{Owner, Party};
use sharepact_runtime::{App, Grant, Published, Source, WorkError, Worker, messages, note};
use sharepact_store::Told;

use crate::order::Order;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "webhook-plan",
    source: Source::Queue,
    description: "Finds the webhooks that an event concerns, and sends one message for each.",
    grants: &[
        Grant::BatchGet,
        Grant::Query,
        Grant::Send("Deliveries"),
        Grant::Send("NoticesDead"),
    ],
    run: |app, event| {
        Box::pin(messages(app, WORKER.name, event, move |published| {
            plan(app, published)
        }))
    },
};

async fn plan(app: &App, published: Published) -> Result<(), WorkError> {
    let (aggregate, sequence) = published.known()?;
    let told = app.store.told(&aggregate, sequence).await;
    let told = told?.ok_or_else(|| {
        let Aggregate { kind, id } = &aggregate;
        WorkError::Poison(format!("there is no event {sequence} of {kind} {id}"))
    })?;
    let owners = concerned(app, &aggregate, &told).await?;
    let webhooks = owners.iter().map(|owner| app.store.webhooks_of(owner));
    let webhooks = try_join_all(webhooks).await?;
    let bodies: Result<Vec<_>, _> = webhooks
        .iter()
        .flatten()
        .filter(|webhook| webhook.enabled_since().is_some())
        .filter(|webhook| webhook.events.covers(&told.name))
        .map(|webhook| {
            let order = Order {
                webhook: webhook.id,
                event: told.id,
                aggregate: aggregate.clone(),
                sequence,
                attempt: 1,
                due: None,
            };
            order.body()
        })
        .collect();
    let bodies = bodies?;
    app.links.deliveries()?.send(&bodies).await?;
    let sent = bodies.len().try_into().unwrap_or(u64::MAX);
    note(|notes| notes.count("sent", sent));
    Ok(())
}

/// Whom an event concerns.
async fn concerned(
    app: &App,
    aggregate: &Aggregate,
    told: &Told,
) -> Result<BTreeSet<Owner>, WorkError> {
    match (aggregate.kind.as_str(), &told.parties) {
        ("contract" | "agreement" | "session", Some(parties)) => {
            Ok(parties.iter().map(Party::owner).collect())
        }
        ("webhook", _) => {
            let id = WebhookId::parse(&aggregate.id);
            let id = id.map_err(|fault| WorkError::Poison(fault.to_string()))?;
            let found = app.store.webhook(id, false, None, app.clock.now()).await;
            let record = found?.value;
            let record =
                record.ok_or_else(|| WorkError::Poison(format!("there is no webhook {id}")))?;
            Ok(BTreeSet::from([record.webhook.owner]))
        }
        (kind, _) => Err(WorkError::Poison(format!(
            "the events of a {kind} concern nobody here"
        ))),
    }
}
