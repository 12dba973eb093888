//! How sessions are made: one for each asset of a list, inside their parents' time, or none at all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use cast::framework::*;
use cast::sessions::*;
use cast::*;
use sharepact_domain::agreement::{Agreement, AgreementStatus, Frame};
use sharepact_domain::asset::{AccessLevel, Entity};
use sharepact_domain::contract::{Contract, Status, Subject};
use sharepact_domain::fault::Rule;
use sharepact_domain::party::Principal;
use sharepact_domain::session::{
    Begun, Candidate, CreateRefusal, Lineage, MOST_AT_ONCE, Making, SessionStatus, Wanted, create,
};
use sharepact_domain::time::Timestamp;

fn term(candidates: Vec<Candidate>, (valid_from, valid_to): Term) -> Wanted {
    Wanted {
        candidates,
        valid_from,
        valid_to,
    }
}

/// The places and rules of a refusal for the values.
fn faults(outcome: Result<Vec<Begun>, CreateRefusal>) -> Vec<(String, Rule)> {
    match outcome {
        Err(CreateRefusal::Invalid(violations)) => violations
            .into_iter()
            .map(|violation| (violation.pointer, violation.fault.rule))
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn fault(pointer: &str, rule: Rule) -> (String, Rule) {
    (pointer.to_owned(), rule)
}

fn needing_contracts() -> Frame {
    let mut frame = frame();
    frame.contract_needed = true;
    frame
}

fn lineage(agreement: &Agreement, contract: Option<&Contract>) -> Lineage {
    Lineage {
        agreement: agreement.clone(),
        contract: contract.cloned(),
        upstream: Vec::new(),
    }
}

#[test]
fn a_list_of_assets_makes_a_session_each_in_its_order() {
    let agreement = agreed(frame());
    let mut fleet = fleet(PROVIDER, 3);
    fleet.reverse();
    let begun = made(&agreement, None, &wanted(fleet.clone()), day(2)).unwrap();
    assert_eq!(begun.len(), 3);
    for (begun, candidate) in begun.into_iter().zip(&fleet) {
        let expected = Begun {
            asset: Subject::from(candidate.asset.as_ref().unwrap()),
            provider: agreement.provider.party(),
            consumer: agreement.consumer.party(),
            valid_from: day(2),
            valid_to: None,
            automatic: true,
            upstream: Vec::new(),
        };
        assert_eq!(begun, expected);
        let switch = Switch::begins(lineage(&agreement, None), begun, 5, day(2));
        let standing = switch.session.standing(&switch.lineage, day(2));
        assert_eq!(standing.status, SessionStatus::Running);
        assert_eq!(switch.session.recorded, SessionStatus::Scheduled);
        assert_eq!(switch.session.id.agreement(), agreement.id);
    }
}

#[test]
fn only_the_providers_session_manager_makes_sessions() {
    let agreement = agreed(frame());
    let makes = |principal: &Principal| {
        let making = Making {
            agreement: &agreement,
            contract: None,
            principal,
        };
        create(making, &wanted(fleet(PROVIDER, 1)), start()).map(|begun| begun.len())
    };
    for by in [boss(PROVIDER), session_manager(PROVIDER)] {
        assert_eq!(makes(&by), Ok(1), "{by:?}");
    }
    for by in not_session_managers(PROVIDER) {
        assert_eq!(makes(&by), Err(CreateRefusal::NotManager), "{by:?}");
    }
    for by in [boss(CONSUMER), session_manager(CONSUMER), member(CONSUMER)] {
        assert_eq!(makes(&by), Err(CreateRefusal::OnlyProvider), "{by:?}");
    }
    for by in outsiders() {
        assert_eq!(makes(&by), Err(CreateRefusal::NotAParty), "{by:?}");
    }
}

#[test]
fn sessions_are_made_under_an_active_agreement() {
    let one = wanted(fleet(PROVIDER, 1));
    let pending = Pact::proposed(1, PROVIDER, CONSUMER, frame()).agreement;
    let active = agreed(frame());
    for (agreement, status, now) in [
        (&pending, AgreementStatus::Pending, start()),
        (&stopped(&active, day(1)), AgreementStatus::Stopped, day(1)),
        (&active, AgreementStatus::Expired, day(365)),
    ] {
        let refusal = made(agreement, None, &one, now).unwrap_err();
        assert_eq!(refusal, CreateRefusal::AgreementNotActive(status));
    }
    assert!(made(&active, None, &one, shifted(day(365), -1)).is_ok());
}

#[test]
fn where_a_contract_is_needed_one_is_named_and_it_is_the_agreements_and_active() {
    let agreement = agreed(needing_contracts());
    let one = wanted(fleet(PROVIDER, 1));
    let needed = made(&agreement, None, &one, start()).unwrap_err();
    assert_eq!(needed, CreateRefusal::ContractNeeded);

    let contract = granted(&agreement, 2, quota(1, None, Some(day(30))));
    let begun = made(&agreement, Some(&contract), &one, start()).unwrap();
    let switch = Switch::begins(
        lineage(&agreement, Some(&contract)),
        begun[0].clone(),
        5,
        start(),
    );
    assert_eq!(switch.session.id.contract(), Some(contract.id));

    // One that is not needed may be named all the same, and is looked at no less.
    for frame in [needing_contracts(), frame()] {
        let agreement = agreed(frame.clone());
        let elsewhere = between(8, PROVIDER, "delta", frame);
        let theirs = granted(&elsewhere, 3, quota(1, None, None));
        let bargained = Story::opened(Some(day(30))).contract;
        for other in [theirs, bargained] {
            let refusal = made(&agreement, Some(&other), &one, start()).unwrap_err();
            assert_eq!(refusal, CreateRefusal::NoSuchContract);
        }
        let contract = granted(&agreement, 2, quota(1, None, Some(day(30))));
        let last = shifted(day(30), -1);
        assert!(made(&agreement, Some(&contract), &one, last).is_ok());
        let over = made(&agreement, Some(&contract), &one, day(30)).unwrap_err();
        assert_eq!(over, CreateRefusal::ContractNotActive(Status::Expired));
        let story = Story {
            contract,
            events: Vec::new(),
        };
        let ended = story.then(&boss(CONSUMER), stop(), day(1)).contract;
        let refusal = made(&agreement, Some(&ended), &one, day(1)).unwrap_err();
        assert_eq!(refusal, CreateRefusal::ContractNotActive(Status::Stopped));
    }
}

#[test]
fn a_list_names_one_to_a_hundred_assets_each_once() {
    let agreement = agreed(frame());
    let makes = |candidates| made(&agreement, None, &wanted(candidates), start());
    for count in [0, MOST_AT_ONCE + 1] {
        let expected = [fault("/assetIds", Rule::InvalidAsset)];
        assert_eq!(faults(makes(fleet(PROVIDER, count))), expected, "{count}");
    }
    for count in [1, MOST_AT_ONCE] {
        assert_eq!(makes(fleet(PROVIDER, count)).unwrap().len(), count);
    }
    let mut doubled = fleet(PROVIDER, 3);
    doubled.extend([doubled[1].clone(), doubled[0].clone(), doubled[1].clone()]);
    let places = ["/assetIds/3", "/assetIds/4", "/assetIds/5"];
    let expected = places.map(|place| fault(place, Rule::InvalidAsset));
    assert_eq!(faults(makes(doubled)), expected);
}

#[test]
fn sessions_lie_inside_their_parents_time() {
    let mut later = frame();
    later.valid_from = day(10);
    let agreement = agreed(later);
    let contract = granted(&agreement, 2, quota(5, Some(day(20)), Some(day(30))));
    let before = |at: Timestamp| Some(shifted(at, -1));
    let after = |at: Timestamp| Some(shifted(at, 1));
    let (from, to) = (["/validFrom"].as_slice(), ["/validTo"].as_slice());
    let fits: &[&str] = &[];
    for (contract, first, last) in [
        (None, day(10), day(365)),
        (Some(&contract), day(20), day(30)),
    ] {
        for (asked, places) in [
            ((None, None), fits),
            ((Some(first), Some(last)), fits),
            ((before(first), None), from),
            ((None, after(last)), to),
            ((None, after(first)), fits),
            ((None, Some(first)), to),
            ((before(last), None), fits),
            ((Some(last), None), from),
            ((Some(last), Some(last)), &["/validFrom", "/validTo"]),
            ((Some(day(25)), Some(day(25))), to),
            ((Some(day(25)), before(day(25))), to),
            ((Some(day(25)), after(day(25))), fits),
            ((before(first), after(last)), &["/validFrom", "/validTo"]),
        ] {
            let outcome = made(
                &agreement,
                contract,
                &term(fleet(PROVIDER, 1), asked),
                start(),
            );
            if places.is_empty() {
                let begun = &outcome.unwrap()[0];
                let expected = (asked.0.unwrap_or(first), asked.1);
                assert_eq!((begun.valid_from, begun.valid_to), expected, "{asked:?}");
            } else {
                let expected: Vec<_> = places
                    .iter()
                    .map(|place| fault(place, Rule::InvalidTerm))
                    .collect();
                assert_eq!(faults(outcome), expected, "{asked:?}");
            }
        }
    }
}

#[test]
fn what_is_past_is_now_and_no_session_ends_before_it_is_made() {
    let agreement = agreed(frame());
    let one = |asked| made(&agreement, None, &term(fleet(PROVIDER, 1), asked), day(5));
    let begun = one((Some(day(1)), None)).unwrap();
    assert_eq!(begun[0].valid_from, day(5), "nobody shares in retrospect");
    for (to, fits) in [(day(5), false), (shifted(day(5), 1), true)] {
        let outcome = one((Some(day(1)), Some(to)));
        assert_eq!(outcome.is_ok(), fits);
        if !fits {
            assert_eq!(faults(outcome), [fault("/validTo", Rule::InvalidTerm)]);
        }
    }
}

#[test]
fn no_list_is_longer_than_its_quota() {
    let agreement = agreed(frame());
    let contract = granted(&agreement, 2, quota(3, None, None));
    for (count, fits) in [(2, true), (3, true), (4, false)] {
        let outcome = made(
            &agreement,
            Some(&contract),
            &wanted(fleet(PROVIDER, count)),
            start(),
        );
        match fits {
            true => assert_eq!(outcome.unwrap().len(), count),
            false => assert_eq!(outcome, Err(CreateRefusal::QuotaExceeded { limit: 3 })),
        }
    }
}

#[test]
fn only_what_the_provider_has_is_shared_and_the_rest_is_named_by_its_places() {
    let agreement = agreed(frame());
    let mut list = fleet(PROVIDER, 5);
    // None of that id; another organisation's; the consumer's own; the boss's own, as a user.
    list[0].asset = None;
    list[2] = own(vehicle(2, "other", Entity::Asset));
    list[3] = own(vehicle(3, CONSUMER, Entity::Asset));
    let users = asset(&caller("datahaus-manager", None, &[]), AccessLevel::Private);
    list[4] = own(users);
    let refusal = made(&agreement, None, &wanted(list), start()).unwrap_err();
    assert_eq!(refusal, CreateRefusal::AssetNotYours(vec![0, 2, 3, 4]));
}

#[test]
fn an_agreement_is_for_one_kind_of_thing() {
    for (kind, other) in [(Entity::Asset, Entity::Unit), (Entity::Unit, Entity::Asset)] {
        let mut wanted_kind = frame();
        wanted_kind.entity = kind;
        let agreement = agreed(wanted_kind);
        let kinds = [other, kind, kind, other];
        let list: Vec<_> = kinds
            .iter()
            .enumerate()
            .map(|(number, kind)| own(vehicle(number, PROVIDER, *kind)))
            .collect();
        let refusal = made(&agreement, None, &wanted(list.clone()), start()).unwrap_err();
        let places = vec![0, 3];
        assert_eq!(
            refusal,
            CreateRefusal::WrongEntity {
                entity: kind,
                places
            }
        );
        let right = wanted(list[1..3].to_vec());
        assert_eq!(made(&agreement, None, &right, start()).unwrap().len(), 2);
    }
}

#[test]
fn an_asset_that_nobody_else_may_see_is_its_owners_to_share() {
    let mut confidential = vehicle(0, PROVIDER, Entity::Asset);
    confidential.definition.access_level = AccessLevel::Confidential;
    let list = wanted(vec![own(confidential)]);
    assert!(made(&agreed(frame()), None, &list, start()).is_ok());
}
