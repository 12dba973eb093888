//! `GET /organizations/{id}/profiles/{profileId}` – a profile with its settings.
//!
//! Who: administrators, contract managers and the manager of the organisation, and operators.

use lambda_http::http::Method;
use sharepact_domain::id::{OrganizationId, ProfileId};
use sharepact_http::wire::ProfileView;
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

use crate::profile::{choosing, not_found, shown, tag};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "profile-view",
    method: Method::GET,
    path: "/organizations/{id}/profiles/{profileId}",
    summary: "view a profile",
    description: "A profile with the settings that an organisation gets that is onboarded with it.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<ProfileView>()),
    problems: &["role-required"],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let organization = call.path("id", OrganizationId::parse)?;
    let id = call.path("profileId", ProfileId::parse)?;
    choosing(call.principal()?, &organization)?;
    let found = app.store.profile(id, None, call.now).await;
    let profile = found.map_err(failed)?.value;
    let profile = profile.filter(|profile| profile.organization == organization);
    let profile = profile.ok_or_else(not_found)?;
    let tag = tag(&profile, &call);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    shown(200, &profile)
}
