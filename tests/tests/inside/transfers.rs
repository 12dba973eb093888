//! Ether from the platform's wallet: once, whatever happens; and every refusal leaves it where it is.

use futures::future::join_all;
use serde_json::{Value, json};
use sharepact_domain::chain::Wei;
use sharepact_domain::ledger::dispatch::Policy;
use sharepact_ledger_node::Deed;

use crate::town::{GIFT, Town, eager};
use crate::world::{World, get, key, post};

const SEND: &str = "eth_sendRawTransaction";

fn ether(text: &str) -> Wei {
    Wei::parse_ether(text).unwrap()
}

#[tokio::test]
async fn a_registered_wallet_is_funded_once() {
    let town = Town::new(eager()).await;
    let address = town.resident().await;
    let wallet = town.wallet().await;
    assert_eq!(
        (&wallet["ledger"], &wallet["funding"]),
        (&json!("on"), &json!("confirmed"))
    );
    assert_eq!(wallet["balance"], "0.01");
    // Another address of the same owner is not: whoever changes addresses would empty the platform's wallet.
    let owner = town.world.user("consumer");
    town.world.wallet("consumer", &owner, &key(9)).await;
    town.brought_to_an_end().await;
    let wallet = town.wallet().await;
    assert_eq!(
        (&wallet["balance"], &wallet["funding"]),
        (&json!("0"), &json!("none"))
    );
    town.brought_to_an_end().await;
    assert_eq!(town.balance(&address).await, GIFT);
}

#[tokio::test]
async fn who_saw_a_wallet_is_told_what_has_changed_on_the_chain() {
    let town = Town::new(eager()).await;
    let address = town.resident().await;
    let path = format!("/wallets/{}", town.world.user("consumer"));
    let see = get("consumer", path.clone());
    let mut known: Vec<(String, Value)> = Vec::new();
    // As it is; with more; with the chain out of sight; with another address, which is not funded.
    for step in 0..4 {
        match step {
            1 => {
                let order = Town::order(&address, "a", Some("0.05"));
                town.world.expect(202, &order).await;
                town.brought_to_an_end().await;
            }
            2 => town.proxy.everything(Deed::DropRequest),
            3 => {
                town.proxy.clear();
                let owner = town.world.user("consumer");
                town.world.wallet("consumer", &owner, &key(9)).await;
            }
            _ => {}
        }
        for (tag, _) in &known {
            let later = get("consumer", path.clone()).header("if-none-match", tag);
            town.world.expect(200, &later).await;
        }
        let seen = town.world.expect(200, &see).await;
        let tag = seen.header("etag").expect("a tag").to_owned();
        let again = get("consumer", path.clone()).header("if-none-match", &tag);
        town.world.expect(304, &again).await;
        known.push((tag, seen.json()));
    }
    let shown = |member: &str| -> Vec<Value> {
        let all = known.iter().map(|(_, wallet)| wallet[member].clone());
        all.collect()
    };
    assert_eq!(
        shown("balance"),
        [json!("0.01"), json!("0.06"), json!(null), json!("0")]
    );
    assert_eq!(shown("version"), [1, 1, 1, 2].map(Value::from));
    // What the chain says is nothing that a change is held against: only the registration is.
    let owner = town.world.user("consumer");
    let change = town.world.proof("consumer", &owner, &key(10)).await;
    let stale = change.clone().header("if-match", &known[0].0);
    let refused = town.world.expect(412, &stale).await;
    assert_eq!(refused.problem(), "stale-version");
    let current = known[3].0.replace(".0\"", ".0.5\"");
    town.world
        .expect(200, &change.header("if-match", &current))
        .await;
}

#[tokio::test]
async fn an_operator_sends_ether() {
    let town = Town::new(eager()).await;
    let address = town.resident().await;
    let ordered = town
        .world
        .expect(202, &Town::order(&address, "a", Some("0.05")))
        .await;
    assert_eq!(ordered.json()["status"], "ordered");
    town.brought_to_an_end().await;
    let transfer = town.transfer(&ordered).await;
    assert_eq!(
        (&transfer["status"], &transfer["amount"]),
        (&json!("confirmed"), &json!("0.05"))
    );
    assert!(transfer["block"].is_u64(), "{transfer}");
    assert_eq!(town.balance(&address).await, GIFT.plus(ether("0.05")));
    // Without an amount, the configured one.
    town.world
        .expect(202, &Town::order(&address, "b", None))
        .await;
    town.brought_to_an_end().await;
    assert_eq!(town.balance(&address).await, GIFT.plus(ether("0.06")));
}

#[tokio::test]
async fn one_address_and_key_are_one_transfer_for_ever() {
    let town = Town::new(eager()).await;
    let address = town.resident().await;
    let order = Town::order(&address, "a", Some("0.05"));
    let answers = join_all((0..8).map(|_| town.world.send(&order))).await;
    let ids: std::collections::BTreeSet<_> = answers.iter().map(crate::world::Answer::id).collect();
    assert_eq!(ids.len(), 1, "{answers:?}");
    town.brought_to_an_end().await;
    // Long after the remembered answer is gone.
    town.world.pass(chrono::TimeDelta::days(400));
    let again = town.world.expect(200, &order).await;
    assert_eq!(again.json()["status"], "confirmed");
    let other = town
        .world
        .expect(422, &Town::order(&address, "a", Some("0.06")))
        .await;
    assert_eq!(other.problem(), "idempotency-key-reused");
    town.brought_to_an_end().await;
    assert_eq!(town.balance(&address).await, GIFT.plus(ether("0.05")));
}

#[tokio::test]
async fn every_refusal_sends_nothing() {
    let town = Town::new(eager()).await;
    let address = town.resident().await;
    let sent = town.sent().await;
    let lower = address.to_lowercase();
    let unknown = "0x52908400098527886E0F7030069857D2E4169EE7";
    let zero = "0x0000000000000000000000000000000000000000";
    for (order, status, problem) in [
        (Town::order(&lower, "a", None), 400, "invalid-address"),
        (Town::order(zero, "a", None), 400, "invalid-address"),
        (Town::order(unknown, "a", None), 404, "not-found"),
        (
            Town::order(&address, "a", Some("0.11")),
            400,
            "amount-too-large",
        ),
        (Town::order(&address, "a", Some("0")), 400, "invalid-amount"),
        (
            Town::order(&address, "a", Some("-1")),
            400,
            "invalid-amount",
        ),
        (
            Town::order(&address, "a", Some("0.0000000000000000001")),
            400,
            "invalid-amount",
        ),
        (
            post(
                "operator",
                format!("/wallets/{address}/transfers"),
                json!({}),
            ),
            400,
            "idempotency-key-required",
        ),
    ] {
        let refused = town.world.expect(status, &order).await;
        assert_eq!(refused.problem(), problem, "{order:?}");
    }
    for who in ["consumer", "provider", "stranger", "manager", "member"] {
        let order = crate::world::Request {
            who,
            ..Town::order(&address, "a", None)
        };
        assert_eq!(town.world.expect(404, &order).await.problem(), "not-found");
    }
    let platform = town.opened.platform.as_str().to_owned();
    town.node.set_balance(&platform, 1_000).await.unwrap();
    let empty = town
        .world
        .expect(409, &Town::order(&address, "a", None))
        .await;
    assert_eq!(empty.problem(), "platform-wallet-empty");
    town.brought_to_an_end().await;
    assert_eq!(
        (town.sent().await, town.balance(&address).await),
        (sent, GIFT)
    );
}

#[tokio::test]
async fn without_a_chain_there_is_no_transfer() {
    let world = World::start().await;
    world.contract("Request").await;
    let path = format!("/wallets/{}", world.user("consumer"));
    let wallet = world.expect(200, &get("consumer", path)).await.json();
    assert_eq!(
        (&wallet["ledger"], &wallet["balance"]),
        (&json!("off"), &json!(null))
    );
    let address = wallet["address"].as_str().unwrap();
    let refused = world.expect(503, &Town::order(address, "a", None)).await;
    assert_eq!(refused.problem(), "ledger-off");
}

#[tokio::test]
async fn a_chain_that_is_down_takes_the_order_and_sends_it_later() {
    let town = Town::new(eager()).await;
    let address = town.resident().await;
    town.proxy.everything(Deed::DropRequest);
    let wallet = town.wallet().await;
    assert_eq!(
        (&wallet["ledger"], &wallet["balance"]),
        (&json!("unreachable"), &json!(null))
    );
    let ordered = town
        .world
        .expect(202, &Town::order(&address, "a", Some("0.05")))
        .await;
    town.settled().await;
    assert_eq!(town.transfer(&ordered).await["status"], "ordered");
    town.proxy.clear();
    town.brought_to_an_end().await;
    assert_eq!(town.balance(&address).await, GIFT.plus(ether("0.05")));
}

/// Killed between sending and recording, and the answer lost: in either case it is known what was sent before it was.
#[tokio::test]
async fn dying_between_sending_and_recording_sends_nothing_twice() {
    let town = Town::new(eager()).await;
    let address = town.resident().await;
    let mut expected = GIFT;
    for (number, deed) in [
        Deed::DropAnswer,
        Deed::DropRequest,
        Deed::Duplicate,
        Deed::DelayAnswer(std::time::Duration::from_millis(300)),
        Deed::Error(-32_000, "already known".to_owned()),
        Deed::Garbage,
    ]
    .into_iter()
    .enumerate()
    {
        let before = town.proxy.count(SEND);
        town.proxy.next(SEND, 1, deed.clone());
        let key = format!("key-{number}");
        town.world
            .expect(202, &Town::order(&address, &key, Some("0.01")))
            .await;
        // Dead the moment that it was handed over.
        for _ in 0..400 {
            if town.proxy.count(SEND) > before {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let _killed = town.world.stack.links().crash("wallet-fund");
        town.brought_to_an_end().await;
        expected = expected.plus(ether("0.01"));
        assert_eq!(town.balance(&address).await, expected, "{deed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_take_every_nonce_once() {
    let town = Town::new(Policy {
        confirmations: 2,
        ..eager()
    })
    .await;
    town.world.contract("Request").await;
    town.brought_to_an_end_mining().await;
    let address = town.wallet().await["address"].as_str().unwrap().to_owned();
    let sent = town.sent().await;
    let keys: Vec<_> = (0..24).map(|number| format!("key-{number}")).collect();
    let orders = keys
        .iter()
        .map(|key| Town::order(&address, key, Some("0.001")));
    let orders: Vec<_> = orders.collect();
    let ordering = join_all(orders.iter().map(|order| town.world.expect(202, order)));
    let links = town.world.stack.links();
    let watching = join_all((0..4).map(|_| links.fire("ledger-watch")));
    tokio::join!(ordering, watching);
    town.brought_to_an_end_mining().await;
    assert_eq!(town.balance(&address).await, GIFT.plus(ether("0.024")));
    assert_eq!(town.sent().await, sent + 24);
}
