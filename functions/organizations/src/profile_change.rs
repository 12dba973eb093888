//! `PUT /organizations/{id}/profiles/{profileId}` – an administrator changes a profile.
//!
//! Who: administrators and the manager of the organisation. What was onboarded with it stays as it is.

use lambda_http::http::Method;
use sharepact_domain::id::{OrganizationId, ProfileId};
use sharepact_domain::profile::Profile;
use sharepact_http::wire::{ProfileBody, ProfileView};
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, seal};
use sharepact_store::Change;

use crate::command::write;
use crate::profile::{not_found, refused, shown, tag};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "profile-change",
    method: Method::PUT,
    path: "/organizations/{id}/profiles/{profileId}",
    summary: "change a profile",
    description: "Name and settings of a profile from now on. Organisations that were onboarded with it keep what they have. \
                  The same again changes nothing.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<ProfileBody>()),
    success: (200, Shape::of::<ProfileView>()),
    problems: &[
        "invalid-text",
        "invalid-settings",
        "role-required",
        "not-found",
        "conflict",
        "stale-version",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(change(app, call)),
};

async fn change(app: &App, call: Call) -> Answer {
    let organization = call.path("id", OrganizationId::parse)?;
    let id = call.path("profileId", ProfileId::parse)?;
    let (name, settings) = call.body::<ProfileBody>()?.parse()?;
    let principal = call.principal()?;
    let found = app.store.profile(id, None, call.now).await;
    let profile = found.map_err(failed)?.value;
    let profile = profile.filter(|profile| profile.organization == organization);
    let profile = profile.ok_or_else(not_found)?;
    let fact = profile.change(principal, name, settings).map_err(refused)?;
    call.precondition().check(Some(&tag(&profile, &call)))?;
    let Some(fact) = fact else {
        return shown(200, &profile);
    };
    let event = seal(app, &call, fact, id.to_string(), profile.link())?;
    let after = Profile::after(Some(profile), id, &event)
        .ok_or_else(|| Problem::internal("a change without a profile"))?;
    let change = Change::Profile {
        after: &after,
        event: &event,
    };
    let reply = shown(200, &after)?;
    write(app, &call, None, (change, reply), tag).await
}
