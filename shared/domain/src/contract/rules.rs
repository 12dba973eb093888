//! The machine as data: the only place that says who may do what, from where, to where.
//!
//! `docs/STATE-MACHINES.md` is printed from it, and the tests hold a second copy of it, written
//! down by hand, against it.

use super::{CommandKind, Origin, Status};
use crate::machine::{self, By, Row};

/// Where in its life a contract is: its status, with an Active contract whose time is over set
/// apart from one whose expiry is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// See [`Status::Request`].
    Request,
    /// See [`Status::Declined`].
    Declined,
    /// See [`Status::Draft`].
    Draft,
    /// See [`Status::Rejected`].
    Rejected,
    /// See [`Status::Negotiate`].
    Negotiate,
    /// See [`Status::Signed`].
    Signed,
    /// Active, and its time is not over.
    Active,
    /// Recorded as Active, and its time is over: Expired for every reader and every rule.
    Due,
    /// See [`Status::Expired`].
    Expired,
    /// See [`Status::Stopped`].
    Stopped,
}

impl Phase {
    /// The status that a contract in this phase has.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Request => Status::Request,
            Self::Declined => Status::Declined,
            Self::Draft => Status::Draft,
            Self::Rejected => Status::Rejected,
            Self::Negotiate => Status::Negotiate,
            Self::Signed => Status::Signed,
            Self::Active => Status::Active,
            Self::Due | Self::Expired => Status::Expired,
            Self::Stopped => Status::Stopped,
        }
    }

    /// The phase's name, and the status as which it is drawn: time alone makes an Active contract due.
    fn drawn(self) -> (&'static str, Vec<&'static str>) {
        match self {
            Self::Due => ("Active and due", vec![Status::Active.name()]),
            Self::Request
            | Self::Declined
            | Self::Draft
            | Self::Rejected
            | Self::Negotiate
            | Self::Signed
            | Self::Active
            | Self::Expired
            | Self::Stopped => (self.status().name(), vec![self.status().name()]),
        }
    }
}

/// One row of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The command.
    pub command: CommandKind,
    /// Who may issue it.
    pub by: By,
    /// In which phases.
    pub from: &'static [Phase],
    /// What the contract is afterwards.
    pub to: Status,
    /// For quota contracts under a framework agreement only?
    pub framework_only: bool,
}

impl Rule {
    const fn new(command: CommandKind, by: By, from: &'static [Phase], to: Status) -> Self {
        Self {
            command,
            by,
            from,
            to,
            framework_only: false,
        }
    }

    /// Does the row hold for contracts that came in by this door?
    #[must_use]
    pub fn covers(&self, origin: &Origin) -> bool {
        match origin {
            Origin::Framework { .. } => true,
            Origin::Marketplace | Origin::Dataspace { .. } => !self.framework_only,
        }
    }
}

/// The machine.
pub const RULES: &[Rule] = &[
    Rule::new(
        CommandKind::Decline,
        By::Provider,
        &[Phase::Request],
        Status::Declined,
    ),
    Rule::new(
        CommandKind::Draft,
        By::Provider,
        &[Phase::Request],
        Status::Draft,
    ),
    Rule::new(
        CommandKind::Negotiate,
        By::Turn,
        &[Phase::Draft, Phase::Negotiate],
        Status::Negotiate,
    ),
    Rule::new(
        CommandKind::Accept,
        By::Turn,
        &[Phase::Draft, Phase::Negotiate],
        Status::Signed,
    ),
    Rule::new(
        CommandKind::Reject,
        By::Consumer,
        &[Phase::Request],
        Status::Rejected,
    ),
    Rule::new(
        CommandKind::Reject,
        By::Either,
        &[Phase::Draft, Phase::Negotiate, Phase::Signed],
        Status::Rejected,
    ),
    Rule::new(
        CommandKind::Activate,
        By::Provider,
        &[Phase::Signed],
        Status::Active,
    ),
    Rule {
        framework_only: true,
        ..Rule::new(
            CommandKind::Extend,
            By::Provider,
            &[Phase::Active],
            Status::Active,
        )
    },
    Rule::new(
        CommandKind::Stop,
        By::Either,
        &[Phase::Active],
        Status::Stopped,
    ),
    Rule {
        framework_only: true,
        ..Rule::new(
            CommandKind::Follow,
            By::System,
            &[Phase::Active],
            Status::Stopped,
        )
    },
    Rule::new(
        CommandKind::Warn,
        By::System,
        &[Phase::Active],
        Status::Active,
    ),
    Rule::new(
        CommandKind::Expire,
        By::System,
        &[Phase::Due],
        Status::Expired,
    ),
];

/// How a contract begins: command, who, status.
const BEGINNINGS: [(&str, &str, Status); 4] = [
    ("request", "consumer", Status::Request),
    ("acquire", "consumer", Status::Active),
    ("open", "provider's manager, system", Status::Active),
    ("grant", "provider's contract manager", Status::Active),
];

/// The machine as a Markdown table.
#[must_use]
pub fn table() -> String {
    machine::table(&rows())
}

/// The machine as a Mermaid state diagram.
#[must_use]
pub fn diagram() -> String {
    machine::diagram(&rows(), &Status::FINAL.map(Status::name))
}

fn rows() -> Vec<Row> {
    let beginnings = BEGINNINGS.map(|(command, by, to)| Row {
        command: command.to_owned(),
        by,
        from: Vec::new(),
        to: to.name(),
    });
    let rules = RULES.iter().map(|rule| Row {
        command: match rule.framework_only {
            true => format!("{} (Framework only)", rule.command.name()),
            false => rule.command.name().to_owned(),
        },
        by: rule.by.label(),
        from: rule.from.iter().map(|phase| phase.drawn()).collect(),
        to: rule.to.name(),
    });
    beginnings.into_iter().chain(rules).collect()
}
