//! What ends with its parent, and what time begins and ends: it holds at once, and is recorded whoever dies on the way.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::audit;
use crate::world::{CONSUMER, PROVIDER, Request, World, get, post, put, sessions};

/// How many sessions stand under the agreement without a contract: as many as one request makes in one transaction.
const DIRECT: usize = 30;

fn view(id: &str) -> Request {
    get("provider-manager", format!("/sessions/{id}"))
}

fn ids(made: &Value) -> Vec<String> {
    let items = made["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn audited(world: &World) -> audit::Tally {
    let (stack, store) = (&world.stack, world.store());
    audit::table(&store, &stack.client, &stack.table, world.now()).await
}

/// The causes of the ends of sessions, as their events tell them.
async fn causes(world: &World, sessions: &[String]) -> Vec<Option<String>> {
    let items = audit::everything(&world.stack.client, &world.stack.table).await;
    let of = |session: &String| {
        let last = items
            .iter()
            .filter(|((pk, sk), _)| pk == &format!("SESSION#{session}") && sk.starts_with("EVENT#"))
            .max_by(|(one, _), (other, _)| one.cmp(other));
        let (_, item) = last.expect("there are events");
        let event: Value = serde_json::from_str(audit::text(item, "event")).unwrap();
        (event["type"] == "session.ended")
            .then(|| event["data"]["cause"].as_str().unwrap().to_owned())
    };
    sessions.iter().map(of).collect()
}

async fn dies(worker: &'static str) {
    let (world, runs) = World::with_a_crash(worker).await;
    let (agreement, contract) = world.quota(2).await;
    let assets = world.assets(DIRECT + 2).await;
    let (direct, bound) = assets.split_at(DIRECT);
    let direct = world
        .expect(201, &sessions(&agreement, None, direct))
        .await
        .json();
    let bound = world
        .expect(201, &sessions(&agreement, Some(&contract), bound))
        .await
        .json();
    let (direct, bound) = (ids(&direct), ids(&bound));
    let start = format!("/sessions/{}/start", direct[0]);
    world
        .expect(200, &post("provider-manager", start, json!({})))
        .await;
    let stop = post(
        "manager",
        format!("/framework-agreements/{agreement}/stop"),
        json!({ "reason": "The partnership is over.", "detail": "By mutual consent." }),
    );
    world.expect(200, &stop).await;
    // Whatever is recorded by now.
    for session in [&direct[0], &direct[1], &bound[0]] {
        let seen = world.expect(200, &view(session)).await.json();
        assert_eq!(seen["status"], "Ended", "{seen}");
    }
    let asked = get("manager", format!("/entitlements?assetId={}", assets[0]));
    let asked = world.expect(200, &asked).await.json();
    assert_eq!(asked["entitled"], false);
    world.settled().await;
    let told = causes(&world, &direct).await;
    assert_eq!(told, vec![Some("agreement".to_owned()); DIRECT]);
    let told = causes(&world, &bound).await;
    assert_eq!(told, vec![Some("agreement".to_owned()); 2]);
    let path = format!("/contracts/{contract}");
    let seen = world.expect(200, &get("manager", path)).await.json();
    assert_eq!(
        (&seen["status"], &seen["ending"]["by"]),
        (&json!("Stopped"), &json!("consumer"))
    );
    assert_eq!(seen["ending"]["reason"], "The partnership is over.");
    assert_eq!(seen["ending"]["detail"], "By mutual consent.");
    let tally = audited(&world).await;
    assert!(
        tally.used.values().all(|used| *used == 0),
        "{:?}",
        tally.used
    );
    assert!(runs.load(std::sync::atomic::Ordering::SeqCst) > 1);
    for dead in ["CascadesDead", "SettlementsDead"] {
        assert!(world.dead_letters(dead).is_empty(), "{dead}");
    }
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agreement_ends_all_that_stands_under_it_though_its_finder_dies() {
    dies("framework-cascade").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agreement_ends_all_that_stands_under_it_though_their_recorder_dies() {
    dies("framework-settle").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_shares_on_ends_with_what_it_received() {
    let world = World::working().await;
    let agreement = world.ready_agreement().await;
    let assets = world.assets(1).await;
    let first = world
        .expect(201, &sessions(&agreement, None, &assets))
        .await;
    let first = ids(&first.json());
    let start = format!("/sessions/{}/start", first[0]);
    world
        .expect(200, &post("provider-manager", start, json!({})))
        .await;
    let third = world.fresh("third");
    let onward = world.agreed(CONSUMER, &third, &json!({})).await;
    let body = json!({ "agreementId": onward, "assetIds": assets });
    let made = world.expect(201, &post("manager", "/sessions", body)).await;
    let second = ids(&made.json());
    let stop = post(
        "provider-manager",
        format!("/framework-agreements/{agreement}/stop"),
        json!({ "reason": "No more." }),
    );
    world.expect(200, &stop).await;
    let seen = get("manager", format!("/sessions/{}", second[0]));
    let seen = world.expect(200, &seen).await.json();
    assert_eq!(
        (&seen["status"], &seen["endCause"]),
        (&json!("Ended"), &json!("upstream"))
    );
    world.settled().await;
    assert_eq!(causes(&world, &second).await, [Some("upstream".to_owned())]);
    audited(&world).await;
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_begins_and_ends_sessions_and_agreements_and_the_plan_records_it() {
    let world = World::working().await;
    let hours = |hours| (world.now().to_chrono() + TimeDelta::hours(hours)).to_rfc3339();
    let changes = json!({
        "sharing": { "automaticStart": true },
        "validTo": hours(72),
    });
    let consumer = world.fresh("consumer");
    let agreement = world.agreed(PROVIDER, &consumer, &changes).await;
    let asset = world.fresh("asset");
    let registered = put(
        "provider-manager",
        format!("/assets/{asset}"),
        crate::world::definition("Private"),
    );
    world.expect(201, &registered).await;
    let body = json!({
        "agreementId": agreement, "assetIds": [asset], "validFrom": hours(1), "validTo": hours(30),
    });
    let made = world
        .expect(201, &post("provider-manager", "/sessions", body))
        .await;
    let session = ids(&made.json()).remove(0);
    let status = async |wanted: &str, version: u64| {
        let seen = world.expect(200, &view(&session)).await.json();
        assert_eq!(
            (&seen["status"], &seen["version"]),
            (&json!(wanted), &json!(version))
        );
    };
    let plan = async || {
        let planned = world.stack.links().fire("expiry-plan").await;
        planned.expect("it is planned");
        world.settled().await;
    };
    status("Scheduled", 1).await;
    world.pass(TimeDelta::hours(1));
    // For every reader, before anything is recorded.
    status("Running", 1).await;
    plan().await;
    status("Running", 2).await;
    world.pass(TimeDelta::hours(29));
    status("Ended", 2).await;
    plan().await;
    status("Ended", 3).await;
    world.pass(TimeDelta::hours(42));
    let path = format!("/framework-agreements/{agreement}");
    let seen = get("provider-manager", path);
    let before = world.expect(200, &seen).await.json();
    assert_eq!(
        (&before["status"], &before["version"]),
        (&json!("Expired"), &json!(2))
    );
    plan().await;
    let after = world.expect(200, &seen).await.json();
    assert_eq!(
        (&after["status"], &after["version"]),
        (&json!("Expired"), &json!(3))
    );
    // Once is enough.
    plan().await;
    assert_eq!(world.expect(200, &seen).await.json()["version"], 3);
    audited(&world).await;
    assert!(world.dead_letters("SettlementsDead").is_empty());
    world.stack.shutdown().await;
}
