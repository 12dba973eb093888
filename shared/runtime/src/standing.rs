//! Records what time, or what a session hangs from, has brought about.
//!
//! The one rule: nothing here gives or takes a right. What is recorded holds for every reader already.

use sharepact_domain::party::Actor;
use sharepact_domain::session::{Session, SessionCommand, SessionId, SessionPhase};
use sharepact_domain::time::Timestamp;
use sharepact_store::{Change, Outcome, Places, SessionRecord};

use crate::{App, WorkError, seal_by_system};

/// How often a session that somebody else changes in the same instant is looked at again.
const ATTEMPTS: u32 = 5;

/// Records that a session has begun by itself, or is over; with its end it gives its places back. One that is neither, or
/// is recorded already, is left as it is.
///
/// # Errors
/// When there is no such session, or the table does not answer.
pub async fn record_session(app: &App, id: &SessionId) -> Result<(), WorkError> {
    for _ in 0..ATTEMPTS {
        let now = app.clock.now();
        let found = app.store.session(id, None, now).await?.value;
        let Some(record) = found else {
            return Err(WorkError::Poison(format!("there is no session {id}")));
        };
        let command = match record.session.standing(&record.lineage, now).phase {
            SessionPhase::Begun => SessionCommand::Begin,
            SessionPhase::Over => SessionCommand::End,
            SessionPhase::Scheduled
            | SessionPhase::Running
            | SessionPhase::Stopped
            | SessionPhase::Ended => return Ok(()),
        };
        if issue(app, record, command, now).await? {
            return Ok(());
        }
    }
    Err(WorkError::Passing(format!("session {id} keeps changing")))
}

/// One attempt; false where somebody else was faster.
async fn issue(
    app: &App,
    record: SessionRecord,
    command: SessionCommand,
    now: Timestamp,
) -> Result<bool, WorkError> {
    let SessionRecord { session, lineage } = record;
    let ends = command == SessionCommand::End;
    let fact = match session.decide(&lineage, &Actor::System, command, now) {
        Ok(fact) => fact,
        Err(refusal) => return Err(WorkError::Poison(refusal.to_string())),
    };
    let event = seal_by_system(app, fact, session.id.to_string(), session.link(), now)?;
    let after = session.apply(&event);
    let access = match (ends, &after.consumer.organization) {
        (true, Some(consumer)) => {
            let assets = std::slice::from_ref(&after.asset.id);
            let found = app.store.accesses(consumer, assets).await?;
            // Whoever wanted the place may have taken it already: the session was over.
            let held = found
                .into_iter()
                .find(|access| access.places.iter().any(|place| place.session == after.id));
            held.map(|access| (consumer, access.without(&after.id)))
        }
        (true, None) | (false, _) => None,
    };
    let mut changes = vec![Change::Session {
        after: &after,
        event: &event,
    }];
    if let Some((consumer, access)) = &access {
        changes.push(Change::Access {
            consumer,
            asset: &after.asset.id,
            access,
        });
    }
    if let (true, Some(contract)) = (ends, after.id.contract()) {
        let places = Places::Release;
        changes.push(Change::Quota { contract, places });
    }
    let outcome: Outcome<Session> = app.commit_all(&changes, None, now).await?;
    Ok(match outcome {
        Outcome::Written => true,
        Outcome::Rejected(rejected) => {
            rejected.late()?;
            false
        }
    })
}
