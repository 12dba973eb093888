//! The machine of agreements as data.

use super::AgreementStatus;
use crate::machine::{self, By, Row, Rule};

/// Where in its life an agreement is: its status, with one whose time is over set apart from one whose end is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgreementPhase {
    /// See [`AgreementStatus::Pending`].
    Pending,
    /// Active, and its time is not over.
    Active,
    /// Recorded as Pending or Active, and its time is over.
    Due,
    /// See [`AgreementStatus::Rejected`].
    Rejected,
    /// See [`AgreementStatus::Stopped`].
    Stopped,
    /// See [`AgreementStatus::Expired`].
    Expired,
}

impl AgreementPhase {
    /// Every phase.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Active,
        Self::Due,
        Self::Rejected,
        Self::Stopped,
        Self::Expired,
    ];

    /// The status that an agreement in this phase has.
    #[must_use]
    pub fn status(self) -> AgreementStatus {
        match self {
            Self::Pending => AgreementStatus::Pending,
            Self::Active => AgreementStatus::Active,
            Self::Rejected => AgreementStatus::Rejected,
            Self::Stopped => AgreementStatus::Stopped,
            Self::Due | Self::Expired => AgreementStatus::Expired,
        }
    }

    fn drawn(self) -> (&'static str, Vec<&'static str>) {
        match self {
            Self::Due => (
                "Pending or Active, and due",
                vec![
                    AgreementStatus::Pending.name(),
                    AgreementStatus::Active.name(),
                ],
            ),
            Self::Pending | Self::Active | Self::Rejected | Self::Stopped | Self::Expired => {
                (self.status().name(), vec![self.status().name()])
            }
        }
    }
}

/// A command without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgreementCommandKind {
    /// The consumer agrees.
    Approve,
    /// The consumer refuses.
    Reject,
    /// Either side ends it.
    Stop,
    /// Sharepact records that its time is over.
    Expire,
}

impl AgreementCommandKind {
    /// Every command.
    pub const ALL: [Self; 4] = [Self::Approve, Self::Reject, Self::Stop, Self::Expire];

    /// The command's name, as in the route that issues it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Stop => "stop",
            Self::Expire => "expire",
        }
    }
}

/// The machine.
pub const AGREEMENT_RULES: &[Rule<AgreementCommandKind, AgreementPhase, AgreementStatus>] = &[
    Rule {
        command: AgreementCommandKind::Approve,
        by: By::Consumer,
        from: &[AgreementPhase::Pending],
        to: AgreementStatus::Active,
    },
    Rule {
        command: AgreementCommandKind::Reject,
        by: By::Consumer,
        from: &[AgreementPhase::Pending],
        to: AgreementStatus::Rejected,
    },
    Rule {
        command: AgreementCommandKind::Stop,
        by: By::Either,
        from: &[AgreementPhase::Active],
        to: AgreementStatus::Stopped,
    },
    Rule {
        command: AgreementCommandKind::Expire,
        by: By::System,
        from: &[AgreementPhase::Due],
        to: AgreementStatus::Expired,
    },
];

/// The machine as a Markdown table.
#[must_use]
pub fn table() -> String {
    machine::table(&rows())
}

/// The machine as a Mermaid state diagram.
#[must_use]
pub fn diagram() -> String {
    machine::diagram(&rows(), &AgreementStatus::FINAL.map(AgreementStatus::name))
}

fn rows() -> Vec<Row> {
    let beginning = |command: &str, to: AgreementStatus| Row {
        command: command.to_owned(),
        by: By::Provider.label(),
        from: Vec::new(),
        to: to.name(),
    };
    let rules = AGREEMENT_RULES.iter().map(|rule| Row {
        command: rule.command.name().to_owned(),
        by: rule.by.label(),
        from: rule.from.iter().map(|phase| phase.drawn()).collect(),
        to: rule.to.name(),
    });
    [
        beginning("propose", AgreementStatus::Pending),
        beginning("onboard", AgreementStatus::Active),
    ]
    .into_iter()
    .chain(rules)
    .collect()
}
