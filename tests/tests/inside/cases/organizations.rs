//! The operations on organisations, profiles, invitations and passcodes.

use serde_json::json;

use super::{Case, READ, WRITE};
use crate::world::{get, patch, post, profile, put};

pub(super) fn all() -> Vec<Case> {
    vec![
        case!("organization-change", "its first name", 201, WRITE, |w| {
            let organization = w.fresh("organization");
            let path = format!("/organizations/{organization}");
            let named = patch("stranger", path, json!({ "name": "Fleet" }));
            w.by(named, &organization, &["administrator"])
        }),
        case!("organization-change", "another name", 200, WRITE, |w| {
            w.named("manager", "acme-mobility").await;
            let name = json!({ "name": w.fresh("Acme") });
            patch("manager", "/organizations/acme-mobility", name)
        }),
        case!("organization-change", "the same again", 200, READ, |w| {
            w.named("manager", "acme-mobility").await;
            patch("manager", "/organizations/acme-mobility", json!({}))
        }),
        case!("organization-view", "its member", 200, READ, |w| {
            w.named("manager", "acme-mobility").await;
            get("member", "/organizations/acme-mobility")
        }),
        case!("organization-invite", "its parent", 201, WRITE, |w| {
            let organization = w.onboarded().await.organization;
            let path = format!("/organizations/{organization}/invitations");
            post("provider-manager", path, json!({}))
        }),
        case!("invitation-redeem", "its account owner", 200, WRITE, |w| {
            let onboarded = w.onboarded().await;
            let token = json!({ "token": onboarded.token });
            let redeemed = post("stranger", "/invitations/redeem", token);
            w.by(redeemed, &onboarded.organization, &[])
        }),
        case!("profile-create", "one", 201, WRITE, |w| {
            let name = w.fresh("Partners");
            let path = "/organizations/city-data-office/profiles";
            post("provider-manager", path, profile(&name))
        }),
        case!(
            "profile-list",
            "of an organisation",
            200,
            &[("Query", "by-provider-organization")],
            |_w| get(
                "provider-manager",
                "/organizations/city-data-office/profiles"
            )
        ),
        case!("profile-view", "one", 200, READ, |w| {
            get("provider-manager", w.profile().await)
        }),
        case!("profile-change", "another name", 200, WRITE, |w| {
            let name = w.fresh("Others");
            put("provider-manager", w.profile().await, profile(&name))
        }),
        case!("profile-change", "the same again", 200, READ, |w| {
            put("provider-manager", w.profile().await, profile("Partners"))
        }),
        case!("passcode-issue", "one", 201, WRITE, |w| {
            w.named("manager", "acme-mobility").await;
            post("manager", "/passcodes", json!({}))
        }),
        case!("passcode-resolve", "a right one", 200, WRITE, |w| {
            let code = json!({ "passcode": w.passcode().await });
            post("provider-manager", "/passcodes/resolve", code)
        }),
    ]
}
