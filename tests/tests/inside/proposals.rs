//! Framework agreements when several act at the same instant, and when time passes.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::audit;
use crate::world::{Answer, Request, World, frame, get, post};

const AGREEMENTS: &str = "/framework-agreements";

/// Sends all of them at once; gives the answers in their order.
async fn at_once(world: &World, requests: &[Request]) -> Vec<Answer> {
    join_all(requests.iter().map(|request| world.send(request))).await
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

async fn audited(world: &World) {
    let (client, table) = (&world.stack.client, &world.stack.table);
    audit::table(&world.store(), client, table, world.now()).await;
}

/// The agreements that an organisation has.
async fn agreements_of(world: &World, organization: &str) -> Vec<Value> {
    let list = world.by(get("stranger", AGREEMENTS), organization, &[]);
    let page = world.expect(200, &list).await.json();
    page["items"].as_array().expect("a page").clone()
}

fn with_passcode(world: &World, provider: &str, code: &str, entity: &str) -> Request {
    let mut body = frame();
    body["passcode"] = json!(code);
    body["entity"] = json!(entity);
    world.contracts(provider, post("stranger", AGREEMENTS, body))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_proposals_with_one_passcode_one_is_made() {
    let world = World::start().await;
    let consumer = world.organization().await;
    let code = world.passcode_of(&consumer).await;
    // Of two organisations, and of one with itself on both kinds of things.
    let mut requests = Vec::new();
    for _ in 0..4 {
        let provider = world.organization().await;
        for entity in ["asset", "unit"] {
            requests.push(with_passcode(&world, &provider, &code, entity));
        }
    }
    let answers = at_once(&world, &requests).await;
    let mut expected = vec![201];
    expected.extend([404; 7]);
    assert_eq!(statuses(&answers), expected, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status == 404) {
        assert_eq!(answer.problem(), "passcode-invalid", "{answer:?}");
    }
    assert_eq!(agreements_of(&world, &consumer).await.len(), 1);
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_proposals_between_two_organisations_one_is_made() {
    let world = World::start().await;
    let (provider, consumer) = (world.organization().await, world.organization().await);
    let mut requests = Vec::new();
    for _ in 0..6 {
        let code = world.passcode_of(&consumer).await;
        requests.push(with_passcode(&world, &provider, &code, "asset"));
    }
    let answers = at_once(&world, &requests).await;
    let mut expected = vec![201];
    expected.extend([409; 5]);
    assert_eq!(statuses(&answers), expected, "{answers:?}");
    let made = agreements_of(&world, &consumer).await;
    let [made] = made.as_slice() else {
        panic!("one agreement: {made:?}");
    };
    let id = made["id"].as_str().expect("an id");
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(answer.problem(), "duplicate-agreement", "{answer:?}");
        assert!(answer.text.contains(id), "it names the one that is there");
    }
    // A refused proposal did not use its passcode up.
    let reject = json!({ "reason": "No." });
    let reject = post("stranger", format!("{AGREEMENTS}/{id}/reject"), reject);
    world.expect(200, &world.contracts(&consumer, reject)).await;
    let left = requests.iter().zip(&answers);
    let mut left = left.filter(|(_, answer)| answer.status == 409);
    let (again, _) = left.next_back().expect("five were refused");
    world.expect(201, again).await;
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_approval_and_a_rejection_one_is_carried_out() {
    let world = World::start().await;
    for _ in 0..4 {
        let agreed = world.agreement("Pending").await;
        let command = |name: &str, body: Value| {
            let request = post("stranger", agreed.path(name), body);
            world.contracts(&agreed.consumer, request)
        };
        let requests = [
            command("approve", json!({})),
            command("reject", json!({ "reason": "No." })),
            command("approve", json!({})),
        ];
        let answers = at_once(&world, &requests).await;
        assert_eq!(statuses(&answers), [200, 409, 409], "{answers:?}");
        for late in answers.iter().filter(|answer| answer.status == 409) {
            let told = ["conflict", "illegal-status"].contains(&late.problem().as_str());
            assert!(told, "{late:?}");
        }
        let seen = world.by(get("stranger", agreed.path("")), &agreed.consumer, &[]);
        let seen = world.expect(200, &seen).await.json();
        let won = answers.iter().find(|answer| answer.status == 200);
        let won = won.expect("one of them").json();
        assert_eq!(
            (&seen["status"], &seen["version"]),
            (&won["status"], &json!(2))
        );
    }
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_sides_that_stop_one_is_said_to_have() {
    let world = World::start().await;
    let agreed = world.agreement("Active").await;
    let stop = |organization: &str| {
        let body = json!({ "reason": format!("{organization} has had enough.") });
        let request = post("stranger", agreed.path("stop"), body);
        world.contracts(organization, request)
    };
    let requests = [stop(&agreed.provider), stop(&agreed.consumer)];
    let answers = at_once(&world, &requests).await;
    assert_eq!(statuses(&answers), [200, 409], "{answers:?}");
    let all = agreements_of(&world, &agreed.provider).await;
    assert_eq!(all[0]["status"], "Stopped");
    assert_eq!(all[0]["version"], 3);
    audited(&world).await;
}

/// A contract is granted before its agreement ends, and so ends with it, or it is not granted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_grant_and_a_stop_the_stop_is_always_carried_out() {
    let world = World::start().await;
    for _ in 0..4 {
        let agreed = world.agreement("Active").await;
        let grant = json!({ "assetCount": 1, "validTo": "2026-12-31T00:00:00Z" });
        let grant = post("stranger", agreed.path("contracts"), grant);
        let stop = json!({ "reason": "Sold." });
        let stop = post("stranger", agreed.path("stop"), stop);
        let requests = [
            world.contracts(&agreed.provider, grant),
            world.contracts(&agreed.consumer, stop),
        ];
        let answers = at_once(&world, &requests).await;
        assert_eq!(answers[1].status, 200, "{answers:?}");
        if answers[0].status != 201 {
            let told = ["conflict", "agreement-not-active"];
            assert!(told.contains(&answers[0].problem().as_str()), "{answers:?}");
        }
    }
    audited(&world).await;
}

/// Wrong guesses at the same instant are counted one by one, and a right one among too many is not told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_guesses_is_told_of_ten() {
    let world = World::start().await;
    let provider = world.organization().await;
    let guess = || with_passcode(&world, &provider, "4444-4444", "asset");
    let requests: Vec<_> = (0..14).map(|_| guess()).collect();
    let answers = at_once(&world, &requests).await;
    let told = |slug: &str| {
        let told = answers.iter().filter(|answer| answer.problem() == slug);
        told.count()
    };
    assert!(told("passcode-invalid") <= 10, "{answers:?}");
    for answer in &answers {
        assert!([404, 429, 503].contains(&answer.status), "{answer:?}");
    }
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_ends_passcodes_proposals_and_agreements() {
    let world = World::start().await;
    let (provider, consumer) = (world.organization().await, world.organization().await);
    let soon = json!({ "validTo": "2026-03-16T10:00:00Z" });
    let late = world.proposal(&provider, &consumer, &soon).await;
    world.pass(TimeDelta::minutes(15));
    let told = world.expect(404, &late).await;
    assert_eq!(
        told.problem(),
        "passcode-invalid",
        "its quarter of an hour is over"
    );

    let pending = world.proposal(&provider, &consumer, &soon).await;
    let pending = world.expect(201, &pending).await.json();
    let other = world.organization().await;
    let active = world.proposal(&other, &consumer, &soon).await;
    let active = world.expect(201, &active).await.json();
    let path = |made: &Value, command: &str| {
        format!(
            "{AGREEMENTS}/{}{command}",
            made["id"].as_str().expect("an id")
        )
    };
    let approve = post("stranger", path(&active, "/approve"), json!({}));
    world
        .expect(200, &world.contracts(&consumer, approve))
        .await;

    world.pass(TimeDelta::minutes(45));
    let expired = format!("{AGREEMENTS}?status=Expired");
    let listed = world.by(get("stranger", expired), &consumer, &[]);
    let listed = world.expect(200, &listed).await.json();
    assert_eq!(
        listed["items"].as_array().map(Vec::len),
        Some(2),
        "{listed}"
    );
    for (made, tag) in [(&pending, "\"1-lapsed\""), (&active, "\"2-lapsed\"")] {
        let seen = world.by(get("stranger", path(made, "")), &consumer, &[]);
        let seen = world.expect(200, &seen).await;
        assert_eq!(seen.header("etag"), Some(tag), "{seen:?}");
        assert_eq!(seen.json()["status"], "Expired");
        for command in ["/approve", "/stop"] {
            let body = match command {
                "/stop" => json!({ "reason": "Late." }),
                _ => json!({}),
            };
            let late = post("stranger", path(made, command), body);
            let late = world.expect(409, &world.contracts(&consumer, late)).await;
            assert_eq!(late.problem(), "illegal-status", "{late:?}");
        }
        let grant = json!({ "assetCount": 1, "validTo": "2026-12-31T00:00:00Z" });
        let grant = post("stranger", path(made, "/contracts"), grant);
        let by = made["provider"]["organizationId"].as_str().expect("an id");
        let late = world.expect(409, &world.contracts(by, grant)).await;
        assert_eq!(late.problem(), "agreement-not-active", "{late:?}");
    }
    // What time has ended stands in nobody's way, recorded or not.
    let next = world.proposal(&provider, &consumer, &json!({})).await;
    world.expect(201, &next).await;
    audited(&world).await;
}
