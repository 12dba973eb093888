//! How every change of one organisation or one of its profiles is written and answered.
//!
//! The one rule: nothing of this is written again anywhere; a handler has its fact and its answer.

use serde::de::DeserializeOwned;
use sharepact_domain::organization::{Organization, Refusal};
use sharepact_http::wire::OrganizationView;
use sharepact_http::{Call, Place, Problem, ProblemType, Reply};
use sharepact_runtime::{Answer, App, failed, idempotency};
use sharepact_store::{Change, Outcome, Rejected, Ticket};

/// Writes a change with its answer. `tag` is the entity tag of what is there, for whoever was late.
pub(crate) async fn write<T>(
    app: &App,
    call: &Call,
    ticket: Option<&Ticket>,
    (change, reply): (Change<'_>, Reply),
    tag: fn(&T, &Call) -> String,
) -> Answer
where
    T: DeserializeOwned + Send,
{
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let outcome: Outcome<T> = app
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
            // 412 to a caller who made a condition of it, 409 to any other.
            let present = current.map(|current| tag(&current, call));
            call.precondition().check(present.as_deref())?;
            Err(Problem::new(
                ProblemType::Conflict,
                "it was changed in the same instant; read it again",
            ))
        }
    }
}

/// An organisation as an answer; the address of one that is new goes with it.
pub(crate) fn shown(status: u16, organization: &Organization, call: &Call) -> Answer {
    let reply = Reply::json(status, &OrganizationView::new(organization, call.now))?;
    let reply = reply.tagged(tag(organization, call));
    Ok(match status {
        201 => reply.located(format!("/organizations/{}", organization.id)),
        _ => reply,
    })
}

/// The entity tag of an organisation.
pub(crate) fn tag(organization: &Organization, call: &Call) -> String {
    OrganizationView::tag(organization, call.now)
}

/// The one mapping of what an organisation refuses.
pub(crate) fn refused(refusal: Refusal) -> Problem {
    let kind = match refusal {
        Refusal::NotTheirs => return not_found(),
        Refusal::Nameless => {
            let name = Place::Pointer("/name".to_owned());
            return Problem::at(ProblemType::MissingMember, name, refusal.to_string());
        }
        Refusal::NotAdministrator => ProblemType::RoleRequired,
        Refusal::ForeignProfile => return Problem::not_found("profile"),
        Refusal::AlreadyJoined => ProblemType::AlreadyJoined,
        Refusal::NoInvitation => ProblemType::InvitationInvalid,
    };
    Problem::new(kind, refusal.to_string())
}

pub(crate) fn not_found() -> Problem {
    Problem::not_found("organization")
}
