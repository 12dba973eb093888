//! State machines as data: who may do what, from where, to where.
//!
//! The one rule: a machine is a table. What it permits is read from its rows, and so is what the documentation prints.

use std::fmt::Write as _;

use crate::party::Side;

/// Who may issue a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The provider.
    Provider,
    /// The consumer.
    Consumer,
    /// The side whose turn it is.
    Turn,
    /// Either side.
    Either,
    /// Sharepact itself.
    System,
}

impl By {
    /// The issuer as the documentation names it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Consumer => "consumer",
            Self::Turn => "side whose turn it is",
            Self::Either => "either side",
            Self::System => "system",
        }
    }

    /// Is it this side, or (none) Sharepact itself? Whose turn it is, no row knows.
    fn is(self, side: Option<Side>) -> bool {
        match (self, side) {
            (Self::Provider, Some(Side::Provider))
            | (Self::Consumer, Some(Side::Consumer))
            | (Self::Either | Self::Turn, Some(_))
            | (Self::System, None) => true,
            (Self::Provider | Self::Consumer | Self::Either | Self::Turn | Self::System, _) => {
                false
            }
        }
    }
}

/// One row of a machine: a command, who may issue it, in which phases, and what comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<Command: 'static, Phase: 'static, Status> {
    /// The command.
    pub command: Command,
    /// Who may issue it.
    pub by: By,
    /// In which phases.
    pub from: &'static [Phase],
    /// What the status is afterwards.
    pub to: Status,
}

/// Why a machine does not let a command through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is the other side's.
    WrongSide(Side),
    /// The caller does not bind its side.
    NotBinding,
    /// It is not for this phase, or not for callers at all.
    Illegal,
}

/// May `side` (none for Sharepact itself) issue the command in this phase? `binds` says whether the caller may bind it.
///
/// # Errors
/// The wrong side comes before a caller who binds nobody, and that before the phase.
pub fn permit<Command: Copy + Eq, Phase: Copy + Eq, Status>(
    rules: &[Rule<Command, Phase, Status>],
    command: Command,
    phase: Phase,
    side: Option<Side>,
    binds: bool,
) -> Result<(), Denied> {
    let mut rows = rules.iter().filter(|rule| rule.command == command);
    if !rows.clone().any(|rule| rule.by.is(side)) {
        let needs = rows.find_map(|rule| match rule.by {
            By::Provider => Some(Side::Provider),
            By::Consumer => Some(Side::Consumer),
            By::Turn | By::Either | By::System => None,
        });
        return Err(match (needs, side) {
            (Some(needs), Some(_)) => Denied::WrongSide(needs),
            (Some(_) | None, _) => Denied::Illegal,
        });
    }
    if side.is_some() && !binds {
        return Err(Denied::NotBinding);
    }
    match rows.any(|rule| rule.by.is(side) && rule.from.contains(&phase)) {
        true => Ok(()),
        false => Err(Denied::Illegal),
    }
}

/// What a side may do in this phase, each command once, in the order of the table.
#[must_use]
pub fn allowed<Command: Copy + Eq, Phase: Eq, Status>(
    rules: &[Rule<Command, Phase, Status>],
    phase: &Phase,
    side: Side,
) -> Vec<Command> {
    let mut found = Vec::new();
    for rule in rules {
        let here = rule.by.is(Some(side)) && rule.from.contains(phase);
        if here && !found.contains(&rule.command) {
            found.push(rule.command);
        }
    }
    found
}

/// One row as the documentation prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The command, with what restricts it.
    pub command: String,
    /// Who.
    pub by: &'static str,
    /// From which phases, and from which boxes of the diagram each of them is drawn; empty for a beginning.
    pub from: Vec<(&'static str, Vec<&'static str>)>,
    /// To which status.
    pub to: &'static str,
}

/// A machine as a Markdown table.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut out = String::from("| command | who | from | to |\n| --- | --- | --- | --- |\n");
    for Row {
        command,
        by,
        from,
        to,
    } in rows
    {
        let from: Vec<_> = from.iter().map(|(phase, _)| *phase).collect();
        let from = match from.as_slice() {
            [] => "–".to_owned(),
            phases => phases.join(", "),
        };
        // Writing to a String cannot fail.
        writeln!(out, "| {command} | {by} | {from} | {to} |").unwrap_or_default();
    }
    out
}

/// A machine as a Mermaid state diagram.
#[must_use]
pub fn diagram(rows: &[Row], ends: &[&str]) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for row in rows {
        let command = row.command.split(' ').next().unwrap_or_default();
        let mut arrow = |from: &str| {
            let Row { by, to, .. } = row;
            writeln!(out, "    {from} --> {to}: {command} ({by})").unwrap_or_default();
        };
        let mut boxes = Vec::new();
        for from in row.from.iter().flat_map(|(_, boxes)| boxes) {
            if !boxes.contains(from) {
                boxes.push(*from);
            }
        }
        match boxes.as_slice() {
            [] => arrow("[*]"),
            boxes => boxes.iter().for_each(|from| arrow(from)),
        }
    }
    for end in ends {
        writeln!(out, "    {end} --> [*]").unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Order {
        Open,
        Close,
        Hand,
        Rust,
    }

    const fn row(
        command: Order,
        by: By,
        from: &'static [u8],
        to: &'static str,
    ) -> Rule<Order, u8, &'static str> {
        Rule {
            command,
            by,
            from,
            to,
        }
    }

    /// A door: the provider opens, anybody closes, the consumer hands it over, and time lets it rust.
    const DOOR: &[Rule<Order, u8, &str>] = &[
        row(Order::Open, By::Provider, &[0], "Open"),
        row(Order::Close, By::Either, &[1], "Closed"),
        row(Order::Hand, By::Consumer, &[0], "Gone"),
        row(Order::Hand, By::Provider, &[1], "Gone"),
        row(Order::Rust, By::System, &[0, 1], "Gone"),
    ];

    const PROVIDER: Option<Side> = Some(Side::Provider);
    const CONSUMER: Option<Side> = Some(Side::Consumer);

    #[test]
    fn the_rows_permit_and_nothing_else_does() {
        let permitted = [
            (Order::Open, 0, PROVIDER),
            (Order::Close, 1, PROVIDER),
            (Order::Close, 1, CONSUMER),
            (Order::Hand, 0, CONSUMER),
            (Order::Hand, 1, PROVIDER),
            (Order::Rust, 0, None),
            (Order::Rust, 1, None),
        ];
        for command in [Order::Open, Order::Close, Order::Hand, Order::Rust] {
            for phase in 0..3 {
                for side in [PROVIDER, CONSUMER, None] {
                    let found = permit(DOOR, command, phase, side, true);
                    let expected = permitted.contains(&(command, phase, side));
                    assert_eq!(found.is_ok(), expected, "{command:?} {phase} {side:?}");
                }
            }
        }
    }

    #[test]
    fn the_side_comes_before_who_binds_it_and_that_before_the_phase() {
        for binds in [false, true] {
            for phase in 0..3 {
                assert_eq!(
                    permit(DOOR, Order::Open, phase, CONSUMER, binds),
                    Err(Denied::WrongSide(Side::Provider))
                );
                // What is no caller's is not for them to bind.
                let rust = permit(DOOR, Order::Rust, phase, PROVIDER, binds);
                assert_eq!(rust, Err(Denied::Illegal));
                let opened = permit(DOOR, Order::Open, phase, None, binds);
                assert_eq!(opened, Err(Denied::Illegal));
            }
        }
        let open = |phase, binds| permit(DOOR, Order::Open, phase, PROVIDER, binds);
        assert_eq!(open(2, false), Err(Denied::NotBinding));
        assert_eq!(open(0, false), Err(Denied::NotBinding));
        assert_eq!(open(2, true), Err(Denied::Illegal));
        // A command of both sides in different phases is neither's alone.
        assert_eq!(
            permit(DOOR, Order::Hand, 1, CONSUMER, true),
            Err(Denied::Illegal)
        );
    }

    #[test]
    fn what_is_allowed_is_what_is_permitted_each_once() {
        let twice = [DOOR, DOOR].concat();
        for phase in 0..3 {
            for side in [Side::Provider, Side::Consumer] {
                let offered = allowed(&twice, &phase, side);
                let orders = [Order::Open, Order::Close, Order::Hand, Order::Rust];
                let passes = |order: &Order| permit(DOOR, *order, phase, Some(side), true).is_ok();
                let let_through: Vec<_> = orders.into_iter().filter(passes).collect();
                assert_eq!(offered, let_through);
            }
        }
    }

    #[test]
    fn the_papers_are_printed_from_the_rows() {
        let rows = [
            Row {
                command: "build".to_owned(),
                by: By::Provider.label(),
                from: Vec::new(),
                to: "Closed",
            },
            Row {
                command: "rust (outside only)".to_owned(),
                by: By::System.label(),
                from: vec![
                    ("Closed", vec!["Closed"]),
                    ("any, and old", vec!["Closed", "Open"]),
                ],
                to: "Gone",
            },
        ];
        assert_eq!(
            table(&rows),
            "| command | who | from | to |\n| --- | --- | --- | --- |\n\
             | build | provider | – | Closed |\n\
             | rust (outside only) | system | Closed, any, and old | Gone |\n"
        );
        assert_eq!(
            diagram(&rows, &["Gone"]),
            "stateDiagram-v2\n    [*] --> Closed: build (provider)\n\
             \x20   Closed --> Gone: rust (system)\n    Open --> Gone: rust (system)\n\
             \x20   Gone --> [*]\n"
        );
    }
}
