//! How every command on a session travels: one read, the domain's decision, one transaction.
//!
//! The one rule: a handler names its command; nothing of this is written again anywhere.

use sharepact_domain::session::{Session, SessionCommandKind, SessionId};
use sharepact_http::wire::{SessionCommandBody, SessionView};
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{Answer, App, failed, idempotency, seal};
use sharepact_store::{Change, Outcome, Rejected, SessionRecord};

/// Runs the command that the body is.
pub(crate) async fn run<B: SessionCommandBody>(app: &App, call: Call) -> Answer {
    let id = call.path("id", SessionId::parse)?;
    let command = call.body::<B>()?.command()?;
    let principal = call.principal()?;
    let ticket = idempotency::ticket(&call)?;
    let found = app.store.session(&id, ticket.as_ref(), call.now).await;
    let found = found.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let record = found
        .value
        .filter(|record| record.session.visible_to(principal))
        .ok_or_else(not_found)?;
    if record.session.side_of(principal).is_none() {
        return Err(Problem {
            allowed: Some(Vec::new()),
            ..Problem::new(
                ProblemType::WrongSide,
                "operators look at sessions and turn nothing on or off",
            )
        });
    }
    let SessionRecord { session, lineage } = record;
    let tag = SessionView::tag(&session, &lineage, call.now);
    call.precondition().check(Some(&tag))?;

    let fact = session.decide(&lineage, &call.actor()?, command, call.now)?;
    let event = seal(app, &call, fact, id.to_string(), session.link())?;
    let after = SessionRecord {
        session: session.apply(&event),
        lineage,
    };
    let reply = shown(&after, &call)?;
    let remembered = ticket.as_ref();
    let remembered = remembered.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let answer = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let change = Change::Session {
        after: &after.session,
        event: &event,
    };
    let outcome: Outcome<Session> = app.commit(change, answer, call.now).await.map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(reply),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            idempotency::replay(ticket.as_ref(), remembered)
        }
        Outcome::Rejected(rejected) => {
            let current = rejected.stale().map_err(failed)?;
            let current = current.map(|session| SessionRecord {
                session,
                lineage: after.lineage,
            });
            Err(stale(&call, current.as_ref()))
        }
    }
}

/// A session as an answer.
pub(crate) fn shown(record: &SessionRecord, call: &Call) -> Answer {
    let SessionRecord { session, lineage } = record;
    let view = SessionView::new(session, lineage, call.principal()?, call.now);
    let tag = SessionView::tag(session, lineage, call.now);
    Ok(Reply::json(200, &view)?.tagged(tag))
}

pub(crate) fn not_found() -> Problem {
    Problem::not_found("session")
}

/// Somebody else was faster: 412 to a caller who made a condition of it, 409 to any other.
fn stale(call: &Call, current: Option<&SessionRecord>) -> Problem {
    let present =
        current.map(|record| SessionView::tag(&record.session, &record.lineage, call.now));
    if let Err(problem) = call.precondition().check(present.as_deref()) {
        return problem;
    }
    let problem = Problem::new(
        ProblemType::Conflict,
        "another command was carried out in the same instant; look at what is there now",
    );
    let seen = current.zip(call.principal().ok());
    match seen.zip(current.and_then(|record| shown(record, call).ok())) {
        Some(((record, principal), reply)) => {
            let allowed = record.session.allowed(&record.lineage, principal, call.now);
            let allowed = allowed.into_iter().map(SessionCommandKind::name);
            Problem {
                allowed: Some(allowed.collect()),
                ..problem.showing(&reply.body)
            }
        }
        None => problem,
    }
}
