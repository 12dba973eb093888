//! `POST /organizations/{id}/invitations` – the first person of an onboarded organisation is invited again.
//!
//! Who: administrators and the manager of the organisation that onboarded it. The invitation before it ends.

use lambda_http::http::Method;
use sharepact_domain::id::{InvitationId, OrganizationId};
use sharepact_domain::organization::{Organization, Token};
use sharepact_http::wire::{NoBody, OrganizationView};
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, idempotency, seal};
use sharepact_store::Change;

use crate::command::{not_found, refused, shown, tag, write};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "organization-invite",
    method: Method::POST,
    path: "/organizations/{id}/invitations",
    summary: "invite an organisation's account owner again",
    description: "The organisation that onboarded another one has the invitation sent again, with a new token that is good \
                  for 72 hours; the one before it ends. The token is in the event `organization.invited` and in no answer.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (201, Shape::of::<OrganizationView>()),
    problems: &[
        "role-required",
        "already-joined",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(invite(app, call)),
};

async fn invite(app: &App, call: Call) -> Answer {
    let id = call.path("id", OrganizationId::parse)?;
    call.body::<NoBody>()?;
    let principal = call.principal()?;
    let ticket = idempotency::ticket(&call)?;
    let found = app.store.organization(&id, ticket.as_ref(), call.now).await;
    let found = found.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let organization = found.value.ok_or_else(not_found)?;
    let invitation = (InvitationId::new(app.new_id()), Token::new(app.random()?));
    let fact = organization.invite(principal, invitation, call.now);
    let fact = fact.map_err(refused)?;
    let present = tag(&organization, &call);
    call.precondition().check(Some(&present))?;

    let event = seal(app, &call, fact, id.to_string(), organization.link())?;
    let after = Organization::after(Some(organization), &id, &event)
        .ok_or_else(|| Problem::internal("an invitation to no organisation"))?;
    let reply = shown(201, &after, &call)?;
    let change = Change::Organization {
        after: &after,
        event: &event,
    };
    write(app, &call, ticket.as_ref(), (change, reply), tag).await
}
