//! `PATCH /organizations/{id}` – an administrator names its organisation, or changes it.
//!
//! Who: administrators and the manager of the organisation. The first change makes its record, and gives it a name.

use lambda_http::http::Method;
use sharepact_domain::event::Link;
use sharepact_domain::id::OrganizationId;
use sharepact_domain::organization::Organization;
use sharepact_http::wire::{OrganizationBody, OrganizationView};
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, idempotency, seal};
use sharepact_store::Change;

use crate::command::{refused, shown, tag, write};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "organization-change",
    method: Method::PATCH,
    path: "/organizations/{id}",
    summary: "name an organisation, or change its settings",
    description: "A merge patch: what is given replaces what was, null removes a domain or a logo, the rest stays. The first \
                  one needs a name and makes the organisation's record: 201, 200 otherwise. The same again changes nothing.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<OrganizationBody>()),
    success: (201, Shape::of::<OrganizationView>()),
    problems: &[
        "invalid-text",
        "invalid-settings",
        "role-required",
        "conflict",
        "stale-version",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(change(app, call)),
};

async fn change(app: &App, call: Call) -> Answer {
    let id = call.path("id", OrganizationId::parse)?;
    let changes = call.body::<OrganizationBody>()?.parse()?;
    let principal = call.principal()?;
    let ticket = idempotency::ticket(&call)?;
    let found = app.store.organization(&id, ticket.as_ref(), call.now).await;
    let found = found.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let existing = found.value;
    let fact = Organization::change(existing.as_ref(), &id, principal, changes).map_err(refused)?;
    let present = existing.as_ref().map(|existing| tag(existing, &call));
    call.precondition().check(present.as_deref())?;

    let (fact, status) = match (fact, &existing) {
        (Some(fact), None) => (fact, 201),
        (Some(fact), Some(_)) => (fact, 200),
        (None, Some(same)) => return shown(200, same, &call),
        (None, None) => return Err(Problem::internal("a new organisation without an event")),
    };
    let link = existing.as_ref().map_or(Link::FIRST, Organization::link);
    let event = seal(app, &call, fact, id.to_string(), link)?;
    let after = Organization::after(existing, &id, &event)
        .ok_or_else(|| Problem::internal("a change without an organisation"))?;
    let change = Change::Organization {
        after: &after,
        event: &event,
    };
    let reply = shown(status, &after, &call)?;
    write(app, &call, ticket.as_ref(), (change, reply), tag).await
}
