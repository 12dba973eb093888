//! Transactions that wait: replaced, forgotten, sent again, thrown out of the chain.

use sharepact_domain::chain::{Unsigned, Wei};
use sharepact_runtime::{Chain as _, ChainError, Sent};

use crate::place::{CHAIN, ETHER, Place, raised, root, transfer};

#[tokio::test]
async fn handing_over_again_changes_nothing() {
    let place = Place::new().await;
    place.node.automine(false).await.unwrap();
    let signed = place.sign(&place.next(transfer(1)).await).await;
    for _ in 0..2 {
        assert_eq!(place.chain.send(&signed.raw).await.unwrap(), Sent::Taken);
    }
    assert_eq!(place.chain.receipt(&signed.hash).await.unwrap(), None);
    assert_eq!(place.chain.count(&place.platform, false).await.unwrap(), 1);
    assert_eq!(place.chain.count(&place.platform, true).await.unwrap(), 2);
    place.node.mine(1).await.unwrap();
    place.settled(&signed).await;
    // In a block, it was taken: only another one comes too late.
    assert_eq!(place.chain.send(&signed.raw).await.unwrap(), Sent::Taken);
    assert_eq!(place.chain.count(&place.platform, true).await.unwrap(), 2);
}

#[tokio::test]
async fn another_transaction_of_a_used_nonce_comes_too_late() {
    let place = Place::new().await;
    let first = place.next(transfer(1)).await;
    let signed = place.sign(&first).await;
    place.chain.send(&signed.raw).await.unwrap();
    place.settled(&signed).await;
    let other = place.sign(&raised(&first)).await;
    assert_eq!(place.chain.send(&other.raw).await.unwrap(), Sent::NonceUsed);
    assert_eq!(place.chain.receipt(&other.hash).await.unwrap(), None);
}

#[tokio::test]
async fn a_stuck_transaction_is_replaced_by_one_that_offers_more() {
    let place = Place::new().await;
    place.node.automine(false).await.unwrap();
    let first = place.next(transfer(1)).await;
    let stuck = place.sign(&first).await;
    assert_eq!(place.chain.send(&stuck.raw).await.unwrap(), Sent::Taken);
    let mut same = first.clone();
    same.message.value = Wei::new(2);
    let same = place.sign(&same).await;
    assert_eq!(
        place.chain.send(&same.raw).await.unwrap(),
        Sent::Underpriced
    );
    let better = place.sign(&raised(&first)).await;
    assert_eq!(place.chain.send(&better.raw).await.unwrap(), Sent::Taken);
    place.node.mine(1).await.unwrap();
    assert!(place.settled(&better).await.succeeded);
    assert_eq!(place.chain.receipt(&stuck.hash).await.unwrap(), None);
    assert_eq!(place.chain.send(&stuck.raw).await.unwrap(), Sent::NonceUsed);
}

#[tokio::test]
async fn fees_follow_the_base_fee_of_the_next_block() {
    let place = Place::new().await;
    place.node.automine(false).await.unwrap();
    let first = place.next(transfer(1)).await;
    let stuck = place.sign(&first).await;
    place.chain.send(&stuck.raw).await.unwrap();
    let height = first.fees.max.times(10).get();
    place.node.set_next_base_fee(height).await.unwrap();
    place.node.mine(1).await.unwrap();
    assert_eq!(place.chain.receipt(&stuck.hash).await.unwrap(), None);
    let fees = place.chain.fees().await.unwrap();
    assert!(fees.max > first.fees.max.times(10), "{fees:?}");
    assert!(fees.priority >= Wei::new(1) && fees.priority < fees.max);
}

#[tokio::test]
async fn a_transaction_that_was_forgotten_is_taken_again() {
    let place = Place::new().await;
    place.node.automine(false).await.unwrap();
    let signed = place.sign(&place.next(transfer(1)).await).await;
    place.chain.send(&signed.raw).await.unwrap();
    place.node.forget(&signed.hash.to_string()).await.unwrap();
    assert_eq!(place.chain.count(&place.platform, true).await.unwrap(), 1);
    assert_eq!(place.chain.send(&signed.raw).await.unwrap(), Sent::Taken);
    place.node.mine(1).await.unwrap();
    place.settled(&signed).await;
}

#[tokio::test]
async fn a_reorganisation_takes_the_receipt_and_the_root_with_it() {
    let place = Place::new().await;
    let snapshot = place.node.snapshot().await.unwrap();
    let root = root(3);
    let signed = place.sign(&place.anchoring(&root).await).await;
    place.chain.send(&signed.raw).await.unwrap();
    let before = place.settled(&signed).await;
    place.node.revert(snapshot).await.unwrap();
    place.node.mine(2).await.unwrap();
    assert_eq!(place.chain.receipt(&signed.hash).await.unwrap(), None);
    let anchored = || place.chain.anchored(&place.registry, &root);
    assert_eq!(anchored().await.unwrap(), None);
    let other = place.chain.block(before.block.number).await.unwrap();
    assert_ne!(other, Some(before.block.hash));
    // The very same bytes are taken again.
    assert_eq!(place.chain.send(&signed.raw).await.unwrap(), Sent::Taken);
    let after = place.settled(&signed).await;
    assert_ne!(after.block, before.block);
    assert_eq!(anchored().await.unwrap(), Some(after.block.number));
}

#[tokio::test]
async fn the_newest_blocks_are_replaced() {
    let place = Place::new().await;
    let signed = place.sign(&place.anchoring(&root(3)).await).await;
    place.chain.send(&signed.raw).await.unwrap();
    let before = place.settled(&signed).await;
    place.node.mine(1).await.unwrap();
    place.node.reorganise(2).await.unwrap();
    assert_eq!(place.chain.receipt(&signed.hash).await.unwrap(), None);
    assert_eq!(place.chain.height().await.unwrap(), before.block.number + 1);
}

#[tokio::test]
async fn an_empty_wallet_sends_nothing() {
    let place = Place::new().await;
    let unsigned = place.next(transfer(1)).await;
    let dear = Unsigned {
        message: transfer(1_000 * ETHER),
        ..unsigned
    };
    let signed = place.sign(&dear).await;
    let error = place.chain.send(&signed.raw).await.unwrap_err();
    assert_eq!(error, ChainError::InsufficientFunds);
    assert_eq!(place.chain.count(&place.platform, true).await.unwrap(), 1);
}

#[tokio::test]
async fn nothing_is_signed_for_another_chain() {
    let place = Place::new().await;
    let foreign = Unsigned {
        chain_id: 1,
        ..place.next(transfer(1)).await
    };
    let error = place.chain.sign(&foreign).await.err().unwrap();
    let expected = ChainError::WrongChain {
        expected: CHAIN,
        found: 1,
    };
    assert_eq!(error, expected);
}
