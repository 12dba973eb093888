//! Sessions behind the API: places that are raced for, requests that die half-way, and what time has ended.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use sharepact_domain::id::ContractId;
use sharepact_local::Fault;

use crate::audit::{self, Tally};
use crate::world::{Answer, World, get, post, sessions};

/// More than the SDK and the store try together.
const ALL: u32 = 1_000;

async fn audit(world: &World) -> Tally {
    let (stack, store) = (&world.stack, world.store());
    audit::table(&store, &stack.client, &stack.table, world.now()).await
}

fn used(tally: &Tally, contract: &str) -> u64 {
    tally.used[&ContractId::parse(contract).unwrap()]
}

/// A world in which nothing follows by itself; the worker can be run by hand.
async fn quiet() -> World {
    World::with(|options| {
        options
            .workers
            .retain(|worker| worker.name == "session-make")
    })
    .await
}

/// Runs the worker on every allotment that there is, as the bus would tell of them; the answers, which name what failed.
async fn redeliver(world: &World) -> Vec<Value> {
    let items = audit::everything(&world.stack.client, &world.stack.table).await;
    let made =
        |(pk, sk): &&(String, String)| pk.starts_with("ALLOTMENT#") && sk.starts_with("EVENT#");
    let mut answers = Vec::new();
    for key in items.keys().filter(made) {
        let event: Value = serde_json::from_str(audit::text(&items[key], "event")).unwrap();
        let body = json!({ "detail": event }).to_string();
        let event = json!({ "Records": [{ "messageId": "1", "body": body }] });
        let done = world.stack.links().invoke("session-make", event).await;
        answers.push(done.unwrap());
    }
    answers
}

fn made(answer: &Answer) -> BTreeSet<String> {
    let json = answer.json();
    let items = json["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_requests_for_the_last_place_one_gets_it() {
    let world = World::start().await;
    let (agreement, contract) = world.quota(3).await;
    let assets = world.assets(102).await;
    let (first, rest) = assets.split_at(2);
    world
        .expect(201, &sessions(&agreement, Some(&contract), first))
        .await;
    let requests: Vec<_> = rest
        .iter()
        .map(|asset| sessions(&agreement, Some(&contract), std::slice::from_ref(asset)))
        .collect();
    let answers = join_all(requests.iter().map(|request| world.send(request))).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(won, 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        let told = (answer.status, answer.problem());
        let full = told == (409, "quota-exceeded".to_owned());
        // Too many at once is no refusal: asked again, it would be the same.
        let busy = told == (503, "temporarily-unavailable".to_owned());
        assert!(full || busy, "{answer:?}");
    }
    let tally = audit(&world).await;
    assert_eq!((used(&tally, &contract), tally.sessions.len()), (3, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_requests_for_the_same_asset_one_gets_it() {
    let world = World::start().await;
    let agreement = world.ready_agreement().await;
    let assets = world.assets(1).await;
    let requests: Vec<_> = (0..24)
        .map(|_| sessions(&agreement, None, &assets))
        .collect();
    let answers = join_all(requests.iter().map(|request| world.send(request))).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(won, 1, "{answers:?}");
    assert_eq!(audit(&world).await.sessions.len(), 1);
}

/// The steps of a request: those between which nothing was asked of DynamoDB at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_sessions_take_no_more_than_five_round_trips() {
    let world = quiet().await;
    let (agreement, contract) = world.quota(100).await;
    let assets = world.assets(100).await;
    let request = sessions(&agreement, Some(&contract), &assets).key(world.fresh("key"));
    world.stack.calls().clear();
    let answer = world.expect(201, &request).await;
    let calls: Vec<_> = world
        .stack
        .calls()
        .take()
        .into_iter()
        .map(|call| call.api)
        .collect();
    // Keys by the hundred are two batches at once, and so are sessions with their events two transactions: four steps.
    let expected = [
        "BatchGetItem",
        "BatchGetItem",
        "TransactWriteItems",
        "TransactWriteItems",
        "TransactWriteItems",
        "TransactWriteItems",
    ];
    assert_eq!(calls, expected);
    assert_eq!(made(&answer).len(), 100);
    let tally = audit(&world).await;
    assert_eq!((used(&tally, &contract), tally.sessions.len()), (100, 100));
    // Told again and again, the worker finds nothing to do.
    for _ in 0..2 {
        for answer in redeliver(&world).await {
            assert_eq!(answer["batchItemFailures"], json!([]));
        }
    }
    assert_eq!(audit(&world).await.events, tally.events);
    let again = world.expect(201, &request).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.text, answer.text);
}

/// As if the process had died behind each of its steps: the read, the places, the decision, the sessions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_dies_has_made_all_of_its_sessions_or_none() {
    let world = quiet().await;
    for (after, fault, decided) in [
        (0, Fault::Unreachable, false),
        (1, Fault::Unreachable, false),
        (1, Fault::AnswerLost, false),
        (2, Fault::Unreachable, false),
        (2, Fault::AnswerLost, true),
        (3, Fault::Unreachable, true),
        (4, Fault::Unreachable, true),
        (3, Fault::AnswerLost, true),
    ] {
        let step = format!("{fault:?} behind {after} calls");
        let (agreement, contract) = world.quota(60).await;
        let assets = world.assets(60).await;
        let request = sessions(&agreement, Some(&contract), &assets).key(world.fresh("key"));
        let before = audit(&world).await;
        world.stack.faults().inject_after(after, fault, ALL);
        let answer = world.send(&request).await;
        world.stack.faults().clear();
        // Once it is decided, the caller may be told: the rest will be.
        let told = decided && after > 2;
        assert_eq!(
            answer.status,
            if told { 201 } else { 503 },
            "{step}: {answer:?}"
        );

        for answer in redeliver(&world).await {
            assert_eq!(answer["batchItemFailures"], json!([]), "{step}");
        }
        let tally = audit(&world).await;
        let found = tally.sessions.len() - before.sessions.len();
        assert_eq!(found, if decided { 60 } else { 0 }, "{step}");
        if !decided {
            // Places that were taken in vain are anybody's after a minute.
            world.pass(TimeDelta::seconds(61));
        }
        let again = world.expect(201, &request).await;
        assert_eq!(
            again.header("idempotent-replayed").is_some(),
            decided,
            "{step}"
        );
        let tally = audit(&world).await;
        assert_eq!(tally.sessions.len() - before.sessions.len(), 60, "{step}");
        assert_eq!(used(&tally, &contract), 60, "{step}");
        for id in made(&again).iter().take(1) {
            world
                .expect(200, &get("member", format!("/sessions/{id}")))
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_keeps_its_places_however_late_it_is_made() {
    let world = quiet().await;
    let (agreement, contract) = world.quota(60).await;
    let assets = world.assets(60).await;
    world
        .stack
        .faults()
        .inject_after(3, Fault::Unreachable, ALL);
    let request = sessions(&agreement, Some(&contract), &assets);
    let answer = world.send(&request).await;
    world.stack.faults().clear();
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(audit(&world).await.sessions.len(), 0);

    world.pass(TimeDelta::hours(3));
    let refused = world.send(&sessions(&agreement, None, &assets[..1])).await;
    assert_eq!(refused.problem(), "session-overlap", "{refused:?}");
    redeliver(&world).await;
    assert_eq!(audit(&world).await.sessions.len(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_quota_gives_the_places_of_many_back() {
    let world = quiet().await;
    let (agreement, contract) = world.quota(100).await;
    let assets = world.assets(150).await;
    world
        .expect(201, &sessions(&agreement, Some(&contract), &assets[..50]))
        .await;
    let refused = world
        .send(&sessions(&agreement, Some(&contract), &assets[50..]))
        .await;
    assert_eq!(refused.problem(), "quota-exceeded", "{refused:?}");
    let overlaps = world
        .send(&sessions(&agreement, None, &assets[40..140]))
        .await;
    assert_eq!(overlaps.problem(), "session-overlap", "{overlaps:?}");
    let pointers: Vec<_> = overlaps.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<_> = (0..10).map(|place| format!("/assetIds/{place}")).collect();
    assert_eq!(pointers, expected);
    // Nobody waits for what was refused.
    world
        .expect(201, &sessions(&agreement, None, &assets[50..]))
        .await;
    let tally = audit(&world).await;
    assert_eq!((used(&tally, &contract), tally.sessions.len()), (50, 150));
}

/// The bus leads to the worker; it dies when it is done, and its message comes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_allotment_reaches_the_worker() {
    let (world, runs) = World::with_a_crash("session-make").await;
    let (agreement, contract) = world.quota(40).await;
    let assets = world.assets(40).await;
    world
        .expect(201, &sessions(&agreement, Some(&contract), &assets))
        .await;
    world.settled().await;
    assert!(runs.load(Ordering::SeqCst) >= 1, "the worker was told");
    let tally = audit(&world).await;
    assert_eq!((used(&tally, &contract), tally.sessions.len()), (40, 40));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_ended_gives_way_without_any_job() {
    let world = World::start().await;
    let (agreement, contract) = world.quota(40).await;
    let assets = world.assets(40).await;
    let hour = |hours| {
        world
            .now()
            .plus(TimeDelta::hours(hours))
            .unwrap()
            .to_string()
    };
    let short = |contract: Option<&str>, end: String| {
        let mut request = sessions(&agreement, contract, &assets);
        request.body.as_mut().unwrap()["validTo"] = json!(end);
        request
    };
    world.expect(201, &short(Some(&contract), hour(1))).await;
    let refused = world.send(&short(Some(&contract), hour(2))).await;
    assert_eq!(refused.problem(), "session-overlap", "{refused:?}");
    world.pass(TimeDelta::hours(1));
    // At the very instant of their ends: places and quota are free, though nothing is recorded.
    world.expect(201, &short(Some(&contract), hour(1))).await;
    let tally = audit(&world).await;
    assert_eq!((used(&tally, &contract), tally.sessions.len()), (40, 80));
    world.pass(TimeDelta::hours(2));
    world.expect(201, &short(None, hour(1))).await;
    audit(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_agreement_ends_its_sessions_before_anything_is_recorded() {
    let world = World::start().await;
    let (provider, consumer) = (world.fresh("org"), world.fresh("org"));
    let agreement = world.agreed(&provider, &consumer, &json!({})).await;
    let asset = world.fresh("asset");
    let by = |request, organization: &str| world.by(request, organization, &["manager"]);
    let definition = crate::world::definition("Private");
    let registered = crate::world::put("stranger", format!("/assets/{asset}"), definition);
    world.expect(201, &by(registered, &provider)).await;
    let body = json!({ "agreementId": agreement, "assetIds": [asset] });
    let session = world
        .expect(
            201,
            &by(post("stranger", "/sessions", body.clone()), &provider),
        )
        .await;
    let id = session.json()["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let start = post("stranger", format!("/sessions/{id}/start"), json!({}));
    world.expect(200, &by(start, &provider)).await;
    let check = get("stranger", format!("/entitlements?assetId={asset}"));
    let entitled = world
        .expect(200, &by(check.clone(), &consumer))
        .await
        .json();
    assert_eq!(entitled["entitled"], true, "{entitled}");

    let stop = post(
        "stranger",
        format!("/framework-agreements/{agreement}/stop"),
        json!({ "reason": "Sold" }),
    );
    world.expect(200, &by(stop, &consumer)).await;
    let entitled = world.expect(200, &by(check, &consumer)).await.json();
    assert_eq!(
        (&entitled["entitled"], &entitled["grounds"]),
        (&json!(false), &json!([]))
    );
    let seen = get("stranger", format!("/sessions/{id}"));
    let seen = world.expect(200, &by(seen, &provider)).await.json();
    assert_eq!(
        (&seen["status"], &seen["endCause"]),
        (&json!("Ended"), &json!("agreement"))
    );
    assert_eq!(seen["version"], 2, "nothing is recorded of it");
    // Its place is free for a session under another agreement.
    let agreement = world.agreed(&provider, &consumer, &json!({})).await;
    let body = json!({ "agreementId": agreement, "assetIds": [asset] });
    world
        .expect(201, &by(post("stranger", "/sessions", body), &provider))
        .await;
    audit(&world).await;
}
