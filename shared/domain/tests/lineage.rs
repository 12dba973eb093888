//! What holds of a session because of what it hangs from: agreement, contract, and whatever it shares on.
//!
//! The one rule: the earliest of all ends counts, and the tests find it by looking at every one of them.

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
use sharepact_domain::agreement::{Agreement, Onward};
use sharepact_domain::contract::{Contract, Ending};
use sharepact_domain::party::{Actor, Side};
use sharepact_domain::session::{
    EndCause, Lineage, Session, SessionCommand, SessionCommandKind, SessionEnd, SessionFact,
    SessionPhase, SessionRefusal, SessionStatus as Status,
};
use sharepact_domain::time::Timestamp;

/// When reads happen in the random stories; what is on record happened before.
const NOW: u32 = 50;

fn status(switch: &Switch, now: Timestamp) -> Status {
    switch.session.standing(&switch.lineage, now).status
}

fn ending(at: Timestamp) -> Ending {
    Ending {
        by: Some(Side::Provider),
        reason: None,
        detail: None,
        at,
    }
}

/// One level of a chain: when each thing ends by time, and when it was ended on record.
#[derive(Clone, Debug)]
struct Level {
    session: (Option<u32>, Option<u32>),
    agreement: (Option<u32>, Option<u32>),
    contract: Option<(u32, Option<u32>)>,
    recorded: Status,
    automatic: bool,
    valid_from: u32,
}

fn levels() -> impl Strategy<Value = Vec<Level>> {
    let set = || prop_oneof![1 => Just(None), 2 => (1_u32..100).prop_map(Some)];
    let done = || prop_oneof![6 => Just(None), 1 => (1..=NOW).prop_map(Some)];
    let level = (
        (set(), done()),
        (set(), done()),
        proptest::option::of((1_u32..100, done())),
        proptest::sample::select(vec![
            Status::Scheduled,
            Status::Running,
            Status::Running,
            Status::Stopped,
        ]),
        any::<bool>(),
        1_u32..70,
    )
        .prop_map(
            |(session, agreement, contract, recorded, automatic, valid_from)| Level {
                session,
                agreement,
                contract,
                recorded,
                automatic,
                valid_from,
            },
        );
    proptest::collection::vec(level, 1..=4)
}

impl Level {
    fn dress(&self, session: &mut Session, agreement: &mut Agreement) -> Option<Contract> {
        let (set, done) = self.session;
        session.valid_to = set.map(day);
        let cause = EndCause::Time;
        session.end = done.map(|days| SessionEnd {
            at: day(days),
            cause,
        });
        session.recorded = if done.is_some() {
            Status::Ended
        } else {
            self.recorded
        };
        session.automatic = self.automatic;
        session.valid_from = day(self.valid_from);
        agreement.frame.valid_to = self.agreement.0.map(day);
        agreement.ending = self.agreement.1.map(day).map(ending);
        self.contract.map(|(set, done)| {
            let mut contract = granted(&agreed(frame()), 9, quota(1, None, Some(day(300))));
            contract.expires_at = Some(day(set));
            contract.ending = done.map(day).map(ending);
            contract
        })
    }

    /// Every end of this level, and what it is an end of.
    fn ends(&self) -> Vec<(u32, EndCause)> {
        let (of_contract, contract_ended) = self.contract.unzip();
        [
            (self.session.0, EndCause::Time),
            (self.session.1, EndCause::Time),
            (self.agreement.0, EndCause::Agreement),
            (self.agreement.1, EndCause::Agreement),
            (of_contract, EndCause::Contract),
            (contract_ended.flatten(), EndCause::Contract),
        ]
        .into_iter()
        .filter_map(|(days, cause)| Some((days?, cause)))
        .collect()
    }

    fn flows(&self) -> bool {
        match self.recorded {
            Status::Running => self.session.1.is_none(),
            Status::Scheduled => {
                self.session.1.is_none() && self.automatic && self.valid_from <= NOW
            }
            Status::Stopped | Status::Ended => false,
        }
    }
}

/// The last session of the chain, with everything it hangs from as the levels say, the nearest first.
fn dressed(levels: &[Level]) -> Switch {
    let mut switch = relayed(levels.len());
    let lineage = &mut switch.lineage;
    lineage.contract = levels[0].dress(&mut switch.session, &mut lineage.agreement);
    for (level, from) in levels[1..].iter().zip(&mut lineage.upstream) {
        from.contract = level.dress(&mut from.session, &mut from.agreement);
    }
    switch
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn the_earliest_of_all_ends_counts(levels in levels()) {
        let switch = dressed(&levels);
        let own = levels[0].ends().into_iter();
        let upstream = levels[1..].iter().flat_map(Level::ends);
        let upstream = upstream.map(|(days, _)| (days, EndCause::Upstream));
        let earliest = own.chain(upstream).min();
        let standing = switch.session.standing(&switch.lineage, day(NOW));
        let found = standing.end.map(|end| (end.at, end.cause));
        prop_assert_eq!(found, earliest.map(|(days, cause)| (day(days), cause)));

        // Who is told what, by hand.
        let over = earliest.is_some_and(|(days, _)| days <= NOW);
        let flows = levels[1..].iter().all(Level::flows);
        let expected = match levels[0].recorded {
            _ if over => Status::Ended,
            Status::Scheduled if levels[0].flows() && flows => Status::Running,
            Status::Scheduled if levels[0].flows() => Status::Stopped,
            Status::Running if flows => Status::Running,
            Status::Running => Status::Stopped,
            recorded => recorded,
        };
        prop_assert_eq!(standing.status, expected);
        prop_assert_eq!(switch.lineage.flows(day(NOW)), flows);

        // At the end itself and one millisecond before it, where nothing is on record yet.
        let on_record = levels.iter().any(|level| {
            let contract = level.contract.and_then(|(_, done)| done);
            level.session.1.or(level.agreement.1).or(contract).is_some()
        });
        if let Some((days, cause)) = earliest && !on_record {
            let at = day(days);
            let phase = |now| switch.session.standing(&switch.lineage, now).phase;
            prop_assert_ne!(phase(shifted(at, -1)), SessionPhase::Over);
            prop_assert_eq!(phase(at), SessionPhase::Over);
            let mut switch = switch;
            let fact = switch.attempt(&Actor::System, SessionCommand::End, at);
            let end = SessionEnd { at, cause };
            prop_assert_eq!(fact, Ok(SessionFact::Ended { end, onward: true }));
            // What is recorded is what held before.
            let after = switch.session.standing(&switch.lineage, at);
            prop_assert_eq!((after.phase, after.end), (SessionPhase::Ended, Some(end)));
        }
    }
}

/// The chain with an end on record at that level (0 the session's own), of each kind.
fn ended_at_each_place(levels: usize, at: Timestamp) -> Vec<(Switch, EndCause)> {
    let mut found = Vec::new();
    for level in 0..levels {
        let of = |cause| {
            if level == 0 {
                cause
            } else {
                EndCause::Upstream
            }
        };
        let contract = granted(&agreed(frame()), 9, quota(1, None, None));
        for cause in [EndCause::Agreement, EndCause::Contract, EndCause::Time] {
            let mut switch = relayed(levels);
            let lineage = &mut switch.lineage;
            let (agreement, held) = match level {
                0 => (&mut lineage.agreement, &mut lineage.contract),
                level => {
                    let from = &mut lineage.upstream[level - 1];
                    (&mut from.agreement, &mut from.contract)
                }
            };
            match cause {
                EndCause::Agreement => *agreement = stopped(agreement, at),
                EndCause::Contract => {
                    *held = Some(Contract {
                        ending: Some(ending(at)),
                        ..contract.clone()
                    });
                }
                // The session's own is told elsewhere.
                EndCause::Time | EndCause::Upstream if level == 0 => continue,
                EndCause::Time | EndCause::Upstream => {
                    let session = &mut lineage.upstream[level - 1].session;
                    session.recorded = Status::Ended;
                    session.end = Some(SessionEnd { at, cause });
                }
            }
            found.push((switch, of(cause)));
        }
    }
    found
}

#[test]
fn a_stop_anywhere_above_ends_the_session_from_that_instant() {
    for (switch, cause) in ended_at_each_place(4, day(7)) {
        let standing = switch.session.standing(&switch.lineage, day(7));
        let end = SessionEnd { at: day(7), cause };
        assert_eq!((standing.status, standing.end), (Status::Ended, Some(end)));
        let by = boss(
            switch
                .session
                .provider
                .organization
                .as_ref()
                .unwrap()
                .as_str(),
        );
        let actor = Actor::Caller(by.clone());
        assert_eq!(switch.session.allowed(&switch.lineage, &by, day(7)), []);
        let start = switch
            .session
            .decide(&switch.lineage, &actor, SessionCommand::Start, day(7));
        assert!(matches!(start, Err(SessionRefusal::IllegalStatus { .. })));
    }
}

#[test]
fn an_end_on_record_holds_by_a_clock_that_runs_behind_as_well() {
    for (mut switch, cause) in ended_at_each_place(3, day(7)) {
        let behind = shifted(day(7), -20);
        assert_eq!(status(&switch, behind), Status::Ended);
        // Whoever carries the stop on records the end, instead of finding nothing to do.
        let fact = switch.attempt(&Actor::System, SessionCommand::End, behind);
        let end = SessionEnd { at: day(7), cause };
        assert_eq!(fact, Ok(SessionFact::Ended { end, onward: true }));
    }
}

#[test]
fn what_shares_on_runs_while_everything_upstream_does() {
    for levels in 2..=4 {
        for above in 0..levels - 1 {
            let mut switch = relayed(levels);
            assert_eq!(status(&switch, day(1)), Status::Running);
            let from = &mut switch.lineage.upstream[above];
            from.session.recorded = Status::Stopped;
            let standing = switch.session.standing(&switch.lineage, day(1));
            assert_eq!(standing.status, Status::Stopped, "{above} of {levels}");
            assert_eq!(standing.phase, SessionPhase::Begun, "its own switch is on");
            assert!(!switch.lineage.flows(day(1)));
            switch.lineage.upstream[above].session.recorded = Status::Running;
            assert_eq!(status(&switch, day(1)), Status::Running);
        }
    }
}

#[test]
fn what_upstream_has_not_begun_is_not_shared_on_before_it_does() {
    let mut switch = relayed(3);
    switch.lineage.upstream[1].session.valid_from = day(10);
    assert_eq!(status(&switch, shifted(day(10), -1)), Status::Stopped);
    assert_eq!(status(&switch, day(10)), Status::Running);
    // By hand it is begun by hand.
    switch.lineage.upstream[1].session.automatic = false;
    assert_eq!(status(&switch, day(10)), Status::Stopped);
}

#[test]
fn nothing_is_started_while_something_upstream_is_stopped() {
    let passing = passing(Onward::Unlimited);
    let mut by_hand = passing.clone();
    by_hand.sharing.automatic_start = false;
    let (switches, _) = relay(&[passing, by_hand]);
    let mut switch = switches[1].clone();
    let actor = Actor::Caller(session_manager("citylab"));
    let offered = |switch: &Switch| {
        switch
            .session
            .allowed(&switch.lineage, &session_manager("citylab"), day(1))
    };
    let stop = |switch: &mut Switch, recorded| {
        switch.lineage.upstream[0].session.recorded = recorded;
    };
    stop(&mut switch, Status::Stopped);
    let refusal = switch.attempt(&actor, SessionCommand::Start, day(1));
    assert_eq!(refusal, Err(SessionRefusal::UpstreamStopped));
    assert!(!offered(&switch).contains(&SessionCommandKind::Start));
    stop(&mut switch, Status::Running);
    assert!(offered(&switch).contains(&SessionCommandKind::Start));
    switch
        .attempt(&actor, SessionCommand::Start, day(1))
        .unwrap();
    // What is on already is told so, and why it is shown as Stopped; it can be turned off.
    stop(&mut switch, Status::Stopped);
    assert_eq!(status(&switch, day(1)), Status::Stopped);
    let refusal = switch.attempt(&actor, SessionCommand::Start, day(1));
    assert_eq!(refusal, Err(SessionRefusal::UpstreamStopped));
    let off = SessionCommand::Stop { reason: None };
    assert!(switch.attempt(&actor, off, day(1)).is_ok());
    stop(&mut switch, Status::Running);
    assert_eq!(
        status(&switch, day(1)),
        Status::Stopped,
        "it was turned off itself"
    );
}

#[test]
fn of_ends_at_one_instant_the_nearest_is_the_cause() {
    let mut switch = relayed(2);
    let at = day(365);
    let cause = |switch: &Switch| switch.session.end(&switch.lineage).map(|end| end.cause);
    let lineage: &mut Lineage = &mut switch.lineage;
    lineage.agreement.frame.valid_to = None;
    assert_eq!(cause(&switch), Some(EndCause::Upstream));
    let contract = granted(&agreed(frame()), 9, quota(1, None, Some(at)));
    switch.lineage.contract = Some(contract);
    assert_eq!(cause(&switch), Some(EndCause::Contract));
    switch.lineage.agreement.frame.valid_to = Some(at);
    assert_eq!(cause(&switch), Some(EndCause::Agreement));
    switch.session.valid_to = Some(at);
    assert_eq!(cause(&switch), Some(EndCause::Time));
    for cause in [
        EndCause::Time,
        EndCause::Agreement,
        EndCause::Contract,
        EndCause::Upstream,
    ] {
        let json = serde_json::to_value(cause).unwrap();
        assert_eq!(json, cause.name());
    }
}
