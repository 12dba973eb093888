//! The evidence of a contract that was negotiated, signed, activated and stopped, and what a reader of it is told.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sharepact_domain::chain::{Block, ChainHash, Receipt};
use sharepact_domain::contract::{Command, Duration};
use sharepact_domain::document::{Document, DocumentFact, Rendering, Shown};
use sharepact_domain::event::{Digest, Event};
use sharepact_domain::evidence::{
    Anchored, Evidence, Kind, Outside, Parts, Report, Unreadable, Witness, verify,
};
use sharepact_domain::ledger::anchor::Anchor;
use sharepact_domain::ledger::merkle::Tree;
use sharepact_domain::party::Actor;
use sharepact_domain::wallet::Address;

use super::{Story, activate, carl, counter, day, paula, sealed, start, stop, terms};

pub const REGISTRY: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
pub const CHAIN: u64 = 31_337;

/// A contract that was negotiated, signed, activated and stopped.
pub fn story() -> Story {
    let first = Command::Negotiate {
        price: None,
        terms: Some(terms("# Use\n\nResearch and teaching.")),
        comment: None,
    };
    Story::drafted(Duration::Days(30))
        .then(&carl(), first, start())
        .then(&paula(), counter("90"), start())
        .then(&carl(), Command::Accept, start())
        .then(&paula(), activate(), day(1))
        .then(&paula(), stop(), day(2))
}

/// The same contract's document: of three versions.
pub fn renderings() -> Vec<Event<DocumentFact>> {
    let mut events: Vec<Event<DocumentFact>> = Vec::new();
    for (version, days) in [(5, 0), (6, 1), (7, 2)] {
        let recorded = events.last().map(Document::after);
        let rendering = Rendering {
            version,
            sha256: sha256(&version.to_string()),
            length: 1_000,
            key: format!("contracts/1/{version}.pdf"),
            rendered_at: day(days),
        };
        let fact =
            Document::decide(recorded.as_ref(), Shown::Contract(Story::id()), &rendering).unwrap();
        let link = Document::link(recorded.as_ref());
        let id = Story::id().to_string();
        events.push(sealed(fact, &id, link, &Actor::System, day(days)));
    }
    events
}

pub fn sha256(text: &str) -> Digest {
    Digest::new(Sha256::digest(text).into())
}

pub fn block(number: u8) -> Block {
    Block {
        number: u64::from(number),
        hash: ChainHash::new([number; 32]),
    }
}

/// Anchors of all events but the last of each kind, in batches of three with a stranger's hash among them.
pub fn anchors(contract: &[Digest], document: &[Digest]) -> Vec<Anchored> {
    let places = |kind: Kind, hashes: &[Digest]| {
        let kept = hashes.len() - 1;
        let places = (1_u64..).zip(hashes.iter().copied()).take(kept);
        places
            .map(|(sequence, hash)| (kind, sequence, hash))
            .collect::<Vec<_>>()
    };
    let mut all = places(Kind::Contract, contract);
    all.extend(places(Kind::Document, document));
    let mut anchors = Vec::new();
    for (number, batch) in (1_u8..).zip(all.chunks(3)) {
        let mut leaves = vec![sha256(&format!("stranger {number}"))];
        leaves.extend(batch.iter().map(|(_, _, hash)| *hash));
        let tree = Tree::over(&leaves).unwrap();
        for (index, (aggregate, sequence, _)) in (1..).zip(batch) {
            anchors.push(Anchored {
                aggregate: *aggregate,
                sequence: *sequence,
                anchor: Anchor {
                    proof: tree.proof(index).unwrap(),
                    root: tree.root(),
                    chain_id: CHAIN,
                    registry: Address::parse(REGISTRY).unwrap(),
                    transaction: ChainHash::new([number + 100; 32]),
                    block: Some(block(number)),
                    confirmed_at: Some(day(3)),
                },
            });
        }
    }
    anchors
}

pub fn texts() -> Vec<String> {
    ["# Use\n\nResearch only.", "# Use\n\nResearch and teaching."]
        .map(str::to_owned)
        .into()
}

pub fn parts() -> Parts {
    let (story, document) = (story(), renderings());
    let contract_hashes: Vec<_> = story.events.iter().map(|event| event.hash).collect();
    let document_hashes: Vec<_> = document.iter().map(|event| event.hash).collect();
    Parts {
        contract: Story::id(),
        events: story
            .events
            .iter()
            .map(|event| event.canonical().unwrap())
            .collect(),
        document: document
            .iter()
            .map(|event| event.canonical().unwrap())
            .collect(),
        terms: Some(texts()),
        anchors: anchors(&contract_hashes, &document_hashes),
    }
}

pub fn evidence() -> Evidence {
    Evidence::of(parts()).unwrap()
}

pub fn json_of(evidence: &Evidence) -> Value {
    serde_json::to_value(evidence).unwrap()
}

/// What a reader of the file is told.
pub fn told(file: &Value, outside: &Outside) -> Result<Report, Unreadable> {
    let text = serde_json_canonicalizer::to_string(file).unwrap();
    Evidence::read(&text).map(|evidence| verify(&evidence, outside))
}

/// The file of somebody who knows how the digest is made.
pub fn redigested(mut file: Value) -> Value {
    let members = file.as_object_mut().unwrap();
    members.remove("digest");
    let text = serde_json_canonicalizer::to_string(&members).unwrap();
    members.insert("digest".to_owned(), json!(sha256(&text)));
    file
}

/// What the chain says of this evidence.
pub fn witnesses(evidence: &Evidence) -> BTreeMap<Digest, Witness> {
    let all = evidence.anchors.iter().map(|anchored| {
        let block = anchored.anchor.block.unwrap();
        let witness = Witness {
            chain_id: CHAIN,
            noted: Some(block.number),
            receipt: Some(Receipt {
                block,
                succeeded: true,
                gas: 50_000,
            }),
        };
        (anchored.anchor.root, witness)
    });
    all.collect()
}
