//! What time has ended is recorded once, and warned of before; late, twice or at the same time as
//! anything else.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use serde_json::{Value, json};

use sharepact_local::{MovableClock, Remote};

use crate::audit;
use crate::world::{World, command, get};

async fn history(world: &World, id: &str) -> Vec<(String, Value)> {
    let path = format!("/contracts/{id}/history?limit=100");
    let page = world.expect(200, &get("consumer", path)).await.json();
    let items = page["items"].as_array().expect("items").clone();
    let name = |event: &Value| event["type"].as_str().expect("a type").to_owned();
    items
        .iter()
        .map(|event| (name(event), event["data"].clone()))
        .collect()
}

async fn names(world: &World, id: &str) -> Vec<String> {
    let history = history(world, id).await;
    history.into_iter().skip(4).map(|(name, _)| name).collect()
}

async fn plan(world: &World) {
    let planned = world.stack.links().fire("expiry-plan").await;
    planned.expect("it is planned");
    world.settled().await;
}

async fn deliver(world: &World, body: &str) {
    let links = world.stack.links();
    let url = links.queue_url("Expiries").expect("the queue");
    let send = links.clients().queues.send_message();
    let send = send.queue_url(url).message_body(body);
    send.send().await.expect("it is sent");
}

fn days(number: i64) -> TimeDelta {
    TimeDelta::days(number)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contract_is_warned_of_twice_and_expires_once() {
    let world = World::working().await;
    // Thirty days from now.
    let id = world.contract("Active").await;
    plan(&world).await;
    assert_eq!(names(&world, &id).await, [""; 0]);
    world.pass(days(15));
    plan(&world).await;
    assert_eq!(
        names(&world, &id).await,
        [""; 0],
        "fifteen days ahead is too early"
    );
    world.pass(days(1));
    plan(&world).await;
    plan(&world).await;
    assert_eq!(names(&world, &id).await, ["contract.expiring"]);
    world.pass(days(11));
    plan(&world).await;
    plan(&world).await;
    let expected = ["contract.expiring", "contract.expiring"];
    assert_eq!(names(&world, &id).await, expected);
    world.pass(days(3));
    // Its time is over for every reader, recorded or not.
    let view = world
        .expect(200, &get("consumer", format!("/contracts/{id}")))
        .await;
    assert_eq!(view.json()["status"], "Expired");
    plan(&world).await;
    plan(&world).await;
    let expected = ["contract.expiring", "contract.expiring", "contract.expired"];
    assert_eq!(names(&world, &id).await, expected);
    let told = history(&world, &id).await;
    let ahead: Vec<_> = told[4..6]
        .iter()
        .map(|(_, data)| data["days"].clone())
        .collect();
    assert_eq!(ahead, [json!(14), json!(3)]);
    let end = &told[3].1["expiresAt"];
    assert!(
        told[4..].iter().all(|(_, data)| data["expiresAt"] == *end),
        "{told:?}"
    );
    audit::table(
        &world.store(),
        &world.stack.client,
        &world.stack.table,
        world.now(),
    )
    .await;
    assert!(world.dead_letters("ExpiriesDead").is_empty());
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_failed_two_nights_still_finds_what_was_due() {
    let world = World::working().await;
    let id = world.contract("Active").await;
    world.settled().await;
    world.pass(days(30) + TimeDelta::hours(71));
    plan(&world).await;
    assert_eq!(names(&world, &id).await, ["contract.expired"]);
    // And one that failed longer is told to look further back.
    let id = world.contract("Active").await;
    world.settled().await;
    world.pass(days(40));
    plan(&world).await;
    assert_eq!(names(&world, &id).await, [""; 0]);
    let planned = world
        .stack
        .links()
        .invoke("expiry-plan", json!({ "lookBackDays": 12 }));
    planned.await.expect("it is planned");
    world.settled().await;
    assert_eq!(names(&world, &id).await, ["contract.expired"]);
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schedule_starts_the_plan_at_midnight() {
    let world = World::working().await;
    let id = world.contract("Active").await;
    world.settled().await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    // From 9:00 on the day it ends to after the next midnight.
    world.pass(days(30) + TimeDelta::hours(16));
    let mut left = 200;
    while names(&world, &id).await.is_empty() && left > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        left -= 1;
    }
    assert_eq!(names(&world, &id).await, ["contract.expired"]);
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_comes_early_twice_or_after_a_stop_changes_nothing() {
    let world = World::working().await;
    let id = world.contract("Active").await;
    let expire = json!({ "order": "expire", "contract": id }).to_string();
    let warn = json!({ "order": "warn", "contract": id, "days": 14 }).to_string();
    for order in [&expire, &warn, &expire] {
        deliver(&world, order).await;
    }
    world.settled().await;
    assert_eq!(names(&world, &id).await, [""; 0], "nothing is due");
    world.expect(200, &command("stop", &id)).await;
    world.pass(days(31));
    plan(&world).await;
    deliver(&world, &expire).await;
    world.settled().await;
    assert_eq!(names(&world, &id).await, ["contract.stopped"]);

    let id = world.contract("Active").await;
    world.settled().await;
    world.pass(days(30));
    let expire = json!({ "order": "expire", "contract": id }).to_string();
    for _ in 0..12 {
        deliver(&world, &expire).await;
    }
    plan(&world).await;
    assert_eq!(names(&world, &id).await, ["contract.expired"]);
    assert!(world.dead_letters("ExpiriesDead").is_empty());
    world.stack.shutdown().await;
}

/// Both sides stop while the order is on its way; whoever comes first, there is one end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_and_a_warning_at_the_same_time_both_hold_or_only_the_stop() {
    let world = World::working().await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(world.contract("Active").await);
    }
    world.settled().await;
    world.pass(days(20));
    let stops = ids
        .iter()
        .map(|id| world.expect_one_of(&[200, 409], command("stop", id)));
    let orders = async {
        for id in &ids {
            deliver(
                &world,
                &json!({ "order": "warn", "contract": id, "days": 14 }).to_string(),
            )
            .await;
        }
    };
    let (answers, ()) = tokio::join!(futures::future::join_all(stops), orders);
    world.settled().await;
    for (id, answer) in ids.iter().zip(answers) {
        let names = names(&world, id).await;
        let stopped = names
            .iter()
            .filter(|name| *name == "contract.stopped")
            .count();
        assert_eq!(stopped, usize::from(answer.status == 200), "{names:?}");
        assert!(names.len() <= 2, "{names:?}");
    }
    audit::table(
        &world.store(),
        &world.stack.client,
        &world.stack.table,
        world.now(),
    )
    .await;
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_for_nothing_is_set_aside_among_good_ones() {
    let world = World::working().await;
    let mut ids = Vec::new();
    for _ in 0..9 {
        ids.push(world.contract("Active").await);
    }
    world.settled().await;
    world.pass(days(30));
    for (index, id) in ids.iter().enumerate() {
        deliver(
            &world,
            &json!({ "order": "expire", "contract": id }).to_string(),
        )
        .await;
        if index == 4 {
            let nothing = "00000000-0000-7000-8000-000000000000";
            deliver(
                &world,
                &json!({ "order": "expire", "contract": nothing }).to_string(),
            )
            .await;
        }
    }
    world.settled().await;
    for id in &ids {
        assert_eq!(names(&world, id).await, ["contract.expired"]);
    }
    let letters = world.dead_letters("ExpiriesDead");
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0].1.contains("there is no contract"), "{letters:?}");
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_after_the_effect_leaves_one_end() {
    let (world, runs) = World::with_a_crash("contract-expire").await;
    let id = world.contract("Active").await;
    world.settled().await;
    world.pass(days(30));
    plan(&world).await;
    assert!(runs.load(Ordering::SeqCst) >= 2, "the message came again");
    assert_eq!(names(&world, &id).await, ["contract.expired"]);
    assert!(world.dead_letters("ExpiriesDead").is_empty());
    world.stack.shutdown().await;
}

/// As `cargo run -- expire --at` does with a stack that runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_program_moves_the_clock_and_starts_the_night() {
    let clock = MovableClock::default();
    let world = World::with(|options| {
        options.clock = clock.clock();
        options.movable = Some(clock.clone());
    })
    .await;
    let id = world.contract("Active").await;
    world.settled().await;
    let home = world.stack.home().to_owned();
    let remote = Remote::find(&home).await.unwrap().expect("it runs");
    let end = clock.clock().now().to_chrono() + days(31);
    remote.move_clock(end).await.unwrap();
    let planned = remote.invoke("expiry-plan", json!({ "lookBackDays": 40 }));
    planned.await.unwrap();
    remote.settle().await.unwrap();
    assert_eq!(names(&world, &id).await, ["contract.expired"]);
    let refused = remote.invoke("contract-nothing", json!({})).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("no worker contract-nothing"), "{refused}");
    world.stack.shutdown().await;
    assert!(Remote::find(&home).await.unwrap().is_none(), "it is gone");
}
