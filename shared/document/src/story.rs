//! What a document says, in which order.
//!
//! | file | owns |
//! | --- | --- |
//! | `contract` | the contract: over an asset, or over a quota |
//! | `agreement` | the framework agreement |
//! | `value` | how instants, authors, hashes and ends are told, whatever they belong to |
//!
//! The one rule: it says what the record says, in the record's own words and numbers; a part that
//! has nothing to say says so.

pub(crate) mod agreement;
pub(crate) mod contract;
mod value;

use sharepact_domain::event::Digest;
use sharepact_domain::time::Timestamp;

use crate::block::{Block, Edges, Span, Style, points};
use crate::face::Face;

/// A document before it has pages.
pub(crate) struct Story {
    /// What it says.
    pub(crate) blocks: Vec<Block>,
    /// What every page says.
    pub(crate) edges: Edges,
    /// What it is.
    pub(crate) particulars: Particulars,
}

/// What a document is: its name, its time, and all that its identity is made of.
pub(crate) struct Particulars {
    /// Its title in one line.
    pub(crate) title: String,
    /// What it shows: `Contract`, `Framework agreement`.
    pub(crate) kind: &'static str,
    /// The id of what it shows, a UUID.
    pub(crate) id: String,
    /// The version of what it shows.
    pub(crate) version: u64,
    /// When that began.
    pub(crate) created: Timestamp,
    /// When it last changed.
    pub(crate) changed: Timestamp,
    /// The hash of its last event.
    pub(crate) head: Digest,
    /// The status that holds.
    pub(crate) status: &'static str,
    /// The platform's terms.
    pub(crate) platform_terms: Digest,
    /// The terms of its own, where it has any.
    pub(crate) terms: Option<Digest>,
    /// What stands across every page.
    pub(crate) watermark: Option<String>,
}

impl Particulars {
    /// What every page says of it.
    fn edges(&self) -> Edges {
        let small = Style {
            face: Face::Mono,
            size: 6_400,
            ..Style::NOTE
        };
        let which = format!("{} {} · version {}", self.kind, self.id, self.version);
        Edges {
            footer: vec![
                vec![Span::new(which, Style::NOTE)],
                vec![
                    Span::new("Hash of last event ", Style::NOTE),
                    Span::new(self.head.to_string(), small),
                ],
            ],
            watermark: self.watermark.clone(),
        }
    }
}

/// The top of the first page: what it is, about what and between whom, and what its status means.
fn masthead(title: &str, lead: [Lead<'_>; 7], standing: String) -> Vec<Block> {
    let lead = lead.into_iter().map(|part| match part {
        Lead::Plain(text) => Span::new(text, Style::of(Face::Italic, points(11))),
        Lead::Strong(text) => Span::new(text, Style::of(Face::BoldItalic, points(11))),
    });
    vec![
        Block::Note(vec![Span::new(
            "SHAREPACT",
            Style {
                face: Face::Bold,
                ..Style::NOTE
            },
        )]),
        Block::Title(vec![Span::new(title, Style::of(Face::Bold, points(21)))]),
        Block::Lead(lead.collect()),
        Block::Note(vec![Span::new(standing, Style::NOTE)]),
    ]
}

/// A part of what stands below the title.
enum Lead<'a> {
    /// What joins names.
    Plain(&'a str),
    /// A name.
    Strong(&'a str),
}

/// The sections of a document, which are numbered.
#[derive(Default)]
struct Sections {
    told: u8,
}

impl Sections {
    /// The heading of the next one.
    fn next(&mut self, title: &str) -> Block {
        self.told += 1;
        heading(1, &format!("{}. {title}", self.told))
    }
}

/// What a reader has to know of characters that no face has.
pub(crate) fn on_codes() -> Block {
    note(
        "A code in a box stands for a character that the fonts of this document lack: its number in \
         Unicode. Whoever copies or searches the text gets the character itself.",
    )
}

/// A heading of that level.
fn heading(level: u8, text: &str) -> Block {
    Block::Heading {
        level,
        spans: vec![Span::new(text, Style::heading(level))],
    }
}

/// A paragraph in the text's own style.
fn paragraph(text: &str) -> Block {
    Block::Paragraph(vec![Span::new(text, Style::BODY)])
}

/// A paragraph of small print.
fn note(text: impl Into<String>) -> Block {
    Block::Note(vec![Span::new(text, Style::NOTE)])
}
