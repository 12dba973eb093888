//! Blocks → pages.
//!
//! The one rule: nothing stands outside the text area, a heading never ends a page, and a paragraph
//! leaves no single line behind.

mod page;
mod table;
mod tree;

pub(crate) use page::{Bookmark, Draw, HEIGHT, Item, Layout, Page, WIDTH};
pub(crate) use tree::{Kid, Node, NodeId, Role, Tree};

use crate::RenderError;
use crate::block::{Block, Edges, Length, Span, Style, points};
use crate::line::{Line, Part, lines, paragraph};
use crate::shape::Shaper;
use crate::story::on_codes;
use page::{BOTTOM, LEFT, MEASURE, TOP, around};

/// How far a list or a quotation is set in.
const INDENT: Length = points(20);
/// The room between a list item's label and its text.
const LABEL_GAP: Length = points(6);
/// The narrowest column that nesting leaves.
const NARROWEST: Length = points(90);
/// How a table that is no taller than this is kept on one page.
const TOGETHER: Length = points(230);

/// Lays the document out.
pub(crate) fn lay_out(
    blocks: &[Block],
    edges: &Edges,
    shaper: &mut Shaper,
) -> Result<Layout, RenderError> {
    let mut flow = Flow {
        shaper,
        tree: Tree::new(),
        pages: vec![Page::default()],
        outline: Vec::new(),
        y: TOP,
        gap: 0,
        left: LEFT,
        width: MEASURE,
        labels: Vec::new(),
        deepest: 1,
    };
    flow.blocks(blocks, NodeId::DOCUMENT)?;
    if flow.shaper.lacked() {
        flow.blocks(&[on_codes()], NodeId::DOCUMENT)?;
    }
    let Flow {
        mut pages,
        tree,
        outline,
        shaper,
        ..
    } = flow;
    page::edges(&mut pages, edges, shaper)?;
    Ok(Layout {
        pages,
        tree,
        outline,
    })
}

/// A list item's number or bullet, waiting for the item's first line.
#[derive(Debug)]
struct Label {
    parts: Vec<Part>,
    x: Length,
    node: NodeId,
}

struct Flow<'s> {
    shaper: &'s mut Shaper,
    tree: Tree,
    pages: Vec<Page>,
    outline: Vec<Bookmark>,
    /// Where the next line's top is, from the top of the page.
    y: Length,
    /// Room to leave above it, unless it is the first on a page.
    gap: Length,
    left: Length,
    width: Length,
    labels: Vec<Label>,
    /// The level of the last heading in the structure.
    deepest: u8,
}

impl Flow<'_> {
    fn blocks(&mut self, blocks: &[Block], parent: NodeId) -> Result<(), RenderError> {
        for (index, block) in blocks.iter().enumerate() {
            let after = blocks.get(index + 1..).unwrap_or_default();
            self.block(block, after, parent)?;
        }
        Ok(())
    }

    fn block(&mut self, block: &Block, after: &[Block], parent: NodeId) -> Result<(), RenderError> {
        match block {
            Block::Title(spans) => {
                let node = self.tree.add(parent, Role::Heading(1));
                self.text(spans, points(27), node, false)?;
                self.space(points(4));
            }
            Block::Lead(spans) => {
                let node = self.tree.add(parent, Role::Paragraph);
                self.text(spans, points(16), node, false)?;
                self.space(6_500);
            }
            Block::Heading { level, spans } => self.heading(*level, spans, after, parent)?,
            Block::Paragraph(spans) => {
                let node = self.tree.add(parent, Role::Paragraph);
                self.text(spans, 14_400, node, true)?;
                self.space(6_500);
            }
            Block::Note(spans) => {
                let node = self.tree.add(parent, Role::Paragraph);
                let least = self.least(after.get(..1).unwrap_or_default())?;
                let set = lines(spans, self.width, self.shaper)?;
                self.require(points(12) * count(&set) + least);
                self.set(set, points(12), node);
                self.space(points(6));
            }
            Block::List { first, items } => self.list(*first, items, parent)?,
            Block::Quote(blocks) => {
                let node = self.tree.add(parent, Role::Quote);
                self.require(points(29));
                let top = (self.pages.len().saturating_sub(1), BOTTOM - self.room());
                self.indented(INDENT, |flow| flow.blocks(blocks, node))?;
                self.bar(top);
            }
            Block::Code(spans) => {
                let node = self.tree.add(parent, Role::Paragraph);
                self.indented(INDENT, |flow| flow.text(spans, points(12), node, false))?;
                self.space(6_500);
            }
            Block::Rule => {
                self.space(points(8));
                let y = self.claim(points(1));
                let (left, right) = (self.left, self.left + self.width);
                self.draw(None, Draw::rule(left, right, y, 500, 140));
                self.space(points(12));
            }
            Block::Table(table) => {
                let least = self.beginning(table)? + self.company(after)?;
                self.require(least);
                self.table(table, parent)?;
            }
        }
        Ok(())
    }

    fn heading(
        &mut self,
        level: u8,
        spans: &[Span],
        after: &[Block],
        parent: NodeId,
    ) -> Result<(), RenderError> {
        let (above, leading, below) = around(level);
        let set = lines(spans, self.width, self.shaper)?;
        // Terms may be nothing but headings: some of them follow their own.
        let least = self.least(after.get(..4).unwrap_or(after))?;
        self.space(above);
        self.require(leading * count(&set) + below + least);
        // Whatever the terms do, the structure goes down level by level.
        self.deepest = level.saturating_add(1).min(self.deepest + 1);
        let node = self.tree.add(parent, Role::Heading(self.deepest));
        let title: String = spans.iter().map(|span| span.text.as_str()).collect();
        let top = self.set(set, leading, node);
        if let Some((page, y)) = top {
            self.outline.push(Bookmark {
                title,
                depth: usize::from(level > 1),
                page,
                y,
            });
        }
        self.space(below);
        Ok(())
    }

    fn list(
        &mut self,
        first: Option<u64>,
        items: &[Vec<Block>],
        parent: NodeId,
    ) -> Result<(), RenderError> {
        let list = self.tree.add(parent, Role::List);
        let mut labels = Vec::new();
        for index in 0..items.len() {
            let label = match first {
                Some(first) => {
                    let number = first.saturating_add(u64::try_from(index).unwrap_or(u64::MAX));
                    format!("{number}.")
                }
                None => "•".to_owned(),
            };
            let set = lines(&[Span::new(label, Style::BODY)], self.width, self.shaper)?;
            let parts: Vec<_> = set.into_iter().flat_map(|line| line.parts).collect();
            let wide: Length = parts.iter().map(|part| part.width).sum();
            labels.push((parts, wide));
        }
        let widest = labels.iter().map(|(_, wide)| *wide).max().unwrap_or(0);
        let step = INDENT.max(widest + LABEL_GAP);
        for (blocks, (parts, wide)) in items.iter().zip(labels) {
            let item = self.tree.add(list, Role::Item);
            let node = self.tree.add(item, Role::Label);
            // Numbers end where all of them end.
            let x = self.left + step - LABEL_GAP - wide;
            self.labels.push(Label { parts, x, node });
            let body = self.tree.add(item, Role::Body);
            self.indented(step, |flow| {
                flow.blocks(blocks, body)?;
                // An item without text has its number all the same.
                if !flow.labels.is_empty() {
                    flow.set(vec![Line::default()], 14_400, body);
                }
                Ok(())
            })?;
            self.gap = self.gap.min(points(4));
        }
        self.space(6_500);
        Ok(())
    }

    /// Runs with the text area set in, as far as there is room.
    fn indented(
        &mut self,
        step: Length,
        inside: impl FnOnce(&mut Self) -> Result<(), RenderError>,
    ) -> Result<(), RenderError> {
        let step = step.min((self.width - NARROWEST).max(INDENT / 4));
        self.left += step;
        self.width -= step;
        let result = inside(self);
        self.left -= step;
        self.width += step;
        result
    }

    /// Sets a paragraph.
    fn text(
        &mut self,
        spans: &[Span],
        leading: Length,
        node: NodeId,
        full: bool,
    ) -> Result<(), RenderError> {
        let set = match full {
            true => paragraph(spans, self.width, self.shaper)?,
            false => lines(spans, self.width, self.shaper)?,
        };
        self.set(set, leading, node);
        Ok(())
    }

    /// Places lines, and says where the first one stands.
    fn set(&mut self, set: Vec<Line>, leading: Length, node: NodeId) -> Option<(usize, Length)> {
        let mut top = None;
        let total = set.len();
        for (index, line) in set.into_iter().enumerate() {
            let left = total - index;
            let fits = usize::try_from((self.room() / leading).max(0)).unwrap_or(0);
            let alone = index == 0 && fits == 1 && total > 1;
            // The line before the last goes over with it.
            let widow = left == 2 && fits == 1 && total > 2;
            if alone || widow {
                self.turn();
            }
            let y = self.claim(leading);
            top.get_or_insert((self.pages.len().saturating_sub(1), y));
            let baseline = y + leading * 76 / 100;
            for label in std::mem::take(&mut self.labels) {
                let draw = Draw::Text {
                    x: label.x,
                    y: baseline,
                    parts: label.parts,
                    stretch: 0,
                };
                self.draw(Some(label.node), draw);
            }
            let draw = Draw::Text {
                x: self.left,
                y: baseline,
                parts: line.parts,
                stretch: line.stretch,
            };
            self.draw(Some(node), draw);
        }
        top
    }

    /// The least room that the next blocks need to begin with: headings, and what stands below the last of them.
    fn least(&mut self, next: &[Block]) -> Result<Length, RenderError> {
        let Some((block, after)) = next.split_first() else {
            return Ok(0);
        };
        match block {
            Block::Table(table) => Ok(self.beginning(table)? + self.company(after)?),
            Block::Note(_) => Ok(points(18) + self.least(after)?),
            Block::Heading { level, spans } => {
                let (above, leading, below) = around(*level);
                let set = lines(spans, self.width, self.shaper)?;
                Ok(above + leading * count(&set) + below + self.least(after)?)
            }
            Block::Title(_)
            | Block::Lead(_)
            | Block::Paragraph(_)
            | Block::List { .. }
            | Block::Quote(_)
            | Block::Code(_)
            | Block::Rule => Ok(points(29)),
        }
    }

    /// The room that a table right behind another one needs to stay with it.
    fn company(&mut self, after: &[Block]) -> Result<Length, RenderError> {
        match after.first() {
            Some(Block::Table(table)) => Ok(points(10) + self.beginning(table)?),
            Some(_) | None => Ok(0),
        }
    }

    /// Leaves room above whatever comes next.
    fn space(&mut self, gap: Length) {
        self.gap = self.gap.max(gap);
    }

    /// What is left of the page.
    fn room(&self) -> Length {
        let gap = if self.y == TOP { 0 } else { self.gap };
        BOTTOM - self.y - gap
    }

    /// Turns the page where less than that is left of it.
    fn require(&mut self, height: Length) {
        if self.room() < height {
            self.turn();
        }
    }

    /// Takes that much of the page, or of the next one, and says where it begins.
    fn claim(&mut self, height: Length) -> Length {
        self.require(height);
        if self.y > TOP {
            self.y += self.gap;
        }
        self.gap = 0;
        let top = self.y;
        self.y += height;
        top
    }

    /// Draws a bar beside what was set since then.
    fn bar(&mut self, (page, top): (usize, Length)) {
        let last = self.pages.len().saturating_sub(1);
        for (number, sheet) in self.pages.iter_mut().enumerate().skip(page) {
            let y = if number == page { top } else { TOP };
            let end = if number == last { self.y } else { BOTTOM };
            let draw = Draw::Fill {
                x: self.left + INDENT / 3,
                y: y + points(2),
                width: 1_500,
                height: (end - y - points(2)).max(0),
                grey: 190,
            };
            sheet.items.push(Item { node: None, draw });
        }
    }

    /// Starts a new page, unless this one is empty.
    fn turn(&mut self) {
        if self.y > TOP {
            self.pages.push(Page::default());
            self.y = TOP;
            self.gap = 0;
        }
    }

    /// Draws on the page: a part of the document, or, without a node, of its looks.
    fn draw(&mut self, node: Option<NodeId>, draw: Draw) {
        if let Some(page) = self.pages.last_mut() {
            page.items.push(Item { node, draw });
        }
    }
}

fn count(set: &[Line]) -> Length {
    Length::try_from(set.len()).unwrap_or(Length::MAX / points(100))
}
