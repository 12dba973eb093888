//! The session's machine, written down a second time by hand.
//!
//! The one rule: nothing here is read from `SESSION_RULES`. Where this table and the code disagree, one of them is wrong.

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
use sharepact_domain::party::{Actor, Principal, Side};
use sharepact_domain::session::{
    EndCause, SessionCommand, SessionCommandKind as Kind, SessionEnd, SessionRefusal,
    SessionStatus as Status, diagram, table,
};
use sharepact_domain::time::Timestamp;

/// Where a session stands, which is not always what is on record of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not begun, or begun and not one that starts by itself.
    Scheduled,
    /// Begun by itself, and nobody has recorded it.
    Begun,
    Running,
    Stopped,
    /// Over, and nobody has recorded it.
    Over,
    Ended,
}

/// A caller's seat at the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    Binds(Side),
    Member(Side),
    Outside,
    System,
}

const PROVIDES: Seat = Seat::Binds(Side::Provider);
const USES: Seat = Seat::Binds(Side::Consumer);

/// Every step that is legal, and what the session is afterwards. What is not listed is refused.
#[rustfmt::skip]
const LEGAL: &[(Stage, Seat, Kind, Status)] = &[
    (Stage::Scheduled, PROVIDES,     Kind::Start,  Status::Running),
    (Stage::Stopped,   PROVIDES,     Kind::Start,  Status::Running),
    (Stage::Scheduled, PROVIDES,     Kind::Stop,   Status::Stopped),
    (Stage::Scheduled, USES,         Kind::Stop,   Status::Stopped),
    (Stage::Begun,     PROVIDES,     Kind::Stop,   Status::Stopped),
    (Stage::Begun,     USES,         Kind::Stop,   Status::Stopped),
    (Stage::Running,   PROVIDES,     Kind::Stop,   Status::Stopped),
    (Stage::Running,   USES,         Kind::Stop,   Status::Stopped),
    (Stage::Scheduled, PROVIDES,     Kind::Change, Status::Scheduled),
    (Stage::Begun,     PROVIDES,     Kind::Change, Status::Running),
    (Stage::Running,   PROVIDES,     Kind::Change, Status::Running),
    (Stage::Stopped,   PROVIDES,     Kind::Change, Status::Stopped),
    (Stage::Begun,     Seat::System, Kind::Begin,  Status::Running),
    (Stage::Over,      Seat::System, Kind::End,    Status::Ended),
];

/// One place of the product.
#[derive(Clone, Debug)]
struct Place {
    switch: Switch,
    stage: Stage,
    now: Timestamp,
}

impl Place {
    fn step(&self, seat: Seat, kind: Kind) -> Option<Status> {
        let here =
            |row: &&(Stage, Seat, Kind, Status)| (row.0, row.1, row.2) == (self.stage, seat, kind);
        LEGAL.iter().find(here).map(|row| row.3)
    }

    fn early(&self) -> bool {
        self.now < self.switch.session.valid_from
    }

    fn allowed(&self, seat: Seat) -> Vec<Kind> {
        let may = |kind: &Kind| {
            let bound = *kind == Kind::Change && self.switch.lineage.contract.is_some();
            let early = *kind == Kind::Start && self.early();
            seat != Seat::System && self.step(seat, *kind).is_some() && !bound && !early
        };
        let order = [
            Kind::Start,
            Kind::Stop,
            Kind::Change,
            Kind::Begin,
            Kind::End,
        ];
        order.into_iter().filter(may).collect()
    }

    /// What must come of it: stranger, nobody's, the other side's, not the manager, the status, the time.
    fn expected(&self, seat: Seat, kind: Kind) -> Result<Status, SessionRefusal> {
        let status = match self.stage {
            Stage::Scheduled => Status::Scheduled,
            Stage::Begun | Stage::Running => Status::Running,
            Stage::Stopped => Status::Stopped,
            Stage::Over | Stage::Ended => Status::Ended,
        };
        let allowed = self.allowed(seat);
        let illegal = SessionRefusal::IllegalStatus {
            command: kind,
            status,
            allowed: allowed.clone(),
        };
        let inside = matches!(seat, Seat::Binds(_) | Seat::Member(_));
        let uses = matches!(seat, USES | Seat::Member(Side::Consumer));
        match seat {
            Seat::Outside => return Err(SessionRefusal::NotAParty),
            _ if inside && matches!(kind, Kind::Begin | Kind::End) => return Err(illegal),
            _ if uses && matches!(kind, Kind::Start | Kind::Change) => {
                return Err(SessionRefusal::WrongSide {
                    command: kind,
                    needs: Side::Provider,
                    allowed,
                });
            }
            Seat::Member(_) => return Err(SessionRefusal::NotManager),
            Seat::Binds(_) | Seat::System => {}
        }
        let becomes = self.step(seat, kind).ok_or(illegal)?;
        if kind == Kind::Start && self.early() {
            let valid_from = self.switch.session.valid_from;
            return Err(SessionRefusal::TooEarly { valid_from });
        }
        if kind == Kind::Change && self.switch.lineage.contract.is_some() {
            return Err(SessionRefusal::BoundByContract);
        }
        Ok(becomes)
    }
}

fn command(kind: Kind) -> SessionCommand {
    match kind {
        Kind::Start => SessionCommand::Start,
        Kind::Stop => SessionCommand::Stop {
            reason: Some(note("Service")),
        },
        Kind::Change => SessionCommand::Change {
            valid_from: None,
            valid_to: Some(Some(day(29))),
        },
        Kind::Begin => SessionCommand::Begin,
        Kind::End => SessionCommand::End,
    }
}

fn everybody() -> Vec<(Actor, Seat)> {
    let mut people = vec![(Actor::System, Seat::System)];
    let mut sit = |principal: Principal, seat| people.push((Actor::Caller(principal), seat));
    for (organization, side) in [(PROVIDER, Side::Provider), (CONSUMER, Side::Consumer)] {
        sit(boss(organization), Seat::Binds(side));
        sit(session_manager(organization), Seat::Binds(side));
        for looking in not_session_managers(organization) {
            sit(looking, Seat::Member(side));
        }
    }
    for outsider in outsiders() {
        sit(outsider, Seat::Outside);
    }
    people
}

/// Calls `check` for the whole product: on record × by itself or not × under a contract or not × around beginning and end.
fn everywhere(mut check: impl FnMut(&Place)) {
    let (from, to) = (day(10), day(20));
    for status in Status::ALL {
        for automatic in [false, true] {
            for contracted in [false, true] {
                let agreement = agreed(frame());
                let contract = contracted.then(|| granted(&agreement, 2, quota(5, None, None)));
                let term = (Some(from), Some(to));
                let mut switch = Switch::made(&agreement, contract.as_ref(), term);
                switch.session.recorded = status;
                switch.session.automatic = automatic;
                if status == Status::Ended {
                    let cause = EndCause::Time;
                    switch.session.end = Some(SessionEnd { at: to, cause });
                }
                for now in [from, to]
                    .iter()
                    .flat_map(|at| [-1, 0, 1].map(|by| shifted(*at, by)))
                {
                    let stage = match status {
                        Status::Ended => Stage::Ended,
                        Status::Scheduled | Status::Running | Status::Stopped if now >= to => {
                            Stage::Over
                        }
                        Status::Scheduled if automatic && now >= from => Stage::Begun,
                        Status::Scheduled => Stage::Scheduled,
                        Status::Running => Stage::Running,
                        Status::Stopped => Stage::Stopped,
                    };
                    let switch = switch.clone();
                    check(&Place { switch, stage, now });
                }
            }
        }
    }
}

#[test]
fn the_machine_is_the_table_everywhere() {
    let people = everybody();
    let mut checked = 0;
    everywhere(|place| {
        for (actor, seat) in &people {
            for kind in Kind::ALL {
                let mut after = place.switch.clone();
                let found = after
                    .attempt(actor, command(kind), place.now)
                    .map(|_| after.session.standing(&after.lineage, place.now).status);
                assert_eq!(
                    found,
                    place.expected(*seat, kind),
                    "{kind:?} by {seat:?} ({actor:?}) at {:?}, {}",
                    place.stage,
                    place.now
                );
                checked += 1;
            }
        }
    });
    // 4 statuses × 2 × 2 × 6 times × 19 people × 5 commands.
    assert_eq!(checked, 9_120);
}

#[test]
fn what_is_offered_is_what_is_let_through() {
    let people = everybody();
    everywhere(|place| {
        let Switch {
            session, lineage, ..
        } = &place.switch;
        for (actor, seat) in &people {
            let Actor::Caller(principal) = actor else {
                continue;
            };
            let passes = |kind: &Kind| {
                session
                    .decide(lineage, actor, command(*kind), place.now)
                    .is_ok()
            };
            let let_through: Vec<_> = Kind::ALL.into_iter().filter(passes).collect();
            let offered = session.allowed(lineage, principal, place.now);
            assert_eq!(offered, let_through, "{seat:?} at {place:?}");
            assert_eq!(offered, place.allowed(*seat), "{seat:?} at {place:?}");
        }
    });
}

#[test]
fn both_sides_and_operators_see_a_session_and_nobody_else() {
    let session = Switch::made(&agreed(frame()), None, OPEN).session;
    for (organization, side) in [(PROVIDER, Side::Provider), (CONSUMER, Side::Consumer)] {
        for insider in [boss(organization), member(organization)] {
            assert_eq!(session.side_of(&insider), Some(side));
            assert!(session.visible_to(&insider));
        }
    }
    for outsider in outsiders() {
        assert_eq!(session.side_of(&outsider), None);
        assert_eq!(session.visible_to(&outsider), outsider == operator());
    }
}

#[test]
fn what_is_due_next_is_what_time_changes_next() {
    let (from, to) = (day(10), day(20));
    for (automatic, ending) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut wanted = frame();
        wanted.sharing.automatic_start = automatic;
        let term = (Some(from), ending.then_some(to));
        let mut session = Switch::made(&agreed(wanted), None, term).session;
        let last = ending.then_some(to);
        let first = if automatic { Some(from) } else { last };
        assert_eq!(session.due_at(), first);
        for (status, due) in [
            (Status::Running, last),
            (Status::Stopped, last),
            (Status::Ended, None),
        ] {
            session.recorded = status;
            assert_eq!(session.due_at(), due, "{status:?}");
        }
    }
}

#[test]
fn the_papers_name_every_step() {
    let (table, diagram) = (table(), diagram());
    for row in [
        "| create | provider | – | Scheduled |",
        "| start | provider | Scheduled, Stopped | Running |",
        "| stop | either side | Scheduled, Scheduled, and begun, Running | Stopped |",
        "| begin | system | Scheduled, and begun | Running |",
        "| end | system | any, and over | Ended |",
    ] {
        assert!(table.contains(row), "{row}\n{table}");
    }
    for status in ["Scheduled", "Running", "Stopped"] {
        for (to, by) in [("Ended", "end (system)"), (status, "change (provider)")] {
            let arrow = format!("    {status} --> {to}: {by}\n");
            assert_eq!(diagram.matches(&arrow).count(), 1, "{arrow}\n{diagram}");
        }
    }
    let stop = "Scheduled --> Stopped: stop (either side)";
    assert_eq!(diagram.matches(stop).count(), 1, "{diagram}");
    assert!(
        !diagram.contains("Scheduled --> Running: change"),
        "{diagram}"
    );
}
