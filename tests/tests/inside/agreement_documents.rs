//! The framework agreement as PDF, and the quota contract: rendered after each transition from their conclusion on, and on
//! demand; kept once, and never taken back by what comes late.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use serde_json::json;
use sharepact_domain::document::{Document, Shown};
use sharepact_domain::id::AgreementId;
use sharepact_local::Fault;

use crate::world::{Agreed, Request, World, get, post};

async fn recorded(world: &World, agreed: &Agreed) -> Option<Document> {
    let id = AgreementId::parse(&agreed.id).expect("an id");
    let found = world.store().agreement_document(id).await;
    let found = found.expect("it can be read");
    found.expect("there is the agreement").1
}

/// The version that the agreement's document shows, if there is one.
async fn shown(world: &World, agreed: &Agreed) -> Option<u64> {
    let document = recorded(world, agreed).await?;
    assert_eq!(document.shown.to_string(), agreed.id);
    assert!(matches!(document.shown, Shown::Agreement(_)));
    let folder = format!("agreements/{}/", agreed.id);
    assert!(document.rendering.key.starts_with(&folder), "{document:?}");
    Some(document.rendering.version)
}

fn print(world: &World, agreed: &Agreed, organization: &str) -> Request {
    let print = post("stranger", agreed.path("document"), json!({}));
    world.by(print, organization, &[])
}

fn link(world: &World, agreed: &Agreed, organization: &str) -> Request {
    let link = get("stranger", agreed.path("document")).header("accept", "application/json");
    world.by(link, organization, &[])
}

async fn stop(world: &World, agreed: &Agreed) {
    let stop = post(
        "stranger",
        agreed.path("stop"),
        json!({ "reason": "Sold." }),
    );
    world
        .expect(200, &world.contracts(&agreed.provider, stop))
        .await;
}

/// Puts an event before the worker, as the bus does.
async fn deliver(world: &World, kind: &str, id: &str, sequence: u64) {
    let links = world.stack.links();
    let url = links.queue_url("Renderings").expect("the queue");
    let body = json!({
        "detail-type": format!("{kind}.stopped"),
        "detail": { "version": 1, "sequence": sequence, "aggregate": { "kind": kind, "id": id } },
    });
    let send = links.clients().queues.send_message();
    let send = send.queue_url(url).message_body(body.to_string());
    send.send().await.expect("it is sent");
}

async fn is_a_document(answer: &crate::world::Answer) -> Vec<u8> {
    let url = answer.json()["url"].as_str().expect("a link").to_owned();
    let bytes = reqwest::get(url).await.expect("the bucket answers");
    assert_eq!(bytes.status(), 200);
    let bytes = bytes.bytes().await.expect("a body").to_vec();
    assert!(bytes.starts_with(b"%PDF-"), "a PDF");
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_has_none_and_each_transition_from_approval_on_leads_to_one() {
    let world = World::working().await;
    let agreed = world.agreement("Pending").await;
    world.settled().await;
    assert_eq!(shown(&world, &agreed).await, None);
    let refused = link(&world, &agreed, &agreed.consumer);
    let refused = world.expect(404, &refused).await;
    assert_eq!(refused.problem(), "no-document");
    let approve = post("stranger", agreed.path("approve"), json!({}));
    let approve = world.contracts(&agreed.consumer, approve);
    world.expect(200, &approve).await;
    world.settled().await;
    assert_eq!(shown(&world, &agreed).await, Some(2));
    let link_to = link(&world, &agreed, &agreed.provider);
    let approved = is_a_document(&world.expect(200, &link_to).await).await;
    stop(&world, &agreed).await;
    world.settled().await;
    assert_eq!(shown(&world, &agreed).await, Some(3));
    let stopped = is_a_document(&world.expect(200, &link_to).await).await;
    assert!(approved != stopped, "each status has its own");
    assert!(world.dead_letters("RenderingsDead").is_empty());
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_rejected_has_none_of_its_own_and_is_printed_all_the_same() {
    let world = World::working().await;
    let agreed = world.agreement("Pending").await;
    let reject = post(
        "stranger",
        agreed.path("reject"),
        json!({ "reason": "No." }),
    );
    let reject = world.contracts(&agreed.consumer, reject);
    world.expect(200, &reject).await;
    world.settled().await;
    // Not even an event that should not have come makes one.
    deliver(&world, "agreement", &agreed.id, 2).await;
    world.settled().await;
    assert_eq!(shown(&world, &agreed).await, None);
    let printed = world
        .expect(200, &print(&world, &agreed, &agreed.consumer))
        .await;
    is_a_document(&printed).await;
    assert_eq!(printed.json()["version"], 2);
    assert!(world.dead_letters("RenderingsDead").is_empty());
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twice_late_and_after_a_newer_one_are_all_the_same() {
    let world = World::working().await;
    let agreed = world.agreement("Active").await;
    world.settled().await;
    let before = recorded(&world, &agreed).await.expect("it is rendered");
    for sequence in [2, 1, 2, 1] {
        deliver(&world, "agreement", &agreed.id, sequence).await;
    }
    world.settled().await;
    assert_eq!(recorded(&world, &agreed).await, Some(before.clone()));
    stop(&world, &agreed).await;
    world.settled().await;
    let after = recorded(&world, &agreed).await.expect("it is rendered");
    assert_eq!((after.version, after.rendering.version), (2, 3));
    deliver(&world, "agreement", &agreed.id, 2).await;
    world.settled().await;
    assert_eq!(recorded(&world, &agreed).await, Some(after.clone()));
    // A renderer that was overtaken takes nothing back.
    let late = Document::decide(Some(&after), after.shown, &before.rendering);
    assert_eq!(late, None);
    assert!(world.dead_letters("RenderingsDead").is_empty());
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_what_has_no_document_or_is_not_there_is_set_aside() {
    let world = World::working().await;
    let agreed = world.agreement("Active").await;
    deliver(&world, "session", &agreed.id, 1).await;
    // The id of an agreement is none of a contract.
    deliver(&world, "contract", &agreed.id, 1).await;
    world.settled().await;
    let mut reasons: Vec<_> = world
        .dead_letters("RenderingsDead")
        .into_iter()
        .map(|(_, reason)| reason)
        .collect();
    reasons.sort();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(
        reasons[0].contains("only contracts and agreements have documents"),
        "{reasons:?}"
    );
    assert!(reasons[1].contains("there is no contract"), "{reasons:?}");
    assert_eq!(shown(&world, &agreed).await, Some(2));
    world.stack.shutdown().await;
}

/// The object is kept and the note is made, and then the function dies before the message is deleted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_after_the_effect_leaves_one_document() {
    let (world, runs) = World::with_a_crash("document-render").await;
    let agreed = world.agreement("Active").await;
    world.settled().await;
    assert!(runs.load(Ordering::SeqCst) >= 2, "the message came again");
    let document = recorded(&world, &agreed).await.expect("it is rendered");
    assert_eq!((document.version, document.rendering.version), (1, 2));
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_bucket_is_away_the_agreement_goes_on_and_the_document_comes_later() {
    let world = World::working().await;
    let bucket = &world.stack.links().faults().documents;
    bucket.inject(Fault::Unreachable, 1_000);
    let agreed = world.agreement("Active").await;
    let answer = world.send(&print(&world, &agreed, &agreed.provider)).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (503, "temporarily-unavailable")
    );
    stop(&world, &agreed).await;
    assert_eq!(shown(&world, &agreed).await, None);
    bucket.clear();
    world.settled().await;
    assert_eq!(shown(&world, &agreed).await, Some(3));
    world.stack.shutdown().await;
}

/// Time ends an agreement without a new version: until that is recorded, a document from before is no answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_from_before_the_end_is_not_handed_out_after_it() {
    let world = World::start().await;
    let (provider, consumer) = (world.organization().await, world.organization().await);
    let until = json!({ "validTo": "2026-03-20T00:00:00Z" });
    let proposal = world.proposal(&provider, &consumer, &until).await;
    let made = world.expect(201, &proposal).await.json();
    let agreed = Agreed {
        id: made["id"].as_str().expect("an id").to_owned(),
        provider,
        consumer,
    };
    let approve = post("stranger", agreed.path("approve"), json!({}));
    let approve = world.contracts(&agreed.consumer, approve);
    world.expect(200, &approve).await;
    let before = world
        .expect(200, &print(&world, &agreed, &agreed.provider))
        .await;
    world
        .expect(200, &link(&world, &agreed, &agreed.consumer))
        .await;
    world.pass(TimeDelta::days(4));
    let refused = world
        .expect(404, &link(&world, &agreed, &agreed.consumer))
        .await;
    assert_eq!(refused.problem(), "no-document");
    let after = world
        .expect(200, &print(&world, &agreed, &agreed.consumer))
        .await;
    assert_eq!(after.json()["version"], before.json()["version"]);
    assert_ne!(after.json()["sha256"], before.json()["sha256"]);
    assert_ne!(after.header("etag"), before.header("etag"));
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_contract_is_a_document_from_its_grant_on() {
    let world = World::working().await;
    let agreed = world.agreement("Active").await;
    let contract = world.granted(&agreed, 5).await;
    world.settled().await;
    let path = format!("/contracts/{contract}/document");
    let as_json = get("stranger", path.clone()).header("accept", "application/json");
    let linked = world.by(as_json, &agreed.consumer, &[]);
    let first = world.expect(200, &linked).await;
    assert_eq!(first.json()["version"], 1);
    let first = is_a_document(&first).await;
    // What ends the agreement ends the contract, and its document says so.
    stop(&world, &agreed).await;
    world.settled().await;
    let last = world.expect(200, &linked).await;
    assert_eq!(last.json()["version"], 2);
    assert!(first != is_a_document(&last).await);
    let stranger = world.send(&get("stranger", path)).await;
    assert_eq!(stranger.status, 404);
    world.stack.shutdown().await;
}
