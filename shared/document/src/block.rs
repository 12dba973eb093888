//! The document before it has pages: blocks of text in spans.
//!
//! The one rule: a block says what it is, not where it stands.

use crate::face::Face;

/// A length in thousandths of a point.
pub(crate) type Length = i64;

/// Whole points.
pub(crate) const fn points(points: i64) -> Length {
    points * 1_000
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// The face.
    pub(crate) face: Face,
    /// The size.
    pub(crate) size: Length,
    /// From 0, black, to 255, white.
    pub(crate) grey: u8,
}

impl Style {
    /// Running text.
    pub(crate) const BODY: Self = Self::of(Face::Regular, points(10));
    /// Text in tables.
    pub(crate) const CELL: Self = Self::of(Face::Regular, 9_200);
    /// Headings of columns, names of rows.
    pub(crate) const LABEL: Self = Self::of(Face::Bold, 8_800);
    /// What stands beside the text.
    pub(crate) const NOTE: Self = Self {
        face: Face::Regular,
        size: 8_500,
        grey: 80,
    };
    /// Hashes and ids.
    pub(crate) const HASH: Self = Self::of(Face::Mono, 7_600);

    /// A heading of that level.
    pub(crate) const fn heading(level: u8) -> Self {
        match level {
            1 => Self::of(Face::Bold, points(13)),
            2 => Self::of(Face::Bold, 11_200),
            3 => Self::of(Face::BoldItalic, points(10)),
            _ => Self::of(Face::Italic, points(10)),
        }
    }

    /// That face at that size, in black.
    pub(crate) const fn of(face: Face, size: Length) -> Self {
        Self {
            face,
            size,
            grey: 0,
        }
    }
}

/// A text in one style. A line feed is a line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The text.
    pub(crate) text: String,
    /// Its style.
    pub(crate) style: Style,
}

impl Span {
    pub(crate) fn new(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// What stands above it.
    pub(crate) title: &'static str,
    /// Its share of the width, in thousandths.
    pub(crate) share: i64,
    /// Do its cells end, not start, at one line?
    pub(crate) right: bool,
}

impl Column {
    pub(crate) const fn new(title: &'static str, share: i64) -> Self {
        Self {
            title,
            share,
            right: false,
        }
    }
}

/// Rows below column titles, or, without titles, names with their values.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// The columns.
    pub(crate) columns: Vec<Column>,
    /// The rows, a cell a column.
    pub(crate) rows: Vec<Vec<Vec<Span>>>,
    /// Is there a row of titles, repeated on every page? Else the first cell of a row names it.
    pub(crate) titled: bool,
    /// Does the last row stand out?
    pub(crate) total: bool,
}

/// A part of the document.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// The title of the document.
    Title(Vec<Span>),
    /// What stands right below the title.
    Lead(Vec<Span>),
    /// A heading, 1 for a section of the document.
    Heading {
        /// How deep.
        level: u8,
        /// The text.
        spans: Vec<Span>,
    },
    /// Running text.
    Paragraph(Vec<Span>),
    /// A paragraph with nothing but small print.
    Note(Vec<Span>),
    /// A list; its first number, if it is an ordered one.
    List {
        /// The number of the first item.
        first: Option<u64>,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// Code, line by line.
    Code(Vec<Span>),
    /// A rule across the page.
    Rule,
    /// A table.
    Table(Table),
}

/// What every page has.
#[derive(Clone, Debug)]
pub(crate) struct Edges {
    /// What stands below the text, line by line; the page number joins the first.
    pub(crate) footer: Vec<Vec<Span>>,
    /// What stands across it.
    pub(crate) watermark: Option<String>,
}
