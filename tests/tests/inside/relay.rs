//! From the commit to the bus: nothing lost, nothing out of order, whatever the bus does.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use sharepact_local::Fault;

use crate::spy::{first_seen, in_order};
use crate::world::{World, command, get, key};

/// The contract's events as its history shows them.
async fn history(world: &World, id: &str) -> Vec<Value> {
    let path = format!("/contracts/{id}/history?limit=100");
    let page = world.expect(200, &get("consumer", path)).await.json();
    page["items"].as_array().expect("items").clone()
}

fn of_contract(events: &[Value], id: &str) -> Vec<Value> {
    let aggregate = json!({ "kind": "contract", "id": id });
    let of = |event: &&Value| event["aggregate"] == aggregate;
    events.iter().filter(of).cloned().collect()
}

fn untraced(mut event: Value) -> Value {
    event
        .as_object_mut()
        .expect("an object")
        .remove("traceparent");
    event
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_is_published_as_it_was_recorded() {
    let world = World::overheard().await;
    let id = world.contract("Signed").await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let activate = command("activate", &id).header("traceparent", trace);
    world.expect(200, &activate).await;
    world.settled().await;
    let published = of_contract(&world.published(), &id);
    let untold: Vec<_> = published.iter().cloned().map(untraced).collect();
    assert_eq!(untold, history(&world, &id).await);
    assert_eq!(published[3]["traceparent"], trace);
    // Nobody traced the others: each has a trace of its own.
    let own = published[0]["id"].as_str().expect("an id").replace('-', "");
    let expected = format!("00-{own}-");
    let found = published[0]["traceparent"].as_str().expect("a trace");
    assert!(found.starts_with(&expected), "{found}");
    // Assets and wallets are told of too.
    let kinds: Vec<_> = world
        .published()
        .iter()
        .map(|event| event["type"].as_str().expect("a type").to_owned())
        .collect();
    assert!(kinds.contains(&"asset.registered".to_owned()), "{kinds:?}");
    assert!(kinds.contains(&"wallet.registered".to_owned()), "{kinds:?}");
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_that_the_bus_refuses_hold_up_their_own_contract() {
    let world = World::overheard().await;
    // More than the relay tries by itself: the stream shows the batch again.
    world.stack.links().refusals().inject(9);
    for _ in 0..6 {
        world.contract("Active").await;
    }
    world.settled().await;
    in_order(&world.published());
    let contracts = first_seen(&world.published());
    assert_eq!(
        contracts.values().filter(|order| order.len() == 4).count(),
        6
    );
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_that_throttles_vanishes_or_loses_its_answer_gets_everything_in_the_end() {
    for fault in [Fault::Throttled, Fault::Unreachable, Fault::AnswerLost] {
        let world = World::overheard().await;
        // Several times what the SDK tries by itself.
        world.stack.links().faults().bus.inject(fault, 7);
        let id = world.contract("Active").await;
        world.settled().await;
        in_order(&world.published());
        let mut published = of_contract(&world.published(), &id);
        published.dedup_by_key(|event| event["id"].clone());
        assert!(published.len() >= 4, "{fault:?}: {published:?}");
        assert_eq!(first_seen(&published).len(), 1);
        world.stack.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_cannot_be_read_is_set_aside_and_holds_up_nothing() {
    let world = World::overheard().await;
    let put = |sk: &str, event: Option<&str>| {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let mut put = world.stack.client.put_item().table_name(&world.stack.table);
        put = put.item("pk", text("CONTRACT#none")).item("sk", text(sk));
        if let Some(event) = event {
            put = put.item("event", text(event));
        }
        put.send()
    };
    put("EVENT#0000000001", None).await.expect("it is written");
    put("EVENT#0000000002", Some("[1]"))
        .await
        .expect("it is written");
    let id = world.contract("Active").await;
    world.settled().await;
    assert_eq!(of_contract(&world.published(), &id).len(), 4);
    let letters = world.dead_letters("RelayFailures");
    let keys: Vec<_> = letters
        .iter()
        .map(|(place, _)| place["keys"]["sk"]["S"].clone())
        .collect();
    assert_eq!(keys, [json!("EVENT#0000000001"), json!("EVENT#0000000002")]);
    assert!(letters[0].1.contains("no attribute `event`"), "{letters:?}");
    assert!(letters[1].1.contains("no event"), "{letters:?}");
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_killed_goes_on_where_it_was() {
    let world = World::overheard().await;
    for round in 0..4 {
        let id = world.contract("Active").await;
        let crashed = world.stack.links().crash("event-relay");
        eprintln!("round {round}: {crashed} invocations crashed, contract {id}");
    }
    world.settled().await;
    in_order(&world.published());
    let contracts = first_seen(&world.published());
    assert_eq!(
        contracts.values().filter(|order| order.len() == 4).count(),
        4
    );
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recorded_events_are_sent_again_by_contract_and_sequence() {
    let world = World::overheard().await;
    let id = world.contract("Active").await;
    world.settled().await;
    let before = world.published().len();
    let links = world.stack.links();
    let sent = links
        .invoke(
            "event-replay",
            json!({ "contract": id, "from": 2, "to": 3 }),
        )
        .await
        .expect("it is sent");
    assert_eq!(sent, json!({ "sent": 2 }));
    world.settled().await;
    let published = world.published();
    let again: Vec<_> = published[before..].to_vec();
    let history = history(&world, &id).await;
    let untold: Vec<_> = again.iter().cloned().map(untraced).collect();
    assert_eq!(untold, history[1..3]);
    // With the traces that they had.
    let first: Vec<_> = of_contract(&published[..before], &id)[1..3].to_vec();
    assert_eq!(again, first);

    let asset = history[0]["data"]["asset"]["id"].clone();
    let whole = json!({ "aggregate": { "kind": "asset", "id": asset } });
    let sent = links.invoke("event-replay", whole).await;
    assert_eq!(sent.expect("it is sent"), json!({ "sent": 1 }));
    for (wrong, why) in [
        (json!({}), "name either"),
        (json!({ "contract": id, "from": 9 }), "there are no events"),
        (json!({ "contract": id, "from": 3, "to": 2 }), "lies before"),
        (json!({ "contract": id, "since": 2 }), "unknown field"),
        (json!({ "contract": "x" }), "there are no events"),
    ] {
        let refused = links.invoke("event-replay", wrong).await.expect_err(why);
        assert!(refused.to_string().contains(why), "{refused}");
    }
    world.stack.shutdown().await;
}

/// A wallet's events name its owner by the id, and a user and an organisation may have the same one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_events_of_wallets_are_sent_again_by_their_owners_id() {
    let world = World::overheard().await;
    let owner = world.user("consumer");
    for number in [5, 6] {
        world.wallet("consumer", &owner, &key(number)).await;
    }
    world.settled().await;
    let of_wallet = |published: &[Value]| -> Vec<Value> {
        let all = published.iter().filter(|event| {
            event["aggregate"] == json!({ "kind": "wallet", "id": owner.as_str() })
        });
        all.cloned().collect()
    };
    let before = world.published();
    let first = of_wallet(&before);
    assert!(first.len() >= 2, "{first:?}");
    let links = world.stack.links();
    let whole = json!({ "aggregate": { "kind": "wallet", "id": owner.as_str() } });
    let sent = links.invoke("event-replay", whole).await;
    assert_eq!(sent.expect("it is sent"), json!({ "sent": first.len() }));
    let last =
        json!({ "aggregate": { "kind": "wallet", "id": owner.as_str() }, "from": first.len() });
    let sent = links.invoke("event-replay", last).await;
    assert_eq!(sent.expect("it is sent"), json!({ "sent": 1 }));
    world.settled().await;
    let again = of_wallet(&world.published()[before.len()..]);
    let mut expected = first.clone();
    expected.extend(first.last().cloned());
    assert_eq!(again, expected);
    let nobody = json!({ "aggregate": { "kind": "wallet", "id": "nobody" } });
    let refused = links.invoke("event-replay", nobody).await;
    let refused = refused.expect_err("there is none").to_string();
    assert!(refused.contains("there are no events"), "{refused}");
    world.stack.shutdown().await;
}
