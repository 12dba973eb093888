//! `POST /organizations/{id}/profiles` – an administrator makes a profile.
//!
//! Who: administrators and the manager of the organisation.

use lambda_http::http::Method;
use sharepact_domain::event::Link;
use sharepact_domain::id::{OrganizationId, ProfileId};
use sharepact_domain::profile::Profile;
use sharepact_http::wire::{ProfileBody, ProfileView};
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, idempotency, seal};
use sharepact_store::Change;

use crate::command::write;
use crate::profile::{refused, shown, tag};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "profile-create",
    method: Method::POST,
    path: "/organizations/{id}/profiles",
    summary: "make a profile",
    description: "An administrator keeps settings for organisations that its own one onboards. They are copied then.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<ProfileBody>()),
    success: (201, Shape::of::<ProfileView>()),
    problems: &[
        "invalid-text",
        "invalid-settings",
        "role-required",
        "conflict",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(create(app, call)),
};

async fn create(app: &App, call: Call) -> Answer {
    let organization = call.path("id", OrganizationId::parse)?;
    let (name, settings) = call.body::<ProfileBody>()?.parse()?;
    let principal = call.principal()?;
    let fact = Profile::create(principal, organization, name, settings).map_err(refused)?;
    let ticket = idempotency::ticket(&call)?;
    let id = ProfileId::new(app.new_id());
    if ticket.is_some() {
        let found = app.store.profile(id, ticket.as_ref(), call.now).await;
        if let Some(remembered) = found.map_err(failed)?.remembered {
            return idempotency::replay(ticket.as_ref(), remembered);
        }
    }
    let event = seal(app, &call, fact, id.to_string(), Link::FIRST)?;
    let after = Profile::after(None, id, &event)
        .ok_or_else(|| Problem::internal("a profile that nothing makes"))?;
    let change = Change::Profile {
        after: &after,
        event: &event,
    };
    let reply = shown(201, &after)?;
    write(app, &call, ticket.as_ref(), (change, reply), tag).await
}
