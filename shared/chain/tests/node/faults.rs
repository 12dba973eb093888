//! A node that does not answer, answers nonsense, or is another one.

use std::time::Duration;

use serde_json::json;
use sharepact_chain::{Ethereum, Limits, Rpc};
use sharepact_ledger_node::{Deed, Proxy};
use sharepact_runtime::{Chain as _, ChainError, Sent};

use crate::place::{CHAIN, Place, root, transfer};

fn unreachable(error: &ChainError) -> bool {
    matches!(error, ChainError::Unreachable(_))
}

/// The same node with little patience.
fn hasty(place: &Place) -> Ethereum {
    let limits = Limits {
        total: Duration::from_millis(300),
        answer: 2_000,
        ..Limits::default()
    };
    Ethereum::new(Rpc::at(place.proxy.url()).unwrap().limited(limits), CHAIN)
}

#[tokio::test]
async fn every_bad_answer_is_passing_trouble_and_the_next_one_counts() {
    let place = Place::new().await;
    let chain = hasty(&place);
    for deed in [
        Deed::DropRequest,
        Deed::DropAnswer,
        Deed::Delay(Duration::from_millis(900)),
        Deed::DelayAnswer(Duration::from_millis(900)),
        Deed::Status(301),
        Deed::Status(404),
        Deed::Status(429),
        Deed::Status(500),
        Deed::Status(503),
        Deed::Garbage,
        Deed::Error(-32005, "limit exceeded".to_owned()),
        Deed::Result(json!(null)),
        Deed::Result(json!("7")),
        Deed::Result(json!("0x1ffffffffffffffff")),
        Deed::Result(json!({ "number": 7 })),
        Deed::Result(json!("0".repeat(3_000))),
    ] {
        place.proxy.next("eth_blockNumber", 1, deed.clone());
        let error = chain.height().await.unwrap_err();
        assert!(unreachable(&error), "{deed:?}: {error}");
        let port = place.proxy.url().rsplit(':').next().unwrap();
        assert!(!error.to_string().contains(port), "{error}");
        assert_eq!(chain.height().await.unwrap(), 1, "{deed:?}");
    }
}

#[tokio::test]
async fn a_node_that_knows_no_such_key_is_not_usable() {
    let place = Place::new().await;
    for status in [401, 403] {
        place.proxy.next("eth_blockNumber", 1, Deed::Status(status));
        let error = place.chain.height().await.unwrap_err();
        assert!(matches!(error, ChainError::Unusable(_)), "{error}");
    }
}

#[tokio::test]
async fn what_a_node_refuses_is_told_in_its_words() {
    let place = Place::new().await;
    let words = "header not found".to_owned();
    let deed = Deed::Error(-32000, words.clone());
    place.proxy.next("eth_getTransactionCount", 1, deed);
    let error = place.chain.count_at(&place.platform, 1).await.unwrap_err();
    let expected = ChainError::Refused {
        method: "eth_getTransactionCount",
        reason: words,
    };
    assert_eq!(error, expected);
}

#[tokio::test]
async fn another_chain_is_noticed_whenever_it_comes() {
    let place = Place::new().await;
    let chain = hasty(&place);
    let expected = ChainError::WrongChain {
        expected: CHAIN,
        found: 1,
    };
    for _ in 0..2 {
        assert_eq!(chain.network().await.unwrap().chain_id, CHAIN);
        place.proxy.claim(1);
        assert_eq!(chain.network().await.unwrap_err(), expected);
        place.proxy.clear();
    }
}

#[tokio::test]
async fn a_lost_answer_is_no_lost_transaction() {
    let place = Place::new().await;
    let signed = place.sign(&place.anchoring(&root(1)).await).await;
    let method = "eth_sendRawTransaction";
    place.proxy.next(method, 1, Deed::DropAnswer);
    assert!(unreachable(
        &place.chain.send(&signed.raw).await.unwrap_err()
    ));
    let receipt = place.settled(&signed).await;
    assert_eq!(place.chain.send(&signed.raw).await.unwrap(), Sent::Taken);
    assert_eq!(place.settled(&signed).await, receipt);
}

#[tokio::test]
async fn a_request_that_comes_twice_sends_once() {
    let place = Place::new().await;
    place.node.automine(false).await.unwrap();
    let unsigned = place.next(transfer(1)).await;
    let signed = place.sign(&unsigned).await;
    let method = "eth_sendRawTransaction";
    place.proxy.next(method, 1, Deed::Duplicate);
    assert_eq!(place.chain.send(&signed.raw).await.unwrap(), Sent::Taken);
    let count = place.chain.count(&place.platform, true).await.unwrap();
    assert_eq!(count, unsigned.nonce + 1);
}

#[tokio::test]
async fn a_lost_request_sends_nothing() {
    let place = Place::new().await;
    let signed = place.sign(&place.next(transfer(1)).await).await;
    let before = place.chain.count(&place.platform, true).await.unwrap();
    place.proxy.everything(Deed::DropRequest);
    assert!(unreachable(
        &place.chain.send(&signed.raw).await.unwrap_err()
    ));
    place.proxy.clear();
    let after = place.chain.count(&place.platform, true).await.unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_node_that_stands_still_is_not_waited_for() {
    let place = Place::new().await;
    let chain = hasty(&place);
    assert_eq!(chain.height().await.unwrap(), 1);
    place.node.pause().unwrap();
    assert!(unreachable(&chain.height().await.unwrap_err()));
    place.node.resume().unwrap();
    assert_eq!(chain.height().await.unwrap(), 1);
}

#[tokio::test]
async fn nobody_at_the_address_is_passing_trouble() {
    let proxy = Proxy::before("http://127.0.0.1:1").await.unwrap();
    let chain = Ethereum::reader(proxy.url()).unwrap();
    assert!(unreachable(&chain.height().await.unwrap_err()));
    let nobody = Ethereum::reader("http://127.0.0.1:1").unwrap();
    assert!(unreachable(&nobody.height().await.unwrap_err()));
}
