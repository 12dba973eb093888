//! Pages → drawing operations, and the faces they use, cut down to the glyphs in use.
//!
//! The one rule: all drawing is inside marked content: a part of the document by its number, or an
//! artifact. This is the only module that knows `printpdf`'s operations.

mod embed;

pub(crate) use embed::Embedded;

use std::collections::BTreeMap;

use printpdf::{
    Codepoint, Color, DictItem, FontId, Greyscale, Mm, Op, PaintMode, PdfConformance, PdfDocument,
    PdfFont, PdfFontHandle, PdfPage, PdfParseErrorSeverity, PdfSaveOptions, Pt, Rect, TextItem,
    TextMatrix,
};

use crate::RenderError;
use crate::block::Length;
use crate::face::Face;
use crate::flow::{Bookmark, Draw, HEIGHT, Item, Kid, Layout, NodeId, Tree, WIDTH};
use crate::line::Part;
use crate::shape::{CODE_ROOM, CODE_SIZE, Glyph, Shaper, Uses};

/// What is drawn, as objects of a file that still lacks its archival part.
pub(crate) struct Drawing {
    /// The objects.
    pub(crate) file: lopdf::Document,
    /// The structure, with the text that every node has.
    pub(crate) tree: Tree,
    /// The outline.
    pub(crate) outline: Vec<Bookmark>,
    /// The faces.
    pub(crate) faces: Vec<Embedded>,
    /// How many numbers of marked content each page has.
    pub(crate) marks: Vec<i64>,
}

/// Draws the pages.
pub(crate) fn paint(layout: Layout, shaper: &Shaper) -> Result<Drawing, RenderError> {
    let Layout {
        pages,
        mut tree,
        outline,
    } = layout;
    let mut document = PdfDocument::new("");
    let mut marks = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        let mut pen = Pen::new(shaper);
        let mut next = 0;
        let mut rest = page.items.as_slice();
        while let Some(first) = rest.first() {
            let same = rest.iter().take_while(|item| item.node == first.node);
            let (group, after) = rest.split_at_checked(same.count()).unwrap_or((rest, &[]));
            pen.group(group, first.node.map(|node| (node, next)));
            if let Some(node) = first.node {
                tree.give(node, Kid::Text(number, next));
                next += 1;
            }
            rest = after;
        }
        marks.push(next);
        document.pages.push(sheet(pen.ops));
    }
    let mut faces = Vec::new();
    for face in Face::ALL {
        if let Some(embedded) = embed::embed(face, shaper)? {
            document.resources.fonts.map.insert(
                FontId(face.tag().to_owned()),
                PdfFont::new(embedded.description(face, shaper)),
            );
            faces.push(embedded);
        }
    }
    // The library's own conformance levels add a profile and metadata that are not ours.
    document.metadata.info.conformance = PdfConformance::Custom(printpdf::CustomPdfConformance {
        identifier: String::new(),
        requires_icc_profile: false,
        requires_xmp_metadata: false,
        ..Default::default()
    });
    let options = PdfSaveOptions {
        optimize: false,
        subset_fonts: false,
        secure: true,
        image_optimization: None,
    };
    let mut warnings = Vec::new();
    let file = document.to_lopdf_document(&options, &mut warnings);
    match warnings
        .into_iter()
        .find(|warning| warning.severity == PdfParseErrorSeverity::Error)
    {
        Some(warning) => Err(RenderError::Drawing {
            reason: warning.msg,
        }),
        None => Ok(Drawing {
            file,
            tree,
            outline,
            faces,
            marks,
        }),
    }
}

fn sheet(ops: Vec<Op>) -> PdfPage {
    let whole = || Rect {
        x: Pt(0.0),
        y: Pt(0.0),
        width: pt(WIDTH),
        height: pt(HEIGHT),
        mode: None,
        winding_order: None,
    };
    PdfPage {
        media_box: whole(),
        trim_box: whole(),
        crop_box: whole(),
        ..PdfPage::new(Mm(210.0), Mm(297.0), ops)
    }
}

struct Pen<'s> {
    shaper: &'s Shaper,
    ops: Vec<Op>,
    grey: Option<u8>,
}

/// A run of glyphs in one face and size on one baseline.
struct Run {
    face: Face,
    size: Length,
    rise: Length,
    start: Length,
    /// Where the viewer's pen is, by the widths that the file states.
    pen: Length,
    glyphs: Vec<Codepoint>,
}

impl<'s> Pen<'s> {
    fn new(shaper: &'s Shaper) -> Self {
        Self {
            shaper,
            ops: Vec::new(),
            grey: None,
        }
    }

    /// Draws items that belong to one node, or to none.
    fn group(&mut self, items: &[Item], node: Option<(NodeId, i64)>) {
        match node {
            Some((_, number)) => self.mark("Span", [("MCID", DictItem::Int(number))]),
            None => self.ops.push(Op::BeginMarkedContent {
                tag: "Artifact".to_owned(),
            }),
        }
        for item in items {
            match &item.draw {
                Draw::Text {
                    x,
                    y,
                    parts,
                    stretch,
                } => self.text(*x, HEIGHT - *y, parts, *stretch),
                Draw::Fill {
                    x,
                    y,
                    width,
                    height,
                    grey,
                } => self.fill(*x, HEIGHT - *y - *height, *width, *height, *grey),
                Draw::Across { parts, width } => self.across(parts, *width),
            }
        }
        self.ops.push(Op::EndMarkedContent);
    }

    fn mark<const N: usize>(&mut self, tag: &str, properties: [(&str, DictItem); N]) {
        let map: BTreeMap<_, _> = properties
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        self.ops.push(Op::BeginMarkedContentWithProperties {
            tag: tag.to_owned(),
            properties: DictItem::Dict { map },
        });
    }

    fn text(&mut self, x: Length, y: Length, parts: &[Part], stretch: Length) {
        let mut at = x;
        let mut run: Option<Run> = None;
        for part in parts {
            let size = part.style.size;
            self.shade(part.style.grey, &mut run, y);
            let clusters = part.shaped.clusters.get(part.clusters.clone());
            for cluster in clusters.unwrap_or_default() {
                let glyphs = part.shaped.glyphs.get(cluster.glyphs.clone());
                let glyphs = glyphs.unwrap_or_default();
                let width = cluster.advance * size / 1_000;
                match cluster.missing {
                    Some(character) => {
                        self.flush(&mut run, y);
                        self.code(character, glyphs, (at, y), size, width);
                        at += width;
                    }
                    None => {
                        for glyph in glyphs {
                            self.glyph(&mut run, glyph, at, y, size);
                            at += glyph.advance * size / 1_000;
                        }
                    }
                }
            }
            if part.space {
                at += stretch;
            }
        }
        self.flush(&mut run, y);
    }

    /// Adds a glyph where it belongs; the pen's drift is made good in whole thousandths.
    fn glyph(&mut self, run: &mut Option<Run>, glyph: &Glyph, at: Length, y: Length, size: Length) {
        let rise = glyph.offset.1 * size / 1_000;
        let want = at + glyph.offset.0 * size / 1_000;
        let fits = run
            .as_ref()
            .is_some_and(|run| run.face == glyph.face && run.size == size && run.rise == rise);
        if !fits {
            self.flush(run, y);
        }
        let run = run.get_or_insert_with(|| Run {
            face: glyph.face,
            size,
            rise,
            start: want,
            pen: want,
            glyphs: Vec::new(),
        });
        let back = (run.pen - want) * 1_000 / size;
        if back != 0
            && let Some(last) = run.glyphs.last_mut()
        {
            last.offset += float(back);
            run.pen -= back * size / 1_000;
        }
        let uses = self.shaper.uses(glyph.face);
        let (number, text) = entry(uses, glyph.code);
        run.glyphs
            .push(Codepoint::with_cid(glyph.code, 0.0, text.to_owned()));
        run.pen += self.shaper.reading(glyph.face).advance(number) * size / 1_000;
    }

    fn flush(&mut self, run: &mut Option<Run>, y: Length) {
        let Some(run) = run.take() else { return };
        self.ops.extend([
            Op::StartTextSection,
            Op::SetFont {
                font: PdfFontHandle::External(FontId(run.face.tag().to_owned())),
                size: pt(run.size),
            },
            Op::SetTextMatrix {
                matrix: TextMatrix::Translate(pt(run.start), pt(y + run.rise)),
            },
            Op::ShowText {
                items: vec![TextItem::GlyphIds(run.glyphs)],
            },
            Op::EndTextSection,
        ]);
    }

    /// A missing character: its code in a box, its text for whoever extracts it.
    fn code(
        &mut self,
        character: char,
        glyphs: &[Glyph],
        (x, y): (Length, Length),
        size: Length,
        width: Length,
    ) {
        let mut text = vec![0xfe, 0xff];
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            text.extend(unit.to_be_bytes());
        }
        self.mark(
            "Span",
            [(
                "ActualText",
                DictItem::String {
                    data: text,
                    literal: false,
                },
            )],
        );
        let room = CODE_ROOM * size / 1_000;
        let (low, high, weight) = (y - size / 6, y + size * 2 / 3, 350);
        for (x, y, width, height) in [
            (x + room, low, width - 2 * room, weight),
            (x + room, high, width - 2 * room, weight),
            (x + room, low, weight, high - low + weight),
            (x + width - room - weight, low, weight, high - low + weight),
        ] {
            self.ops.push(rectangle(x, y, width, height));
        }
        let mut run = None;
        let small = size * CODE_SIZE / 1_000;
        let mut at = x + 2 * room;
        for glyph in glyphs {
            self.glyph(&mut run, glyph, at, y, small);
            at += glyph.advance * small / 1_000;
        }
        self.flush(&mut run, y + size / 20);
        self.ops.push(Op::EndMarkedContent);
    }

    /// A text on the page's diagonal.
    fn across(&mut self, parts: &[Part], width: Length) {
        let (sine, cosine) = (0.816_49_f32, 0.577_36_f32);
        let size = parts.first().map_or(0, |part| part.style.size);
        let half = float(width) / 2_000.0;
        let lift = float(size) * 0.36 / 1_000.0;
        let middle = (float(WIDTH) / 2_000.0, float(HEIGHT) / 2_000.0);
        let matrix = [
            cosine,
            sine,
            -sine,
            cosine,
            middle.0 - half * cosine + lift * sine,
            middle.1 - half * sine - lift * cosine,
        ];
        self.ops.extend([
            Op::SaveGraphicsState,
            Op::SetTransformationMatrix {
                matrix: printpdf::CurTransMat::Raw(matrix),
            },
        ]);
        self.text(0, 0, parts, 0);
        self.ops.push(Op::RestoreGraphicsState);
        self.grey = None;
    }

    fn fill(&mut self, x: Length, y: Length, width: Length, height: Length, grey: u8) {
        self.shade(grey, &mut None, 0);
        self.ops.push(rectangle(x, y, width, height));
    }

    fn shade(&mut self, grey: u8, run: &mut Option<Run>, y: Length) {
        if self.grey != Some(grey) {
            self.flush(run, y);
            self.grey = Some(grey);
            self.ops.push(Op::SetFillColor {
                col: Color::Greyscale(Greyscale::new(f32::from(grey) / 255.0, None)),
            });
        }
    }
}

/// The glyph that a number stands for, and its text.
fn entry(uses: &Uses, number: u16) -> (u16, &str) {
    usize::from(number)
        .checked_sub(1)
        .and_then(|index| uses.list.get(index))
        .map_or((0, "\u{fffd}"), |(glyph, text)| (*glyph, text))
}

fn rectangle(x: Length, y: Length, width: Length, height: Length) -> Op {
    Op::DrawRectangle {
        rectangle: Rect {
            x: pt(x),
            y: pt(y),
            width: pt(width),
            height: pt(height),
            mode: Some(PaintMode::Fill),
            winding_order: None,
        },
    }
}

fn pt(length: Length) -> Pt {
    Pt(float(length) / 1_000.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "lengths on a page and offsets in a line have at most seven digits"
)]
fn float(length: Length) -> f32 {
    length as f32
}
