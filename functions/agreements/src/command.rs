//! How every command on an agreement travels: one read, the domain's decision, one transaction.
//!
//! The one rule: a handler names its command; nothing of this is written again anywhere.

use sharepact_domain::agreement::{
    Agreement, AgreementCommand, AgreementCommandKind, AgreementFact,
};
use sharepact_domain::event::Event;
use sharepact_domain::id::AgreementId;
use sharepact_http::wire::{AgreementCommandBody, AgreementView};
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{Answer, App, failed, idempotency, seal};
use sharepact_store::{Change, Claim, Outcome, Rejected, Ticket};

/// Runs the command that the body is.
pub(crate) async fn run<B: AgreementCommandBody>(app: &App, call: Call) -> Answer {
    let id = call.path("id", AgreementId::parse)?;
    let command = call.body::<B>()?.command()?;
    carry_out(app, &call, id, command).await
}

async fn carry_out(app: &App, call: &Call, id: AgreementId, command: AgreementCommand) -> Answer {
    let principal = call.principal()?;
    let ticket = idempotency::ticket(call)?;
    let found = app.store.agreement(id, ticket.as_ref(), call.now);
    let found = found.await.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let agreement = found
        .value
        .filter(|agreement| agreement.visible_to(principal))
        .ok_or_else(not_found)?;
    if agreement.side_of(principal).is_none() {
        return Err(Problem {
            allowed: Some(Vec::new()),
            ..Problem::new(
                ProblemType::WrongSide,
                "operators look at agreements and bind nobody",
            )
        });
    }
    let tag = AgreementView::tag(&agreement, call.now);
    call.precondition().check(Some(&tag))?;

    let fact = agreement.decide(&call.actor()?, command, call.now)?;
    let event = seal(app, call, fact, id.to_string(), agreement.link())?;
    let after = agreement.apply(&event);
    write(app, call, ticket.as_ref(), (&after, &event)).await
}

/// Writes a change with its answer, and turns what stood in the way into a problem.
async fn write(
    app: &App,
    call: &Call,
    ticket: Option<&Ticket>,
    (after, event): (&Agreement, &Event<AgreementFact>),
) -> Answer {
    let reply = shown(200, after, call)?;
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let change = Change::Agreement {
        after,
        event,
        claim: claim(&event.fact),
    };
    let outcome: Outcome<Agreement> = app
        .commit(change, remembering, call.now)
        .await
        .map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(reply),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            idempotency::replay(ticket, remembered)
        }
        Outcome::Rejected(rejected) => {
            let current = rejected.stale().map_err(failed)?;
            Err(stale(call, current.as_ref()))
        }
    }
}

/// Somebody else was faster: 412 to a caller who made a condition of it, 409 to any other.
fn stale(call: &Call, current: Option<&Agreement>) -> Problem {
    let present = current.map(|agreement| AgreementView::tag(agreement, call.now));
    if let Err(problem) = call.precondition().check(present.as_deref()) {
        return problem;
    }
    let view = current
        .zip(call.principal().ok())
        .and_then(|(agreement, principal)| {
            let view = AgreementView::new(agreement, principal, call.now);
            let body = Reply::json(200, &view).ok()?.body;
            let allowed = agreement.allowed(principal, call.now).into_iter();
            Some((allowed.map(AgreementCommandKind::name).collect(), body))
        });
    let problem = Problem::new(
        ProblemType::Conflict,
        "another command was carried out in the same instant; look at what is there now",
    );
    match view {
        Some((allowed, body)) => Problem {
            allowed: Some(allowed),
            ..problem.showing(&body)
        },
        None => problem,
    }
}

/// An agreement as an answer; the address of one that is new goes with it.
pub(crate) fn shown(status: u16, agreement: &Agreement, call: &Call) -> Answer {
    let view = AgreementView::new(agreement, call.principal()?, call.now);
    let reply = Reply::json(status, &view)?.tagged(AgreementView::tag(agreement, call.now));
    Ok(match status {
        201 => reply.located(format!("/framework-agreements/{}", agreement.id)),
        _ => reply,
    })
}

pub(crate) fn not_found() -> Problem {
    Problem::not_found("agreement")
}

/// What a fact does to the place that one live agreement of two organisations on a kind of thing holds.
pub(crate) fn claim(fact: &AgreementFact) -> Claim {
    match fact {
        AgreementFact::Proposed { .. } | AgreementFact::Onboarded { .. } => Claim::Take,
        AgreementFact::Approved {} => Claim::Hold,
        AgreementFact::Rejected { .. } | AgreementFact::Stopped { .. } => Claim::Release,
        // Its time was over, and with it its claim; another agreement may hold the place by now.
        AgreementFact::Expired { .. } => Claim::Untouched,
    }
}
