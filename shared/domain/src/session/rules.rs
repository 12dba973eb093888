//! The machine of sessions as data.

use super::SessionStatus;
use crate::machine::{self, By, Row, Rule};

/// Where in its life a session is: its status, with what time has brought about and nobody recorded set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionPhase {
    /// See [`SessionStatus::Scheduled`].
    Scheduled,
    /// Recorded as Scheduled, and its time has begun: Running for every reader, where sessions start by themselves.
    Begun,
    /// See [`SessionStatus::Running`].
    Running,
    /// See [`SessionStatus::Stopped`].
    Stopped,
    /// Not recorded as Ended, and over: Ended for every reader and every rule.
    Over,
    /// See [`SessionStatus::Ended`].
    Ended,
}

impl SessionPhase {
    /// Every phase.
    pub const ALL: [Self; 6] = [
        Self::Scheduled,
        Self::Begun,
        Self::Running,
        Self::Stopped,
        Self::Over,
        Self::Ended,
    ];

    /// The status that a session in this phase has, while nothing upstream is stopped.
    #[must_use]
    pub fn status(self) -> SessionStatus {
        match self {
            Self::Scheduled => SessionStatus::Scheduled,
            Self::Begun | Self::Running => SessionStatus::Running,
            Self::Stopped => SessionStatus::Stopped,
            Self::Over | Self::Ended => SessionStatus::Ended,
        }
    }

    fn drawn(self) -> (&'static str, Vec<&'static str>) {
        match self {
            Self::Begun => (
                "Scheduled, and begun",
                vec![SessionStatus::Scheduled.name()],
            ),
            Self::Over => (
                "any, and over",
                vec![
                    SessionStatus::Scheduled.name(),
                    SessionStatus::Running.name(),
                    SessionStatus::Stopped.name(),
                ],
            ),
            Self::Scheduled | Self::Running | Self::Stopped | Self::Ended => {
                (self.status().name(), vec![self.status().name()])
            }
        }
    }
}

/// A command without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionCommandKind {
    /// The provider turns the data on.
    Start,
    /// Either side turns it off.
    Stop,
    /// The provider changes when it may run.
    Change,
    /// Sharepact records that it has started by itself.
    Begin,
    /// Sharepact records that it is over.
    End,
}

impl SessionCommandKind {
    /// Every command.
    pub const ALL: [Self; 5] = [
        Self::Start,
        Self::Stop,
        Self::Change,
        Self::Begin,
        Self::End,
    ];

    /// The command's name, as in the route that issues it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Change => "change",
            Self::Begin => "begin",
            Self::End => "end",
        }
    }
}

type SessionRule = Rule<SessionCommandKind, SessionPhase, SessionStatus>;

const fn rule(
    command: SessionCommandKind,
    by: By,
    from: &'static [SessionPhase],
    to: SessionStatus,
) -> SessionRule {
    Rule {
        command,
        by,
        from,
        to,
    }
}

/// The machine. A change of its time leaves a session what it is.
pub const SESSION_RULES: &[SessionRule] = &[
    rule(
        SessionCommandKind::Start,
        By::Provider,
        &[SessionPhase::Scheduled, SessionPhase::Stopped],
        SessionStatus::Running,
    ),
    rule(
        SessionCommandKind::Stop,
        By::Either,
        &[
            SessionPhase::Scheduled,
            SessionPhase::Begun,
            SessionPhase::Running,
        ],
        SessionStatus::Stopped,
    ),
    rule(
        SessionCommandKind::Change,
        By::Provider,
        &[SessionPhase::Scheduled],
        SessionStatus::Scheduled,
    ),
    rule(
        SessionCommandKind::Change,
        By::Provider,
        &[SessionPhase::Begun, SessionPhase::Running],
        SessionStatus::Running,
    ),
    rule(
        SessionCommandKind::Change,
        By::Provider,
        &[SessionPhase::Stopped],
        SessionStatus::Stopped,
    ),
    rule(
        SessionCommandKind::Begin,
        By::System,
        &[SessionPhase::Begun],
        SessionStatus::Running,
    ),
    rule(
        SessionCommandKind::End,
        By::System,
        &[SessionPhase::Over],
        SessionStatus::Ended,
    ),
];

/// The machine as a Markdown table.
#[must_use]
pub fn table() -> String {
    machine::table(&rows())
}

/// The machine as a Mermaid state diagram.
#[must_use]
pub fn diagram() -> String {
    machine::diagram(&rows(), &[SessionStatus::Ended.name()])
}

fn rows() -> Vec<Row> {
    let beginning = Row {
        command: "create".to_owned(),
        by: By::Provider.label(),
        from: Vec::new(),
        to: SessionStatus::Scheduled.name(),
    };
    // A change leads nowhere: it is drawn where the session stays.
    let drawn = |rule: &SessionRule, phase: SessionPhase| match rule.command {
        SessionCommandKind::Change => (phase.drawn().0, vec![rule.to.name()]),
        SessionCommandKind::Start
        | SessionCommandKind::Stop
        | SessionCommandKind::Begin
        | SessionCommandKind::End => phase.drawn(),
    };
    let rules = SESSION_RULES.iter().map(|rule| Row {
        command: rule.command.name().to_owned(),
        by: rule.by.label(),
        from: rule.from.iter().map(|phase| drawn(rule, *phase)).collect(),
        to: rule.to.name(),
    });
    std::iter::once(beginning).chain(rules).collect()
}
