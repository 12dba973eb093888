//! What anchoring costs. `docs/FIGURES.md` states what this test prints.

use sharepact_domain::event::Digest;
use sharepact_domain::ledger::merkle::Tree;
use sharepact_runtime::Chain as _;

use crate::place::Place;

/// With 1,024 events in a batch each of them costs less than 50 then.
const MOST: u64 = 51_200;

fn batch(size: usize) -> Digest {
    let entries = (0..size).map(|at| {
        let mut bytes = [0xa5; 32];
        bytes[..8].copy_from_slice(&at.to_be_bytes());
        Digest::new(bytes)
    });
    Tree::over(&entries.collect::<Vec<_>>()).unwrap().root()
}

#[tokio::test]
async fn an_event_costs_little_gas() {
    let place = Place::new().await;
    for size in [1, 64, 1_024] {
        let signed = place.sign(&place.anchoring(&batch(size)).await).await;
        place.chain.send(&signed.raw).await.unwrap();
        let receipt = place.settled(&signed).await;
        assert!(receipt.succeeded && receipt.gas < MOST, "{receipt:?}");
        let each = f64::from(u32::try_from(receipt.gas).unwrap())
            / f64::from(u32::try_from(size).unwrap());
        println!("batch of {size}: {} gas, {each:.1} per event", receipt.gas);
    }
}
