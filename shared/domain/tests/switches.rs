//! Stories of sessions: they begin by themselves or by hand, go off and on again, and have their time changed.

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
use proptest::prelude::*;
use sharepact_domain::event::{Event, verify};
use sharepact_domain::fault::Rule;
use sharepact_domain::party::{Actor, Side};
use sharepact_domain::session::{
    EndCause, Session, SessionCommand, SessionEnd, SessionFact, SessionRefusal,
    SessionStatus as Status,
};
use sharepact_domain::time::Timestamp;

const STOP: SessionCommand = SessionCommand::Stop { reason: None };

fn by_hand() -> sharepact_domain::agreement::Frame {
    let mut frame = frame();
    frame.sharing.automatic_start = false;
    frame
}

fn status(switch: &Switch, now: Timestamp) -> Status {
    switch.session.standing(&switch.lineage, now).status
}

fn from(at: Timestamp) -> SessionCommand {
    SessionCommand::Change {
        valid_from: Some(at),
        valid_to: None,
    }
}

fn to(at: Option<Timestamp>) -> SessionCommand {
    SessionCommand::Change {
        valid_from: None,
        valid_to: Some(at),
    }
}

/// The places of a refusal for a change's values.
fn refused(switch: &Switch, change: SessionCommand, now: Timestamp) -> Vec<(String, Rule)> {
    let actor = Actor::Caller(boss(PROVIDER));
    match switch.session.decide(&switch.lineage, &actor, change, now) {
        Err(SessionRefusal::Invalid(violations)) => violations
            .into_iter()
            .map(|violation| (violation.pointer, violation.fault.rule))
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn term_fault(pointer: &str) -> Vec<(String, Rule)> {
    vec![(pointer.to_owned(), Rule::InvalidTerm)]
}

#[test]
fn a_session_begins_by_itself_where_the_agreement_says_so() {
    let mut switch = Switch::made(&agreed(frame()), None, (Some(day(10)), None));
    assert_eq!(status(&switch, shifted(day(10), -1)), Status::Scheduled);
    assert_eq!(status(&switch, day(10)), Status::Running);
    // The record comes later and changes nothing.
    let fact = switch.attempt(&Actor::System, SessionCommand::Begin, day(11));
    assert_eq!(fact, Ok(SessionFact::Started {}));
    assert_eq!(switch.session.recorded, Status::Running);
    assert_eq!(switch.session.valid_from, day(10));
    let again = switch.attempt(&Actor::System, SessionCommand::Begin, day(11));
    assert!(matches!(again, Err(SessionRefusal::IllegalStatus { .. })));
}

#[test]
fn a_session_begins_by_hand_where_the_agreement_says_so() {
    let mut switch = Switch::made(&agreed(by_hand()), None, (Some(day(10)), None));
    assert_eq!(status(&switch, day(300)), Status::Scheduled);
    assert!(
        switch
            .attempt(&Actor::System, SessionCommand::Begin, day(11))
            .is_err()
    );
    let early = switch.attempt(
        &Actor::Caller(boss(PROVIDER)),
        SessionCommand::Start,
        shifted(day(10), -1),
    );
    let valid_from = day(10);
    assert_eq!(early, Err(SessionRefusal::TooEarly { valid_from }));
    let switch = switch.then(&session_manager(PROVIDER), SessionCommand::Start, day(10));
    assert_eq!(status(&switch, day(10)), Status::Running);
}

#[test]
fn a_session_goes_off_and_on_until_its_end() {
    let end = day(20);
    let mut switch = Switch::made(&agreed(frame()), None, (None, Some(end)));
    for (off, on) in [(1, 2), (3, 4)] {
        for by in [boss(PROVIDER), boss(CONSUMER)] {
            let stopped = switch.clone().then(&by, STOP, day(off));
            assert_eq!(status(&stopped, day(off)), Status::Stopped);
            assert_eq!(status(&stopped, shifted(end, -1)), Status::Stopped);
            switch = stopped.then(&boss(PROVIDER), SessionCommand::Start, day(on));
            assert_eq!(status(&switch, day(on)), Status::Running);
        }
    }
    // To the last instant, and not at the first one after it.
    let last = shifted(end, -1);
    let stopped = switch.then(&boss(CONSUMER), STOP, last);
    let again = stopped
        .clone()
        .then(&boss(PROVIDER), SessionCommand::Start, last);
    assert_eq!(status(&again, last), Status::Running);
    for mut over in [stopped, again] {
        assert_eq!(status(&over, end), Status::Ended);
        let actor = Actor::Caller(boss(PROVIDER));
        for command in [SessionCommand::Start, STOP, to(Some(day(30)))] {
            let refusal = over.attempt(&actor, command, end);
            assert!(matches!(
                refusal,
                Err(SessionRefusal::IllegalStatus {
                    status: Status::Ended,
                    ..
                })
            ));
        }
        let cause = EndCause::Time;
        let fact = over.attempt(&Actor::System, SessionCommand::End, day(25));
        let ended = SessionEnd { at: end, cause };
        assert_eq!(
            fact,
            Ok(SessionFact::Ended {
                end: ended,
                onward: false
            })
        );
        assert_eq!(over.session.end, Some(ended));
        assert!(
            over.attempt(&Actor::System, SessionCommand::End, day(25))
                .is_err()
        );
    }
}

#[test]
fn what_was_stopped_before_its_time_does_not_begin_by_itself() {
    let switch = Switch::made(&agreed(frame()), None, (Some(day(10)), None));
    let switch = switch.then(&boss(CONSUMER), STOP, day(5));
    assert_eq!(status(&switch, day(10)), Status::Stopped);
    let switch = switch.then(&boss(PROVIDER), SessionCommand::Start, day(10));
    assert_eq!(status(&switch, day(10)), Status::Running);
}

#[test]
fn a_stop_says_by_whom() {
    for (organization, side) in [(PROVIDER, Side::Provider), (CONSUMER, Side::Consumer)] {
        let mut switch = Switch::made(&agreed(frame()), None, OPEN);
        let reason = Some(note("Service"));
        let stop = SessionCommand::Stop {
            reason: reason.clone(),
        };
        let actor = Actor::Caller(session_manager(organization));
        let fact = switch.attempt(&actor, stop, day(1));
        assert_eq!(fact, Ok(SessionFact::Stopped { by: side, reason }));
    }
}

#[test]
fn a_beginning_moves_until_the_session_has_begun_and_never_into_the_past() {
    let mut later = frame();
    later.valid_from = day(5);
    let switch = Switch::made(&agreed(later), None, (Some(day(10)), Some(day(20))));
    let moved = |switch: &Switch, at, now| {
        let switch = switch.clone().then(&boss(PROVIDER), from(at), now);
        assert_eq!(switch.session.recorded, Status::Scheduled);
        switch.session.valid_from
    };
    assert_eq!(moved(&switch, day(5), day(1)), day(5));
    assert_eq!(
        moved(&switch, shifted(day(20), -1), day(1)),
        shifted(day(20), -1)
    );
    // What is past is now: nobody shared in retrospect.
    assert_eq!(moved(&switch, day(6), day(8)), day(8));
    let agreements = refused(&switch, from(shifted(day(5), -1)), day(1));
    assert_eq!(agreements, term_fault("/validFrom"));
    assert_eq!(
        refused(&switch, from(day(20)), day(1)),
        term_fault("/validTo")
    );
    assert_eq!(refused(&switch, from(day(10)), day(1)), term_fault(""));
    // To the last instant before it begins by itself, and no longer, recorded or not.
    assert_eq!(moved(&switch, day(15), shifted(day(10), -1)), day(15));
    assert_eq!(
        refused(&switch, from(day(15)), day(10)),
        term_fault("/validFrom")
    );
    let mut begun = switch;
    begun
        .attempt(&Actor::System, SessionCommand::Begin, day(10))
        .unwrap();
    assert_eq!(
        refused(&begun, from(day(15)), day(10)),
        term_fault("/validFrom")
    );
    let stopped = begun.then(&boss(PROVIDER), STOP, day(10));
    assert_eq!(
        refused(&stopped, from(day(15)), day(10)),
        term_fault("/validFrom")
    );
}

#[test]
fn what_begins_by_hand_has_not_begun_until_it_was_started() {
    let switch = Switch::made(&agreed(by_hand()), None, (Some(day(10)), None));
    let switch = switch.then(&boss(PROVIDER), from(day(15)), day(12));
    assert_eq!(switch.session.valid_from, day(15));
}

#[test]
fn an_end_moves_inside_the_agreements_time_and_time_to_come() {
    let switch = Switch::made(&agreed(frame()), None, (Some(day(10)), Some(day(20))));
    let running = {
        let mut running = switch.clone();
        running
            .attempt(&Actor::System, SessionCommand::Begin, day(10))
            .unwrap();
        running
    };
    for (switch, now) in [(switch, day(1)), (running, day(12))] {
        let earliest = day(10).max(now);
        for at in [Some(shifted(earliest, 1)), Some(day(365)), None] {
            let moved = switch.clone().then(&boss(PROVIDER), to(at), now);
            assert_eq!(moved.session.valid_to, at);
            assert_eq!(moved.session.recorded, switch.session.recorded);
            let end = moved.session.end(&moved.lineage).unwrap().at;
            assert_eq!(end, at.unwrap_or(day(365)));
            assert_eq!(status(&moved, end), Status::Ended);
            assert_ne!(status(&moved, shifted(end, -1)), Status::Ended);
        }
        for at in [earliest, shifted(earliest, -1), shifted(day(365), 1)] {
            assert_eq!(
                refused(&switch, to(Some(at)), now),
                term_fault("/validTo"),
                "{at}"
            );
        }
        assert_eq!(refused(&switch, to(Some(day(20))), now), term_fault(""));
        let nothing = SessionCommand::Change {
            valid_from: None,
            valid_to: None,
        };
        assert_eq!(refused(&switch, nothing, now), term_fault(""));
    }
}

#[test]
fn every_fault_of_a_change_is_told_at_once() {
    let switch = Switch::made(&agreed(frame()), None, (Some(day(10)), None));
    let change = SessionCommand::Change {
        valid_from: Some(shifted(start(), -1)),
        valid_to: Some(Some(day(366))),
    };
    let places = refused(&switch, change, day(1));
    assert_eq!(
        places,
        [term_fault("/validFrom"), term_fault("/validTo")].concat()
    );
}

#[test]
fn under_a_contract_a_session_has_the_contracts_time() {
    let agreement = agreed(frame());
    let contract = granted(&agreement, 2, quota(5, None, Some(day(30))));
    let mut switch = Switch::made(&agreement, Some(&contract), OPEN);
    let actor = Actor::Caller(session_manager(PROVIDER));
    let refusal = switch.attempt(&actor, to(Some(day(20))), day(1));
    assert_eq!(refusal, Err(SessionRefusal::BoundByContract));
    let end = |switch: &Switch| switch.session.end(&switch.lineage).unwrap();
    let cause = EndCause::Contract;
    assert_eq!(end(&switch), SessionEnd { at: day(30), cause });
    // An extension carries it along, without an event of its own.
    let until = day(60);
    let story = Story {
        contract,
        events: Vec::new(),
    };
    let extend = sharepact_domain::contract::Command::Extend { until };
    let longer = story.then(&boss(PROVIDER), extend, day(2)).contract;
    switch.lineage.contract = Some(longer);
    assert_eq!(end(&switch), SessionEnd { at: until, cause });
    assert_eq!(status(&switch, day(30)), Status::Running);
    assert_eq!(status(&switch, until), Status::Ended);
    // What has an end of its own keeps it.
    switch.session.valid_to = Some(day(20));
    let cause = EndCause::Time;
    assert_eq!(end(&switch), SessionEnd { at: day(20), cause });
}

fn commands() -> impl Strategy<Value = SessionCommand> {
    let at = (0_u32..40).prop_map(day);
    prop_oneof![
        3 => Just(SessionCommand::Start),
        3 => Just(STOP),
        2 => Just(SessionCommand::Begin),
        2 => Just(SessionCommand::End),
        2 => (proptest::option::of(at.clone()), proptest::option::of(proptest::option::of(at)))
            .prop_map(|(valid_from, valid_to)| SessionCommand::Change { valid_from, valid_to }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_whatever_is_tried(
        automatic in any::<bool>(),
        contracted in any::<bool>(),
        tries in proptest::collection::vec((0_usize..4, commands(), 0_u32..6), 0..25),
    ) {
        let mut wanted = frame();
        wanted.valid_to = Some(day(35));
        wanted.sharing.automatic_start = automatic;
        let agreement = agreed(wanted);
        let contract = contracted.then(|| granted(&agreement, 2, quota(1, None, Some(day(30)))));
        let mut switch = Switch::made(&agreement, contract.as_ref(), (Some(day(3)), Some(day(25))));
        let people = [
            Actor::Caller(session_manager(PROVIDER)),
            Actor::Caller(session_manager(CONSUMER)),
            Actor::Caller(member(PROVIDER)),
            Actor::System,
        ];
        let mut days = 0;
        for (who, command, pause) in tries {
            days += pause;
            let now = day(days);
            let before = switch.session.clone();
            let shown = status(&switch, now);
            let outcome = switch.attempt(&people[who], command.clone(), now);
            let after = &switch.session;
            prop_assert_eq!(outcome.is_ok(), *after != before);
            prop_assert!(shown != Status::Ended || outcome.is_err() || command == SessionCommand::End);
            // What it is about never changes, and it never leaves its parents' time.
            prop_assert_eq!((after.id, &after.asset, &after.upstream), (before.id, &before.asset, &before.upstream));
            prop_assert!(after.valid_from >= agreement.frame.valid_from);
            let end = after.end(&switch.lineage).unwrap().at;
            let latest = if contracted { day(30) } else { day(35) };
            prop_assert!(end <= latest);
            prop_assert_eq!(after.end.is_some(), after.recorded == Status::Ended);
            prop_assert_eq!(status(&switch, end), Status::Ended);
            // What is recorded by the system is what everybody was told already.
            if who == 3 {
                prop_assert_eq!(status(&switch, now), shown);
            }
        }
        prop_assert_eq!(verify(&switch.events), Ok(()));
        let read = |event: &Event<SessionFact>| {
            serde_json::from_str::<Event<SessionFact>>(&event.canonical().unwrap()).unwrap()
        };
        let events: Vec<_> = switch.events.iter().map(read).collect();
        let (first, rest) = events.split_first().unwrap();
        let begun = Session::begin(switch.session.id, first).unwrap();
        prop_assert_eq!(rest.iter().fold(begun, Session::apply), switch.session.clone());
        prop_assert!(rest.iter().all(|event| Session::begin(switch.session.id, event).is_none()));
        let json = serde_json::to_string(&switch.session).unwrap();
        prop_assert_eq!(serde_json::from_str::<Session>(&json).unwrap(), switch.session);
    }
}
