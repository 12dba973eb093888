//! Places and allotments: who stands in whose way, and that many sessions are made by one fact.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use std::collections::BTreeSet;

use cast::framework::*;
use cast::sessions::*;
use cast::*;
use proptest::prelude::*;
use sharepact_domain::contract::Contract;
use sharepact_domain::event::{Event, Fact, Link};
use sharepact_domain::id::ContractId;
use sharepact_domain::party::Actor;
use sharepact_domain::session::{
    Access, Allotment, AllotmentFact, Begun, Place, Session, SessionFact, SessionId,
};
use uuid::Uuid;

/// A session under the usual agreement, and under a contract of that number.
fn session(number: u128, contract: Option<u128>) -> SessionId {
    let contract = contract.map(|number| ContractId::new(Uuid::from_u128(number)));
    SessionId::new(agreement_id(1), contract, Uuid::from_u128(number))
}

fn holding(sessions: &[SessionId]) -> Access {
    let none = Access::default();
    let take = |access: Access, session: &SessionId| access.with(*session, &[], start());
    sessions.iter().fold(none, take)
}

fn who(places: &[Place]) -> Vec<SessionId> {
    places.iter().map(|place| place.session).collect()
}

#[test]
fn without_overlap_everybody_stands_in_the_way() {
    let there = [session(1, None), session(2, Some(7)), session(3, Some(8))];
    for newcomer in [session(9, None), session(9, Some(7)), session(9, Some(6))] {
        let found = holding(&there).in_the_way(&newcomer, false);
        assert_eq!(who(&found), there, "{newcomer}");
    }
    assert_eq!(Access::default().in_the_way(&session(9, None), false), []);
}

#[test]
fn with_overlap_only_those_under_the_same_contract_do() {
    let there = [session(1, None), session(2, Some(7)), session(3, Some(8))];
    for (newcomer, expected) in [
        // Two without a contract are not under one contract.
        (session(9, None), vec![]),
        (session(9, Some(7)), vec![there[1]]),
        (session(9, Some(8)), vec![there[2]]),
        (session(9, Some(6)), vec![]),
    ] {
        let found = holding(&there).in_the_way(&newcomer, true);
        assert_eq!(who(&found), expected, "{newcomer}");
    }
}

#[test]
fn nobody_stands_in_its_own_way() {
    let there = [session(1, None), session(2, Some(7))];
    for own in there {
        assert!(!who(&holding(&there).in_the_way(&own, false)).contains(&own));
        assert_eq!(holding(&there).in_the_way(&own, true), []);
    }
}

#[test]
fn a_place_is_taken_since_an_instant_and_those_who_have_gone_leave_theirs() {
    let there = [session(1, None), session(2, None), session(3, None)];
    let gone = [there[0], there[2], session(8, None)];
    let after = holding(&there).with(session(9, None), &gone, day(4));
    assert_eq!(who(&after.places), [there[1], session(9, None)]);
    assert_eq!(after.places[1].since, day(4));
    assert_eq!(after.places[0].since, start());
    // Taken again, it is one place still.
    let again = after.with(session(9, None), &[], day(5));
    assert_eq!(who(&again.places), [there[1], session(9, None)]);
    assert_eq!(again.places[1].since, day(5));
}

fn sessions() -> impl Strategy<Value = SessionId> {
    (0_u128..6, proptest::option::of(0_u128..3))
        .prop_map(|(number, contract)| session(number, contract))
}

proptest! {
    #[test]
    fn places_are_a_set_and_every_change_is_counted(
        steps in proptest::collection::vec(
            (sessions(), proptest::collection::vec(sessions(), 0..3), any::<bool>()), 0..20,
        ),
    ) {
        let mut access = Access::default();
        let mut expected = BTreeSet::new();
        for (number, (session, gone, takes)) in (1..).zip(steps) {
            if takes {
                access = access.with(session, &gone, day(number));
                expected.retain(|held| !gone.contains(held));
                expected.insert(session);
            } else {
                access = access.without(&session);
                expected.remove(&session);
            }
            prop_assert_eq!(access.version, u64::from(number));
            let held = who(&access.places);
            prop_assert_eq!(held.len(), expected.len());
            prop_assert_eq!(held.into_iter().collect::<BTreeSet<_>>(), expected.clone());
        }
        let json = serde_json::to_string(&access).unwrap();
        prop_assert_eq!(serde_json::from_str::<Access>(&json).unwrap(), access);
    }

    #[test]
    fn whoever_only_comes_where_nobody_is_in_the_way_keeps_the_rule(
        overlap in any::<bool>(),
        comers in proptest::collection::vec(sessions(), 0..20),
    ) {
        let mut access = Access::default();
        for comer in comers {
            if access.in_the_way(&comer, overlap).is_empty() {
                access = access.with(comer, &[], start());
            }
        }
        let contracts: Vec<_> = access.places.iter().filter_map(|p| p.session.contract()).collect();
        let distinct: BTreeSet<_> = contracts.iter().collect();
        prop_assert_eq!(contracts.len(), distinct.len(), "two under one contract");
        prop_assert!(overlap || access.places.len() <= 1, "two at once");
    }
}

/// What a list of three vehicles begins, with the ids that the caller made.
fn begun(contract: Option<&Contract>) -> Vec<(SessionId, Begun)> {
    let agreement = agreed(frame());
    let begun = made(&agreement, contract, &wanted(fleet(PROVIDER, 3)), start()).unwrap();
    let id = |number| {
        SessionId::new(
            agreement.id,
            contract.map(|c| c.id),
            Uuid::from_u128(number),
        )
    };
    (10..).map(id).zip(begun).collect()
}

#[test]
fn an_allotment_gives_the_same_sessions_back() {
    let agreement = agreed(frame());
    let contract = granted(&agreement, 2, quota(5, None, None));
    for contract in [None, Some(&contract)] {
        let sessions = begun(contract);
        let id = contract.map(|contract| contract.id);
        let fact = Allotment::fact(agreement.id, id, &sessions);
        assert_eq!(fact.name(), "allotment.made");
        assert_eq!(fact.sessions(), sessions);

        let by = Actor::Caller(session_manager(PROVIDER));
        let number = Uuid::from_u128(77);
        let event = sealed(fact, &number.to_string(), Link::FIRST, &by, day(1));
        let read: Event<AllotmentFact> = serde_json::from_str(&event.canonical().unwrap()).unwrap();
        assert_eq!(read, event);
        assert_eq!(
            read.fact.sessions(),
            sessions,
            "as it was read from the record"
        );
        let allotment = Allotment::of(
            serde_json::from_value(number.to_string().into()).unwrap(),
            &read,
        );
        assert_eq!((allotment.version, allotment.head), (1, event.hash));
        assert_eq!((allotment.sessions, allotment.created_at), (3, day(1)));
        // A session that is written from it later begins as it would have at once.
        for (id, begun) in read.fact.sessions() {
            let created = SessionFact::Created(begun);
            let event = sealed(created, &id.to_string(), Link::FIRST, &by, day(1));
            let session = Session::begin(id, &event).unwrap();
            assert_eq!((session.id, session.valid_from), (id, start()));
            assert_eq!(session.id.contract(), contract.map(|contract| contract.id));
        }
    }
}

#[test]
fn an_allotment_of_what_is_shared_on_keeps_what_it_came_by() {
    let switch = relayed(3);
    let agreement = between(9, "echo", "foxtrot", frame());
    let begun = made(&agreement, None, &wanted(vec![switch.candidate()]), start()).unwrap();
    let id = SessionId::new(agreement.id, None, Uuid::from_u128(5));
    let sessions = vec![(id, begun[0].clone())];
    let fact = Allotment::fact(agreement.id, None, &sessions);
    let json = serde_json::to_string(&fact).unwrap();
    let read: AllotmentFact = serde_json::from_str(&json).unwrap();
    assert_eq!(read.sessions(), sessions);
    assert_eq!(read.sessions()[0].1.upstream.len(), 3);
}
