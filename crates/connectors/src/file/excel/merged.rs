//! Merged cells filled with the value of their first.

use super::address::Rect;
use super::grid::{GridCell, GridRow};

/// A merged area whose value is known.
#[derive(Debug)]
struct Open {
    area: Rect,
    /// The first cell, with its bytes for itself.
    first: GridCell,
    bytes: Vec<u8>,
}

/// Fills the cells of merged areas, row by row.
#[derive(Debug, Default)]
pub(super) struct Filler {
    /// Areas that begin further down; the next one is the last.
    later: Vec<Rect>,
    open: Vec<Open>,
    any: bool,
}

impl Filler {
    pub(super) fn new(mut areas: Vec<Rect>) -> Self {
        areas.sort_by_key(|area| std::cmp::Reverse(area.first_row));
        Filler { any: !areas.is_empty(), later: areas, open: Vec::new() }
    }

    /// There is nothing to fill.
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// Fills the cells of a row. Rows come from the top to the bottom.
    pub(super) fn fill(&mut self, row: &mut GridRow) {
        if !self.any {
            return;
        }
        self.open.retain(|open| open.area.last_row >= row.number);
        while let Some(area) = self.later.pop_if(|area| area.first_row <= row.number) {
            // An area whose first row has no cells at all has no value.
            if area.first_row == row.number
                && let Some(first) = row.cells.iter().find(|cell| cell.column == area.first_column)
            {
                let bytes = row.bytes(first).to_vec();
                self.open.push(Open { area, first: *first, bytes });
            }
        }
        let own = row.cells.len();
        for open in &self.open {
            for column in open.area.first_column..=open.area.last_column {
                if row.cells[..own].binary_search_by_key(&column, |cell| cell.column).is_err() {
                    let start = row.bytes.len();
                    row.bytes.extend_from_slice(&open.bytes);
                    let end = row.bytes.len();
                    row.cells.push(GridCell { column, start, end, ..open.first });
                }
            }
        }
        if row.cells.len() > own {
            row.cells.sort_by_key(|cell| cell.column);
            // Areas that overlap are a mistake of the file; the first one counts.
            row.cells.dedup_by_key(|cell| cell.column);
        }
    }
}
