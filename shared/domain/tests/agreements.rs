//! The agreement's machine, written down a second time by hand, and what holds of any agreement whatever is tried.
//!
//! The one rule: nothing here is read from `AGREEMENT_RULES`. Where this table and the code disagree, one of them is
//! wrong.

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
use proptest::prelude::*;
use sharepact_domain::agreement::{
    Agreement, AgreementCommand, AgreementCommandKind as Kind, AgreementFact, AgreementRefusal,
    AgreementStatus as Status, diagram, onboard, table,
};
use sharepact_domain::event::{Event, verify};
use sharepact_domain::party::{Actor, Author, Principal, Side};
use sharepact_domain::time::Timestamp;

/// Where an agreement stands; `Due` is recorded as Pending or Active, and its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Pending,
    Active,
    Due,
    Final(Status),
}

/// A caller's seat at the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    Binds(Side),
    Member(Side),
    Outside,
    System,
}

/// Every step that is legal. What is not listed is refused.
#[rustfmt::skip]
const LEGAL: &[(Stage, Seat, Kind, Status)] = &[
    (Stage::Pending, Seat::Binds(Side::Consumer), Kind::Approve, Status::Active),
    (Stage::Pending, Seat::Binds(Side::Consumer), Kind::Reject,  Status::Rejected),
    (Stage::Active,  Seat::Binds(Side::Provider), Kind::Stop,    Status::Stopped),
    (Stage::Active,  Seat::Binds(Side::Consumer), Kind::Stop,    Status::Stopped),
    (Stage::Due,     Seat::System,                Kind::Expire,  Status::Expired),
];

fn step(stage: Stage, seat: Seat, kind: Kind) -> Option<Status> {
    let here = |row: &&(Stage, Seat, Kind, Status)| (row.0, row.1, row.2) == (stage, seat, kind);
    LEGAL.iter().find(here).map(|row| row.3)
}

/// What the table says must come of it: stranger, nobody's, the other side's, not the manager, the status.
fn expected(stage: Stage, seat: Seat, kind: Kind) -> Result<Status, AgreementRefusal> {
    let status = match stage {
        Stage::Pending => Status::Pending,
        Stage::Active => Status::Active,
        Stage::Due => Status::Expired,
        Stage::Final(status) => status,
    };
    let order = [Kind::Approve, Kind::Reject, Kind::Stop, Kind::Expire];
    let allowed: Vec<_> = match seat {
        Seat::System => Vec::new(),
        Seat::Binds(_) | Seat::Member(_) | Seat::Outside => {
            let may = |kind: &Kind| step(stage, seat, *kind).is_some();
            order.into_iter().filter(may).collect()
        }
    };
    let illegal = AgreementRefusal::IllegalStatus {
        command: kind,
        status,
        allowed: allowed.clone(),
    };
    let consumers = matches!(kind, Kind::Approve | Kind::Reject);
    match seat {
        Seat::Outside => Err(AgreementRefusal::NotAParty),
        Seat::Binds(_) | Seat::Member(_) if kind == Kind::Expire => Err(illegal),
        Seat::Binds(Side::Provider) | Seat::Member(Side::Provider) if consumers => {
            Err(AgreementRefusal::WrongSide {
                command: kind,
                needs: Side::Consumer,
                allowed,
            })
        }
        Seat::Member(_) => Err(AgreementRefusal::NotManager),
        Seat::Binds(_) | Seat::System => step(stage, seat, kind).ok_or(illegal),
    }
}

fn command(kind: Kind) -> AgreementCommand {
    match kind {
        Kind::Approve => AgreementCommand::Approve,
        Kind::Reject => AgreementCommand::Reject {
            reason: note("Not with this payer"),
        },
        Kind::Stop => AgreementCommand::Stop {
            reason: note("The project is over"),
            detail: Some(note("In March")),
        },
        Kind::Expire => AgreementCommand::Expire,
    }
}

fn everybody() -> Vec<(Actor, Seat)> {
    let mut people = vec![(Actor::System, Seat::System)];
    let mut sit = |principal: Principal, seat| people.push((Actor::Caller(principal), seat));
    for (organization, side) in [(PROVIDER, Side::Provider), (CONSUMER, Side::Consumer)] {
        sit(boss(organization), Seat::Binds(side));
        sit(contract_manager(organization), Seat::Binds(side));
        for looking in not_contract_managers(organization) {
            sit(looking, Seat::Member(side));
        }
    }
    for outsider in outsiders() {
        sit(outsider, Seat::Outside);
    }
    people
}

/// The pact with that status on record, whether or not anything ever leads there.
fn recorded(status: Status, valid_to: Option<Timestamp>) -> Pact {
    let mut wanted = frame();
    wanted.valid_to = valid_to;
    let mut pact = Pact::proposed(1, PROVIDER, CONSUMER, wanted);
    pact.agreement.recorded = status;
    pact
}

/// Calls `check` for the whole product of statuses × times around the end, and without one.
fn everywhere(mut check: impl FnMut(&Pact, Stage, Timestamp)) {
    let end = day(365);
    for status in Status::ALL {
        let times = [
            (Some(end), start(), false),
            (Some(end), shifted(end, -1), false),
            (Some(end), end, true),
            (Some(end), shifted(end, 1), true),
            (None, instant("9999-12-31T23:59:59.999Z"), false),
        ];
        for (valid_to, now, over) in times {
            let stage = match (status, over) {
                (Status::Pending | Status::Active, true) => Stage::Due,
                (Status::Pending, false) => Stage::Pending,
                (Status::Active, false) => Stage::Active,
                (Status::Rejected | Status::Stopped | Status::Expired, _) => Stage::Final(status),
            };
            check(&recorded(status, valid_to), stage, now);
        }
    }
}

#[test]
fn the_machine_is_the_table_everywhere() {
    let people = everybody();
    let mut checked = 0;
    everywhere(|pact, stage, now| {
        for (actor, seat) in &people {
            for kind in Kind::ALL {
                let mut after = pact.clone();
                let found = after
                    .attempt(actor, command(kind), now)
                    .map(|_| after.agreement.status(now));
                assert_eq!(
                    found,
                    expected(stage, *seat, kind),
                    "{kind:?} by {seat:?} ({actor:?}) at {stage:?}, {now}"
                );
                checked += 1;
            }
        }
    });
    // 5 statuses × 5 times × 19 people × 4 commands.
    assert_eq!(checked, 1_900);
}

#[test]
fn what_is_offered_is_what_is_let_through() {
    let people = everybody();
    everywhere(|pact, stage, now| {
        for (actor, seat) in &people {
            let Actor::Caller(principal) = actor else {
                continue;
            };
            let passes = |kind: &Kind| pact.agreement.decide(actor, command(*kind), now).is_ok();
            let let_through: Vec<_> = Kind::ALL.into_iter().filter(passes).collect();
            let offered = pact.agreement.allowed(principal, now);
            assert_eq!(offered, let_through, "{seat:?} at {stage:?}, {now}");
        }
    });
}

#[test]
fn both_sides_and_operators_see_an_agreement_and_nobody_else() {
    let agreement = agreed(frame());
    for (organization, side) in [(PROVIDER, Side::Provider), (CONSUMER, Side::Consumer)] {
        for insider in [boss(organization), member(organization)] {
            assert_eq!(agreement.side_of(&insider), Some(side));
            assert!(agreement.visible_to(&insider));
        }
        assert_eq!(agreement.signatory(side), &signatory(organization));
    }
    for outsider in outsiders() {
        assert_eq!(agreement.side_of(&outsider), None, "{outsider:?}");
        let looks = outsider == operator();
        assert_eq!(agreement.visible_to(&outsider), looks, "{outsider:?}");
    }
}

#[test]
fn an_agreement_ends_at_its_instant_recorded_or_not() {
    let end = day(365);
    for mut pact in [
        Pact::proposed(1, PROVIDER, CONSUMER, frame()),
        Pact {
            agreement: agreed(frame()),
            events: Vec::new(),
        },
    ] {
        let before = pact.agreement.recorded;
        let agreement = &pact.agreement;
        assert_eq!(agreement.status(shifted(end, -1)), before);
        assert_eq!(agreement.ended_at(shifted(end, -1)), None);
        assert_eq!(agreement.status(end), Status::Expired);
        assert_eq!(agreement.ended_at(end), Some(end));
        // However late it is recorded, it ended when its time was over.
        let fact = pact.attempt(&Actor::System, AgreementCommand::Expire, day(400));
        assert_eq!(fact, Ok(AgreementFact::Expired { valid_to: end }));
        assert_eq!(pact.agreement.ended_at(day(400)), Some(end));
        assert_eq!(pact.agreement.updated_at, day(400));
    }
    let endless = recorded(Status::Active, None).agreement;
    let last = instant("9999-12-31T23:59:59.999Z");
    assert_eq!(endless.status(last), Status::Active);
    assert_eq!(endless.ended_at(last), None);
}

#[test]
fn a_stop_ends_it_at_once_and_says_why_and_by_whom() {
    for (organization, side) in [(PROVIDER, Side::Provider), (CONSUMER, Side::Consumer)] {
        let pact = Pact::proposed(1, PROVIDER, CONSUMER, frame())
            .then(&boss(CONSUMER), AgreementCommand::Approve, day(1))
            .then(&boss(organization), command(Kind::Stop), day(2));
        let ending = pact.agreement.ending.clone().unwrap();
        assert_eq!((ending.by, ending.at), (Some(side), day(2)));
        assert_eq!(ending.reason, Some(note("The project is over")));
        assert_eq!(ending.detail, Some(note("In March")));
        assert_eq!(pact.agreement.ended_at(day(2)), Some(day(2)));
        // Time does not make it anything else.
        assert_eq!(pact.agreement.status(day(365)), Status::Stopped);
        assert_eq!(pact.agreement.ended_at(day(365)), Some(day(2)));
        // Who had agreed stays on the record.
        let approval = pact.agreement.approval.unwrap();
        assert_eq!(
            approval.author,
            Author::from(&Actor::Caller(boss(CONSUMER)))
        );
        assert_eq!((approval.at, approval.hash), (day(1), pact.events[1].hash));
    }
}

#[test]
fn a_rejection_is_the_consumers_with_its_reason() {
    let pact = Pact::proposed(1, PROVIDER, CONSUMER, frame()).then(
        &contract_manager(CONSUMER),
        command(Kind::Reject),
        day(1),
    );
    let ending = pact.agreement.ending.clone().unwrap();
    assert_eq!((ending.by, ending.at), (Some(Side::Consumer), day(1)));
    assert_eq!(ending.reason, Some(note("Not with this payer")));
    assert_eq!(pact.agreement.approval, None);
}

#[test]
fn the_papers_name_every_step() {
    let (table, diagram) = (table(), diagram());
    for row in [
        "| propose | provider | – | Pending |",
        "| onboard | provider | – | Active |",
        "| approve | consumer | Pending | Active |",
        "| stop | either side | Active | Stopped |",
        "| expire | system | Pending or Active, and due | Expired |",
    ] {
        assert!(table.contains(row), "{row}\n{table}");
    }
    for arrow in [
        "[*] --> Pending: propose (provider)",
        "Pending --> Expired: expire (system)",
        "Active --> Expired: expire (system)",
        "Rejected --> [*]",
    ] {
        assert!(diagram.contains(arrow), "{arrow}\n{diagram}");
    }
}

fn begun(onboarded: bool) -> Pact {
    if !onboarded {
        return Pact::proposed(1, PROVIDER, CONSUMER, frame());
    }
    let by = boss(PROVIDER);
    let fact = onboard(
        &by,
        frame(),
        signatory(PROVIDER),
        signatory(CONSUMER),
        start(),
    );
    Pact::begins(1, fact.unwrap(), &Actor::Caller(by), start())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_whatever_is_tried(
        onboarded in any::<bool>(),
        tries in proptest::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_i64..100), 0..20,
        ),
    ) {
        let people = everybody();
        let mut pact = begun(onboarded);
        let mut now = start();
        for (who, what, days) in tries {
            now = now.plus(chrono::TimeDelta::days(days)).unwrap();
            let (actor, _) = who.get(&people);
            let before = pact.agreement.clone();
            let outcome = pact.attempt(actor, command(*what.get(&Kind::ALL)), now);
            let after = &pact.agreement;
            prop_assert_eq!(outcome.is_ok(), *after != before);
            prop_assert!(before.recorded.is_live() || outcome.is_err(), "a final status takes nothing");
            // What was agreed never changes.
            prop_assert_eq!((&after.frame, after.bond()), (&before.frame, before.bond()));
            prop_assert_eq!(after.ending.is_some(), !after.recorded.is_live());
            prop_assert_eq!(after.ended_at(now).is_some(), !after.status(now).is_live());
            let active = after.recorded == Status::Active;
            prop_assert!(!active || after.approval.is_some(), "nobody agreed to it");
        }
        // The events alone give the state back, from JSON as well.
        prop_assert_eq!(verify(&pact.events), Ok(()));
        let read = |event: &Event<AgreementFact>| {
            serde_json::from_str::<Event<AgreementFact>>(&event.canonical().unwrap()).unwrap()
        };
        let events: Vec<_> = pact.events.iter().map(read).collect();
        prop_assert_eq!(&events, &pact.events);
        let (first, rest) = events.split_first().unwrap();
        let begun = Agreement::begin(pact.agreement.id, first).unwrap();
        prop_assert_eq!(begun.onboarded, onboarded);
        prop_assert_eq!(rest.iter().fold(begun, Agreement::apply), pact.agreement.clone());
        prop_assert!(rest.iter().all(|event| Agreement::begin(pact.agreement.id, event).is_none()));
        let json = serde_json::to_string(&pact.agreement).unwrap();
        prop_assert_eq!(serde_json::from_str::<Agreement>(&json).unwrap(), pact.agreement);
    }
}
