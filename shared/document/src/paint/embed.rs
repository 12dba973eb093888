//! A face as a document carries it: the glyphs in use, and what their numbers stand for.
//!
//! The one rule: a number in the text is a use of a glyph, not a glyph; a map says which glyph.

use std::collections::BTreeMap;

use printpdf::{FontMetrics, FontType, ParsedFont, PdfFontMetricsStub};
use subsetter::GlyphRemapper;

use super::entry;
use crate::RenderError;
use crate::face::Face;
use crate::shape::Shaper;

/// A face, subset.
pub(crate) struct Embedded {
    /// The face.
    pub(crate) face: Face,
    /// The font file with the glyphs in use.
    program: Vec<u8>,
    /// The glyph of every number, two bytes each, as `CIDToGIDMap` wants it.
    pub(crate) glyphs: Vec<u8>,
}

/// Subsets a face to what the document uses; none where it uses nothing.
pub(super) fn embed(face: Face, shaper: &Shaper) -> Result<Option<Embedded>, RenderError> {
    let uses = shaper.uses(face);
    if uses.list.is_empty() {
        return Ok(None);
    }
    let used: Vec<u16> = uses.list.iter().map(|(glyph, _)| *glyph).collect();
    let map = GlyphRemapper::new_from_glyphs_sorted(&used);
    let program =
        subsetter::subset(face.bytes(), 0, &map).map_err(|error| RenderError::Subset {
            face: face.name(),
            reason: error.to_string(),
        })?;
    // Number 0 is the missing glyph, and no text has it.
    let glyphs = std::iter::once(0)
        .chain(used.iter().map(|glyph| map.get(*glyph).unwrap_or(0)))
        .flat_map(u16::to_be_bytes)
        .collect();
    Ok(Some(Embedded {
        face,
        program,
        glyphs,
    }))
}

impl Embedded {
    /// The face as the drawing library takes it, by numbers.
    pub(super) fn description(&self, face: Face, shaper: &Shaper) -> ParsedFont {
        let uses = shaper.uses(face);
        let reading = shaper.reading(face);
        let glyph_widths: BTreeMap<u16, u16> = (1..)
            .take(uses.list.len())
            .filter_map(|number: u16| {
                let (glyph, _) = entry(uses, number);
                let width = u16::try_from(reading.advance(glyph)).ok()?;
                Some((number, width))
            })
            .collect();
        let (ascent, descent) = reading.extent;
        let [x_min, y_min, x_max, y_max] = reading.bounds;
        let italic = matches!(face, Face::Italic | Face::BoldItalic);
        let bold = matches!(face, Face::Bold | Face::BoldItalic);
        ParsedFont {
            original_bytes: self.program.clone(),
            font_index: 0,
            font_name: Some(format!("{}+{}", face.tag(), face.name())),
            codepoint_to_glyph: BTreeMap::new(),
            glyph_widths,
            units_per_em: 1_000,
            font_metrics: FontMetrics { ascent, descent },
            font_type: FontType::TrueType,
            pdf_font_metrics: PdfFontMetricsStub {
                units_per_em: 1_000,
                x_min,
                y_min,
                x_max,
                y_max,
                caret_slope_rise: 1_000,
                caret_slope_run: if italic { 213 } else { 0 },
                us_weight_class: if bold { 700 } else { 400 },
            },
        }
    }
}
