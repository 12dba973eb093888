//! The contract's machine, written down a second time by hand.
//!
//! The one rule: nothing here is read from `RULES`. Where this table and the code disagree, one of
//! them is wrong; whoever changes a rule on purpose changes it in both, and in
//! `docs/STATE-MACHINES.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "../cast/mod.rs"]
mod cast;
mod table;

use cast::framework::*;
use cast::*;
use sharepact_domain::contract::{CommandKind, Contract, Duration, Origin, Refusal, Status};
use sharepact_domain::party::{Actor, Principal, Role, Side};
use sharepact_domain::time::Timestamp;
use table::{LEGAL, Outcome, Place, Seat, Stage};

const ADVICE: &str = "If you changed a rule on purpose, change it in LEGAL (tests/machine/table.rs) and in \
                      docs/STATE-MACHINES.md; if you did not, the code is wrong.";

fn kind_of(refusal: Refusal, asked: CommandKind) -> Outcome {
    match refusal {
        Refusal::NotAParty => Outcome::NotAParty,
        Refusal::WrongSide {
            command,
            needs,
            allowed,
        } if command == asked => Outcome::WrongSide(needs, allowed),
        Refusal::NotManager => Outcome::NotManager,
        Refusal::IllegalStatus {
            command,
            status,
            allowed,
        } if command == asked => Outcome::IllegalStatus(status, allowed),
        Refusal::NotYourTurn { turn, allowed } => Outcome::NotYourTurn(turn, allowed),
        other => panic!("{asked:?} was refused for {other:?}"),
    }
}

/// Everybody at or near the table where these two are the parties.
fn everybody(provider: &Principal, consumer: &Principal) -> Vec<(Actor, Seat)> {
    let mut callers = vec![
        (stranger(), Seat::Outside),
        (operator(), Seat::Outside),
        (caller("olga", None, &[Role::Operator]), Seat::Outside),
        (
            caller("eve", Some("other"), &[Role::Manager]),
            Seat::Outside,
        ),
    ];
    for (side, party, manager, member) in [
        (
            Side::Provider,
            provider,
            provider_manager(),
            provider_member(),
        ),
        (
            Side::Consumer,
            consumer,
            consumer_manager(),
            consumer_member(),
        ),
    ] {
        let user = party.user.as_str();
        if let Some(organization) = &party.organization {
            callers.push((manager, Seat::Binds(side)));
            callers.push((member, Seat::Member(side)));
            callers.push((contract_manager(organization.as_str()), Seat::Member(side)));
            // Whoever acted for the organisation and has left it is nobody to it.
            callers.push((caller(user, None, &[]), Seat::Outside));
            callers.push((caller(user, Some("other"), &[Role::Manager]), Seat::Outside));
        } else {
            callers.push((party.clone(), Seat::Binds(side)));
            // A user's own contract stays the user's, also as a plain member of something.
            callers.push((caller(user, Some("other"), &[]), Seat::Binds(side)));
            callers.push((manager, Seat::Outside));
        }
    }
    callers
        .into_iter()
        .map(|(principal, seat)| (Actor::Caller(principal), seat))
        .chain([(Actor::System, Seat::System)])
        .collect()
}

/// Everybody at or near the table of a quota contract.
fn everybody_of_a_quota() -> Vec<(Actor, Seat)> {
    let inside = [(PROVIDER, Side::Provider), (CONSUMER, Side::Consumer)];
    let inside = inside.into_iter().flat_map(|(organization, side)| {
        let binding = [boss(organization), contract_manager(organization)];
        let binding = binding.map(|principal| (principal, Seat::Binds(side)));
        let looking = not_contract_managers(organization).into_iter();
        let looking = looking.map(move |principal| (principal, Seat::Member(side)));
        binding.into_iter().chain(looking)
    });
    let outside = outsiders()
        .into_iter()
        .map(|principal| (principal, Seat::Outside));
    inside
        .chain(outside)
        .map(|(principal, seat)| (Actor::Caller(principal), seat))
        .chain([(Actor::System, Seat::System)])
        .collect()
}

/// The contract at that place, whether or not the pipeline ever leads there.
fn contract(
    story: &Story,
    recorded: Status,
    turn: Option<Side>,
    origin: &Origin,
    end: Timestamp,
) -> Contract {
    Contract {
        recorded,
        turn,
        origin: origin.clone(),
        expires_at: Some(end),
        ..story.contract.clone()
    }
}

fn stage(recorded: Status, time_is_over: bool) -> Stage {
    match (recorded, time_is_over) {
        (Status::Active, true) => Stage::Due,
        (Status::Active, false) => Stage::Active,
        (Status::Request, _) => Stage::Request,
        (Status::Declined, _) => Stage::Declined,
        (Status::Draft, _) => Stage::Draft,
        (Status::Rejected, _) => Stage::Rejected,
        (Status::Negotiate, _) => Stage::Negotiate,
        (Status::Signed, _) => Stage::Signed,
        (Status::Expired, _) => Stage::Expired,
        (Status::Stopped, _) => Stage::Stopped,
    }
}

/// Calls `check` for the whole product of parties × status × turn × door × time.
fn everywhere(mut check: impl FnMut(&Story, &Place, Timestamp, &[(Actor, Seat)])) {
    let end = day(60);
    for provider in [paula(), provider_manager()] {
        for consumer in [carl(), consumer_member()] {
            let people = everybody(&provider, &consumer);
            let story = Story::requested(&provider, &consumer, Duration::Days(30)).then(
                &provider,
                draft("100", "EUR"),
                start(),
            );
            for recorded in Status::ALL {
                for turn in [None, Some(Side::Provider), Some(Side::Consumer)] {
                    for origin in [Origin::Marketplace, dataspace()] {
                        for (now, over) in [
                            (shifted(end, -1), false),
                            (end, true),
                            (shifted(end, 1), true),
                        ] {
                            let place = Place {
                                stage: stage(recorded, over),
                                turn,
                                framework: false,
                            };
                            let contract = contract(&story, recorded, turn, &origin, end);
                            let story = Story {
                                contract,
                                events: Vec::new(),
                            };
                            check(&story, &place, now, &people);
                        }
                    }
                }
            }
        }
    }
    quotas(end, check);
}

/// The same for quota contracts, which are never anything else than granted.
fn quotas(end: Timestamp, mut check: impl FnMut(&Story, &Place, Timestamp, &[(Actor, Seat)])) {
    let people = everybody_of_a_quota();
    for recorded in [Status::Active, Status::Expired, Status::Stopped] {
        for (now, over) in [
            (start(), false),
            (shifted(end, -1), false),
            (end, true),
            (shifted(end, 1), true),
        ] {
            let mut story = Story::granted(end);
            story.contract.recorded = recorded;
            let place = Place {
                stage: stage(recorded, over),
                turn: None,
                framework: true,
            };
            check(&story, &place, now, &people);
        }
    }
}

#[test]
fn the_machine_is_the_table_everywhere() {
    let mut checked = 0_u32;
    everywhere(|story, place, now, people| {
        for (actor, seat) in people {
            for kind in CommandKind::ALL {
                let mut after = story.clone();
                let command = fitting(kind, day(90));
                let found = match after.attempt(actor, command, now) {
                    Ok(_) => Outcome::Becomes(after.contract.status(now)),
                    Err(refusal) => kind_of(refusal, kind),
                };
                let expected = place.outcome(*seat, kind);
                assert_eq!(
                    found, expected,
                    "{kind:?} by {seat:?} ({actor:?}) at {place:?}, {now}: left is the code, right \
                     the table. {ADVICE}"
                );
                checked += 1;
            }
        }
    });
    // 4 pairs × 9 statuses × 3 turns × 2 doors × 3 times × 11 commands, for 11 people or more; and 3 statuses × 4
    // times × 11 commands of quota contracts, for 19 people.
    assert!(checked > 80_000, "only {checked} cases: the product shrank");
}

#[test]
fn what_is_offered_is_what_is_let_through() {
    everywhere(|story, place, now, people| {
        for (actor, seat) in people {
            let Actor::Caller(principal) = actor else {
                continue;
            };
            let offered = story.contract.allowed(principal, now);
            let passes = |kind: &CommandKind| {
                let command = fitting(*kind, day(90));
                story.contract.decide(actor, command, now).is_ok()
            };
            let let_through: Vec<_> = CommandKind::ALL.into_iter().filter(passes).collect();
            assert_eq!(offered, let_through, "{seat:?} at {place:?}, {now}");
            assert_eq!(
                offered,
                place.allowed(*seat),
                "{seat:?} at {place:?}, {now}. {ADVICE}"
            );
        }
    });
}

#[test]
fn the_table_reaches_every_status_and_leaves_no_final_one() {
    for status in Status::ALL {
        let reached = LEGAL.iter().any(|(.., to)| *to == status);
        assert!(reached || status == Status::Request, "{status:?}. {ADVICE}");
        let left = LEGAL.iter().any(|(from, ..)| *from == stage(status, false));
        assert_eq!(left, status.is_live(), "{status:?}. {ADVICE}");
    }
}
