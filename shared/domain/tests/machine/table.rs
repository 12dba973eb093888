//! The contract's machine, written down a second time by hand.
//!
//! The one rule: nothing here is read from `RULES`.

use sharepact_domain::contract::{CommandKind, Status};
use sharepact_domain::party::Side;

/// Where a contract stands; `Due` is recorded as Active, and its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
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
pub enum Who {
    Provider,
    Consumer,
    OnTurn,
    OffTurn,
    System,
}

/// For which contracts a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Any,
    Framework,
}

/// Every step that is legal: who stands where may do what, and what comes of it. What is not
/// listed is refused. In an organisation, all of it is for the manager; of a quota contract for the contract manager, too.
#[rustfmt::skip]
pub const LEGAL: &[(Stage, Who, Door, CommandKind, Status)] = &[
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
    (Stage::Active,    Who::System,   Door::Framework, CommandKind::Follow,    Status::Stopped),
    (Stage::Active,    Who::System,   Door::Any,       CommandKind::Warn,      Status::Active),
    (Stage::Due,       Who::System,   Door::Any,       CommandKind::Expire,    Status::Expired),
];

/// A caller's seat at the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// On a side, and may bind it.
    Binds(Side),
    /// In the organisation of a side, and may not bind it.
    Member(Side),
    /// On neither side.
    Outside,
    /// Sharepact itself.
    System,
}

/// What the table says must come of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Becomes(Status),
    NotAParty,
    WrongSide(Side, Vec<CommandKind>),
    NotManager,
    IllegalStatus(Status, Vec<CommandKind>),
    NotYourTurn(Side, Vec<CommandKind>),
}

/// One place of the product, all but command and seat.
#[derive(Clone, Debug)]
pub struct Place {
    pub stage: Stage,
    pub turn: Option<Side>,
    pub framework: bool,
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
    pub fn allowed(&self, seat: Seat) -> Vec<CommandKind> {
        let order = [
            CommandKind::Decline,
            CommandKind::Draft,
            CommandKind::Negotiate,
            CommandKind::Accept,
            CommandKind::Reject,
            CommandKind::Activate,
            CommandKind::Extend,
            CommandKind::Stop,
            CommandKind::Follow,
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
    pub fn outcome(&self, seat: Seat, command: CommandKind) -> Outcome {
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
            CommandKind::Follow | CommandKind::Warn | CommandKind::Expire => true,
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
