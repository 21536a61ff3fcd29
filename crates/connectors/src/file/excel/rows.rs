//! The rows of one sheet as the rows of a table: between header and footer, without what is hidden or empty.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use towpath_model::Fault;

use super::address::{Rect, letters};
use super::choose::Part;
use super::config::{Errors, Excel, Hidden, Merged};
use super::grid::{Content, Grid, GridRow};
use super::header;
use super::merged::Filler;
use super::remarks::Remarks;
use super::serial::Calendar;
use super::styles::{Shown, Styles};
use super::value::{self, Meaning, Meant, Trouble};
use super::workbook::Workbook;
use crate::file::names::Names;
use crate::file::rows::{Row, Sort};

/// Rows that the header is looked for in.
const SAMPLE: usize = 64;

/// A column of the sheet.
#[derive(Debug)]
struct Column {
    name: String,
    /// Its place in the stream, once it is known.
    place: Option<usize>,
    /// What plain numbers in it mean.
    given: Option<Shown>,
}

/// The rows of one sheet.
pub(super) struct SheetRows {
    sheet: String,
    within: String,
    grid: Box<dyn Grid>,
    styles: Arc<Styles>,
    calendar: Calendar,
    cells: Rect,
    skip_hidden: bool,
    errors: Errors,
    footer_rows: usize,
    filler: Filler,
    meant: Meant,
    names: Names,
    /// By column of the sheet.
    columns: Vec<Option<Column>>,
    /// Columns in their order.
    order: Vec<String>,
    /// Every column knows its place in the stream.
    placed: bool,
    /// Rows that were read and wait: those the header was looked for in, and as many as the footer has.
    waiting: VecDeque<GridRow>,
    spare: Vec<GridRow>,
    ended: bool,
    any: bool,
    /// The first row of the names, counted from 1.
    header_row: Option<u32>,
    remarks: Remarks,
    buffer: Vec<u8>,
}

impl SheetRows {
    /// Opens a sheet and finds its header.
    pub(super) fn start(
        workbook: &mut dyn Workbook,
        part: &Part,
        settings: &Excel,
        meant: &Meant,
        file: &str,
    ) -> Result<Self, Fault> {
        let header_rows = part.header_rows.unwrap_or(settings.header_rows) as usize;
        let merged = if settings.merged == Merged::Fill || header_rows > 1 {
            workbook.merged(part.sheet)?
        } else {
            Vec::new()
        };
        let sheet = workbook.book().sheets[part.sheet].name.clone();
        let fill = if settings.merged == Merged::Fill { merged.clone() } else { Vec::new() };
        let mut rows = SheetRows {
            within: format!("{sheet}!"),
            sheet,
            grid: workbook.grid(part.sheet)?,
            styles: Arc::clone(workbook.styles()),
            calendar: workbook.book().calendar,
            cells: part.cells,
            skip_hidden: settings.hidden == Hidden::Skip,
            errors: settings.errors,
            footer_rows: settings.footer_rows as usize,
            filler: Filler::new(fill),
            meant: meant.clone(),
            names: Names::default(),
            columns: Vec::new(),
            order: Vec::new(),
            placed: false,
            waiting: VecDeque::new(),
            spare: Vec::new(),
            ended: false,
            any: false,
            header_row: None,
            remarks: Remarks::default(),
            buffer: Vec::new(),
        };
        rows.find_header(part, settings, header_rows, &merged, file)?;
        Ok(rows)
    }

    fn find_header(
        &mut self,
        part: &Part,
        settings: &Excel,
        header_rows: usize,
        merged: &[Rect],
        file: &str,
    ) -> Result<(), Fault> {
        if let Some(row) = settings.header_row {
            self.cells.first_row = self.cells.first_row.max(row);
        }
        while self.waiting.len() < SAMPLE.max(header_rows + 1) && self.pull()? {}
        self.any = !self.waiting.is_empty();
        let pinned = settings.header_row.is_some() || part.header_rows.is_some();
        let sample = self.waiting.make_contiguous();
        let found = if header_rows == 0 || sample.is_empty() {
            None
        } else if pinned {
            let top = settings.header_row.unwrap_or(self.cells.first_row);
            let rows = sample.iter().take_while(|row| row.number < top + header_rows as u32).count();
            if rows == 0 && settings.header_row.is_some() {
                return Err(Fault::data(format!(
                    "file `{file}`, sheet `{}`: row {top} is empty",
                    self.sheet
                ))
                .hint("set `header_row` to the row with the names of the columns"));
            }
            (rows > 0).then_some(header::Found { first: 0, rows })
        } else {
            header::find(sample, &self.styles, header_rows, self.ended)
        };
        let mut given = std::collections::BTreeMap::new();
        let mut data_from = 0;
        if let Some(found) = found {
            let head = &sample[found.first..found.first + found.rows];
            given = header::names(head, &self.styles, self.calendar, merged, &settings.header_join);
            self.header_row = head.first().map(|row| row.number);
            self.remarks.header(&sample[..found.first], head, pinned);
            data_from = found.first + found.rows;
        } else if header_rows > 0 && !sample.is_empty() && part.header_rows.is_none() {
            self.remarks.no_header();
        }
        let used: BTreeSet<u32> = sample[data_from..]
            .iter()
            .flat_map(|row| row.cells.iter().filter(|cell| !row.is_blank(cell)).map(|cell| cell.column))
            .chain(given.keys().copied())
            .collect();
        self.names = Names::of(given.values().map(String::as_str));
        for column in used {
            let name = given.get(&column).map_or("", String::as_str).to_owned();
            self.add_column(column, &name);
        }
        for _ in 0..data_from {
            let row = self.waiting.pop_front();
            self.spare.extend(row);
        }
        Ok(())
    }

    fn add_column(&mut self, column: u32, given: &str) {
        let name = self.names.take(column as usize + 1, given);
        let at = column as usize;
        if self.columns.len() <= at {
            self.columns.resize_with(at + 1, || None);
        }
        self.order.push(name.clone());
        self.placed = false;
        self.columns[at] = Some(Column { given: self.meant.moments.get(&name).copied(), name, place: None });
    }

    /// Reads the next row that counts into the ones that wait; answers whether there was one.
    fn pull(&mut self) -> Result<bool, Fault> {
        while !self.ended {
            let mut row = self.spare.pop().unwrap_or_default();
            row.clear();
            if !self.grid.next(&mut row)? || row.number > self.cells.last_row {
                self.ended = true;
                break;
            }
            self.filler.fill(&mut row);
            let is_seen = row.number >= self.cells.first_row && !(self.skip_hidden && row.hidden);
            if is_seen {
                self.leave_out(&mut row);
            }
            if is_seen && row.cells.iter().any(|cell| !row.is_blank(cell)) {
                self.waiting.push_back(row);
                return Ok(true);
            }
            self.remarks.left_out_row(&row, self.skip_hidden);
            self.spare.push(row);
        }
        Ok(false)
    }

    /// Takes the cells out that are not wanted.
    fn leave_out(&mut self, row: &mut GridRow) {
        let all = self.cells.first_column == 0 && self.cells.last_column == u32::MAX;
        let hidden = self.grid.hidden_columns();
        self.remarks.hidden_columns = hidden.len();
        if all && (hidden.is_empty() || !self.skip_hidden) {
            return;
        }
        let cells = self.cells;
        let is_hidden =
            |column: u32| self.skip_hidden && hidden.iter().any(|(from, to)| (*from..=*to).contains(&column));
        row.cells.retain(|cell| cells.has_column(cell.column) && !is_hidden(cell.column));
    }

    /// The next row of the table.
    pub(super) fn next(&mut self) -> Result<Option<GridRow>, Fault> {
        while self.waiting.len() <= self.footer_rows && self.pull()? {}
        if self.waiting.len() <= self.footer_rows {
            let last: Vec<GridRow> = self.waiting.drain(..).collect();
            self.remarks.footer(&last);
            return Ok(None);
        }
        let row = self.waiting.pop_front();
        if let Some(row) = &row {
            self.remarks.row(row);
        }
        Ok(row)
    }

    /// Takes a row back whose buffers can be used again.
    pub(super) fn give_back(&mut self, row: GridRow) {
        self.spare.push(row);
    }

    /// Finds the place of each cell's column in the stream.
    pub(super) fn places(&mut self, row: &GridRow, mut place: impl FnMut(&str) -> usize) {
        for cell in &row.cells {
            let at = cell.column as usize;
            if self.columns.get(at).is_none_or(Option::is_none) {
                if row.is_blank(cell) {
                    continue;
                }
                self.add_column(cell.column, "");
            }
        }
        // Columns come in the order of the header, whatever the first row has.
        if !self.placed {
            self.placed = true;
            for name in &self.order {
                place(name);
            }
            for column in self.columns.iter_mut().flatten() {
                column.place = Some(place(&column.name));
            }
        }
    }

    /// Puts the values of a row in their places.
    pub(super) fn values(&mut self, from: &GridRow, row: &mut Row) -> Result<(), Trouble> {
        let mut trouble = None;
        for cell in &from.cells {
            let Some(Some(column)) = self.columns.get(cell.column as usize) else { continue };
            let Some(place) = column.place else { continue };
            let buffer = &mut self.buffer;
            match value::meaning(from, cell, &self.styles, self.calendar, column.given, self.errors, buffer) {
                Ok(Meaning::Text)
                    if !self.meant.nulls.is_empty() && self.meant.nulls.contains(from.bytes(cell)) => {}
                Ok(Meaning::Text) => row.set(place, Sort::Loose, from.bytes(cell)),
                Ok(Meaning::Value(sort)) => row.set(place, sort, buffer),
                Ok(Meaning::Cleaned) => {
                    self.remarks.cleaned(from.bytes(cell), buffer);
                    row.set(place, Sort::Number, buffer);
                }
                Ok(Meaning::Nothing) => {}
                Err(found) => {
                    row.set(place, Sort::Text, from.bytes(cell));
                    trouble.get_or_insert(found);
                }
            }
            if cell.content == Content::Number {
                self.remarks.shown(cell.column, self.styles.shown(cell.style), cell.style);
            }
        }
        trouble.map_or(Ok(()), Err)
    }

    /// Whether the sheet has nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// The name of the sheet.
    pub(super) fn sheet(&self) -> &str {
        &self.sheet
    }

    /// What stands before the number of a row in its place.
    pub(super) fn within(&self) -> &str {
        &self.within
    }

    /// The row of the names, counted from 1.
    pub(super) fn header_row(&self) -> Option<u32> {
        self.header_row
    }

    /// The names of the columns, in their order.
    pub(super) fn names(&self) -> &[String] {
        &self.order
    }

    /// The name of a column of the sheet.
    pub(super) fn name(&self, column: u32) -> Option<&str> {
        self.columns.get(column as usize)?.as_ref().map(|column| column.name.as_str())
    }

    /// The column of the sheet with that name.
    pub(super) fn column(&self, name: &str) -> Option<u32> {
        let at = self
            .columns
            .iter()
            .position(|column| column.as_ref().is_some_and(|column| column.name == name))?;
        u32::try_from(at).ok()
    }

    /// Remarks on the sheet.
    pub(super) fn notes(mut self, recalculates: bool) -> Vec<String> {
        let name = |column: u32| self.name(column).map_or_else(|| letters(column), str::to_owned);
        let merged = self.grid.merged().iter().filter(|area| area.last_row >= self.cells.first_row).count();
        let merged = if self.filler.is_empty() { merged } else { 0 };
        let mut notes = self.remarks.notes(&self.sheet, &self.styles, merged, recalculates, name);
        notes.append(&mut self.names.notes);
        notes
    }
}
