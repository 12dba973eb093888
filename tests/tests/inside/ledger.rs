//! The hashes of events on a real chain: anchored, provable, and not lost whatever the chain does.

use chrono::TimeDelta;
use sharepact_domain::ledger::anchor::Stage;
use sharepact_domain::ledger::dispatch::Policy;
use sharepact_ledger_node::Deed;

use crate::town::{Site, Town, eager};
use crate::world::{World, command};

fn nothing_given_up(world: &World) {
    for queue in ["AnchoringsDead", "FundingsDead"] {
        let letters = world.dead_letters(queue);
        assert!(letters.is_empty(), "{queue}: {letters:?}");
    }
}

#[tokio::test]
async fn every_event_is_in_the_chain_and_provably_so() {
    let town = Town::new(eager()).await;
    let contract = town.world.contract("Active").await;
    town.brought_to_an_end().await;
    town.must_be_anchored(&contract).await;
    assert_eq!(town.anchors(&contract).await.len(), 4);
}

/// What two organisations agreed on, what was granted under it, and the documents of both.
#[tokio::test]
async fn an_agreement_its_quota_and_their_documents_are_in_the_chain_too() {
    let town = Town::new(eager()).await;
    let agreed = town.world.agreement("Active").await;
    let contract = town.world.granted(&agreed, 5).await;
    town.brought_to_an_end().await;
    for (kind, id, events) in [
        ("agreement", &agreed.id, 2),
        ("document", &agreed.id, 1),
        ("contract", &contract, 1),
        ("document", &contract, 1),
    ] {
        town.must_be_anchored_as(kind, id).await;
        let anchors = town.anchors_of(kind, id).await;
        assert_eq!(anchors.len(), events, "{kind} {id}");
    }
    nothing_given_up(&town.world);
}

#[tokio::test]
async fn events_wait_for_others_and_go_together() {
    let town = Town::new(Policy {
        wait: 60,
        ..eager()
    })
    .await;
    let contracts = [
        town.world.contract("Request").await,
        town.world.contract("Active").await,
    ];
    town.settled().await;
    town.watch().await.expect("the watch runs");
    let sent = town.sent().await;
    assert_eq!(town.stages(&contracts[1]).await, [Stage::Pending; 4]);

    town.world.pass(TimeDelta::seconds(60));
    town.brought_to_an_end().await;
    let mut roots = Vec::new();
    for contract in &contracts {
        town.must_be_anchored(contract).await;
        let anchors = town.anchors(contract).await;
        roots.extend(
            anchors
                .into_iter()
                .map(|(_, anchor)| anchor.expect("an anchor").root),
        );
    }
    roots.dedup();
    assert_eq!(roots.len(), 1, "one root for all of them");
    assert_eq!(town.sent().await, sent + 1, "and one transaction");
}

#[tokio::test]
async fn an_event_that_comes_again_is_anchored_once() {
    let town = Town::new(eager()).await;
    let contract = town.world.contract("Signed").await;
    town.brought_to_an_end().await;
    let (before, sent) = (town.anchors(&contract).await, town.sent().await);
    let again = serde_json::json!({ "contract": contract });
    let links = town.world.stack.links();
    links
        .invoke("event-replay", again)
        .await
        .expect("it is sent again");
    town.brought_to_an_end().await;
    assert_eq!(town.anchors(&contract).await, before);
    assert_eq!(town.sent().await, sent, "nothing was sent for it");
}

#[tokio::test]
async fn a_chain_that_is_down_delays_the_ledger_and_nothing_else() {
    let town = Town::new(eager()).await;
    town.proxy.everything(Deed::DropRequest);
    let contract = town.world.contract("Active").await;
    town.settled().await;
    assert_eq!(town.stages(&contract).await, [Stage::Pending; 4]);
    assert!(
        town.watch().await.is_none(),
        "the watch says that it could not"
    );
    nothing_given_up(&town.world);
    for deed in [Deed::Status(500), Deed::Status(429), Deed::Garbage] {
        town.proxy.everything(deed);
        assert!(town.watch().await.is_none());
    }
    town.proxy.clear();
    town.brought_to_an_end().await;
    town.must_be_anchored(&contract).await;
}

#[tokio::test]
async fn what_waited_while_the_ledger_was_off_is_anchored_when_it_is_on() {
    let site = Site::new().await;
    let world = World::working().await;
    let contract = world.contract("Active").await;
    world.settled().await;
    let seen = world
        .stack
        .links()
        .fire("ledger-watch")
        .await
        .expect("it runs");
    assert_eq!(seen["on"], false);
    nothing_given_up(&world);

    let ledger = site.ledger(eager());
    let world = world.again(|options| options.ledger = ledger).await;
    let town = Town::of(world, site);
    town.brought_to_an_end().await;
    town.must_be_anchored(&contract).await;
    assert_eq!(
        town.wallet().await["funding"],
        "confirmed",
        "and the wallet is funded"
    );
}

#[tokio::test]
async fn nothing_is_sent_to_another_chain() {
    let town = Town::new(eager()).await;
    town.proxy.claim(1);
    let contract = town.world.contract("Active").await;
    town.settled().await;
    assert!(town.watch().await.is_none());
    assert_eq!(
        town.proxy.count("eth_sendRawTransaction"),
        1,
        "the registry's own"
    );
    assert_eq!(town.stages(&contract).await, [Stage::Pending; 4]);
    town.proxy.clear();
    town.brought_to_an_end().await;
    town.must_be_anchored(&contract).await;
}

#[tokio::test]
async fn a_reorganisation_is_noticed_and_anchored_again() {
    let town = Town::new(Policy {
        confirmations: 3,
        ..eager()
    })
    .await;
    town.world.contract("Request").await;
    town.settled().await;
    let before = town.node.snapshot().await.expect("a snapshot");
    let contract = town.world.contract("Active").await;
    town.settled().await;
    assert_eq!(town.stages(&contract).await, [Stage::Submitted; 4]);
    // The blocks that held the roots are gone, and the transactions with them.
    town.node.revert(before).await.expect("it is reverted");
    town.watch().await.expect("the watch runs");
    town.node.mine(3).await.expect("blocks");
    town.brought_to_an_end().await;
    town.must_be_anchored(&contract).await;
}

#[tokio::test]
async fn a_transaction_that_the_node_forgot_is_sent_again() {
    let town = Town::new(eager()).await;
    town.world.contract("Request").await;
    town.brought_to_an_end().await;
    town.node.automine(false).await.expect("no blocks");
    let contract = town.world.contract("Signed").await;
    town.settled().await;
    for (_, anchor) in town.anchors(&contract).await {
        let transaction = anchor.expect("it is sent").transaction.to_string();
        // Several events may have gone together.
        drop(town.node.forget(&transaction).await);
    }
    town.node.automine(true).await.expect("blocks again");
    town.brought_to_an_end().await;
    town.must_be_anchored(&contract).await;
}

#[tokio::test]
async fn one_that_is_stuck_gets_higher_fees() {
    let town = Town::new(Policy {
        patience: 100,
        ..eager()
    })
    .await;
    town.world.contract("Request").await;
    town.brought_to_an_end().await;
    town.node.automine(false).await.expect("no blocks");
    let contract = town.world.contract("Signed").await;
    town.settled().await;
    // The next block asks more than was offered.
    let fees = town.chain().fees().await.expect("fees");
    town.node
        .set_next_base_fee(fees.max.get() * 2)
        .await
        .expect("dear");
    town.node.mine(1).await.expect("a block without it");
    town.watch().await.expect("the watch runs");
    assert_eq!(town.stages(&contract).await, [Stage::Submitted; 3]);
    let first = town.anchors(&contract).await;

    town.world.pass(TimeDelta::seconds(100));
    town.node.automine(true).await.expect("blocks again");
    town.brought_to_an_end().await;
    town.must_be_anchored(&contract).await;
    let last = town.anchors(&contract).await;
    let transactions = |anchors: &[(_, Option<sharepact_domain::ledger::anchor::Anchor>)]| {
        let each = anchors
            .iter()
            .map(|(_, anchor)| anchor.as_ref().expect("one").transaction);
        each.collect::<Vec<_>>()
    };
    assert_ne!(
        transactions(&first),
        transactions(&last),
        "another one took its place"
    );
}

#[tokio::test]
async fn a_nonce_that_others_used_is_given_up_and_the_hashes_go_again() {
    let town = Town::new(Policy {
        confirmations: 2,
        ..eager()
    })
    .await;
    town.world.contract("Request").await;
    town.node.mine(2).await.expect("blocks");
    town.brought_to_an_end_mining().await;
    // What is handed over never arrives, and somebody else uses the key meanwhile.
    town.proxy
        .always("eth_sendRawTransaction", Deed::Status(503));
    let contract = town.world.contract("Signed").await;
    town.settled().await;
    assert_eq!(town.stages(&contract).await, [Stage::Submitted; 3]);
    town.use_the_key_elsewhere(8).await;
    town.proxy.clear();
    town.brought_to_an_end_mining().await;
    town.must_be_anchored(&contract).await;
}

#[tokio::test]
async fn an_empty_wallet_delays_too() {
    let town = Town::new(eager()).await;
    let platform = town.opened.platform.as_str().to_owned();
    town.node
        .set_balance(&platform, 0)
        .await
        .expect("it is empty");
    let contract = town.world.contract("Active").await;
    town.settled().await;
    assert!(town.watch().await.is_none());
    assert_eq!(town.stages(&contract).await, [Stage::Pending; 4]);
    town.node
        .set_balance(&platform, u128::MAX >> 16)
        .await
        .expect("it is filled");
    town.brought_to_an_end().await;
    town.must_be_anchored(&contract).await;
}

/// Workers at once, answers lost, requests twice, workers killed: every event is anchored, and every nonce was used once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_luck_of_every_kind_loses_nothing() {
    let town = Town::new(eager()).await;
    let send = "eth_sendRawTransaction";
    let mut contracts = Vec::new();
    for round in 0..6_u64 {
        match round % 6 {
            0 => town.proxy.always(send, Deed::DropAnswer),
            1 => town.proxy.always(send, Deed::Duplicate),
            2 => town
                .proxy
                .next("eth_getTransactionReceipt", 3, Deed::DropAnswer),
            3 => town.proxy.next(
                "eth_feeHistory",
                2,
                Deed::Error(-32_000, "header not found".to_owned()),
            ),
            4 => town.proxy.always(send, Deed::DropRequest),
            _ => town.proxy.always(
                send,
                Deed::DelayAnswer(std::time::Duration::from_millis(200)),
            ),
        }
        let contract = town.world.contract("Draft").await;
        let links = town.world.stack.links();
        for _ in 0..10 {
            tokio::time::sleep(std::time::Duration::from_millis(15)).await;
            let _killed = links.crash("ledger-anchor") + links.crash("wallet-fund");
        }
        let (one, other) = tokio::join!(links.fire("ledger-watch"), links.fire("ledger-watch"));
        drop((one, other));
        town.world.expect(200, &command("accept", &contract)).await;
        town.settled().await;
        town.proxy.clear();
        contracts.push(contract);
    }
    town.brought_to_an_end().await;
    for contract in &contracts {
        town.must_be_anchored(contract).await;
    }
    let wallet = town.wallet().await;
    let held = town
        .balance(wallet["address"].as_str().expect("an address"))
        .await;
    assert_eq!(held, crate::town::GIFT, "the wallet was funded once");
    nothing_given_up(&town.world);
}
