//! The faces in `fonts/`: their tables, their coverage, what a document needs to know to embed them.
//!
//! The one rule: faces are read once and never change; what a document uses of them is its own.

use std::sync::OnceLock;

use harfrust::{Buffer, Direction, Font, GlyphId, Script, ShapeOptions, ShapePlan, ShaperFont};

use crate::RenderError;

/// A face, by its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Face {
    /// Text.
    Regular,
    /// Headings and strong text.
    Bold,
    /// Emphasis.
    Italic,
    /// Strong emphasis.
    BoldItalic,
    /// Code, hashes and the codes of characters that no face has.
    Mono,
    /// What the others lack.
    Fallback,
}

impl Face {
    /// Every face, in the order of their numbers.
    pub(crate) const ALL: [Self; 6] = [
        Self::Regular,
        Self::Bold,
        Self::Italic,
        Self::BoldItalic,
        Self::Mono,
        Self::Fallback,
    ];

    /// The face's resource name, which is also a subset tag of six capital letters.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Regular => "TEXTRG",
            Self::Bold => "TEXTBD",
            Self::Italic => "TEXTIT",
            Self::BoldItalic => "TEXTBI",
            Self::Mono => "CODERG",
            Self::Fallback => "RAREFB",
        }
    }

    /// The PostScript name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Regular => "NotoSerif-Regular",
            Self::Bold => "NotoSerif-Bold",
            Self::Italic => "NotoSerif-Italic",
            Self::BoldItalic => "NotoSerif-BoldItalic",
            Self::Mono => "DejaVuSansMono",
            Self::Fallback => "DejaVuSerif",
        }
    }

    /// The font file.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../fonts/serif-regular.ttf"),
            Self::Bold => include_bytes!("../fonts/serif-bold.ttf"),
            Self::Italic => include_bytes!("../fonts/serif-italic.ttf"),
            Self::BoldItalic => include_bytes!("../fonts/serif-bold-italic.ttf"),
            Self::Mono => include_bytes!("../fonts/mono.ttf"),
            Self::Fallback => include_bytes!("../fonts/fallback.ttf"),
        }
    }

    /// The face, read; reading happens once in a process.
    pub(crate) fn read(self) -> Result<&'static Reading, RenderError> {
        static READ: [OnceLock<Option<Reading>>; 6] = [const { OnceLock::new() }; 6];
        READ.get(self as usize)
            .and_then(|cell| cell.get_or_init(|| Reading::new(self.bytes())).as_ref())
            .ok_or(RenderError::Face { face: self.name() })
    }
}

/// Scripts whose shaping plans are kept. Any other text is shaped as common text.
const SCRIPTS: [Script; 4] = [
    Script::COMMON,
    Script::LATIN,
    Script::GREEK,
    Script::CYRILLIC,
];

/// A face that was read.
pub(crate) struct Reading {
    font: Font,
    plans: [OnceLock<ShapePlan>; SCRIPTS.len()],
    units: i64,
    /// Advance widths by glyph, in thousandths of the size.
    advances: Vec<i64>,
    /// Ascent and descent in thousandths of the size.
    pub(crate) extent: (i16, i16),
    /// The box around all glyphs, in thousandths of the size.
    pub(crate) bounds: [i16; 4],
}

impl Reading {
    fn new(bytes: &'static [u8]) -> Option<Self> {
        let font = Font::new(bytes, 0)?;
        let units = i64::from(font.units_per_em());
        let metrics = font.glyph_metrics();
        let count = u16::try_from(font.num_glyphs()).ok()?;
        let advances = (0..count)
            .map(|glyph| thousandths(whole(metrics.h_advance(GlyphId::from(glyph))), units))
            .collect();
        let line = font.metrics().h_line()?;
        let bounds = font.metrics().bounds;
        let scaled = |value: f32| i16::try_from(thousandths(whole(value), units)).ok();
        Some(Self {
            extent: (
                scaled(line.ascender.to_f32())?,
                scaled(line.descender.to_f32())?,
            ),
            bounds: [
                scaled(bounds.x_min.to_f32())?,
                scaled(bounds.y_min.to_f32())?,
                scaled(bounds.x_max.to_f32())?,
                scaled(bounds.y_max.to_f32())?,
            ],
            plans: [const { OnceLock::new() }; SCRIPTS.len()],
            units,
            advances,
            font,
        })
    }

    /// Has the face a glyph for that character?
    pub(crate) fn covers(&self, character: char) -> bool {
        self.font.charmap().map_unicode(character).is_some()
    }

    /// The advance width of a glyph as the document states it.
    pub(crate) fn advance(&self, glyph: u16) -> i64 {
        self.advances
            .get(usize::from(glyph))
            .copied()
            .unwrap_or_default()
    }

    /// A length in font units in thousandths of the size.
    pub(crate) fn scaled(&self, length: i32) -> i64 {
        thousandths(i64::from(length), self.units)
    }

    /// Shapes the text in the buffer.
    pub(crate) fn shape(&self, buffer: &mut Buffer) -> Result<(), RenderError> {
        buffer.set_direction(Direction::LeftToRight);
        buffer.guess_segment_properties();
        let script = buffer
            .script()
            .and_then(|script| SCRIPTS.iter().position(|known| *known == script))
            .unwrap_or(0);
        let (Some(tag), Some(cell)) = (SCRIPTS.get(script), self.plans.get(script)) else {
            return Ok(());
        };
        buffer.set_script(Some(*tag));
        let plan = cell.get_or_init(|| {
            ShapePlan::new(&self.font, Direction::LeftToRight, Some(*tag), None, &[])
        });
        let font = ShaperFont::new(&self.font);
        harfrust::shape(&font, buffer, ShapeOptions::new().plan(Some(plan))).map_err(|error| {
            RenderError::Shape {
                reason: error.to_string(),
            }
        })
    }
}

/// Rounds to the nearest thousandth of the size.
fn thousandths(length: i64, units: i64) -> i64 {
    (length * 2_000 + units).div_euclid(units * 2)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "font units are whole numbers of at most 16 bits; the float is the reader's spelling"
)]
fn whole(length: f32) -> i64 {
    length.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_is_read_and_small() {
        for face in Face::ALL {
            let reading = face.read().unwrap();
            assert!(face.bytes().len() < 120_000, "{face:?}");
            assert!(reading.advance(1) > 0, "{face:?}");
            assert!(
                reading.extent.0 > 700 && reading.extent.1 < -100,
                "{face:?}"
            );
        }
    }

    #[test]
    fn text_faces_have_the_languages_of_europe() {
        let sample = "Ångström façade Łódź Dvořák İstanbul Þórr ŵŷ ŞșțƏ ắ ";
        for face in [Face::Regular, Face::Bold, Face::Italic, Face::BoldItalic] {
            let reading = face.read().unwrap();
            for character in sample
                .chars()
                .chain("Αθήνα Ελλάδος ΐΰ Київ Ђорђе Ґґ €–—“”„‚…".chars())
            {
                assert!(reading.covers(character), "{face:?} {character}");
            }
        }
        for character in "→≤≥≠≈−√∞■●Ἀλ".chars() {
            assert!(
                Face::Fallback.read().unwrap().covers(character)
                    || Face::Regular.read().unwrap().covers(character),
                "{character}"
            );
        }
    }
}
