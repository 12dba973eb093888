//! The registry itself: who may anchor, and what anchoring again does.

use serde_json::{Value, json};
use sharepact_ledger_node::artefact::{abi, bytecode, deployed_bytecode};
use sharepact_runtime::{Chain as _, ChainError};

use crate::place::{ETHER, Place, keystore, root, settled};
use sharepact_chain::{Ethereum, Rpc};

#[tokio::test]
async fn what_stands_on_the_chain_is_the_artefact() {
    let place = Place::new().await;
    let parameters = json!([place.registry.as_str(), "latest"]);
    let code = place.node.ask("eth_getCode", parameters).await.unwrap();
    assert_eq!(code, deployed_bytecode());
    let names: Vec<_> = abi()
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry.get("name").and_then(Value::as_str).map(str::to_owned))
        .collect();
    for name in [
        "anchor",
        "anchoredAt",
        "Anchored",
        "acceptOwnership",
        "transferOwnership",
    ] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
}

#[tokio::test]
async fn anchoring_again_changes_nothing() {
    let place = Place::new().await;
    for _ in 0..2 {
        let signed = place.sign(&place.anchoring(&root(9)).await).await;
        place.chain.send(&signed.raw).await.unwrap();
        assert!(place.settled(&signed).await.succeeded);
    }
    assert_eq!(place.chain.height().await.unwrap(), 3);
    let anchored = place
        .chain
        .anchored(&place.registry, &root(9))
        .await
        .unwrap();
    assert_eq!(anchored, Some(2));
    let filter = json!([{ "address": place.registry.as_str(), "fromBlock": "0x2" }]);
    let logs = place.node.ask("eth_getLogs", filter).await.unwrap();
    assert_eq!(logs.as_array().map(Vec::len), Some(1), "{logs}");
}

#[tokio::test]
async fn only_the_owner_anchors() {
    let place = Place::new().await;
    let (other, stranger) = keystore(tempfile::tempdir().unwrap().path());
    drop(other);
    let message = place.chain.anchoring(&root(1)).unwrap();
    let error = place.chain.gas(&stranger, &message).await.unwrap_err();
    assert!(matches!(error, ChainError::Refused { .. }), "{error}");
    let anchored = place
        .chain
        .anchored(&place.registry, &root(1))
        .await
        .unwrap();
    assert_eq!(anchored, None);
}

/// The function's selector and an address as its argument.
fn calling(selector: &str, argument: Option<&str>) -> Vec<u8> {
    let digits = argument.map_or(String::new(), |address| {
        format!("{:0>64}", address.trim_start_matches("0x"))
    });
    let text = format!("{selector}{digits}");
    let digits = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    digits
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

#[tokio::test]
async fn an_ownership_goes_over_when_it_is_taken() {
    let place = Place::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (signer, heir) = keystore(folder.path());
    place.node.set_balance(heir.as_str(), ETHER).await.unwrap();
    let next = Ethereum::new(Rpc::at(&place.node.url()).unwrap(), crate::place::CHAIN)
        .anchoring_in(place.registry.clone())
        .signed_by(signer);
    let anchoring = place.chain.anchoring(&root(1)).unwrap();
    let accepting = sharepact_domain::chain::Message {
        data: calling("79ba5097", None),
        ..anchoring.clone()
    };
    // Before it was offered.
    assert!(next.gas(&heir, &accepting).await.is_err());
    let mut offering = anchoring.clone();
    offering.data = calling("f2fde38b", Some(heir.as_str()));
    // By somebody else.
    assert!(next.gas(&heir, &offering).await.is_err());
    let signed = place.sign(&place.next(offering).await).await;
    place.chain.send(&signed.raw).await.unwrap();
    place.settled(&signed).await;
    // Offered, and not taken yet.
    assert!(next.gas(&heir, &anchoring).await.is_err());
    assert!(place.chain.gas(&place.platform, &anchoring).await.is_ok());
    let mut accepted = place.next(anchoring.clone()).await;
    accepted.message = accepting.clone();
    accepted.nonce = 0;
    accepted.gas = next.gas(&heir, &accepting).await.unwrap();
    let signed = next.sign(&accepted).await.unwrap();
    next.send(&signed.raw).await.unwrap();
    assert!(settled(&next, &signed).await.succeeded);
    assert!(next.gas(&heir, &anchoring).await.is_ok());
    assert!(place.chain.gas(&place.platform, &anchoring).await.is_err());
}

#[tokio::test]
async fn a_registry_needs_a_wallet_with_ether() {
    let place = Place::new().await;
    place
        .node
        .set_balance(place.platform.as_str(), 0)
        .await
        .unwrap();
    let error = place.chain.deploy(&bytecode()).await.unwrap_err();
    assert_eq!(error, ChainError::InsufficientFunds);
    let error = place.chain.deploy("0x0").await.unwrap_err();
    assert!(matches!(error, ChainError::Unusable(_)), "{error}");
}
