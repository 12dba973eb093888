//! `GET /organizations/{id}/profiles` – ids and names of an organisation's profiles, oldest first.
//!
//! Who: administrators, contract managers and the manager of the organisation, and operators.

use lambda_http::http::Method;
use sharepact_domain::id::OrganizationId;
use sharepact_domain::profile::Profile;
use sharepact_http::wire::{ProfileName, ProfilePage};
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, CURSOR, Grant, LIMIT, Operation, Shape};
use sharepact_store::{Index, Order, Source};

use crate::profile::choosing;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "profile-list",
    method: Method::GET,
    path: "/organizations/{id}/profiles",
    summary: "retrieve profile details of an organization",
    description: "Id and name of each of the organisation's profiles, oldest first, for its administrators, its contract \
                  managers and operators.",
    access: Access::Token,
    query: &[LIMIT, CURSOR],
    body: None,
    success: (200, Shape::of::<ProfilePage>()),
    problems: &["invalid-cursor", "role-required"],
    grants: &[Grant::QueryIndex("by-provider-organization")],
    run: |app, call| Box::pin(list(app, call)),
};

async fn list(app: &App, call: Call) -> Answer {
    let organization = call.path("id", OrganizationId::parse)?;
    choosing(call.principal()?, &organization)?;
    let sources = [Source {
        index: Index::ProviderOrganization,
        partition: organization.to_string(),
        prefix: "PROFILE#".to_owned(),
    }];
    let keep = |profile: &Profile| profile.organization == organization;
    let page = sharepact_runtime::list(app, &call, &sources, Order::Ascending, keep).await?;
    Reply::json(
        200,
        &ProfilePage {
            items: page.items.iter().map(ProfileName::from).collect(),
            next_cursor: page.next_cursor,
        },
    )
}
