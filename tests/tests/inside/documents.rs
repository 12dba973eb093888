//! The contract as PDF: rendered after each transition from Signed on, and on demand; kept once,
//! linked to, and never taken back by what comes late.

use std::sync::atomic::Ordering;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use sharepact_domain::document::{Document, Rendering};
use sharepact_domain::event::{Digest, Event};
use sharepact_domain::id::{ContractId, EventId};
use sharepact_domain::party::Author;
use sharepact_local::Fault;
use sharepact_store::{Change, Outcome, Rejected};
use uuid::Uuid;

use crate::world::{Answer, Request, World, command, get, post};

fn path(id: &str) -> String {
    format!("/contracts/{id}/document")
}

fn as_json(who: &'static str, id: &str) -> Request {
    get(who, path(id)).header("accept", "application/json")
}

async fn noted(world: &World, id: &str) -> Option<Rendering> {
    let document = recorded(world, id).await;
    document.map(|document| document.rendering)
}

async fn recorded(world: &World, id: &str) -> Option<Document> {
    let id = ContractId::parse(id).expect("an id");
    let found = world.store().documented(id).await.expect("it can be read");
    found.expect("there is the contract").1
}

/// Follows a link as a browser does, without a token.
async fn follow(url: &str) -> (u16, String, Vec<u8>) {
    let response = reqwest::get(url).await.expect("the bucket answers");
    let status = response.status().as_u16();
    let kind = response
        .headers()
        .get("content-type")
        .map_or("", |kind| kind.to_str().expect("ASCII"))
        .to_owned();
    (
        status,
        kind,
        response.bytes().await.expect("a body").to_vec(),
    )
}

async fn is_the_document(answer: &Answer) -> Vec<u8> {
    let view = answer.json();
    let (status, kind, bytes) = follow(view["url"].as_str().expect("a link")).await;
    assert_eq!((status, kind.as_str()), (200, "application/pdf"));
    assert!(bytes.starts_with(b"%PDF-"), "a PDF");
    let hash = Digest::new(Sha256::digest(&bytes).into()).to_string();
    assert_eq!(view["sha256"], hash);
    assert_eq!(view["length"], bytes.len());
    bytes
}

/// Puts an event before the worker, as the bus does.
async fn deliver(world: &World, body: &str) {
    let links = world.stack.links();
    let url = links.queue_url("Renderings").expect("the queue");
    let send = links.clients().queues.send_message();
    let send = send.queue_url(url).message_body(body);
    send.send().await.expect("it is sent");
}

fn event(id: &str, sequence: u64, version: u64) -> String {
    json!({
        "detail-type": "contract.signed",
        "detail": { "version": version, "sequence": sequence, "aggregate": { "kind": "contract", "id": id } },
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_transition_from_signed_on_leads_to_a_document() {
    let world = World::working().await;
    let id = world.contract("Draft").await;
    world.settled().await;
    let refused = world.expect(404, &as_json("consumer", &id)).await;
    assert_eq!(refused.problem(), "no-document");
    let mut seen = Vec::new();
    for (step, version) in [("accept", 3), ("activate", 4), ("stop", 5)] {
        world.expect(200, &command(step, &id)).await;
        world.settled().await;
        let answer = world.expect(200, &as_json("provider", &id)).await;
        assert_eq!(answer.json()["version"], version, "after {step}");
        seen.push(is_the_document(&answer).await);
    }
    seen.dedup();
    assert_eq!(seen.len(), 3, "each status has its own");
    // Without a word of JSON the caller is led there.
    let led = world.send(&get("provider", path(&id))).await;
    assert_eq!(led.status, 302, "{led:?}");
    let (status, _, bytes) = follow(led.header("location").expect("a link")).await;
    assert_eq!((status, bytes), (200, seen[2].clone()));
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anybody_on_a_side_prints_it_at_any_time_and_the_same_is_the_same() {
    let world = World::working().await;
    let mut lengths = Vec::new();
    for status in ["Request", "Draft", "Negotiate", "Signed", "Active"] {
        let id = world.contract(status).await;
        let print = |who| post(who, path(&id), json!({}));
        let first = world.expect(200, &print("provider")).await;
        let second = world.expect(200, &print("consumer")).await;
        assert_eq!(first.json()["sha256"], second.json()["sha256"], "{status}");
        assert_eq!(first.header("etag"), second.header("etag"));
        lengths.push(is_the_document(&second).await.len());
        let stale = print("provider").header("if-match", "\"0\"");
        world.expect(412, &stale).await;
        // The link outlives neither its five minutes nor a letter of its signature.
        let url = first.json()["url"].as_str().expect("a link").to_owned();
        let key = url.split_once("X-Amz-Signature=").expect("a signature").1;
        let end = key.chars().take(4).collect::<String>();
        let forged = url.replace(&format!("X-Amz-Signature={end}"), "X-Amz-Signature=0000");
        assert_ne!(follow(&forged).await.0, 200, "{forged}");
    }
    world.settled().await;
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twice_late_and_after_a_newer_one_are_all_the_same() {
    let world = World::working().await;
    let id = world.contract("Active").await;
    world.settled().await;
    let before = noted(&world, &id).await.expect("it is rendered");
    assert_eq!(before.version, 4);
    for sequence in [4, 3, 3, 4, 1] {
        deliver(&world, &event(&id, sequence, 1)).await;
    }
    world.settled().await;
    assert_eq!(noted(&world, &id).await, Some(before.clone()));
    // Nor does a renderer that was overtaken take the newer document back.
    world.expect(200, &command("stop", &id)).await;
    world.settled().await;
    let after = recorded(&world, &id).await.expect("it is rendered");
    assert_eq!(after.rendering.version, 5);
    assert_eq!(Document::decide(Some(&after), after.shown, &before), None);
    let fact = Document::decide(None, after.shown, &before).expect("the first is news");
    let event = Event::seal(
        fact,
        EventId::new(Uuid::from_u128(1)),
        id.clone(),
        Document::link(None),
        Author::System,
        before.rendered_at,
    );
    let event = event.expect("it is sealed");
    let change = Change::Document {
        after: &Document::after(&event),
        event: &event,
    };
    let outcome = world
        .store()
        .commit::<Document>(change, None, world.now())
        .await;
    match outcome.expect("it is no error") {
        Outcome::Rejected(Rejected::Stale(Some(current))) => assert_eq!(current, after),
        other => panic!("what was overtaken is stale, not {other:?}"),
    }
    assert_eq!(recorded(&world, &id).await, Some(after));
    assert!(world.dead_letters("RenderingsDead").is_empty());
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_message_and_an_unknown_version_are_set_aside_with_the_reason() {
    let world = World::with(|options| {
        options
            .workers
            .retain(|worker| worker.name == "document-render");
    })
    .await;
    let mut ids = Vec::new();
    for _ in 0..8 {
        ids.push(world.contract("Signed").await);
    }
    for (index, id) in ids.iter().enumerate() {
        deliver(&world, &event(id, 3, 1)).await;
        match index {
            2 => deliver(&world, "{\"detail\":{}}").await,
            5 => deliver(&world, &event(id, 3, 2)).await,
            _ => {}
        }
    }
    world.settled().await;
    for id in &ids {
        assert_eq!(
            noted(&world, id).await.map(|document| document.version),
            Some(3)
        );
    }
    let mut reasons: Vec<_> = world
        .dead_letters("RenderingsDead")
        .into_iter()
        .map(|(_, reason)| reason)
        .collect();
    reasons.sort();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(
        reasons[0].contains("events of version 2 are not known"),
        "{reasons:?}"
    );
    assert!(
        reasons[1].contains("the message cannot be read"),
        "{reasons:?}"
    );
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_bucket_is_away_the_contract_goes_on_and_the_document_comes_later() {
    let world = World::working().await;
    let bucket = &world.stack.links().faults().documents;
    bucket.inject(Fault::Unreachable, 1_000);
    let id = world.contract("Signed").await;
    let answer = world.send(&post("provider", path(&id), json!({}))).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (503, "temporarily-unavailable")
    );
    assert!(
        !answer.text.contains("S3") && !answer.text.contains("PutObject"),
        "{answer:?}"
    );
    world.expect(200, &command("activate", &id)).await;
    assert_eq!(noted(&world, &id).await, None);
    bucket.clear();
    world.settled().await;
    let document = noted(&world, &id).await.expect("it came");
    assert_eq!(document.version, 4);
    let view = world
        .expect(200, &get("consumer", format!("/contracts/{id}")))
        .await;
    assert_eq!(view.json()["status"], "Active");
    world.stack.shutdown().await;
}

/// Both sides press the button at once, as often as they like: one document, and one event that tells of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_print_at_once_leave_one_event() {
    let world = World::start().await;
    let id = world.contract("Negotiate").await;
    let prints: Vec<_> = ["provider", "consumer"]
        .into_iter()
        .cycle()
        .take(8)
        .map(|who| post(who, path(&id), json!({})))
        .collect();
    let answers = futures::future::join_all(prints.iter().map(|print| world.send(print))).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["sha256"], answers[0].json()["sha256"]);
    }
    let document = recorded(&world, &id).await.expect("it is recorded");
    assert_eq!((document.version, document.rendering.version), (1, 3));
    world.stack.shutdown().await;
}

/// The object is kept and the note is made, and then the function dies before the message is
/// deleted: it comes again, and nothing is there twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_after_the_effect_leaves_one_document() {
    let (world, runs) = World::with_a_crash("document-render").await;
    let id = world.contract("Signed").await;
    world.settled().await;
    assert!(runs.load(Ordering::SeqCst) >= 2, "the message came again");
    let document = noted(&world, &id).await.expect("it is rendered");
    let clients = world.stack.links().clients();
    let bucket = crate::spy::template().buckets["Documents"].clone();
    let listed = clients
        .documents
        .list_objects_v2()
        .bucket(bucket)
        .send()
        .await;
    let keys: Vec<_> = listed
        .expect("the bucket can be listed")
        .contents()
        .iter()
        .map(|object| object.key().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(keys, [document.key]);
    world.stack.shutdown().await;
}
