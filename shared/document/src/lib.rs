//! Contracts and framework agreements as PDF: two pure functions, [`render`] and [`render_agreement`].
//!
//! | module | owns |
//! | --- | --- |
//! | `story` | what the document says, in which order |
//! | `commonmark` | terms → blocks |
//! | `block` | headings, paragraphs, lists, tables: the document before it has pages |
//! | `flow` | blocks → pages: lines, tables that repeat their header, page breaks |
//! | `line` | words → lines |
//! | `shape` | text → positioned glyphs, with a face or a visible code for every character |
//! | `face` | the faces in `fonts/` |
//! | `paint` | pages → drawing operations and the faces they use |
//! | `finish` | the archival part: metadata, outline, structure tree, colour profile, fixed ids |
//!
//! The one rule: the same content gives the same bytes, on any machine, on any day. There is no
//! clock, no random number and no process-wide state in here; lengths are whole numbers of a
//! thousandth of a point.

mod block;
mod commonmark;
mod face;
mod finish;
mod flow;
mod line;
mod paint;
mod shape;
mod story;

use sharepact_domain::agreement::{Agreement, AgreementStatus};
use sharepact_domain::contract::{Contract, Status};
use sharepact_domain::fault::Fault;
use sharepact_domain::terms::Terms;
use thiserror::Error;

use story::Story;

/// The platform's terms in CommonMark, for platforms that have none of their own.
pub const PLATFORM_TERMS: &str = include_str!("../text/platform-terms.md");

/// [`PLATFORM_TERMS`], checked.
///
/// # Errors
/// None as long as the text in this crate holds, which a test checks.
pub fn platform_terms() -> Result<Terms, Fault> {
    Terms::parse(PLATFORM_TERMS)
}

/// Everything that the document of a contract says.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The contract as recorded.
    pub contract: &'a Contract,
    /// The text of the contract terms, from the draft on.
    pub terms: Option<&'a Terms>,
    /// The platform's terms; [`platform_terms`] has a text.
    pub platform_terms: &'a Terms,
    /// The status that holds, which may be later than the recorded one: [`Contract::status`].
    pub status: Status,
    /// What stands across every page; [`watermark`] has the usual word.
    pub watermark: Option<&'a str>,
}

/// Everything that the document of a framework agreement says.
#[derive(Clone, Copy, Debug)]
pub struct AgreementContent<'a> {
    /// The agreement as recorded.
    pub agreement: &'a Agreement,
    /// The platform's terms; [`platform_terms`] has a text.
    pub platform_terms: &'a Terms,
    /// The status that holds, which may be later than the recorded one: [`Agreement::status`].
    pub status: AgreementStatus,
    /// What stands across every page; [`agreement_watermark`] has the usual word.
    pub watermark: Option<&'a str>,
}

/// The word across the pages of a contract that is not in force.
#[must_use]
pub fn watermark(status: Status) -> Option<&'static str> {
    match status {
        Status::Request => Some("REQUEST"),
        Status::Declined => Some("DECLINED"),
        Status::Draft => Some("DRAFT"),
        Status::Rejected => Some("REJECTED"),
        Status::Negotiate => Some("NEGOTIATE"),
        Status::Signed => Some("SIGNED, NOT YET IN FORCE"),
        Status::Active => None,
        Status::Expired => Some("EXPIRED"),
        Status::Stopped => Some("STOPPED"),
    }
}

/// The word across the pages of an agreement that is not in force.
#[must_use]
pub fn agreement_watermark(status: AgreementStatus) -> Option<&'static str> {
    match status {
        AgreementStatus::Pending => Some("PENDING"),
        AgreementStatus::Active => None,
        AgreementStatus::Rejected => Some("REJECTED"),
        AgreementStatus::Stopped => Some("STOPPED"),
        AgreementStatus::Expired => Some("EXPIRED"),
    }
}

/// Why there is no document. None of these depends on what a user wrote.
#[derive(Debug, Error)]
pub enum RenderError {
    /// A face of this crate cannot be read.
    #[error("the face {face} cannot be read")]
    Face {
        /// Its file.
        face: &'static str,
    },
    /// A text could not be shaped.
    #[error("a text cannot be shaped: {reason}")]
    Shape {
        /// What the shaper says.
        reason: String,
    },
    /// A face could not be cut down to the characters in use.
    #[error("the face {face} cannot be subset: {reason}")]
    Subset {
        /// Its file.
        face: &'static str,
        /// What the subsetter says.
        reason: String,
    },
    /// A document with more different characters than a face can number.
    #[error("the document has more different glyphs than a font can number")]
    TooManyGlyphs,
    /// The drawing library refused an operation.
    #[error("the pages cannot be drawn: {reason}")]
    Drawing {
        /// What it says.
        reason: String,
    },
    /// The finished file could not be put together.
    #[error("the file cannot be written: {reason}")]
    File {
        /// What failed.
        reason: String,
    },
}

impl From<lopdf::Error> for RenderError {
    fn from(error: lopdf::Error) -> Self {
        Self::File {
            reason: error.to_string(),
        }
    }
}

impl From<std::io::Error> for RenderError {
    fn from(error: std::io::Error) -> Self {
        Self::File {
            reason: error.to_string(),
        }
    }
}

/// Renders a contract.
///
/// # Errors
/// A fault of this crate or of its faces; never what a user wrote.
pub fn render(content: &Content<'_>) -> Result<Vec<u8>, RenderError> {
    set(&story::contract::tell(content))
}

/// Renders a framework agreement.
///
/// # Errors
/// A fault of this crate or of its faces; never what a user wrote.
pub fn render_agreement(content: &AgreementContent<'_>) -> Result<Vec<u8>, RenderError> {
    set(&story::agreement::tell(content))
}

/// Story → pages → file.
fn set(story: &Story) -> Result<Vec<u8>, RenderError> {
    let mut shaper = shape::Shaper::new()?;
    let layout = flow::lay_out(&story.blocks, &story.edges, &mut shaper)?;
    let drawing = paint::paint(layout, &shaper)?;
    finish::finish(drawing, &story.particulars)
}
