//! Sharing on what was received: as far as every agreement on the way lets it pass, never more of it, never back.

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
use sharepact_domain::agreement::{Extent, Frame, Onward};
use sharepact_domain::asset::Entity;
use sharepact_domain::session::{Candidate, CreateRefusal, SessionStatus, Source};

const GRANTS: [Onward; 3] = [Onward::None, Onward::Once, Onward::Unlimited];

/// How many times what is received under such an agreement may be shared on.
fn reach(onward: Onward) -> usize {
    match onward {
        Onward::None => 0,
        Onward::Once => 1,
        Onward::Unlimited => usize::MAX,
    }
}

#[test]
fn it_passes_as_far_as_every_agreement_on_the_way_lets_it() {
    let choices = || GRANTS.into_iter();
    let mut refused = 0;
    for first in choices() {
        for second in choices() {
            for third in choices() {
                for fourth in choices() {
                    let grants = [first, second, third, fourth, Onward::None];
                    let (switches, refusal) = relay(&grants.map(passing));
                    // The session of that number is so many hops away from each agreement before it.
                    let passes = |number: &usize| {
                        let before = grants.iter().take(*number).enumerate();
                        before
                            .into_iter()
                            .all(|(at, grant)| number - at <= reach(*grant))
                    };
                    let expected = (0..grants.len()).take_while(passes).count();
                    assert_eq!(switches.len(), expected, "{grants:?}");
                    if expected < grants.len() {
                        let place = CreateRefusal::OnwardNotAllowed(vec![0]);
                        assert_eq!(refusal, Some(place), "{grants:?}");
                        refused += 1;
                    }
                }
            }
        }
    }
    // Only where all four are unlimited, or all but the last, which takes one more hop, it goes all the way.
    assert_eq!(refused, 81 - 2);
}

#[test]
fn a_session_knows_the_ones_it_was_received_by_the_nearest_first() {
    let (switches, _) = relay(&[Onward::Unlimited; 5].map(passing));
    let ids: Vec<_> = switches.iter().map(|switch| switch.session.id).collect();
    for (number, switch) in switches.iter().enumerate() {
        let nearest_first: Vec<_> = ids[..number].iter().rev().copied().collect();
        assert_eq!(switch.session.upstream, nearest_first);
        let asset = &switch.session.asset;
        assert_eq!(*asset, switches[0].session.asset, "it is the same vehicle");
    }
}

#[test]
fn nothing_comes_back_to_anybody_it_came_from() {
    let (switches, _) = relay(&[Onward::Unlimited; 4].map(passing));
    for (hops, switch) in switches.iter().enumerate() {
        let from = RELAY[hops + 1];
        for (number, consumer) in (20..).zip(RELAY) {
            if consumer == from {
                continue;
            }
            let agreement = between(number, from, consumer, passing(Onward::Unlimited));
            let outcome = switch.passed_on(&agreement, number).map(|_| ());
            let had_it = RELAY[..=hops].contains(&consumer);
            let expected = if had_it {
                Err(CreateRefusal::OnwardLoop(vec![0]))
            } else {
                Ok(())
            };
            assert_eq!(outcome, expected, "{consumer} after {hops} hops");
        }
    }
}

/// May what was received under the one frame be shared on under the other?
fn narrows(received: Frame, given: Frame) -> bool {
    let (switches, refusal) = relay(&[received, given]);
    match refusal {
        None => switches.len() == 2,
        Some(CreateRefusal::OnwardNotAllowed(places)) if places == [0] => false,
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn what_is_given_is_never_more_than_what_was_received() {
    let with = |change: &dyn Fn(&mut Frame)| {
        let mut frame = passing(Onward::Unlimited);
        change(&mut frame);
        frame
    };
    let few = || fields(&["fare"]);
    let more = || fields(&["fare", "zone"]);
    let other = || fields(&["zone"]);
    for (received, given, fits) in [
        (Extent::Full, Extent::Full, true),
        (Extent::Full, few(), true),
        (Extent::Full, Extent::Anonymised, true),
        (more(), few(), true),
        (more(), more(), true),
        (few(), more(), false),
        (few(), other(), false),
        (few(), Extent::Full, false),
        (few(), Extent::Anonymised, false),
        (Extent::Anonymised, Extent::Anonymised, true),
        (Extent::Anonymised, Extent::Full, false),
        (Extent::Anonymised, few(), false),
    ] {
        let of = |extent: &Extent| with(&|frame| frame.sharing.extent = extent.clone());
        let found = narrows(of(&received), of(&given));
        assert_eq!(found, fits, "{received:?} to {given:?}");
        assert_eq!(of(&given).is_within(&of(&received)), fits);
    }
    for (received, given, fits) in [
        (vec!["a", "b"], vec!["a", "b"], true),
        (vec!["a", "b"], vec!["b"], true),
        (vec!["a"], vec!["a", "b"], false),
        (vec!["a"], vec!["b"], false),
    ] {
        let of = |names: &[&str]| with(&|frame| frame.value_propositions = keywords(names));
        let found = narrows(of(&received), of(&given));
        assert_eq!(found, fits, "{received:?} to {given:?}");
    }
    // No message named is every message.
    for (received, given, fits) in [
        (vec![], vec![], true),
        (vec![], vec!["m"], true),
        (vec!["m"], vec![], false),
        (vec!["m", "n"], vec!["n"], true),
        (vec!["m"], vec!["m", "n"], false),
    ] {
        let of = |names: &[&str]| with(&|frame| frame.messages = keywords(names));
        let found = narrows(of(&received), of(&given));
        assert_eq!(found, fits, "{received:?} to {given:?}");
    }
}

/// The refusal of these, by the consumer of a session that may be shared on, towards a third organisation.
fn sharing_on(candidates: Vec<Candidate>) -> Result<usize, CreateRefusal> {
    let agreement = between(9, CONSUMER, "delta", frame());
    made(&agreement, None, &wanted(candidates), start()).map(|begun| begun.len())
}

fn received() -> Candidate {
    let (switches, _) = relay(&[passing(Onward::Once)]);
    switches[0].candidate()
}

#[test]
fn what_was_received_and_is_over_is_nobodys_to_share() {
    let with = |status| {
        let mut candidate = received();
        candidate.source.as_mut().unwrap().status = status;
        sharing_on(vec![candidate])
    };
    // What is off for now may be promised, and flows once it is on.
    for status in [
        SessionStatus::Scheduled,
        SessionStatus::Running,
        SessionStatus::Stopped,
    ] {
        assert_eq!(with(status), Ok(1), "{status:?}");
    }
    let over = CreateRefusal::AssetNotYours(vec![0]);
    assert_eq!(with(SessionStatus::Ended), Err(over));
}

#[test]
fn another_assets_or_another_consumers_session_is_no_source() {
    let change = |change: &dyn Fn(&mut Source)| {
        let mut candidate = received();
        change(candidate.source.as_mut().unwrap());
        sharing_on(vec![candidate])
    };
    let missing = Err(CreateRefusal::AssetNotYours(vec![0]));
    assert_eq!(change(&|_| {}), Ok(1));
    assert_eq!(
        change(&|source| source.chain[0].session.asset.id = vehicle_id(7)),
        missing
    );
    let other = boss("other").party();
    assert_eq!(
        change(&|source| source.chain[0].session.consumer = other.clone()),
        missing
    );
    assert_eq!(change(&|source| source.chain.clear()), missing);
    let mut none = received();
    none.source = None;
    assert_eq!(sharing_on(vec![none]), missing);
}

#[test]
fn every_place_that_may_not_be_shared_on_is_named() {
    let own = |number| own(vehicle(number, CONSUMER, Entity::Asset));
    let (switches, _) = relay(&[passing(Onward::None)]);
    let mut kept = switches[0].candidate();
    // The same session for another vehicle, so that the list holds two of them.
    let mut kept_too = kept.clone();
    kept_too.id = vehicle_id(4);
    kept_too.asset = Some(vehicle(4, PROVIDER, Entity::Asset));
    kept_too.source.as_mut().unwrap().chain[0].session.asset.id = vehicle_id(4);
    let list = vec![own(1), kept.clone(), own(2), kept_too];
    assert_eq!(
        sharing_on(list),
        Err(CreateRefusal::OnwardNotAllowed(vec![1, 3]))
    );
    // Own and received assets are shared in one list.
    kept.source.as_mut().unwrap().chain[0]
        .agreement
        .frame
        .sharing
        .onward = Onward::Once;
    assert_eq!(sharing_on(vec![own(1), kept]), Ok(2));
}
