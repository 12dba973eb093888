//! Text → positioned glyphs.
//!
//! The one rule: every character is seen. What a text face lacks the fallback face draws; what no
//! face has stands there as its code in a box, and extracts as the character it is.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use harfrust::{Buffer, BufferFlags, ClusterLevel};

use crate::RenderError;
use crate::face::{Face, Reading};

/// The size of a missing character's code, in thousandths of the text's.
pub(crate) const CODE_SIZE: i64 = 560;
/// The room left and right of a code and in its box, in thousandths of the text's size.
pub(crate) const CODE_ROOM: i64 = 110;
/// Marks that one letter may carry; more would climb over the lines around it.
const MOST_MARKS: usize = 3;

/// A glyph in its place, in thousandths of the text's size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glyph {
    /// The face.
    pub(crate) face: Face,
    /// Its number in the document, see [`Shaper::uses`].
    pub(crate) code: u16,
    /// How far the pen goes.
    pub(crate) advance: i64,
    /// Where the glyph stands relative to the pen.
    pub(crate) offset: (i64, i64),
}

/// What cannot be parted: a letter with its marks, or the code of a missing character.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// Its glyphs.
    pub(crate) glyphs: Range<usize>,
    /// Its width.
    pub(crate) advance: i64,
    /// The character, where its code is drawn.
    pub(crate) missing: Option<char>,
}

/// A shaped text.
#[derive(Debug, Default)]
pub(crate) struct Shaped {
    /// All glyphs.
    pub(crate) glyphs: Vec<Glyph>,
    /// The glyphs in parts.
    pub(crate) clusters: Vec<Cluster>,
    /// The width of all.
    pub(crate) advance: i64,
}

/// The glyphs of a face that a document uses: number 1 is the first.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    numbers: HashMap<(u16, Box<str>), u16>,
    /// Glyph and text by number, from number 1 on.
    pub(crate) list: Vec<(u16, Box<str>)>,
}

impl Uses {
    /// A number for the glyph as it stands for that text. One glyph that stands for two texts has
    /// two numbers, so that both extract as what they are.
    fn number(&mut self, glyph: u16, text: &str) -> Result<u16, RenderError> {
        let key = (glyph, Box::from(text));
        if let Some(number) = self.numbers.get(&key) {
            return Ok(*number);
        }
        self.list.push(key.clone());
        let number = u16::try_from(self.list.len()).map_err(|_| RenderError::TooManyGlyphs)?;
        self.numbers.insert(key, number);
        Ok(number)
    }
}

/// Shapes the texts of one document and remembers what it shaped.
pub(crate) struct Shaper {
    readings: [&'static Reading; 6],
    known: [HashMap<Box<str>, Rc<Shaped>>; 6],
    uses: [Uses; 6],
    buffer: Buffer,
    lacked: bool,
}

impl Shaper {
    pub(crate) fn new() -> Result<Self, RenderError> {
        let [regular, bold, italic, bold_italic, mono, fallback] = Face::ALL.map(Face::read);
        let mut buffer = Buffer::new();
        buffer.set_cluster_level(ClusterLevel::MonotoneCharacters);
        Ok(Self {
            readings: [regular?, bold?, italic?, bold_italic?, mono?, fallback?],
            known: Default::default(),
            uses: Default::default(),
            buffer,
            lacked: false,
        })
    }

    /// Had the text a character that no face has?
    pub(crate) fn lacked(&self) -> bool {
        self.lacked
    }

    /// The face's tables.
    pub(crate) fn reading(&self, face: Face) -> &'static Reading {
        let [regular, bold, italic, bold_italic, mono, fallback] = self.readings;
        match face {
            Face::Regular => regular,
            Face::Bold => bold,
            Face::Italic => italic,
            Face::BoldItalic => bold_italic,
            Face::Mono => mono,
            Face::Fallback => fallback,
        }
    }

    /// What the document uses of a face.
    pub(crate) fn uses(&self, face: Face) -> &Uses {
        let [regular, bold, italic, bold_italic, mono, fallback] = &self.uses;
        match face {
            Face::Regular => regular,
            Face::Bold => bold,
            Face::Italic => italic,
            Face::BoldItalic => bold_italic,
            Face::Mono => mono,
            Face::Fallback => fallback,
        }
    }

    fn number(&mut self, face: Face, glyph: u16, text: &str) -> Result<u16, RenderError> {
        match self.uses.get_mut(face as usize) {
            Some(uses) => uses.number(glyph, text),
            None => Err(RenderError::Face { face: face.name() }),
        }
    }

    /// Shapes a text without line breaks.
    pub(crate) fn shape(&mut self, text: &str, face: Face) -> Result<Rc<Shaped>, RenderError> {
        if let Some(shaped) = self
            .known
            .get(face as usize)
            .and_then(|known| known.get(text))
        {
            return Ok(Rc::clone(shaped));
        }
        let shaped = Rc::new(self.shape_anew(text, face)?);
        if let Some(known) = self.known.get_mut(face as usize) {
            known.insert(Box::from(text), Rc::clone(&shaped));
        }
        Ok(shaped)
    }

    fn shape_anew(&mut self, text: &str, face: Face) -> Result<Shaped, RenderError> {
        let mut shaped = Shaped::default();
        let mut run = String::new();
        let mut current = face;
        let mut marks = 0;
        for character in text.chars().filter(|character| !ignorable(*character)) {
            marks = if mark(character) { marks + 1 } else { 0 };
            let suits = if marks > MOST_MARKS {
                None
            } else if marks > 0 && !run.is_empty() && self.reading(current).covers(character) {
                Some(current)
            } else {
                [face, Face::Fallback]
                    .into_iter()
                    .find(|face| self.reading(*face).covers(character))
            };
            if suits != Some(current) {
                self.run(&run, current, &mut shaped)?;
                run.clear();
            }
            match suits {
                Some(suited) => {
                    current = suited;
                    run.push(character);
                }
                None => self.code(character, &mut shaped)?,
            }
        }
        self.run(&run, current, &mut shaped)?;
        shaped.advance = shaped.clusters.iter().map(|cluster| cluster.advance).sum();
        Ok(shaped)
    }

    /// Shapes a text that one face covers.
    fn run(&mut self, text: &str, face: Face, shaped: &mut Shaped) -> Result<(), RenderError> {
        if text.is_empty() {
            return Ok(());
        }
        let reading = self.reading(face);
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        buffer.set_cluster_level(ClusterLevel::MonotoneCharacters);
        buffer.set_flags(BufferFlags::BEGINNING_OF_TEXT | BufferFlags::END_OF_TEXT);
        buffer.push_str(text);
        reading.shape(&mut buffer)?;
        let infos = buffer.glyph_infos();
        for (index, (info, place)) in infos.iter().zip(buffer.glyph_positions()).enumerate() {
            let start = info.cluster as usize;
            let end = infos
                .iter()
                .skip(index + 1)
                .map(|next| next.cluster as usize)
                .find(|next| *next != start)
                .unwrap_or(text.len());
            let first = index
                .checked_sub(1)
                .and_then(|before| infos.get(before))
                .is_none_or(|before| before.cluster != info.cluster);
            let source = text.get(start..end).unwrap_or_default();
            // The second glyph of one character stands for nothing: a word joiner.
            let source = match (first, source) {
                (false, _) => "\u{2060}",
                // Where a line may end is no business of whoever searches the text.
                (true, "\u{a0}") => " ",
                (true, source) => source,
            };
            let glyph = u16::try_from(info.glyph_id).map_err(|_| RenderError::TooManyGlyphs)?;
            let advance = reading.scaled(place.x_advance);
            let at = shaped.glyphs.len();
            shaped.glyphs.push(Glyph {
                face,
                code: self.number(face, glyph, source)?,
                advance,
                offset: (
                    reading.scaled(place.x_offset),
                    reading.scaled(place.y_offset),
                ),
            });
            let joins = !first || source.chars().next().is_some_and(mark);
            match shaped.clusters.last_mut() {
                Some(last) if joins && last.missing.is_none() && last.glyphs.end == at => {
                    last.glyphs.end += 1;
                    last.advance += advance;
                }
                Some(_) | None => shaped.clusters.push(Cluster {
                    glyphs: at..at + 1,
                    advance,
                    missing: None,
                }),
            }
        }
        self.buffer = buffer;
        Ok(())
    }

    /// The code of a character that no face has.
    fn code(&mut self, character: char, shaped: &mut Shaped) -> Result<(), RenderError> {
        let mut code = Shaped::default();
        self.lacked = true;
        self.run(
            &format!("U+{:04X}", u32::from(character)),
            Face::Mono,
            &mut code,
        )?;
        let start = shaped.glyphs.len();
        shaped.glyphs.extend(code.glyphs);
        let width: i64 = code.clusters.iter().map(|cluster| cluster.advance).sum();
        shaped.clusters.push(Cluster {
            glyphs: start..shaped.glyphs.len(),
            advance: width * CODE_SIZE / 1_000 + 4 * CODE_ROOM,
            missing: Some(character),
        });
        Ok(())
    }

    /// The width of a space in that face.
    pub(crate) fn space(&mut self, face: Face) -> Result<Rc<Shaped>, RenderError> {
        self.shape(" ", face)
    }
}

/// Characters that show nothing by themselves: joiners, soft hyphens, variation selectors, tags.
fn ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Marks that sit on the letter before them.
fn mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
}
