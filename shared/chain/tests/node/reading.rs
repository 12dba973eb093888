//! What is looked up, and what a transaction's way into a block looks like.

use sharepact_chain::Ethereum;
use sharepact_domain::chain::Wei;
use sharepact_domain::wallet::Address;
use sharepact_runtime::{Chain as _, ChainError, Sent};

use crate::place::{ANA, CHAIN, ETHER, Place, root, transfer};

#[tokio::test]
async fn a_root_is_anchored_and_found() {
    let place = Place::new().await;
    let chain = &place.chain;
    let network = chain.network().await.unwrap();
    assert_eq!(network.chain_id, CHAIN);
    assert_eq!(chain.block(0).await.unwrap(), Some(network.genesis));
    assert_eq!(chain.platform().await.unwrap(), place.platform);
    assert_eq!(chain.registry().unwrap(), &place.registry);
    assert_eq!(
        chain.anchored(&place.registry, &root(7)).await.unwrap(),
        None
    );

    let unsigned = place.anchoring(&root(7)).await;
    let signed = place.sign(&unsigned).await;
    assert_eq!(chain.receipt(&signed.hash).await.unwrap(), None);
    assert_eq!(chain.send(&signed.raw).await.unwrap(), Sent::Taken);

    let receipt = place.settled(&signed).await;
    assert!(receipt.succeeded);
    assert!(receipt.gas <= unsigned.gas);
    let height = chain.height().await.unwrap();
    assert_eq!(receipt.block.number, height);
    assert_eq!(chain.block(height).await.unwrap(), Some(receipt.block.hash));
    assert_eq!(chain.block(height + 1).await.unwrap(), None);
    let anchored = chain.anchored(&place.registry, &root(7)).await.unwrap();
    assert_eq!(anchored, Some(height));

    let (platform, count) = (&place.platform, unsigned.nonce + 1);
    assert_eq!(chain.count(platform, false).await.unwrap(), count);
    assert_eq!(chain.count_at(platform, height).await.unwrap(), count);
    assert_eq!(
        chain.count_at(platform, height - 1).await.unwrap(),
        count - 1
    );
}

#[tokio::test]
async fn ether_is_transferred() {
    let place = Place::new().await;
    let ana = Address::parse(ANA).unwrap();
    assert_eq!(place.chain.balance(&ana).await.unwrap(), Wei::default());
    let unsigned = place.next(transfer(ETHER / 20)).await;
    assert!(
        (21_000..=25_200).contains(&unsigned.gas),
        "{}",
        unsigned.gas
    );
    let signed = place.sign(&unsigned).await;
    assert_eq!(place.chain.send(&signed.raw).await.unwrap(), Sent::Taken);
    place.settled(&signed).await;
    let balance = place.chain.balance(&ana).await.unwrap();
    assert_eq!(balance, Wei::parse_ether("0.05").unwrap());
}

#[tokio::test]
async fn whoever_looks_things_up_needs_no_key_and_no_setting() {
    let place = Place::new().await;
    let signed = place.sign(&place.anchoring(&root(1)).await).await;
    place.chain.send(&signed.raw).await.unwrap();
    place.settled(&signed).await;
    let reader = Ethereum::reader(&place.node.url()).unwrap();
    assert_eq!(
        reader.network().await.unwrap(),
        place.chain.network().await.unwrap()
    );
    let anchored = reader.anchored(&place.registry, &root(1)).await.unwrap();
    assert_eq!(anchored, Some(2));
    for error in [
        reader.platform().await.err().unwrap(),
        reader.registry().err().unwrap(),
        reader.anchoring(&root(1)).err().unwrap(),
        reader
            .sign(&place.anchoring(&root(2)).await)
            .await
            .err()
            .unwrap(),
    ] {
        assert!(matches!(error, ChainError::Unusable(_)), "{error}");
    }
    // An address without a contract is no registry that has noted nothing.
    let elsewhere = Address::parse(ANA).unwrap();
    let error = reader.anchored(&elsewhere, &root(1)).await.err().unwrap();
    assert!(matches!(error, ChainError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn a_state_outlives_the_node() {
    let mut place = Place::new().await;
    let signed = place.sign(&place.anchoring(&root(1)).await).await;
    place.chain.send(&signed.raw).await.unwrap();
    let before = place.settled(&signed).await;
    place.node.stop().await.unwrap();
    let error = place.chain.height().await.unwrap_err();
    assert!(matches!(error, ChainError::Unreachable(_)), "{error}");
    place.node.restart().await.unwrap();
    let after = place.chain.receipt(&signed.hash).await.unwrap();
    assert_eq!(after, Some(before));
}
