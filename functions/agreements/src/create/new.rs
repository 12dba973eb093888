//! An agreement with a consumer that it brings to the platform.
//!
//! The one rule: organisation, invitation and agreement come into being in one transaction.

use sharepact_domain::agreement::{Agreement, Frame, Signatory, onboard as decide};
use sharepact_domain::event::Link;
use sharepact_domain::id::{AgreementId, InvitationId, OrganizationId, ProfileId};
use sharepact_domain::organization::{Onboarding, Organization, Token};
use sharepact_http::{Call, Place, Problem, ProblemType};
use sharepact_runtime::{Answer, App, failed, idempotency, seal};
use sharepact_store::{Change, Outcome, Rejected, Ticket};

use super::named;
use crate::command::{claim, shown};

/// Onboards the consumer and agrees with it.
pub(super) async fn onboard(
    app: &App,
    call: &Call,
    provider: &OrganizationId,
    (onboarding, profile, frame): (Onboarding, ProfileId, Frame),
) -> Answer {
    let principal = call.principal()?;
    let ticket = idempotency::ticket(call)?;
    let found = app
        .store
        .onboarding(provider, profile, ticket.as_ref(), call.now);
    let found = found.await.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let (own, profile) = found
        .value
        .map_or((None, None), |found| (found.provider, found.profile));
    let provider = named(own, provider)?;
    // What is somebody else's does not exist here.
    let profile = profile.ok_or_else(no_profile)?;

    let id = OrganizationId::parse(&app.new_id().to_string());
    let id = id.map_err(|fault| Problem::internal(fault.to_string()))?;
    let name = onboarding.name.clone();
    let invitation = (InvitationId::new(app.new_id()), Token::new(app.random()?));
    let begun = Organization::onboard(onboarding, &provider.id, &profile, invitation, call.now);
    let begun = begun.map_err(|_| no_profile())?;
    let signatory = |organization: &OrganizationId, name| Signatory {
        organization: organization.clone(),
        name,
        user: principal.user.clone(),
    };
    let (ours, theirs) = (signatory(&provider.id, provider.name), signatory(&id, name));
    let fact = decide(principal, frame, ours, theirs, call.now)?;

    let founding = seal(app, call, begun, id.to_string(), Link::FIRST)?;
    let organization = Organization::after(None, &id, &founding)
        .ok_or_else(|| Problem::internal("an onboarding that makes no organisation"))?;
    let agreement = AgreementId::new(app.new_id());
    let event = seal(app, call, fact, agreement.to_string(), Link::FIRST)?;
    let agreement = Agreement::begin(agreement, &event)
        .ok_or_else(|| Problem::internal("an onboarding that makes no agreement"))?;
    let changes = [
        Change::Agreement {
            after: &agreement,
            event: &event,
            claim: claim(&event.fact),
        },
        Change::Organization {
            after: &organization,
            event: &founding,
        },
    ];
    write(app, call, ticket.as_ref(), (&agreement, &changes)).await
}

async fn write(
    app: &App,
    call: &Call,
    ticket: Option<&Ticket>,
    (agreement, changes): (&Agreement, &[Change<'_>]),
) -> Answer {
    let reply = shown(201, agreement, call)?;
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let outcome: Outcome<Agreement> = app
        .commit_all(changes, remembering, call.now)
        .await
        .map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(reply),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            idempotency::replay(ticket, remembered)
        }
        Outcome::Rejected(rejected) => {
            // Both are new, and so are their ids: nothing else can stand there.
            rejected.late().map_err(failed)?;
            Err(Problem::internal("a new id that is taken"))
        }
    }
}

fn no_profile() -> Problem {
    let place = Place::Pointer("/consumer/profileId".to_owned());
    let detail = "takes one of your organisation's own profiles, GET /organizations/{id}/profiles";
    Problem::at(ProblemType::NotFound, place, detail)
}
