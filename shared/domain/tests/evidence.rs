//! Evidence under attack: whatever is flipped, removed, doubled, moved or exchanged is noticed, and where it is.
//!
//! The one rule: an attack is made on the file, as anybody could make it, and judged by what a reader is told.

mod cast;

use std::collections::BTreeMap;

use cast::{Story, activate, carl, counter, day, paula, sealed, start, stop, terms};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sharepact_domain::chain::{Block, ChainHash, Receipt};
use sharepact_domain::contract::{Command, Duration};
use sharepact_domain::document::{Document, DocumentFact, Rendering};
use sharepact_domain::event::{Digest, Event};
use sharepact_domain::evidence::{
    Anchored, Evidence, Kept, Kind, Name, Outside, Parts, Report, Unreadable, Verdict, Witness,
    standing, verify,
};
use sharepact_domain::ledger::anchor::Anchor;
use sharepact_domain::ledger::merkle::Tree;
use sharepact_domain::party::Actor;
use sharepact_domain::wallet::Address;

const REGISTRY: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const CHAIN: u64 = 31_337;

/// A contract that was negotiated, signed, activated and stopped.
fn story() -> Story {
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
fn renderings() -> Vec<Event<DocumentFact>> {
    let mut events: Vec<Event<DocumentFact>> = Vec::new();
    for (version, days) in [(5, 0), (6, 1), (7, 2)] {
        let recorded = events.last().map(Document::after);
        let rendering = Rendering {
            contract_version: version,
            sha256: sha256(&version.to_string()),
            length: 1_000,
            key: format!("contracts/1/{version}.pdf"),
            rendered_at: day(days),
        };
        let fact = Document::decide(recorded.as_ref(), Story::id(), &rendering).unwrap();
        let link = Document::link(recorded.as_ref());
        let id = Story::id().to_string();
        events.push(sealed(fact, &id, link, &Actor::System, day(days)));
    }
    events
}

fn sha256(text: &str) -> Digest {
    Digest::new(Sha256::digest(text).into())
}

fn block(number: u8) -> Block {
    Block {
        number: u64::from(number),
        hash: ChainHash::new([number; 32]),
    }
}

/// Anchors of all events but the last of each kind, in batches of three with a stranger's hash among them.
fn anchors(contract: &[Digest], document: &[Digest]) -> Vec<Anchored> {
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

fn texts() -> Vec<String> {
    ["# Use\n\nResearch only.", "# Use\n\nResearch and teaching."]
        .map(str::to_owned)
        .into()
}

fn parts() -> Parts {
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

fn evidence() -> Evidence {
    Evidence::of(parts()).unwrap()
}

fn json_of(evidence: &Evidence) -> Value {
    serde_json::to_value(evidence).unwrap()
}

/// What a reader of the file is told.
fn told(file: &Value, outside: &Outside) -> Result<Report, Unreadable> {
    let text = serde_json_canonicalizer::to_string(file).unwrap();
    Evidence::read(&text).map(|evidence| verify(&evidence, outside))
}

/// The file of somebody who knows how the digest is made.
fn redigested(mut file: Value) -> Value {
    let members = file.as_object_mut().unwrap();
    members.remove("digest");
    let text = serde_json_canonicalizer::to_string(&members).unwrap();
    members.insert("digest".to_owned(), json!(sha256(&text)));
    file
}

/// What the chain says of this evidence.
fn witnesses(evidence: &Evidence) -> BTreeMap<Digest, Witness> {
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

/// Every leaf of a JSON value, as a pointer.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.push(at.to_owned());
        }
    }
}

/// A value of the same kind, as near as may be.
fn flipped(value: &Value) -> Value {
    match value {
        Value::Null => json!("a"),
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_u64().unwrap() + 1),
        Value::String(text) => {
            let mut text: Vec<char> = text.chars().collect();
            let last = text.last_mut().unwrap();
            *last = if *last == '1' { '2' } else { '1' };
            json!(text.into_iter().collect::<String>())
        }
        Value::Array(_) | Value::Object(_) => panic!("{value} is no leaf"),
    }
}

/// Where a flip at this pointer must be found, as far as it can be told exactly.
fn expected(pointer: &str, file: &Value) -> Option<(Name, Option<Kind>, Option<u64>)> {
    let steps: Vec<_> = pointer.split('/').skip(1).collect();
    let number = |index: &str| index.parse::<u64>().unwrap() + 1;
    match steps.as_slice() {
        ["events", index, ..] => Some((Name::Event, Some(Kind::Contract), Some(number(index)))),
        ["document", index, ..] => Some((Name::Event, Some(Kind::Document), Some(number(index)))),
        ["contract"] => Some((Name::Event, Some(Kind::Contract), Some(1))),
        ["terms", _] => Some((Name::Terms, Some(Kind::Contract), None)),
        ["anchors", index, "anchor", "proof", step, ..] if *step != "size" => {
            let anchored = &file["anchors"][index.parse::<usize>().unwrap()];
            let kind = serde_json::from_value(anchored["aggregate"].clone()).unwrap();
            Some((Name::Anchor, Some(kind), anchored["sequence"].as_u64()))
        }
        ["anchors", index, "anchor", "root"] => {
            let anchored = &file["anchors"][index.parse::<usize>().unwrap()];
            let kind = serde_json::from_value(anchored["aggregate"].clone()).unwrap();
            Some((Name::Anchor, Some(kind), anchored["sequence"].as_u64()))
        }
        ["digest"] => Some((Name::Digest, None, None)),
        _ => None,
    }
}

#[test]
fn evidence_holds_and_reads_back() {
    let evidence = evidence();
    let text = evidence.canonical().unwrap();
    assert_eq!(Evidence::read(&text), Ok(evidence.clone()));
    assert_eq!(Evidence::read(&format!("{text}\n")), Ok(evidence.clone()));
    let report = verify(&evidence, &Outside::default());
    assert!(report.holds(), "{report:#?}");
    // Nine events hold, two wait, no chain was asked, no PDF compared.
    let count = |name, verdict| {
        let checks = report.checks.iter();
        checks
            .filter(|check| (check.name, check.verdict) == (name, verdict))
            .count()
    };
    assert_eq!(count(Name::Event, Verdict::Holds), 10);
    assert_eq!(count(Name::Terms, Verdict::Holds), 2);
    assert_eq!(count(Name::Document, Verdict::Holds), 3);
    assert_eq!(count(Name::Anchor, Verdict::Holds), 8);
    assert_eq!(count(Name::Anchor, Verdict::Unknown), 2);
    assert_eq!(count(Name::Root, Verdict::Holds), 3);
    assert_eq!(count(Name::Digest, Verdict::Holds), 1);
    assert_eq!(count(Name::Chain, Verdict::Unknown), 3);
    assert_eq!(count(Name::Pdf, Verdict::Unknown), 1);
    let names: Vec<_> = report.checks.iter().map(|check| check.name).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn every_flipped_leaf_is_noticed_where_it_is() {
    let file = json_of(&evidence());
    let mut pointers = Vec::new();
    leaves(&file, "", &mut pointers);
    assert!(pointers.len() > 250, "{}", pointers.len());
    for pointer in pointers {
        let mut altered = file.clone();
        let leaf = altered.pointer_mut(&pointer).unwrap();
        *leaf = flipped(leaf);
        let Ok(report) = told(&altered, &Outside::default()) else {
            continue;
        };
        let first = report.first_failure();
        let first = first.unwrap_or_else(|| panic!("{pointer}: nothing is noticed"));
        if let Some((name, kind, sequence)) = expected(&pointer, &file) {
            assert_eq!(
                (first.name, first.aggregate),
                (name, kind),
                "{pointer}: {first:?}"
            );
            assert!(
                sequence.is_none() || first.sequence == sequence,
                "{pointer}: {first:?}"
            );
        }
    }
}

/// Whoever makes the digest anew is found by everything else: by the file alone as far as events, texts, proofs and
/// roots go, and by the chain where it is about the chain.
#[test]
fn who_makes_the_digest_anew_is_found_all_the_same() {
    let evidence = evidence();
    let file = json_of(&evidence);
    let mut pointers = Vec::new();
    leaves(&file, "", &mut pointers);
    let asked = Outside {
        chain: Some(witnesses(&evidence)),
        registry: Some(Address::parse(REGISTRY).unwrap()),
        pdf: None,
    };
    assert!(verify(&evidence, &asked).holds());
    let mut only_by_the_chain = Vec::new();
    for pointer in pointers {
        let mut altered = file.clone();
        let leaf = altered.pointer_mut(&pointer).unwrap();
        *leaf = flipped(leaf);
        let altered = redigested(altered);
        let found = |outside: &Outside| match told(&altered, outside) {
            Err(_) => true,
            Ok(report) => !report.holds(),
        };
        // Only the digest itself is right again.
        if pointer == "/digest" || found(&Outside::default()) {
            continue;
        }
        only_by_the_chain.push(pointer.clone());
        let when = pointer.ends_with("/confirmedAt") || pointer.ends_with("/size");
        assert!(when || found(&asked), "{pointer}: nothing is noticed");
    }
    // Of each root several events tell, and they would have to be altered together.
    for pointer in &only_by_the_chain {
        assert!(pointer.starts_with("/anchors/"), "{pointer}");
    }
}

#[test]
fn where_a_root_is_only_the_chain_can_say() {
    let evidence = evidence();
    let chain = witnesses(&evidence);
    let asked = |chain: BTreeMap<_, _>| Outside {
        chain: Some(chain),
        ..Outside::default()
    };
    for member in ["chainId", "registry", "transaction", "block", "confirmedAt"] {
        let mut altered = json_of(&evidence);
        for anchored in altered["anchors"].as_array_mut().unwrap() {
            let value = &mut anchored["anchor"][member];
            *value = match member {
                "chainId" => json!(1),
                "registry" => json!("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
                "transaction" => json!(ChainHash::new([9; 32])),
                "block" => json!(block(77)),
                _ => json!(day(4)),
            };
        }
        let altered = redigested(altered);
        let report = told(&altered, &Outside::default()).unwrap();
        assert!(report.holds(), "{member}: by itself the file holds");
        // A transaction that never was has no receipt.
        let mut chain = chain.clone();
        if member == "transaction" {
            chain
                .values_mut()
                .for_each(|witness| witness.receipt = None);
        }
        let outside = Outside {
            registry: Some(Address::parse(REGISTRY).unwrap()),
            ..asked(chain)
        };
        let report = told(&altered, &outside).unwrap();
        let first = report.first_failure().map(|check| check.name);
        // When it was known to be settled is the service's word alone.
        let expected = (member != "confirmedAt").then_some(Name::Chain);
        assert_eq!(first, expected, "{member}");
    }
    for (what, change) in [
        (
            "not noted",
            (|witness: &mut Witness| witness.noted = None) as fn(&mut Witness),
        ),
        ("noted elsewhere", |witness| witness.noted = Some(99)),
        ("another chain", |witness| witness.chain_id = 1),
        ("no receipt", |witness| witness.receipt = None),
        ("another block of that number", |witness| {
            let receipt = witness.receipt.as_mut().unwrap();
            receipt.block.hash = ChainHash::new([200; 32]);
        }),
        ("failed", |witness| {
            witness.receipt.as_mut().unwrap().succeeded = false
        }),
    ] {
        let mut chain = chain.clone();
        chain.values_mut().for_each(change);
        let report = verify(&evidence, &asked(chain));
        let first = report.first_failure().map(|check| check.name);
        assert_eq!(first, Some(Name::Chain), "{what}");
    }
    // A chain that is down is no alteration.
    let report = verify(&evidence, &asked(BTreeMap::new()));
    assert!(report.holds());
}

#[test]
fn what_is_removed_doubled_moved_or_exchanged_is_noticed() {
    type Attack = fn(&mut Value);
    let other = {
        let mut parts = parts();
        let events = Story::active(Duration::Forever).events;
        parts.events = events
            .iter()
            .map(|event| event.canonical().unwrap())
            .collect();
        json_of(&Evidence::of(parts).unwrap())
    };
    let list =
        |file: &mut Value, name: &str| -> Vec<Value> { file[name].as_array().unwrap().clone() };
    let attacks: [(&str, Attack, Name, Option<u64>); 13] = [
        (
            "the first event is gone",
            |file| drop(file["events"].as_array_mut().unwrap().remove(0)),
            Name::Event,
            Some(1),
        ),
        (
            "one between is gone",
            |file| drop(file["events"].as_array_mut().unwrap().remove(2)),
            Name::Event,
            Some(3),
        ),
        (
            "the last is gone, and its document is not",
            |file| drop(file["events"].as_array_mut().unwrap().pop()),
            Name::Document,
            Some(3),
        ),
        (
            "all are gone",
            |file| file["events"] = json!([]),
            Name::Event,
            Some(1),
        ),
        (
            "one stands twice",
            |file| {
                let one = file["events"][3].clone();
                file["events"].as_array_mut().unwrap().insert(3, one);
            },
            Name::Event,
            Some(5),
        ),
        (
            "two have changed places",
            |file| file["events"].as_array_mut().unwrap().swap(1, 2),
            Name::Event,
            Some(2),
        ),
        (
            "two proofs have changed places",
            |file| {
                let (a, b) = (
                    file["anchors"][0]["anchor"]["proof"].clone(),
                    file["anchors"][1]["anchor"]["proof"].clone(),
                );
                file["anchors"][0]["anchor"]["proof"] = b;
                file["anchors"][1]["anchor"]["proof"] = a;
            },
            Name::Anchor,
            Some(1),
        ),
        (
            "two anchors have changed places",
            |file| file["anchors"].as_array_mut().unwrap().swap(0, 1),
            Name::Anchor,
            Some(1),
        ),
        (
            "an anchor stands twice",
            |file| {
                let one = file["anchors"][0].clone();
                file["anchors"].as_array_mut().unwrap().insert(0, one);
            },
            Name::Anchor,
            Some(1),
        ),
        (
            "a text is gone",
            |file| {
                let texts = file["terms"].as_object_mut().unwrap();
                let first = texts.keys().next().unwrap().clone();
                texts.remove(&first);
            },
            Name::Terms,
            None,
        ),
        (
            "a text is there that nobody agreed to",
            |file| file["terms"]["00"] = json!("More."),
            Name::Terms,
            None,
        ),
        (
            "the document is another contract's",
            |file| {
                for event in file["document"].as_array_mut().unwrap() {
                    event["aggregate"]["id"] = json!("2");
                }
            },
            Name::Event,
            Some(1),
        ),
        (
            "a document's event is gone",
            |file| drop(file["document"].as_array_mut().unwrap().remove(1)),
            Name::Event,
            Some(2),
        ),
    ];
    for (what, attack, name, sequence) in attacks {
        let mut file = json_of(&evidence());
        attack(&mut file);
        let report = told(&redigested(file), &Outside::default()).unwrap();
        let first = report.first_failure();
        let first = first.unwrap_or_else(|| panic!("{what}: nothing is noticed"));
        assert_eq!(first.name, name, "{what}: {first:?}");
        assert!(
            sequence.is_none() || first.sequence == sequence,
            "{what}: {first:?}"
        );
    }
    // Another contract's events under this one's anchors, and the other way round.
    let mut file = json_of(&evidence());
    file["events"] = Value::Array(list(&mut other.clone(), "events"));
    let report = told(&redigested(file), &Outside::default()).unwrap();
    assert!(!report.holds());
}

/// Whoever alters an event and seals all that follow anew has a chain that holds, and proofs that do not.
#[test]
fn who_seals_the_chain_anew_is_found_by_the_proofs() {
    let mut parts = parts();
    let mut before = Value::Null;
    parts.events = parts
        .events
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let mut event: Value = serde_json::from_str(text).unwrap();
            if index == 1 {
                event["data"]["price"]["minor"] = json!(1);
            }
            event["previousHash"] = before.clone();
            event.as_object_mut().unwrap().remove("hash");
            let hash = json!(sha256(
                &serde_json_canonicalizer::to_string(&event).unwrap()
            ));
            event["hash"] = hash.clone();
            before = hash;
            serde_json_canonicalizer::to_string(&event).unwrap()
        })
        .collect();
    let report = verify(&Evidence::of(parts).unwrap(), &Outside::default());
    let first = report.first_failure().unwrap();
    assert_eq!(
        (first.name, first.sequence),
        (Name::Anchor, Some(2)),
        "{first:?}"
    );
}

#[test]
fn a_pdf_is_the_last_an_earlier_one_or_none() {
    let evidence = evidence();
    for (content, verdict, sequence) in [
        ("7", Verdict::Holds, Some(3)),
        ("5", Verdict::Holds, Some(1)),
        ("8", Verdict::Fails, None),
    ] {
        let outside = Outside {
            pdf: Some(sha256(content)),
            ..Outside::default()
        };
        let report = verify(&evidence, &outside);
        let check = report
            .checks
            .iter()
            .find(|check| check.name == Name::Pdf)
            .unwrap();
        assert_eq!(
            (check.verdict, check.sequence),
            (verdict, sequence),
            "{content}"
        );
    }
}

#[test]
fn texts_that_were_left_out_are_unknown_and_not_altered() {
    let evidence = Evidence::of(Parts {
        terms: None,
        ..parts()
    })
    .unwrap();
    let report = told(&json_of(&evidence), &Outside::default()).unwrap();
    assert!(report.holds());
    let unknown = report
        .checks
        .iter()
        .filter(|check| check.name == Name::Terms);
    assert!(
        unknown.clone().count() == 2
            && unknown
                .clone()
                .all(|check| check.verdict == Verdict::Unknown)
    );
}

#[test]
fn what_the_service_keeps_is_what_the_events_make_of_it() {
    let (evidence, story) = (evidence(), story());
    let document = renderings().last().map(Document::after);
    let kept = Kept {
        contract: &story.contract,
        document: document.as_ref(),
    };
    assert!(
        standing(&evidence, kept)
            .iter()
            .all(|check| check.verdict == Verdict::Holds)
    );
    let mut other = story.contract.clone();
    other.version += 1;
    let altered = standing(
        &evidence,
        Kept {
            contract: &other,
            ..kept
        },
    );
    assert_eq!(altered[0].verdict, Verdict::Fails);
    let gone = standing(
        &evidence,
        Kept {
            document: None,
            ..kept
        },
    );
    assert_eq!(
        (gone[0].verdict, gone[1].verdict),
        (Verdict::Holds, Verdict::Fails)
    );
}

#[test]
fn what_is_no_evidence_says_what_it_is_not() {
    let text = evidence().canonical().unwrap();
    for (file, expected) in [
        ("%PDF-1.7".to_owned(), "it is no JSON"),
        ("[]".to_owned(), "it has no member `format`"),
        (
            text.replace("sharepact-evidence/1", "sharepact-evidence/2"),
            "sharepact-evidence/2",
        ),
        (
            text.replacen('{', "{\"more\":1,", 1),
            "unknown field `more`",
        ),
        (text.replacen('{', "{ ", 1), "from byte 1 on"),
        (
            text.replacen("\"number\":1}", "\"number\":1,\"other\":2}", 1),
            "from byte",
        ),
        (
            text.replacen("\"index\":1,", "\"index\":1.0,", 1),
            "it is no evidence",
        ),
    ] {
        let error = Evidence::read(&file).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

/// One byte of a small file at a time, through all of it.
#[test]
fn every_flipped_byte_is_noticed() {
    let story = Story::requested(&paula(), &carl(), Duration::Days(1));
    let event = &story.events[0];
    let parts = Parts {
        contract: Story::id(),
        events: vec![event.canonical().unwrap()],
        document: Vec::new(),
        terms: Some(Vec::new()),
        anchors: anchors(&[event.hash, event.hash], &[event.hash]),
    };
    let text = Evidence::of(parts).unwrap().canonical().unwrap();
    assert!(verify(&Evidence::read(&text).unwrap(), &Outside::default()).holds());
    for place in 0..text.len() {
        for bit in [0, 1, 5] {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let Ok(altered) = String::from_utf8(bytes) else {
                continue;
            };
            let holds = Evidence::read(&altered)
                .is_ok_and(|evidence| verify(&evidence, &Outside::default()).holds());
            assert!(!holds, "byte {place}, bit {bit}: nothing is noticed");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn another_byte_anywhere_is_noticed(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let text = evidence().canonical().unwrap();
        let mut bytes = text.clone().into_bytes();
        let place = at.index(bytes.len());
        prop_assume!(bytes[place] != byte);
        bytes[place] = byte;
        if let Ok(altered) = String::from_utf8(bytes) {
            // Behind the end only white space may stand; in its place nothing may.
            let holds = Evidence::read(&altered).is_ok_and(|evidence| verify(&evidence, &Outside::default()).holds());
            prop_assert!(!holds);
        }
    }
}
