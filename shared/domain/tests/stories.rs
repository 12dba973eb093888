//! Stories of the pipeline: given a contract, when somebody acts, then what the business expects.
//!
//! How contracts begin is told in `beginnings`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use cast::*;
use sharepact_domain::contract::{Command, CommandKind, ContractFact, Duration, Refusal, Status};
use sharepact_domain::fault::Rule;
use sharepact_domain::money::Vat;
use sharepact_domain::party::{Actor, Author, Side};
use sharepact_domain::time::Timestamp;

const MONTH: Duration = Duration::Days(30);

fn expire(story: &mut Story, at: Timestamp) -> Result<ContractFact, Refusal> {
    story.attempt(&Actor::System, Command::Expire, at)
}

#[test]
fn the_draft_fixes_currency_and_vat() {
    // Given a draft in yen with 24 percent VAT
    let story = Story::requested(&paula(), &carl(), MONTH);
    let story = story.then(&paula(), draft("12000", "JPY"), day(1));
    // When both sides bargain and agree
    let story = story
        .then(&carl(), counter("9000"), day(2))
        .then(&paula(), counter("10000"), day(3))
        .then(&carl(), Command::Accept, day(4));
    // Then it is still yen, and still 24 percent
    let offer = story.contract.offer.unwrap();
    assert_eq!(offer.price, money("10000", "JPY"));
    assert_eq!(offer.vat, Vat::parse("24").unwrap());
}

#[test]
fn the_request_fixes_fields_duration_and_retention() {
    let asked = Story::requested(&paula(), &carl(), MONTH);
    let scope = asked.contract.scope().unwrap().clone();
    assert_eq!(scope.selection.fields, ["picked_up", "fare"]);
    assert_eq!(scope.duration, MONTH);
    let active = asked
        .then(&paula(), draft("100", "EUR"), day(1))
        .then(&carl(), counter("90"), day(2))
        .then(&paula(), Command::Accept, day(3))
        .then(&paula(), activate(), day(4));
    assert_eq!(active.contract.scope(), Some(&scope));
}

#[test]
fn every_offer_flips_the_turn_and_is_a_revision_of_its_own() {
    let story = Story::drafted(MONTH);
    assert_eq!(story.contract.turn, Some(Side::Consumer));
    let story = story.then(&carl(), counter("90"), day(1));
    assert_eq!(story.contract.turn, Some(Side::Provider));
    assert_eq!(story.contract.waiting_for(), Some(Side::Provider));
    let story = story.then(&paula(), counter("95"), day(2));
    let offer = story.contract.offer.clone().unwrap();
    assert_eq!((offer.revision, offer.by), (3, Side::Provider));
    assert_eq!(offer.at, day(2));
    let refusal = story.refused(&paula(), counter("96"), day(3));
    assert_eq!(
        refusal,
        Refusal::NotYourTurn {
            turn: Side::Consumer,
            allowed: vec![CommandKind::Reject],
        }
    );
}

#[test]
fn terms_travel_beside_the_fact_and_are_named_by_their_hash() {
    let story = Story::drafted(MONTH);
    let agreed = terms("# Use\n\nResearch and teaching.");
    let counter = Command::Negotiate {
        price: None,
        terms: Some(agreed.clone()),
        comment: Some(note("We also teach")),
    };
    let actor = Actor::Caller(carl());
    let decision = story
        .contract
        .decide(&actor, counter.clone(), day(1))
        .unwrap();
    assert_eq!(decision.terms.as_ref(), Some(&agreed));
    let offer = story.then(&carl(), counter, day(1)).contract.offer.unwrap();
    assert_eq!(offer.terms_hash, agreed.digest());
    // The price that nobody spoke of stays.
    assert_eq!(offer.price, money("100", "EUR"));
}

#[test]
fn a_negotiation_without_news_is_refused() {
    let story = Story::drafted(MONTH);
    let nothing = |price: Option<&str>, text: Option<&str>| Command::Negotiate {
        price: price.map(str::to_owned),
        terms: text.map(terms),
        comment: Some(note("As it was")),
    };
    let same_terms = "# Use\n\nResearch only.";
    for counter in [
        nothing(None, None),
        nothing(Some("100"), None),
        nothing(Some("100.00"), Some(same_terms)),
        nothing(None, Some(same_terms)),
    ] {
        let refusal = story.refused(&carl(), counter, day(1));
        assert_eq!(violated(refusal)[0].0, "/price");
    }
}

#[test]
fn a_price_more_precise_than_the_drafts_currency_is_refused() {
    for (code, bad) in [("EUR", "99.999"), ("JPY", "99.5"), ("KWD", "1.0001")] {
        let story = Story::requested(&paula(), &carl(), MONTH);
        let story = story.then(&paula(), draft("100", code), day(1));
        for price in [bad, "-1", "1e2", "", "99,5"] {
            let refusal = story.refused(&carl(), counter(price), day(2));
            let expected = [("/price".to_owned(), Rule::InvalidPrice)];
            assert_eq!(violated(refusal), expected, "{price} {code}");
        }
    }
}

#[test]
fn acceptance_binds_both_to_the_last_revision() {
    let story = Story::drafted(MONTH)
        .then(&carl(), counter("80"), day(1))
        .then(&paula(), counter("90"), day(2))
        .then(&carl(), Command::Accept, day(3));
    let offer = story.contract.offer.clone().unwrap();
    let acceptance = story.contract.acceptance.clone().unwrap();
    assert_eq!((acceptance.revision, acceptance.by), (3, Side::Consumer));
    assert_eq!(acceptance.author, Author::from(&Actor::Caller(carl())));
    assert_eq!(acceptance.at, day(3));
    assert_eq!((offer.revision, offer.price), (3, money("90", "EUR")));
    let ContractFact::Signed { terms_hash, .. } = story.events[4].fact else {
        panic!("{:?}", story.events[4]);
    };
    assert_eq!(terms_hash, offer.terms_hash);
    assert_eq!(story.contract.turn, None);
}

#[test]
fn a_contract_is_in_force_from_its_activation_for_its_duration() {
    let story = Story::signed(MONTH).then(&paula(), activate(), day(10));
    assert_eq!(story.contract.effective_at, Some(day(10)));
    assert_eq!(story.contract.expires_at, Some(day(40)));
    assert_eq!(story.contract.payment_reference, Some(line("INV-2026-17")));
    assert_eq!(story.contract.status(shifted(day(40), -1)), Status::Active);
    assert_eq!(story.contract.status(day(40)), Status::Expired);
}

#[test]
fn forever_never_expires() {
    let mut story = Story::active(Duration::Forever);
    assert_eq!(story.contract.expires_at, None);
    let far = instant("9999-12-31T23:59:59.999Z");
    assert_eq!(story.contract.status(far), Status::Active);
    assert!(matches!(
        expire(&mut story, far),
        Err(Refusal::IllegalStatus { .. })
    ));
    assert!(
        story
            .contract
            .allowed(&carl(), far)
            .contains(&CommandKind::Stop)
    );
}

#[test]
fn a_duration_is_a_day_to_a_hundred_years_or_forever() {
    assert_eq!(Duration::days(1).unwrap(), Duration::Days(1));
    assert_eq!(Duration::days(36_500).unwrap(), Duration::Days(36_500));
    for bad in [0, -1, 36_501, i64::MAX, i64::MIN] {
        assert_eq!(Duration::days(bad).unwrap_err().rule, Rule::InvalidDuration);
    }
}

#[test]
fn an_end_past_the_calendar_is_refused() {
    let story = Story::signed(MONTH);
    let late = instant("9999-12-20T00:00:00Z");
    let refusal = story.refused(&paula(), activate(), late);
    let expected = [("/duration".to_owned(), Rule::InvalidDuration)];
    assert_eq!(violated(refusal), expected);
}

#[test]
fn what_time_has_ended_cannot_be_stopped_and_offers_nothing() {
    let story = Story::active(MONTH);
    assert_eq!(story.contract.recorded, Status::Active);
    for party in [paula(), carl()] {
        assert_eq!(story.contract.allowed(&party, day(30)), []);
        assert_eq!(
            story.refused(&party, stop(), day(30)),
            Refusal::IllegalStatus {
                command: CommandKind::Stop,
                status: Status::Expired,
                allowed: vec![],
            }
        );
    }
}

#[test]
fn a_stop_ends_access_at_once_and_says_why() {
    for (party, side) in [(paula(), Side::Provider), (carl(), Side::Consumer)] {
        let story = Story::active(MONTH).then(&party, stop(), day(3));
        assert_eq!(story.contract.status(day(3)), Status::Stopped);
        let ending = story.contract.ending.unwrap();
        assert_eq!((ending.by, ending.at), (Some(side), day(3)));
        assert_eq!(ending.reason, Some(note("The terms were broken")));
        assert_eq!(ending.detail, Some(note("A copy was sold")));
    }
    // And a stopped contract does not turn into an expired one later.
    let mut story = Story::active(MONTH).then(&carl(), stop(), day(3));
    assert!(expire(&mut story, day(31)).is_err());
    assert_eq!(story.contract.status(day(31)), Status::Stopped);
}

#[test]
fn the_consumer_withdraws_a_request_by_rejecting_it() {
    let story = Story::requested(&paula(), &carl(), MONTH).then(&carl(), reject(), day(1));
    assert_eq!(story.contract.status(day(1)), Status::Rejected);
    let ending = story.contract.ending.unwrap();
    assert_eq!(ending.by, Some(Side::Consumer));
    assert_eq!(ending.reason, Some(note("Another source was found")));
}

#[test]
fn the_provider_declines_a_request_and_cannot_reject_it() {
    let story = Story::requested(&paula(), &carl(), MONTH);
    assert_eq!(
        story.refused(&paula(), reject(), day(1)),
        Refusal::IllegalStatus {
            command: CommandKind::Reject,
            status: Status::Request,
            allowed: vec![CommandKind::Decline, CommandKind::Draft],
        }
    );
    let silent = Command::Decline { reason: None };
    let story = story.then(&paula(), silent, day(1));
    assert_eq!(story.contract.status(day(1)), Status::Declined);
    let ending = story.contract.ending.unwrap();
    assert_eq!((ending.by, ending.reason), (Some(Side::Provider), None));
}

#[test]
fn either_side_rejects_what_is_signed_and_not_yet_paid() {
    for (party, side) in [(paula(), Side::Provider), (carl(), Side::Consumer)] {
        let story = Story::signed(MONTH).then(&party, reject(), day(2));
        assert_eq!(story.contract.status(day(2)), Status::Rejected);
        assert_eq!(story.contract.ending.unwrap().by, Some(side));
        // What was agreed to stays on the record.
        assert!(story.contract.acceptance.is_some());
    }
}

#[test]
fn only_the_provider_says_that_it_was_paid() {
    let story = Story::signed(MONTH);
    assert_eq!(
        story.refused(&carl(), activate(), day(1)),
        Refusal::WrongSide {
            command: CommandKind::Activate,
            needs: Side::Provider,
            allowed: vec![CommandKind::Reject],
        }
    );
}

#[test]
fn in_an_organization_members_look_and_only_the_manager_binds() {
    let (ours, theirs) = (provider_member(), consumer_member());
    let story = Story::requested(&provider_manager(), &theirs, MONTH);
    for member in [&ours, &theirs] {
        assert!(story.contract.visible_to(member));
        assert_eq!(story.contract.allowed(member, day(1)), []);
    }
    // Not even the member who asked withdraws.
    assert_eq!(
        story.refused(&theirs, reject(), day(1)),
        Refusal::NotManager
    );
    let story = story.then(&consumer_manager(), reject(), day(1));
    assert_eq!(story.contract.status(day(1)), Status::Rejected);
}

#[test]
fn strangers_learn_nothing_and_operators_look_without_touching() {
    let story = Story::active(MONTH);
    assert!(!story.contract.visible_to(&stranger()));
    assert!(story.contract.visible_to(&operator()));
    for outsider in [stranger(), operator()] {
        assert_eq!(story.contract.allowed(&outsider, day(1)), []);
        assert_eq!(story.refused(&outsider, stop(), day(1)), Refusal::NotAParty);
    }
}

#[test]
fn a_late_run_records_the_expiry_with_its_original_end() {
    let mut story = Story::active(MONTH);
    // When the nightly job comes five days late
    let fact = expire(&mut story, day(35)).unwrap();
    // Then the end is when time ended it, and the event says when that was recorded
    let expected = ContractFact::Expired {
        expires_at: day(30),
    };
    assert_eq!(fact, expected);
    assert_eq!(story.contract.recorded, Status::Expired);
    assert_eq!(story.contract.expires_at, Some(day(30)));
    assert_eq!(story.contract.updated_at, day(35));
    let ending = story.contract.ending.unwrap();
    assert_eq!((ending.by, ending.reason), (None, None));
    assert_eq!(ending.at, day(30), "time is the truth, the job records it");
}

#[test]
fn an_expiry_is_not_recorded_early_nor_twice() {
    let mut story = Story::active(MONTH);
    let early = expire(&mut story, shifted(day(30), -1)).unwrap_err();
    let refused = |status| Refusal::IllegalStatus {
        command: CommandKind::Expire,
        status,
        allowed: vec![],
    };
    assert_eq!(early, refused(Status::Active));
    expire(&mut story, day(30)).unwrap();
    let twice = expire(&mut story, day(31)).unwrap_err();
    assert_eq!(twice, refused(Status::Expired));
    assert_eq!(story.events.len(), 5);
}

#[test]
fn nothing_but_a_quota_contract_is_extended() {
    let extend = Command::Extend { until: day(90) };
    for story in [Story::active(MONTH), Story::opened(Some(day(30)))] {
        let refusal = story.refused(&paula(), extend.clone(), day(1));
        let allowed = vec![CommandKind::Stop];
        let expected = Refusal::IllegalStatus {
            command: CommandKind::Extend,
            status: Status::Active,
            allowed,
        };
        assert_eq!(refusal, expected);
    }
}

#[test]
fn a_warning_is_given_once_for_each_horizon() {
    let mut story = Story::active(MONTH);
    let end = story.contract.expires_at.unwrap();
    let before = |days: i64| end.plus(-chrono::TimeDelta::days(days)).unwrap();
    let warn =
        |story: &mut Story, days, at| story.attempt(&Actor::System, Command::Warn { days }, at);
    assert!(
        warn(&mut story, 14, before(20)).is_err(),
        "the end is further off"
    );
    assert!(warn(&mut story, 14, before(10)).is_ok());
    assert!(warn(&mut story, 14, before(10)).is_err(), "it was given");
    assert!(
        warn(&mut story, 3, before(2)).is_ok(),
        "a nearer one is another"
    );
    assert!(
        warn(&mut story, 14, before(2)).is_err(),
        "a nearer one was given"
    );
    assert_eq!(story.contract.recorded, Status::Active);
}
