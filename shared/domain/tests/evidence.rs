//! Evidence as it is issued and read: by itself, with a PDF, with what a chain says of it.
//!
//! The one rule: what was not looked at is unknown, and no failure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use std::collections::BTreeMap;

use cast::day;
use cast::evidence::*;
use serde_json::json;
use sharepact_domain::chain::ChainHash;
use sharepact_domain::document::Document;
use sharepact_domain::evidence::{
    Evidence, Kept, Name, Outside, Parts, Registry, Verdict, Witness, standing, verify,
};
use sharepact_domain::wallet::Address;

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
            for witness in chain.values_mut() {
                witness.receipt = None;
            }
        }
        let outside = Outside {
            registry: Registry::Trusted(Address::parse(REGISTRY).unwrap()),
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
            witness.receipt.as_mut().unwrap().succeeded = false;
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

/// The service's configuration may name another registry, or another chain, than when a root was anchored: nothing was
/// altered, and nothing was looked at. To a reader who names the registry that counts it is a failure.
#[test]
fn a_registry_that_the_service_had_before_is_unknown_to_it() {
    let evidence = evidence();
    let present = |address: &str| Registry::Present(Some(Address::parse(address).unwrap()));
    let other = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";
    let told = |registry: Registry, chain_id: Option<u64>| {
        let mut chain = witnesses(&evidence);
        for (witness, chain_id) in chain.values_mut().zip(chain_id.into_iter().cycle()) {
            witness.chain_id = chain_id;
        }
        let report = verify(
            &evidence,
            &Outside {
                chain: Some(chain),
                registry,
                ..Outside::default()
            },
        );
        let checks = report.checks.into_iter();
        let chain: Vec<_> = checks.filter(|check| check.name == Name::Chain).collect();
        assert_eq!(chain.len(), 3);
        chain
    };
    for (registry, chain_id, verdict, says) in [
        (present(REGISTRY), None, Verdict::Holds, REGISTRY),
        (Registry::Present(None), None, Verdict::Holds, REGISTRY),
        (present(other), None, Verdict::Unknown, other),
        (present(REGISTRY), Some(6), Verdict::Unknown, "chain 6"),
        (
            Registry::Trusted(Address::parse(other).unwrap()),
            None,
            Verdict::Fails,
            other,
        ),
        (Registry::Any, Some(6), Verdict::Fails, "chain 6"),
    ] {
        let case = format!("{registry:?} {chain_id:?}");
        let first = &told(registry, chain_id)[0];
        assert_eq!(first.verdict, verdict, "{case}: {}", first.says);
        assert!(first.says.contains(says), "{case}: {}", first.says);
    }
}
