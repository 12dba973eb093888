//! Words → lines.
//!
//! The one rule: no line is wider than its column. A word that is gets broken between letters.

mod justify;

use std::ops::Range;
use std::rc::Rc;

use crate::RenderError;
use crate::block::{Length, Span, Style};
use crate::shape::{Shaped, Shaper};

/// A stretch of shaped text in one style.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The style.
    pub(crate) style: Style,
    /// The shaped text that it is part of.
    pub(crate) shaped: Rc<Shaped>,
    /// The clusters that it has of it.
    pub(crate) clusters: Range<usize>,
    /// Its width.
    pub(crate) width: Length,
    /// Is it a space between two words, which may be stretched?
    pub(crate) space: bool,
}

impl Part {
    fn new(shaped: Rc<Shaped>, style: Style, space: bool) -> Self {
        Self {
            clusters: 0..shaped.clusters.len(),
            width: shaped.advance * style.size / 1_000,
            style,
            shaped,
            space,
        }
    }

    /// The part's first clusters that fit into `room`, at least one, and the rest.
    fn split(&self, room: Length) -> (Self, Option<Self>) {
        let mut width = 0;
        let mut at = self.clusters.start;
        for cluster in self
            .shaped
            .clusters
            .get(self.clusters.clone())
            .unwrap_or_default()
        {
            let next = width + cluster.advance * self.style.size / 1_000;
            if next > room && at > self.clusters.start {
                break;
            }
            width = next;
            at += 1;
        }
        let part = |clusters: Range<usize>, width| Self {
            clusters,
            width,
            shaped: Rc::clone(&self.shaped),
            ..self.clone()
        };
        let rest = (at < self.clusters.end)
            .then(|| part(at..self.clusters.end, (self.width - width).max(0)));
        (part(self.clusters.start..at, width), rest)
    }
}

/// A line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// What stands in it.
    pub(crate) parts: Vec<Part>,
    /// How wide that is.
    pub(crate) width: Length,
    /// What each space grows or shrinks by, so that the line fills its column.
    pub(crate) stretch: Length,
}

impl Line {
    /// Ends the line at a space. Nobody sees it there, and it adds no width, but without it whoever
    /// reads the file as text would join the last word to the next line's first.
    fn ended(mut self, space: Option<Part>) -> Self {
        self.parts.extend(space.map(|space| Part {
            space: false,
            width: 0,
            ..space
        }));
        self
    }
}

enum Piece {
    Word(Vec<Part>),
    Space(Part),
    /// A hard break, and the space that stands for it in the text.
    Break(Part),
}

/// Sets spans in lines of at most `column`, each as full as can be.
pub(crate) fn lines(
    spans: &[Span],
    column: Length,
    shaper: &mut Shaper,
) -> Result<Vec<Line>, RenderError> {
    Ok(fill(pieces(spans, shaper)?, column))
}

/// Sets spans as running text: lines that fill the column, chosen for the paragraph as a whole.
pub(crate) fn paragraph(
    spans: &[Span],
    column: Length,
    shaper: &mut Shaper,
) -> Result<Vec<Line>, RenderError> {
    let mut set = Vec::new();
    let mut run = Vec::new();
    for piece in pieces(spans, shaper)? {
        match piece {
            Piece::Break(space) => {
                set.extend(justify::justify(std::mem::take(&mut run), column));
                if let Some(last) = set.pop() {
                    set.push(last.ended(Some(space)));
                }
            }
            Piece::Word(_) | Piece::Space(_) => run.push(piece),
        }
    }
    set.extend(justify::justify(run, column));
    Ok(set)
}

/// Sets pieces line by line.
fn fill(pieces: Vec<Piece>, column: Length) -> Vec<Line> {
    let mut setter = Setter {
        column,
        lines: Vec::new(),
        line: Line::default(),
        space: None,
    };
    for piece in pieces {
        match piece {
            Piece::Word(parts) => setter.word(parts),
            Piece::Space(space) => {
                // Spaces at the start of a line are nothing; two in a row are one.
                if !setter.line.parts.is_empty() {
                    setter.space.get_or_insert(space);
                }
            }
            Piece::Break(space) => setter.end(Some(space)),
        }
    }
    setter.end(None);
    setter.lines
}

struct Setter {
    column: Length,
    lines: Vec<Line>,
    line: Line,
    space: Option<Part>,
}

impl Setter {
    fn word(&mut self, parts: Vec<Part>) {
        let width: Length = parts.iter().map(|part| part.width).sum();
        let space = self.space.as_ref().map_or(0, |space| space.width);
        if !self.line.parts.is_empty() && self.line.width + space + width > self.column {
            let space = self.space.take();
            self.end(space);
        }
        if let Some(space) = self.space.take() {
            self.push(space);
        }
        for part in parts {
            let mut rest = Some(part);
            while let Some(part) = rest.take() {
                let room = self.column - self.line.width;
                if part.width <= room {
                    self.push(part);
                } else {
                    let (first, more) = part.split(room);
                    if first.width > room && !self.line.parts.is_empty() {
                        self.end(None);
                        rest = Some(part);
                    } else {
                        self.push(first);
                        if more.is_some() {
                            self.end(None);
                        }
                        rest = more;
                    }
                }
            }
        }
    }

    fn push(&mut self, part: Part) {
        self.line.width += part.width;
        self.line.parts.push(part);
    }

    fn end(&mut self, space: Option<Part>) {
        self.space = None;
        let line = std::mem::take(&mut self.line);
        self.lines.push(line.ended(space));
    }
}

/// Cuts spans into words, spaces and line breaks. A word may run over several spans.
fn pieces(spans: &[Span], shaper: &mut Shaper) -> Result<Vec<Piece>, RenderError> {
    let mut pieces = Vec::new();
    let mut word: Vec<Part> = Vec::new();
    let close = |word: &mut Vec<Part>, pieces: &mut Vec<Piece>| {
        if !word.is_empty() {
            pieces.push(Piece::Word(std::mem::take(word)));
        }
    };
    for span in spans {
        let mut rest = span.text.as_str();
        while let Some(character) = rest.chars().next() {
            if character == '\n' || matches!(character, '\u{2028}' | '\u{2029}') {
                close(&mut word, &mut pieces);
                let space = shaper.space(span.style.face)?;
                pieces.push(Piece::Break(Part::new(space, span.style, false)));
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
            } else if breaking(character) {
                close(&mut word, &mut pieces);
                let space = shaper.space(span.style.face)?;
                pieces.push(Piece::Space(Part::new(space, span.style, true)));
                rest = rest.trim_start_matches(breaking);
            } else {
                let (fragment, more, parts_here) = fragment(rest);
                let fixed = fragment.replace(unbreaking, "\u{a0}");
                let shaped = shaper.shape(&fixed, span.style.face)?;
                if !shaped.clusters.is_empty() {
                    word.push(Part::new(shaped, span.style, false));
                }
                if parts_here {
                    close(&mut word, &mut pieces);
                }
                rest = more;
            }
        }
    }
    close(&mut word, &mut pieces);
    Ok(pieces)
}

/// The text up to the next place where a line may end; the rest; and is it within a word?
fn fragment(text: &str) -> (&str, &str, bool) {
    let mut before = None;
    for (at, character) in text.char_indices() {
        let part = |end: usize, within| {
            let (fragment, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            (fragment, rest, within)
        };
        if breaking(character) || matches!(character, '\n' | '\u{2028}' | '\u{2029}') {
            return part(at, false);
        }
        if character == '\u{200b}' {
            return part(at + character.len_utf8(), true);
        }
        let after = at + character.len_utf8();
        let next = text.get(after..).and_then(|rest| rest.chars().next());
        let hinge = matches!(character, '-' | '\u{2010}' | '\u{2013}' | '\u{2014}' | '/');
        // Not after a sign or an opening slash, and not between two hinges.
        if hinge
            && before.is_some_and(char::is_alphanumeric)
            && next.is_some_and(char::is_alphanumeric)
        {
            return part(after, true);
        }
        before = Some(character);
    }
    (text, "", false)
}

/// Spaces at which a line may end.
fn breaking(character: char) -> bool {
    character.is_whitespace()
        && !unbreaking(character)
        && !matches!(character, '\n' | '\u{2028}' | '\u{2029}')
}

/// Spaces at which none may.
fn unbreaking(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{2007}' | '\u{202f}')
}
