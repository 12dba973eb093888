//! Organisations that others have onboarded: the way in, and what their parents may.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;

use crate::audit;
use crate::passcodes::audited;
use crate::world::{Answer, World, get, patch, post};

async fn redeem(world: &World, organization: &str, token: &str) -> Answer {
    let redeem = post("stranger", "/invitations/redeem", json!({ "token": token }));
    world.send(&world.by(redeem, organization, &[])).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_followed_once() {
    let world = World::start().await;
    let one = world.onboarded().await;
    let (id, token) = (&one.organization, &one.token);
    // Another organisation's token is a wrong one.
    assert_eq!(redeem(&world, "acme-mobility", token).await.status, 404);
    let answers = join_all((0..30).map(|_| redeem(&world, id, token))).await;
    let joined = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(joined.count(), 1, "{answers:?}");
    let told = answers.iter().filter(|answer| answer.status == 404);
    assert!(told.count() <= 10, "{answers:?}");
    let seen = get("provider-manager", format!("/organizations/{id}"));
    let seen = world.expect(200, &seen).await.json();
    assert_eq!(seen["invitation"]["status"], "accepted");
    assert_eq!(seen["parentOrganizationId"], "city-data-office");
    assert_eq!(seen["billingOwnerId"], "city-data-office");
    assert_eq!(seen["relationship"], "Data sharing");
    let again = format!("/organizations/{id}/invitations");
    let again = world
        .send(&post("provider-manager", again, json!({})))
        .await;
    assert_eq!(
        (again.status, again.problem()),
        (409, "already-joined".to_owned())
    );
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_ends_after_72_hours_or_with_the_next_one() {
    let world = World::start().await;
    let one = world.onboarded().await;
    let path = format!("/organizations/{}", one.organization);
    let seen = get("provider-manager", path.clone());
    let open = world.expect(200, &seen).await;
    world.pass(TimeDelta::hours(72));
    let ended = world.expect(200, &seen).await;
    assert_eq!(open.json()["invitation"]["status"], "open");
    assert_eq!(ended.json()["invitation"]["status"], "expired");
    assert_ne!(open.header("etag"), ended.header("etag"), "time shows");
    let late = redeem(&world, &one.organization, &one.token).await;
    assert_eq!(late.problem(), "invitation-invalid");

    let invite = post("provider-manager", format!("{path}/invitations"), json!({}));
    let invited = world.expect(201, &invite).await;
    assert_eq!(invited.json()["invitation"]["status"], "open");
    let former = redeem(&world, &one.organization, &one.token).await;
    assert_eq!((former.status, former.text), (late.status, late.text));
    // The token is where the mailer reads it: in the event, and in no answer.
    let items = audit::everything(&world.stack.client, &world.stack.table).await;
    let sent = format!("ORGANIZATION#{}", one.organization);
    let sent = &items[&(sent, "EVENT#0000000002".to_owned())];
    let sent: serde_json::Value = serde_json::from_str(audit::text(sent, "event")).unwrap();
    let token = sent["data"]["invitation"]["token"].as_str().unwrap();
    assert!(!invited.text.contains(token));
    let joined = redeem(&world, &one.organization, token).await;
    assert_eq!(joined.status, 200, "{joined:?}");
    audited(&world).await;
}

/// A child is changed by its own administrator; its parent's looks and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_looks_at_its_child_and_changes_nothing_of_it() {
    let world = World::start().await;
    let one = world.onboarded().await;
    let path = format!("/organizations/{}", one.organization);
    let change = || patch("provider-manager", path.clone(), json!({ "name": "Ours" }));
    assert_eq!(world.send(&change()).await.status, 404);
    for who in ["provider-member", "manager", "stranger"] {
        assert_eq!(
            world.send(&get(who, path.clone())).await.status,
            404,
            "{who}"
        );
    }
    world.expect(200, &get("operator", path.clone())).await;
    let own = world.by(change(), &one.organization, &["administrator"]);
    world.expect(200, &own).await;
    let member = world.by(change(), &one.organization, &["contract-manager"]);
    assert_eq!(world.send(&member).await.problem(), "role-required");
    audited(&world).await;
}
