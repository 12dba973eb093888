//! Tables on pages.
//!
//! The one rule: a table that runs over pages says on each what its columns are, and a row only
//! breaks where it is taller than a page.

use super::tree::{NodeId, Role};
use super::{BOTTOM, Draw, Flow, TOGETHER, TOP};
use crate::RenderError;
use crate::block::{Length, Span, Style, Table, points};
use crate::line::{Line, lines};

/// The leading in cells.
const LEADING: Length = 12_600;
/// The room above and below a cell's text.
const ROOM: Length = 2_400;
/// The room between two columns.
const GUTTER: Length = points(10);

/// A row, set.
struct Row {
    cells: Vec<Vec<Line>>,
}

impl Row {
    fn lines(&self) -> usize {
        self.cells.iter().map(Vec::len).max().unwrap_or(0).max(1)
    }

    fn height(&self) -> Length {
        tall(self.lines())
    }
}

fn tall(lines: usize) -> Length {
    Length::try_from(lines).unwrap_or(0) * LEADING + 2 * ROOM
}

impl Flow<'_> {
    /// Sets a table.
    pub(super) fn table(&mut self, table: &Table, parent: NodeId) -> Result<(), RenderError> {
        let node = self.tree.add(parent, Role::Table);
        let titles = self.titles(table)?;
        if self.y > TOP {
            self.y += self.gap;
            self.gap = 0;
        }
        match &titles {
            Some(titles) => {
                let row = self.tree.add(node, Role::Row);
                self.title_row(table, titles, Some(row));
            }
            None => self.edge(points(1), 0),
        }
        let last = table.rows.len().saturating_sub(1);
        for (index, cells) in table.rows.iter().enumerate() {
            let row = self.row(table, cells)?;
            let id = self.tree.add(node, Role::Row);
            let nodes: Vec<_> = (0..table.columns.len())
                .map(|column| {
                    let named = column == 0 && !table.titled;
                    let role = if named { Role::RowTitle } else { Role::Cell };
                    self.tree.add(id, role)
                })
                .collect();
            let total = table.total && index == last;
            self.body_row(table, &row, &nodes, titles.as_ref(), total);
            if index < last {
                let before_total = table.total && index + 1 == last;
                self.edge(
                    if before_total { 700 } else { 350 },
                    if before_total { 0 } else { 190 },
                );
            }
        }
        self.edge(700, 0);
        self.space(points(10));
        Ok(())
    }

    /// The room that a table needs to begin with: all of a small one, else titles and a first row.
    pub(super) fn beginning(&mut self, table: &Table) -> Result<Length, RenderError> {
        let titles = self.titles(table)?.map_or(0, |titles| titles.height());
        let mut height = titles + points(2);
        let mut first = None;
        for cells in &table.rows {
            height += self.row(table, cells)?.height() + 350;
            first.get_or_insert(height);
            if height > TOGETHER {
                break;
            }
        }
        let first = first.unwrap_or(height).min(titles + points(60));
        Ok(if height > TOGETHER { first } else { height })
    }

    fn titles(&mut self, table: &Table) -> Result<Option<Row>, RenderError> {
        if !table.titled {
            return Ok(None);
        }
        let cells: Vec<_> = table
            .columns
            .iter()
            .map(|column| vec![Span::new(column.title, Style::LABEL)])
            .collect();
        self.row(table, &cells).map(Some)
    }

    fn row(&mut self, table: &Table, cells: &[Vec<Span>]) -> Result<Row, RenderError> {
        let mut set = Vec::new();
        for (column, cell) in table.columns.iter().zip(cells) {
            let room = self.width * column.share / 1_000 - GUTTER;
            set.push(lines(cell, room, self.shaper)?);
        }
        Ok(Row { cells: set })
    }

    fn body_row(
        &mut self,
        table: &Table,
        row: &Row,
        nodes: &[NodeId],
        titles: Option<&Row>,
        total: bool,
    ) {
        let above = titles.map_or(0, Row::height);
        let whole = row.height();
        let page = BOTTOM - TOP - above - points(4);
        if self.y + whole > BOTTOM && (whole <= page || self.y + tall(3) > BOTTOM) {
            self.turn_within(table, titles);
        }
        let count = row.lines();
        let mut from = 0;
        while from < count {
            let left = BOTTOM - self.y - 2 * ROOM;
            let fit = usize::try_from(left / LEADING).unwrap_or(0).max(1);
            let to = count.min(from + fit);
            let height = tall(to - from);
            if total {
                let (x, y, width) = (self.left, self.y, self.width);
                let draw = Draw::Fill {
                    x,
                    y,
                    width,
                    height,
                    grey: 242,
                };
                self.draw(None, draw);
            }
            self.cells(table, row, from..to, |column| nodes.get(column).copied());
            self.y += height;
            from = to;
            if from < count {
                self.turn_within(table, titles);
            }
        }
    }

    /// Turns the page inside a table, and says again what its columns are.
    fn turn_within(&mut self, table: &Table, titles: Option<&Row>) {
        self.edge(350, 190);
        self.turn();
        match titles {
            Some(titles) => self.title_row(table, titles, None),
            None => self.edge(points(1), 0),
        }
    }

    /// The titles: part of the document the first time, only looks on later pages.
    fn title_row(&mut self, table: &Table, titles: &Row, row: Option<NodeId>) {
        let nodes: Vec<_> = match row {
            Some(row) => (0..table.columns.len())
                .map(|_| self.tree.add(row, Role::ColumnTitle))
                .collect(),
            None => Vec::new(),
        };
        let (x, y, width, height) = (self.left, self.y, self.width, titles.height());
        let draw = Draw::Fill {
            x,
            y,
            width,
            height,
            grey: 238,
        };
        self.draw(None, draw);
        self.edge(points(1), 0);
        self.cells(table, titles, 0..titles.lines(), |column| {
            nodes.get(column).copied()
        });
        self.y += height;
        self.edge(500, 0);
    }

    /// Draws some lines of a row's cells where the page stands.
    fn cells(
        &mut self,
        table: &Table,
        row: &Row,
        range: std::ops::Range<usize>,
        node: impl Fn(usize) -> Option<NodeId>,
    ) {
        let mut left = self.left + GUTTER / 2;
        for (index, (column, cell)) in table.columns.iter().zip(&row.cells).enumerate() {
            let share = self.width * column.share / 1_000;
            let mut y = self.y + ROOM + LEADING * 76 / 100;
            for line in cell.iter().take(range.end).skip(range.start) {
                let x = if column.right {
                    left + share - GUTTER - line.width
                } else {
                    left
                };
                let draw = Draw::Text {
                    x,
                    y,
                    parts: line.parts.clone(),
                    stretch: 0,
                };
                self.draw(node(index), draw);
                y += LEADING;
            }
            left += share;
        }
    }

    /// A rule of the table's width.
    fn edge(&mut self, weight: Length, grey: u8) {
        let (left, right, y) = (self.left, self.left + self.width, self.y);
        self.draw(None, Draw::rule(left, right, y - weight / 2, weight, grey));
    }
}
