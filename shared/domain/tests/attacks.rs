//! Evidence under attack: whatever is flipped, removed, doubled, moved or exchanged is noticed, and where it is.
//!
//! The one rule: an attack is made on the file, as anybody could make it, and judged by what a reader is told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use cast::evidence::*;
use cast::{Story, carl, paula};
use proptest::prelude::*;
use serde_json::{Value, json};
use sharepact_domain::contract::Duration;
use sharepact_domain::evidence::{Evidence, Kind, Name, Outside, Parts, Registry, verify};
use sharepact_domain::wallet::Address;

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
        registry: Registry::Trusted(Address::parse(REGISTRY).unwrap()),
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
#[expect(clippy::too_many_lines, reason = "a table: one row for each attack")]
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
