//! `GET /organizations/{id}` – an organisation.
//!
//! Who: its members, the administrators of the organisation that onboarded it, and operators; to anyone else there is none.

use lambda_http::http::Method;
use sharepact_domain::id::OrganizationId;
use sharepact_http::wire::OrganizationView;
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::command::{not_found, shown, tag};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "organization-view",
    method: Method::GET,
    path: "/organizations/{id}",
    summary: "view an organisation",
    description: "What an organisation is called and has set for itself, who onboarded it, and how the invitation to it \
                  stands. For its members, its parent's administrators and operators.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<OrganizationView>()),
    problems: &[],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let id = call.path("id", OrganizationId::parse)?;
    let principal = call.principal()?;
    let found = app.store.organization(&id, None, call.now).await;
    let Some(organization) = found.map_err(failed)?.value else {
        return Err(match principal.organization.as_ref() == Some(&id) {
            true => unnamed(&id),
            false => not_found(),
        });
    };
    if !organization.visible_to(principal) {
        return Err(not_found());
    }
    let tag = tag(&organization, &call);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    shown(200, &organization, &call)
}

/// The caller's own organisation, of which the identity provider alone knows.
fn unnamed(id: &OrganizationId) -> Problem {
    Problem::new(
        ProblemType::NotFound,
        format!(
            "your organisation has no record yet: its administrator makes one with a name, PATCH /organizations/{id}"
        ),
    )
}
