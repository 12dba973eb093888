//! What it takes to verify the evidence of a contract offline: `cargo bench -p sharepact-domain --bench verification`.

#![allow(
    missing_docs,
    reason = "criterion's macros write functions of their own"
)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what cannot be made up cannot be measured"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sharepact_domain::event::{Aggregate, Digest};
use sharepact_domain::evidence::{Anchored, Evidence, Kind, Outside, Parts, verify};
use sharepact_domain::id::ContractId;
use sharepact_domain::ledger::anchor::Anchor;
use sharepact_domain::ledger::merkle::Tree;
use uuid::Uuid;

const EVENTS: u64 = 100;

fn canonical(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).expect("JSON")
}

fn sha256(text: &str) -> Digest {
    Digest::new(Sha256::digest(text).into())
}

/// A hundred revisions of 2,000 characters of terms, each anchored in a tree of 1,024.
fn file() -> String {
    let contract = ContractId::new(Uuid::from_u128(7));
    let aggregate = Aggregate {
        kind: "contract".to_owned(),
        id: contract.to_string(),
    };
    let (mut before, mut events, mut terms, mut leaves) = (Value::Null, vec![], vec![], vec![]);
    for sequence in 1..=EVENTS {
        let text = format!("{sequence} {}", "All of it. ".repeat(180));
        let mut event = json!({
            "id": Uuid::from_u128(u128::from(sequence)), "type": "contract.negotiated", "version": 1,
            "aggregate": aggregate, "sequence": sequence, "occurredAt": "2026-03-01T09:00:00.000Z",
            "actor": { "kind": "user", "user": "carl" }, "previousHash": before,
            "data": { "revision": sequence, "by": "consumer", "termsHash": sha256(&text), "comment": null,
                "price": { "minor": 10_000, "currency": "EUR" } },
        });
        let hash = sha256(&canonical(&event));
        event["hash"] = json!(hash);
        before = json!(hash);
        leaves.push(hash);
        events.push(canonical(&event));
        terms.push(text);
    }
    leaves.extend((EVENTS..1_024).map(|number| sha256(&number.to_string())));
    let tree = Tree::over(&leaves).expect("a tree");
    let anchors = (1..=EVENTS).zip(0..).map(|(sequence, index)| Anchored {
        aggregate: Kind::Contract,
        sequence,
        anchor: Anchor {
            proof: tree.proof(index).expect("a leaf"),
            root: tree.root(),
            chain_id: 1,
            registry: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
                .to_owned()
                .try_into()
                .expect("an address"),
            transaction: format!("0x{}", "07".repeat(32)).try_into().expect("a hash"),
            block: None,
            confirmed_at: None,
        },
    });
    let parts = Parts {
        contract,
        anchors: anchors.collect(),
        events,
        document: Vec::new(),
        terms: Some(terms),
    };
    let evidence = Evidence::of(parts).expect("it is evidence");
    evidence.canonical().expect("JSON")
}

fn verification(criterion: &mut Criterion) {
    let file = file();
    assert!(
        verified(&file),
        "what is measured is a verification that holds"
    );
    criterion.bench_function("read and verify 100 events", |bencher| {
        bencher.iter(|| verified(&file));
    });
}

fn verified(file: &str) -> bool {
    let evidence = Evidence::read(file).expect("it is evidence");
    verify(&evidence, &Outside::default()).holds()
}

criterion_group!(benches, verification);
criterion_main!(benches);
