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

mod cast;

use cast::*;
use sharepact_domain::contract::{CommandKind, Contract, Duration, Origin, Refusal, Status};
use sharepact_domain::party::{Actor, Principal, Role, Side};
use sharepact_domain::time::Timestamp;

const ADVICE: &str = "If you changed a rule on purpose, change it in LEGAL (tests/machine.rs) and in \
                      docs/STATE-MACHINES.md; if you did not, the code is wrong.";

/// Where a contract stands; `Due` is recorded as Active, and its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Request,
    Declined,
    Draft,
    Rejected,
    Negotiate,
    Signed,
    Active,
    Due,
    Expired,
    Stopped,
}

/// Who may: a side, whoever's turn it is or is not, or Sharepact itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Provider,
    Consumer,
    OnTurn,
    OffTurn,
    System,
}

/// For which contracts a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Any,
    Framework,
}

/// Every step that is legal: who stands where may do what, and what comes of it. What is not
/// listed is refused. In an organisation, all of it is for the manager.
#[rustfmt::skip]
const LEGAL: &[(Stage, Who, Door, CommandKind, Status)] = &[
    (Stage::Request,   Who::Provider, Door::Any,       CommandKind::Decline,   Status::Declined),
    (Stage::Request,   Who::Provider, Door::Any,       CommandKind::Draft,     Status::Draft),
    (Stage::Request,   Who::Consumer, Door::Any,       CommandKind::Reject,    Status::Rejected),
    (Stage::Draft,     Who::OnTurn,   Door::Any,       CommandKind::Negotiate, Status::Negotiate),
    (Stage::Draft,     Who::OnTurn,   Door::Any,       CommandKind::Accept,    Status::Signed),
    (Stage::Draft,     Who::OnTurn,   Door::Any,       CommandKind::Reject,    Status::Rejected),
    (Stage::Draft,     Who::OffTurn,  Door::Any,       CommandKind::Reject,    Status::Rejected),
    (Stage::Negotiate, Who::OnTurn,   Door::Any,       CommandKind::Negotiate, Status::Negotiate),
    (Stage::Negotiate, Who::OnTurn,   Door::Any,       CommandKind::Accept,    Status::Signed),
    (Stage::Negotiate, Who::OnTurn,   Door::Any,       CommandKind::Reject,    Status::Rejected),
    (Stage::Negotiate, Who::OffTurn,  Door::Any,       CommandKind::Reject,    Status::Rejected),
    (Stage::Signed,    Who::Provider, Door::Any,       CommandKind::Reject,    Status::Rejected),
    (Stage::Signed,    Who::Provider, Door::Any,       CommandKind::Activate,  Status::Active),
    (Stage::Signed,    Who::Consumer, Door::Any,       CommandKind::Reject,    Status::Rejected),
    (Stage::Active,    Who::Provider, Door::Framework, CommandKind::Extend,    Status::Active),
    (Stage::Active,    Who::Provider, Door::Any,       CommandKind::Stop,      Status::Stopped),
    (Stage::Active,    Who::Consumer, Door::Any,       CommandKind::Stop,      Status::Stopped),
    (Stage::Active,    Who::System,   Door::Any,       CommandKind::Warn,      Status::Active),
    (Stage::Due,       Who::System,   Door::Any,       CommandKind::Expire,    Status::Expired),
];

/// A caller's seat at the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    /// On a side, and may bind it.
    Binds(Side),
    /// In the organisation of a side, and not its manager.
    Member(Side),
    /// On neither side.
    Outside,
    /// Sharepact itself.
    System,
}

/// What the table says must come of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Becomes(Status),
    NotAParty,
    WrongSide(Side, Vec<CommandKind>),
    NotManager,
    IllegalStatus(Status, Vec<CommandKind>),
    NotYourTurn(Side, Vec<CommandKind>),
}

/// One place of the product, all but command and seat.
#[derive(Clone, Debug)]
struct Place {
    stage: Stage,
    turn: Option<Side>,
    framework: bool,
}

impl Place {
    fn step(&self, seat: Seat, command: CommandKind) -> Option<Status> {
        let is = |who: Who| match (who, seat) {
            (Who::System, seat) => seat == Seat::System,
            (Who::Provider, seat) => seat == Seat::Binds(Side::Provider),
            (Who::Consumer, seat) => seat == Seat::Binds(Side::Consumer),
            (Who::OnTurn, Seat::Binds(side)) => self.turn == Some(side),
            (Who::OffTurn, Seat::Binds(side)) => self.turn != Some(side),
            (Who::OnTurn | Who::OffTurn, _) => false,
        };
        LEGAL
            .iter()
            .find(|(stage, who, door, kind, _)| {
                *stage == self.stage
                    && *kind == command
                    && is(*who)
                    && (*door == Door::Any || self.framework)
            })
            .map(|(.., becomes)| *becomes)
    }

    /// What somebody in that seat may do here, in the order of the pipeline.
    fn allowed(&self, seat: Seat) -> Vec<CommandKind> {
        let order = [
            CommandKind::Decline,
            CommandKind::Draft,
            CommandKind::Negotiate,
            CommandKind::Accept,
            CommandKind::Reject,
            CommandKind::Activate,
            CommandKind::Extend,
            CommandKind::Stop,
            CommandKind::Warn,
            CommandKind::Expire,
        ];
        order
            .into_iter()
            .filter(|command| self.step(seat, *command).is_some())
            .collect()
    }

    /// What must come of it. The order of the refusals: stranger, never anybody's here, the other
    /// side's, not the manager, the turn, the status.
    fn outcome(&self, seat: Seat, command: CommandKind) -> Outcome {
        let status = match self.stage {
            Stage::Request => Status::Request,
            Stage::Declined => Status::Declined,
            Stage::Draft => Status::Draft,
            Stage::Rejected => Status::Rejected,
            Stage::Negotiate => Status::Negotiate,
            Stage::Signed => Status::Signed,
            Stage::Active => Status::Active,
            Stage::Due | Stage::Expired => Status::Expired,
            Stage::Stopped => Status::Stopped,
        };
        let allowed = self.allowed(seat);
        let (side, member) = match seat {
            Seat::Outside => return Outcome::NotAParty,
            Seat::System => {
                return match self.step(seat, command) {
                    Some(becomes) => Outcome::Becomes(becomes),
                    None => Outcome::IllegalStatus(status, Vec::new()),
                };
            }
            Seat::Binds(side) => (side, false),
            Seat::Member(side) => (side, true),
        };
        let nobodys = match command {
            CommandKind::Warn | CommandKind::Expire => true,
            CommandKind::Extend => !self.framework,
            _ => false,
        };
        let providers = matches!(
            command,
            CommandKind::Decline | CommandKind::Draft | CommandKind::Activate | CommandKind::Extend
        );
        let in_turns = matches!(command, CommandKind::Negotiate | CommandKind::Accept)
            && matches!(self.stage, Stage::Draft | Stage::Negotiate);
        if nobodys {
            return Outcome::IllegalStatus(status, allowed);
        }
        if providers && side == Side::Consumer {
            return Outcome::WrongSide(Side::Provider, allowed);
        }
        if member {
            return Outcome::NotManager;
        }
        match (self.step(seat, command), self.turn) {
            (Some(becomes), _) => Outcome::Becomes(becomes),
            (None, Some(turn)) if in_turns => Outcome::NotYourTurn(turn, allowed),
            (None, _) => Outcome::IllegalStatus(status, allowed),
        }
    }
}

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
        if party.organization.is_some() {
            callers.push((manager, Seat::Binds(side)));
            callers.push((member, Seat::Member(side)));
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
                    for origin in [Origin::Marketplace, framework(), dataspace()] {
                        for (now, over) in [
                            (shifted(end, -1), false),
                            (end, true),
                            (shifted(end, 1), true),
                        ] {
                            let place = Place {
                                stage: stage(recorded, over),
                                turn,
                                framework: origin == framework(),
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
    // 4 pairs × 9 statuses × 3 turns × 3 doors × 3 times × 9 commands, for 11 people or more.
    assert!(checked > 90_000, "only {checked} cases: the product shrank");
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
