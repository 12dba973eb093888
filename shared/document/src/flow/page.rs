//! A page: its measures, what stands on it, and what every page has.
//!
//! The one rule: lengths are thousandths of a point from the top left corner.

use super::tree::{NodeId, Tree};
use crate::RenderError;
use crate::block::{Edges, Length, Span, Style, points};
use crate::face::Face;
use crate::line::{Part, lines};
use crate::shape::Shaper;

/// The width of A4.
pub(crate) const WIDTH: Length = 595_276;
/// The height of A4.
pub(crate) const HEIGHT: Length = 841_890;
/// The left edge of the text.
pub(super) const LEFT: Length = points(71);
/// The width of the text.
pub(super) const MEASURE: Length = WIDTH - 2 * LEFT;
/// The upper edge of the text.
pub(super) const TOP: Length = points(66);
/// The lower edge of the text.
pub(super) const BOTTOM: Length = HEIGHT - points(82);

/// What is drawn.
#[derive(Debug)]
pub(crate) enum Draw {
    /// A line of text.
    Text {
        /// Where it starts.
        x: Length,
        /// Its baseline.
        y: Length,
        /// The text.
        parts: Vec<Part>,
        /// What each space grows by.
        stretch: Length,
    },
    /// A filled box: a rule, a background.
    Fill {
        /// Its left edge.
        x: Length,
        /// Its upper edge.
        y: Length,
        /// Its width.
        width: Length,
        /// Its height.
        height: Length,
        /// Its shade, 255 is white.
        grey: u8,
    },
    /// A text across the page.
    Across {
        /// The text.
        parts: Vec<Part>,
        /// Its width.
        width: Length,
    },
}

impl Draw {
    /// A horizontal rule.
    pub(super) fn rule(left: Length, right: Length, y: Length, weight: Length, grey: u8) -> Self {
        Self::Fill {
            x: left,
            y,
            width: right - left,
            height: weight,
            grey,
        }
    }
}

/// Something on a page.
#[derive(Debug)]
pub(crate) struct Item {
    /// What it is a part of; none for what is only looks.
    pub(crate) node: Option<NodeId>,
    /// What it looks like.
    pub(crate) draw: Draw,
}

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// What stands on it, in reading order.
    pub(crate) items: Vec<Item>,
}

/// An entry of the outline.
#[derive(Debug)]
pub(crate) struct Bookmark {
    /// The heading.
    pub(crate) title: String,
    /// 0 for a section, 1 for a heading below it.
    pub(crate) depth: usize,
    /// The number of its page, from 0.
    pub(crate) page: usize,
    /// Where on it.
    pub(crate) y: Length,
}

/// The document on pages.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The pages.
    pub(crate) pages: Vec<Page>,
    /// What the items on them are parts of.
    pub(crate) tree: Tree,
    /// The outline.
    pub(crate) outline: Vec<Bookmark>,
}

/// Adds footers and watermark, now that the number of pages is known.
pub(super) fn edges(
    pages: &mut [Page],
    edges: &Edges,
    shaper: &mut Shaper,
) -> Result<(), RenderError> {
    let watermark = match &edges.watermark {
        Some(text) => Some(across(text, shaper)?),
        None => None,
    };
    let total = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        if let Some((parts, width)) = &watermark {
            let draw = Draw::Across {
                parts: parts.clone(),
                width: *width,
            };
            page.items.insert(0, Item { node: None, draw });
        }
        let looks = |draw| Item { node: None, draw };
        let top = HEIGHT - points(64);
        page.items
            .push(looks(Draw::rule(LEFT, LEFT + MEASURE, top, 400, 150)));
        let number = Span::new(format!("page {} of {total}", index + 1), Style::NOTE);
        let mut y = top + points(13);
        for spans in &edges.footer {
            for line in lines(spans, MEASURE - points(80), shaper)? {
                page.items.push(looks(Draw::Text {
                    x: LEFT,
                    y,
                    parts: line.parts,
                    stretch: 0,
                }));
                y += points(10);
            }
        }
        for line in lines(&[number], MEASURE, shaper)? {
            page.items.push(looks(Draw::Text {
                x: LEFT + MEASURE - line.width,
                y: top + points(13),
                parts: line.parts,
                stretch: 0,
            }));
        }
    }
    Ok(())
}

/// A text that fills the page's diagonal, but is no taller than a headline.
fn across(text: &str, shaper: &mut Shaper) -> Result<(Vec<Part>, Length), RenderError> {
    let shown: String = text.chars().take(40).collect();
    let style = |size| Style {
        face: Face::Bold,
        size,
        grey: 228,
    };
    let measure = |size, shaper: &mut Shaper| -> Result<_, RenderError> {
        let set = lines(
            &[Span::new(shown.as_str(), style(size))],
            Length::MAX / 4,
            shaper,
        )?;
        let parts: Vec<_> = set.into_iter().flat_map(|line| line.parts).collect();
        let width: Length = parts.iter().map(|part| part.width).sum();
        Ok((parts, width))
    };
    let (_, unit) = measure(points(10), shaper)?;
    let size = (points(10) * points(620) / unit.max(1)).min(points(96));
    measure(size, shaper)
}

/// The room above a heading, that of a line of it, and the room below.
pub(super) fn around(level: u8) -> (Length, Length, Length) {
    match level {
        1 => (points(18), points(18), points(5)),
        2 => (points(13), points(16), points(4)),
        _ => (points(9), points(15), points(3)),
    }
}
