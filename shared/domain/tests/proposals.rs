//! How agreements begin: proposed to a consumer that is there, or with one that the provider brings along.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use cast::framework::*;
use cast::*;
use sharepact_domain::agreement::{
    AgreementFact, AgreementRefusal, AgreementStatus, Bond, Extent, Frame, Keyword, Onward,
    Proposal, onboard, propose,
};
use sharepact_domain::asset::Entity;
use sharepact_domain::fault::Rule;
use sharepact_domain::party::{Actor, Author, Principal, Side};

fn proposal(frame: Frame) -> Proposal {
    Proposal {
        frame,
        provider: signatory(PROVIDER),
        consumer: signatory(CONSUMER),
        consumer_is_billed_elsewhere: false,
    }
}

/// Both ways to begin, by that caller.
fn both(by: &Principal, frame: &Frame) -> [Result<AgreementFact, AgreementRefusal>; 2] {
    let (provider, consumer) = (signatory(PROVIDER), signatory(CONSUMER));
    [
        propose(by, proposal(frame.clone()), start()),
        onboard(by, frame.clone(), provider, consumer, start()),
    ]
}

fn faults(frame: &Frame) -> Vec<(String, Rule)> {
    let by = contract_manager(PROVIDER);
    let [proposed, onboarded] = both(&by, frame).map(|begun| match begun {
        Ok(_) => Vec::new(),
        Err(AgreementRefusal::Invalid(violations)) => violations
            .into_iter()
            .map(|violation| (violation.pointer, violation.fault.rule))
            .collect(),
        Err(other) => panic!("refused for another reason: {other:?}"),
    });
    assert_eq!(proposed, onboarded);
    proposed
}

fn fault(pointer: &str, rule: Rule) -> Vec<(String, Rule)> {
    vec![(pointer.to_owned(), rule)]
}

#[test]
fn a_proposal_waits_for_the_consumer() {
    let by = contract_manager(PROVIDER);
    let fact = propose(&by, proposal(frame()), start()).unwrap();
    let pact = Pact::begins(7, fact, &Actor::Caller(by), start());
    let agreement = &pact.agreement;
    assert_eq!(agreement.status(start()), AgreementStatus::Pending);
    assert_eq!((agreement.onboarded, &agreement.approval), (false, &None));
    assert_eq!((agreement.version, agreement.created_at), (1, start()));
    assert_eq!(agreement.frame, frame());
    assert_eq!(
        agreement.provider.party().organization.unwrap().as_str(),
        PROVIDER
    );
    let bond = Bond {
        provider: signatory(PROVIDER).organization,
        consumer: signatory(CONSUMER).organization,
        entity: Entity::Asset,
    };
    assert_eq!(agreement.bond(), bond);
}

#[test]
fn onboarding_agrees_at_once_for_the_provider_owns_and_pays() {
    let by = contract_manager(PROVIDER);
    let fact = onboard(
        &by,
        frame(),
        signatory(PROVIDER),
        signatory(CONSUMER),
        start(),
    )
    .unwrap();
    let pact = Pact::begins(7, fact, &Actor::Caller(by.clone()), start());
    assert_eq!(pact.agreement.status(start()), AgreementStatus::Active);
    assert!(pact.agreement.onboarded);
    let approval = pact.agreement.approval.unwrap();
    assert_eq!(approval.author, Author::from(&Actor::Caller(by)));
    assert_eq!((approval.at, approval.hash), (start(), pact.events[0].hash));
}

#[test]
fn only_a_contract_manager_of_the_provider_concludes() {
    for by in [boss(PROVIDER), contract_manager(PROVIDER)] {
        assert!(both(&by, &frame()).iter().all(Result::is_ok), "{by:?}");
    }
    for by in not_contract_managers(PROVIDER) {
        let refused = Err(AgreementRefusal::NotManager);
        assert_eq!(both(&by, &frame()), [refused.clone(), refused], "{by:?}");
    }
    for by in [stranger(), caller("datahaus-contractmanager", None, &[])] {
        let refused = Err(AgreementRefusal::NoOrganization);
        assert_eq!(both(&by, &frame()), [refused.clone(), refused], "{by:?}");
    }
    // Nobody concludes in the name of another organisation, the consumer's included.
    for by in [boss("other"), boss(CONSUMER), operator()] {
        let refused = Err(AgreementRefusal::NotAParty);
        assert_eq!(both(&by, &frame()), [refused.clone(), refused], "{by:?}");
    }
}

#[test]
fn nobody_shares_with_itself() {
    let by = contract_manager(PROVIDER);
    let mut own = proposal(frame());
    own.consumer = signatory(PROVIDER);
    assert_eq!(
        propose(&by, own, start()),
        Err(AgreementRefusal::SelfSharing)
    );
    let onboarded = onboard(
        &by,
        frame(),
        signatory(PROVIDER),
        signatory(PROVIDER),
        start(),
    );
    assert_eq!(onboarded, Err(AgreementRefusal::SelfSharing));
}

#[test]
fn who_is_billed_elsewhere_or_was_brought_along_does_not_pay() {
    let by = contract_manager(PROVIDER);
    for payer in [Side::Provider, Side::Consumer] {
        let mut wanted = frame();
        wanted.payer = payer;
        for elsewhere in [false, true] {
            let mut proposal = proposal(wanted.clone());
            proposal.consumer_is_billed_elsewhere = elsewhere;
            let refused = matches!(
                propose(&by, proposal, start()),
                Err(AgreementRefusal::PayerNotAllowed(_))
            );
            assert_eq!(refused, elsewhere && payer == Side::Consumer);
        }
        let [_, onboarded] = both(&by, &wanted);
        let refused = matches!(onboarded, Err(AgreementRefusal::PayerNotAllowed(_)));
        assert_eq!(refused, payer == Side::Consumer);
    }
}

#[test]
fn a_frame_names_one_to_a_hundred_packages_and_at_most_a_hundred_messages() {
    let many = |count: usize| (0..count).map(|n| Keyword::parse(&format!("k{n}")).unwrap());
    for (count, packages_fit, messages_fit) in [
        (0, false, true),
        (1, true, true),
        (100, true, true),
        (101, false, false),
    ] {
        let mut wanted = frame();
        wanted.value_propositions = many(count).collect();
        let broken = fault("/valuePropositions", Rule::InvalidKeyword);
        let expected = if packages_fit { Vec::new() } else { broken };
        assert_eq!(faults(&wanted), expected, "{count}");
        let mut wanted = frame();
        wanted.messages = many(count).collect();
        let broken = fault("/messages", Rule::InvalidKeyword);
        let expected = if messages_fit { Vec::new() } else { broken };
        assert_eq!(faults(&wanted), expected, "{count}");
    }
}

#[test]
fn a_partial_sharing_names_one_to_five_hundred_fields() {
    let many = |count: usize| Extent::Partial((0..count).map(|n| format!("f{n}")).collect());
    let broken = fault("/sharing/fields", Rule::EmptySelection);
    for (extent, expected) in [
        (many(0), broken.clone()),
        (many(1), Vec::new()),
        (many(500), Vec::new()),
        (many(501), broken.clone()),
        (fields(&[""]), broken.clone()),
        (fields(&["fare", &"é".repeat(128)]), Vec::new()),
        (fields(&["fare", &"é".repeat(129)]), broken),
    ] {
        let mut wanted = frame();
        wanted.sharing.extent = extent;
        assert_eq!(faults(&wanted), expected);
    }
}

#[test]
fn an_agreement_ends_after_it_begins_in_time_to_come_and_within_a_hundred_years() {
    let broken = fault("/validTo", Rule::InvalidTerm);
    let century = 36_500;
    for (from, to, fits) in [
        (start(), Some(start()), false),
        (start(), Some(shifted(start(), 1)), true),
        (day(10), Some(day(10)), false),
        (day(10), Some(shifted(day(10), 1)), true),
        (day(10), Some(day(9)), false),
        // It may have begun before it was written down, and not have ended.
        (shifted(start(), -1), Some(start()), false),
        (shifted(start(), -1), Some(shifted(start(), 1)), true),
        (start(), Some(day(century)), true),
        (start(), Some(shifted(day(century), 1)), false),
        (start(), None, true),
        (day(century), None, true),
    ] {
        let mut wanted = frame();
        (wanted.valid_from, wanted.valid_to) = (from, to);
        let expected = if fits { Vec::new() } else { broken.clone() };
        assert_eq!(faults(&wanted), expected, "{from} to {to:?}");
    }
    // Where the calendar ends, so do agreements.
    let mut late = frame();
    late.valid_from = instant("9990-01-01T00:00:00Z");
    late.valid_to = Some(instant("9999-12-31T23:59:59.999Z"));
    assert_eq!(faults(&late), broken);
}

#[test]
fn every_fault_of_a_frame_is_told_at_once() {
    let mut wanted = frame();
    wanted.value_propositions.clear();
    wanted.messages = (0..101)
        .map(|n| Keyword::parse(&format!("m{n}")).unwrap())
        .collect();
    wanted.sharing.extent = fields(&[]);
    wanted.valid_to = Some(start());
    let pointers: Vec<_> = faults(&wanted).into_iter().map(|(at, _)| at).collect();
    let all = [
        "/valuePropositions",
        "/messages",
        "/sharing/fields",
        "/validTo",
    ];
    assert_eq!(pointers, all);
}

#[test]
fn a_keyword_is_one_short_word() {
    for good in ["a", "0", "Fuel.level_v2:raw-1", &"k".repeat(64)] {
        assert_eq!(Keyword::parse(good).unwrap().as_str(), good);
    }
    for bad in ["", ".a", "-a", "a b", "a/b", "é", "a\n", &"k".repeat(65)] {
        let fault = Keyword::parse(bad).unwrap_err();
        assert_eq!(fault.rule, Rule::InvalidKeyword, "{bad:?}");
        let json = serde_json::to_string(bad).unwrap();
        assert!(serde_json::from_str::<Keyword>(&json).is_err(), "{bad:?}");
    }
}

#[test]
fn words_of_the_wire_are_read_back() {
    for onward in [Onward::None, Onward::Once, Onward::Unlimited] {
        assert_eq!(Onward::parse(onward.name()), Some(onward));
    }
    assert_eq!(Onward::parse("Once"), None);
    for entity in [Entity::Asset, Entity::Unit] {
        assert_eq!(Entity::parse(entity.name()), Some(entity));
    }
    for status in AgreementStatus::ALL {
        assert_eq!(AgreementStatus::parse(status.name()), Some(status));
        assert_eq!(status.is_live(), !AgreementStatus::FINAL.contains(&status));
    }
    for extent in [Extent::Full, fields(&["fare"]), Extent::Anonymised] {
        let json = serde_json::to_string(&extent).unwrap();
        assert!(json.contains(extent.name()), "{json}");
        assert_eq!(serde_json::from_str::<Extent>(&json).unwrap(), extent);
    }
}
