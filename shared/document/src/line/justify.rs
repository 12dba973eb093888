//! Running text: where its lines end, decided for a paragraph as a whole.
//!
//! The one rule: a paragraph is even. Either all its lines fill the column with spaces of nearly
//! one width, or none does. Words are not hyphenated: that takes to know the language, and terms
//! do not say theirs.

use super::{Line, Part, Piece, fill};
use crate::block::Length;

/// What a space of usual text grows by before it shows, in thousandths of the size.
const EASY: i64 = 170;
/// The most that a space grows by, in thousandths of the size.
const MOST: i64 = 420;
/// The most that a space shrinks by, in thousandths of the size.
const LEAST: i64 = 60;
/// What it costs to end a line within a word, behind its hyphen.
const HINGE: i64 = 2_500;
/// What it costs to leave one word alone in the last line.
const ALONE: i64 = 6_000;

/// A word and the space before it.
struct Word {
    space: Option<Part>,
    parts: Vec<Part>,
}

/// How the lines of a paragraph end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// At the column's right edge.
    Even,
    /// Where their words do.
    Ragged,
}

/// Sets words and spaces, without hard breaks, in lines.
pub(super) fn justify(pieces: Vec<Piece>, column: Length) -> Vec<Line> {
    let wide = |piece: &Piece| match piece {
        Piece::Word(parts) => width(parts) > column,
        Piece::Space(_) | Piece::Break(_) => false,
    };
    // A word that has to be broken leaves nothing to choose.
    if pieces.iter().any(wide) {
        return fill(pieces, column);
    }
    let words = words(pieces);
    let paragraph = Paragraph::new(&words, column);
    let (edge, ends) = match paragraph.ends(Edge::Even) {
        Some(ends) => (Edge::Even, ends),
        None => (
            Edge::Ragged,
            paragraph.ends(Edge::Ragged).unwrap_or_default(),
        ),
    };
    let stretches: Vec<_> = std::iter::once(0)
        .chain(ends.iter().copied())
        .zip(&ends)
        .map(|(start, end)| match edge {
            Edge::Even if *end < words.len() => paragraph.stretch(start, *end).unwrap_or(0),
            Edge::Even => paragraph.stretch(start, *end).unwrap_or(0).min(0),
            Edge::Ragged => 0,
        })
        .collect();
    compose(words, &ends, &stretches)
}

fn width(parts: &[Part]) -> Length {
    parts.iter().map(|part| part.width).sum()
}

fn words(pieces: Vec<Piece>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut space = None;
    for piece in pieces {
        match piece {
            Piece::Word(parts) => {
                let space = space.take();
                words.push(Word { space, parts });
            }
            // Spaces at the start are nothing; two in a row are one.
            Piece::Space(part) if !words.is_empty() => {
                space.get_or_insert(part);
            }
            Piece::Space(_) | Piece::Break(_) => {}
        }
    }
    words
}

/// Puts the words into lines that end before those numbers.
fn compose(words: Vec<Word>, ends: &[usize], stretches: &[Length]) -> Vec<Line> {
    let mut set: Vec<Line> = Vec::new();
    let mut words = words.into_iter().enumerate().peekable();
    for (end, stretch) in ends.iter().zip(stretches) {
        let mut line = Line {
            stretch: *stretch,
            ..Line::default()
        };
        while let Some((_, word)) = words.next_if(|(index, _)| index < end) {
            let first = line.parts.is_empty();
            match word.space {
                Some(space) if first => {
                    if let Some(before) = set.pop() {
                        set.push(before.ended(Some(space)));
                    }
                }
                Some(space) => line.parts.push(space),
                None => {}
            }
            line.parts.extend(word.parts);
        }
        line.width = width(&line.parts);
        set.push(line);
    }
    if set.is_empty() {
        set.push(Line::default());
    }
    set
}

/// What is to be known of the words to choose where lines end.
struct Paragraph {
    /// Where each word starts and ends, were all of them in one line; a last entry for their end.
    starts: Vec<Length>,
    ends: Vec<Length>,
    /// How many spaces are before each word.
    spaces: Vec<i64>,
    /// Is there none right before it?
    hinges: Vec<bool>,
    size: Length,
    column: Length,
}

impl Paragraph {
    fn new(words: &[Word], column: Length) -> Self {
        let mut paragraph = Self {
            starts: Vec::with_capacity(words.len()),
            ends: Vec::with_capacity(words.len()),
            spaces: Vec::with_capacity(words.len()),
            hinges: Vec::with_capacity(words.len()),
            size: 1,
            column,
        };
        let (mut at, mut spaces) = (0, 0);
        for word in words {
            if let Some(space) = &word.space {
                at += space.width;
                spaces += 1;
            }
            paragraph.starts.push(at);
            paragraph.spaces.push(spaces);
            paragraph.hinges.push(word.space.is_none());
            for part in &word.parts {
                at += part.width;
                paragraph.size = paragraph.size.max(part.style.size);
            }
            paragraph.ends.push(at);
        }
        paragraph
    }

    /// The width of the line of the words from `start` to before `end`, and its spaces.
    fn line(&self, start: usize, end: usize) -> Option<(Length, i64)> {
        let last = end.checked_sub(1)?;
        let width = self.ends.get(last)? - self.starts.get(start)?;
        Some((width, self.spaces.get(last)? - self.spaces.get(start)?))
    }

    /// What the spaces of a line have to grow by; none for a line without spaces.
    fn stretch(&self, start: usize, end: usize) -> Option<Length> {
        let (width, spaces) = self.line(start, end)?;
        (spaces > 0).then(|| (self.column - width).div_euclid(spaces))
    }

    /// What a line costs; none where it cannot be set like that.
    fn cost(&self, start: usize, end: usize, edge: Edge) -> Option<i64> {
        let (width, spaces) = self.line(start, end)?;
        let rest = self.column - width;
        let last = end == self.ends.len();
        let hinge = match self.hinges.get(end) {
            Some(true) => HINGE,
            Some(false) | None => 0,
        };
        let alone = if spaces == 0 { ALONE } else { 0 };
        match edge {
            Edge::Ragged if rest < 0 => None,
            Edge::Ragged if last => Some(alone),
            Edge::Ragged => {
                let share = rest * 1_000 / self.column.max(1);
                Some(share * share + hinge)
            }
            Edge::Even if last && rest >= 0 => Some(alone),
            Edge::Even if rest == 0 => Some(hinge),
            Edge::Even if spaces == 0 => None,
            Edge::Even => {
                let each = (rest * 1_000).div_euclid(spaces * self.size);
                let bad = match each {
                    ..0 if each < -LEAST => return None,
                    ..0 => 100 * each.pow(2) / LEAST.pow(2),
                    0.. if each > MOST => return None,
                    0.. => 100 * each.pow(3) / EASY.pow(3),
                };
                Some((10 + bad).pow(2) + hinge)
            }
        }
    }

    /// The numbers of the words before which lines end, at the least cost for all of them.
    fn ends(&self, edge: Edge) -> Option<Vec<usize>> {
        let count = self.ends.len();
        // The least cost of the words before each number, and the start of the line that ends there.
        let mut best: Vec<Option<(i64, usize)>> = vec![None; count + 1];
        if let Some(first) = best.first_mut() {
            *first = Some((0, 0));
        }
        for end in 1..=count {
            let mut least = None;
            for start in (0..end).rev() {
                let (width, spaces) = self.line(start, end)?;
                if width - spaces * LEAST * self.size / 1_000 > self.column {
                    break;
                }
                let before = best.get(start).copied().flatten();
                if let (Some((before, _)), Some(cost)) = (before, self.cost(start, end, edge)) {
                    let cost = before + cost;
                    if least.is_none_or(|(least, _)| cost < least) {
                        least = Some((cost, start));
                    }
                }
            }
            if let Some(slot) = best.get_mut(end) {
                *slot = least;
            }
        }
        let mut ends = Vec::new();
        let mut end = count;
        while end > 0 {
            ends.push(end);
            end = best.get(end).copied().flatten()?.1;
        }
        ends.reverse();
        Some(ends)
    }
}
