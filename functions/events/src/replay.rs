//! `event-replay` – puts recorded events on the bus again, by aggregate and sequence.
//!
//! Started by: an operator, by hand, with `{"contract": "<id>", "from": 1, "to": 9}`, or for another
//! kind of aggregate with `{"aggregate": {"kind": "asset", "id": "<id>"}}`, as its events name it (a
//! wallet's by its owner's id; where a user and an organisation have the same, both are sent).
//! Without `from` it begins at the first event, without `to` it ends with the last.
//!
//! The one rule: nothing is recorded. Consumers see events that they may have seen before, with the
//! ids that they had.

use serde::Deserialize;
use serde_json::{Value, json};
use sharepact_domain::event::Aggregate;
use sharepact_runtime::{App, Bus, Grant, Source, WorkError, Worker, note};

use crate::publication::Stored;
use crate::waves::{Outgoing, Waves};

/// The worker.
pub static WORKER: Worker = Worker {
    name: "event-replay",
    source: Source::Hand,
    description: "Puts recorded events on the event bus again, by aggregate and sequence.",
    grants: &[Grant::Query, Grant::Publish],
    run: |app, event| Box::pin(replay(app, event)),
};

/// What the operator asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    contract: Option<String>,
    aggregate: Option<Aggregate>,
    #[serde(default = "first")]
    from: u64,
    to: Option<u64>,
}

fn first() -> u64 {
    1
}

impl Order {
    fn aggregate(&self) -> Result<Aggregate, WorkError> {
        match (&self.contract, &self.aggregate) {
            (Some(id), None) => Ok(Aggregate {
                kind: "contract".to_owned(),
                id: id.clone(),
            }),
            (None, Some(aggregate)) => Ok(aggregate.clone()),
            (None, None) | (Some(_), Some(_)) => Err(WorkError::Poison(
                "name either `contract` or `aggregate`".to_owned(),
            )),
        }
    }
}

async fn replay(app: &App, event: Value) -> Result<Value, WorkError> {
    let order: Order =
        serde_json::from_value(event).map_err(|error| WorkError::Poison(error.to_string()))?;
    let aggregate = order.aggregate()?;
    if order.to.is_some_and(|to| to < order.from) {
        return Err(WorkError::Poison("`to` lies before `from`".to_owned()));
    }
    let bus = app.links.bus()?;
    let (mut next, mut sent) = (order.from, 0_u64);
    loop {
        let page = app.store.recorded(&aggregate, next, order.to).await;
        let page = page.map_err(|error| WorkError::Passing(error.to_string()))?;
        let Some(last) = page.last() else {
            break;
        };
        next = last.sequence + 1;
        sent += page.len() as u64;
        let mut outgoing = Vec::new();
        for recorded in page {
            let stored = Stored::new(&recorded.event, recorded.trace.as_deref());
            let stored = stored.map_err(WorkError::Poison)?;
            outgoing.push(Outgoing {
                number: recorded.sequence.to_string(),
                aggregate: stored.aggregate,
                publication: stored.publication,
            });
        }
        send(bus, outgoing).await?;
    }
    if sent == 0 {
        return Err(WorkError::Poison(format!(
            "there are no events of {} {} from {} on",
            aggregate.kind, aggregate.id, order.from
        )));
    }
    note(|notes| notes.count("sent", sent));
    Ok(json!({ "sent": sent }))
}

async fn send(bus: &Bus, outgoing: Vec<Outgoing>) -> Result<(), WorkError> {
    let mut waves = Waves::new(outgoing);
    while let Some(wave) = waves.next() {
        let there = bus.publish(&wave).await?;
        if waves.settle(&there) > 0 {
            let left = waves.first_left().unwrap_or_default();
            return Err(WorkError::Passing(format!(
                "the bus refused event {left}: begin again there"
            )));
        }
    }
    Ok(())
}
