//! How instants, authors, hashes and ends are told, whatever they belong to.

use sharepact_domain::contract::Ending;
use sharepact_domain::event::Digest;
use sharepact_domain::party::{Author, Side};
use sharepact_domain::time::Timestamp;

use super::note;
use crate::block::{Block, Column, Span, Style, Table};

/// A name and its value.
pub(in crate::story) fn fact(name: &str, value: impl Into<String>) -> Vec<Vec<Span>> {
    vec![vec![Span::new(name, Style::LABEL)], cell(value)]
}

/// Names and values.
pub(in crate::story) fn facts(rows: Vec<Vec<Vec<Span>>>) -> Block {
    Block::Table(Table {
        columns: vec![Column::new("", 290), Column::new("", 710)],
        rows,
        titled: false,
        total: false,
    })
}

/// A hash among facts.
pub(in crate::story) fn hash(name: &str, hash: Digest) -> Vec<Vec<Span>> {
    vec![
        vec![Span::new(name, Style::LABEL)],
        vec![Span::new(hash.to_string(), Style::HASH)],
    ]
}

/// A cell of a table.
pub(in crate::story) fn cell(text: impl Into<String>) -> Vec<Span> {
    vec![Span::new(text, Style::CELL)]
}

/// Rows under titles.
pub(in crate::story) fn titled(columns: Vec<Column>, rows: Vec<Vec<Vec<Span>>>) -> Block {
    Block::Table(Table {
        columns,
        rows,
        titled: true,
        total: false,
    })
}

/// Who did what when, where nothing but that is to be told.
pub(in crate::story) fn acts(rows: Vec<Vec<Vec<Span>>>) -> Block {
    let columns = vec![
        Column::new("Act", 180),
        Column::new("By", 460),
        Column::new("At", 360),
    ];
    titled(columns, rows)
}

/// A row of [`acts`].
pub(in crate::story) fn deed(name: &str, by: Side, who: &str, at: Timestamp) -> Vec<Vec<Span>> {
    vec![cell(name), cell(acting(by, who)), cell(instant(at))]
}

/// A side and who acted for it.
pub(in crate::story) fn acting(by: Side, who: &str) -> String {
    format!("{}: {who}", side(by))
}

/// A side, as tables call it.
fn side(side: Side) -> &'static str {
    match side {
        Side::Provider => "Provider",
        Side::Consumer => "Consumer",
    }
}

/// An instant as people read it.
pub(in crate::story) fn instant(at: Timestamp) -> String {
    at.to_chrono()
        .format("%-d %B %Y, %H:%M:%S UTC")
        .to_string()
        .replace(' ', "\u{a0}")
        .replacen(",\u{a0}", ", ", 1)
}

/// Whoever did something.
pub(in crate::story) fn author(author: &Author) -> String {
    match author {
        Author::User {
            user,
            organization: Some(organization),
        } => format!("{user} for {organization}"),
        Author::User {
            user,
            organization: None,
        } => user.to_string(),
        Author::System => "the platform".to_owned(),
    }
}

/// What the hashes of the record are for.
pub(in crate::story) fn on_hashes(of: &str) -> Block {
    note(format!(
        "All hashes are SHA-256. Every event of the {of} carries the hash of the event before \
         it: whoever has the events and the texts can recompute the hashes above, and so verify \
         that this document shows the record as it was at this version."
    ))
}

/// Why and by whom it ended.
pub(in crate::story) fn ending(ending: &Ending) -> Block {
    let by = match ending.by {
        Some(by) => side(by),
        None => "the passing of its time",
    };
    let mut rows = vec![fact("Ended", instant(ending.at)), fact("By", by)];
    if let Some(reason) = &ending.reason {
        rows.push(fact("Reason", reason.as_str()));
    }
    if let Some(detail) = &ending.detail {
        rows.push(fact("Detail", detail.as_str()));
    }
    facts(rows)
}
