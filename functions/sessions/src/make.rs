//! `session-make` – makes the sessions of an allotment that whoever decided it did not come to.
//!
//! Started by: the queue of the rule for allotments. What is made is left as it is; so an event that comes twice or late
//! changes nothing.

use std::collections::BTreeSet;

use serde::Deserialize;
use sharepact_domain::event::Event;
use sharepact_domain::session::{AllotmentFact, SessionPhase};
use sharepact_runtime::{App, Grant, Source, WorkError, Worker, messages, note, record_session};

use crate::order::{self, Cause, Newcomer};

/// How often sessions that somebody else makes in the same instant are looked at again.
const ATTEMPTS: u32 = 5;
/// The version of events that is known here.
const KNOWN: u16 = 1;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "session-make",
    source: Source::Queue,
    description: "Makes the sessions of an allotment that are still to be made.",
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::Update,
        Grant::Send("MakingsDead"),
    ],
    run: |app, event| {
        Box::pin(messages(app, WORKER.name, event, move |told| {
            make(app, told)
        }))
    },
};

/// What the bus hands over.
#[derive(Deserialize)]
struct Told {
    detail: Event<AllotmentFact>,
}

async fn make(app: &App, told: Told) -> Result<(), WorkError> {
    let event = told.detail;
    if event.version != KNOWN {
        let reason = format!("events of version {} are not known", event.version);
        return Err(WorkError::Poison(reason));
    }
    let cause = Cause {
        author: event.actor.clone(),
        at: event.occurred_at,
        trace: event.trace.clone(),
    };
    let sessions = event.fact.sessions();
    let ids: Vec<_> = sessions.iter().map(|(id, _)| *id).collect();
    let all = sessions.into_iter();
    let all = all.map(|(id, begun)| Newcomer::new(id, begun, &cause));
    let all: Vec<_> = all.collect::<Result<_, _>>()?;
    for _ in 0..ATTEMPTS {
        let now = app.clock.now();
        let there = app.store.sessions(&ids).await?;
        let known: BTreeSet<_> = there.iter().map(|record| record.session.id).collect();
        let missing = all.iter();
        let missing = missing.filter(|newcomer| !known.contains(&newcomer.session.id));
        let missing: Vec<_> = missing.cloned().collect();
        if missing.is_empty() {
            // What they hang from may have ended before they were there to be found.
            for record in &there {
                if record.session.standing(&record.lineage, now).phase == SessionPhase::Over {
                    record_session(app, &record.session.id).await?;
                }
            }
            return Ok(());
        }
        if order::write(app, &missing, now).await? {
            note(|notes| notes.count("made", missing.len().try_into().unwrap_or(u64::MAX)));
        }
    }
    Err(WorkError::Passing(
        "others keep making the same sessions".to_owned(),
    ))
}
