//! The rows of a workbook: which sheets, which cells, under which names, and what their values mean.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::json;
use towpath_connect::{Fact, ReadProgress};
use towpath_model::Fault;

use super::address::letters;
use super::choose::{self, Part};
use super::config::Excel;
use super::rows::SheetRows;
use super::value::Meant;
use super::workbook::{Workbook, open};
use crate::file::config::Source;
use crate::file::place::FileRef;
use crate::file::rows::{Refusal, Row, Sort, Walk};

/// Most remarks about one workbook.
const NOTES: usize = 40;

/// Walks through one workbook.
pub(in crate::file) struct ExcelWalk {
    file: String,
    settings: Excel,
    meant: Meant,
    book: Box<dyn Workbook>,
    parts: VecDeque<Part>,
    /// The first part that has rows is the only one that is wanted.
    first_only: bool,
    current: Option<SheetRows>,
    columns: Columns,
    notes: Vec<String>,
    facts: Vec<Fact>,
    seen: Seen,
}

/// The columns of the stream.
#[derive(Debug, Default)]
struct Columns {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Columns {
    /// The place of a column, which may be new.
    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

/// What was met on the way.
#[derive(Debug, Default)]
struct Seen {
    sheets: usize,
    rows: u64,
    uncalculated: u64,
    first_uncalculated: String,
}

impl ExcelWalk {
    pub(in crate::file) fn open(
        file: &FileRef,
        source: &Source,
        progress: Option<Arc<ReadProgress>>,
    ) -> Result<Self, Fault> {
        let settings = source.excel.clone().unwrap_or_default();
        let mut book = open(file, progress)?;
        let chosen = choose::choose(book.as_mut(), &settings, &file.name)?;
        let mut walk = ExcelWalk {
            file: file.name.clone(),
            meant: Meant::of(source),
            settings,
            book,
            parts: chosen.parts.into(),
            first_only: chosen.first_only,
            current: None,
            columns: Columns::default(),
            notes: chosen.notes,
            facts: Vec::new(),
            seen: Seen::default(),
        };
        if let Some(name) = walk.settings.sheet_column.clone() {
            walk.columns.place(&name);
        }
        Ok(walk)
    }

    /// Starts with the next part; answers whether there was one.
    fn begin(&mut self) -> Result<bool, Fault> {
        let Some(part) = self.parts.pop_front() else { return Ok(false) };
        let rows = SheetRows::start(self.book.as_mut(), &part, &self.settings, &self.meant, &self.file)?;
        self.current = Some(rows);
        Ok(true)
    }

    /// Ends the current part.
    fn end(&mut self) -> Result<(), Fault> {
        let Some(rows) = self.current.take() else { return Ok(()) };
        let is_empty = rows.is_empty();
        if !is_empty {
            self.seen.sheets += 1;
            self.facts.push(self.sheet_fact(&rows));
            if self.first_only {
                choose::tell_others(self.book.as_ref(), rows.sheet(), &mut self.notes);
                self.parts.clear();
            }
        }
        // A header without rows has names too.
        for name in rows.names() {
            self.columns.place(name);
        }
        let room = NOTES.saturating_sub(self.notes.len());
        self.notes.extend(rows.notes(self.book.book().recalculates).into_iter().take(room));
        Ok(())
    }

    /// Which sheet is read, and from which row on.
    fn sheet_fact(&self, rows: &SheetRows) -> Fact {
        let evidence = match (rows.header_row(), self.settings.header_row) {
            (Some(_), Some(row)) => format!("the names are given to stand in row {row}"),
            (Some(row), None) => format!("the names of its columns are in row {row}"),
            (None, _) => "no row holds names".to_owned(),
        };
        let fact = Fact::new("sheet", rows.sheet(), evidence);
        match rows.header_row() {
            Some(row) => fact.with_setting("excel", json!({ "sheet": rows.sheet(), "header_row": row })),
            None => fact.with_setting("excel", json!({ "sheet": rows.sheet(), "header_rows": 0 })),
        }
    }

    fn finish(&mut self) -> Result<bool, Fault> {
        if self.seen.rows == 0 && self.seen.uncalculated > 0 {
            return Err(Fault::data(format!(
                "workbook `{}`: no formula was ever calculated, for example {}",
                self.file, self.seen.first_uncalculated
            ))
            .hint("the program that made the workbook stored formulas without values; open it in Excel or LibreOffice and save it"));
        }
        if self.seen.sheets == 0 {
            return Err(Fault::data(format!("workbook `{}` has no cells where it is read", self.file))
                .hint("choose another `sheet` or `range`"));
        }
        Ok(false)
    }
}

impl Walk for ExcelWalk {
    fn names(&self) -> &[String] {
        &self.columns.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, Fault> {
        loop {
            let Some(rows) = &mut self.current else {
                if self.begin()? {
                    continue;
                }
                return self.finish();
            };
            let Some(from) = rows.next()? else {
                self.end()?;
                continue;
            };
            row.line = from.number.into();
            row.within.push_str(rows.within());
            rows.places(&from, |name| self.columns.place(name));
            if self.settings.sheet_column.is_some() {
                row.set(0, Sort::Text, rows.sheet().as_bytes());
            }
            match rows.values(&from, row) {
                Ok(()) => self.seen.rows += 1,
                Err(trouble) => {
                    if trouble.uncalculated {
                        self.seen.uncalculated += 1;
                        if self.seen.first_uncalculated.is_empty() {
                            self.seen.first_uncalculated = format!(
                                "`{}` in cell {}{}{}",
                                trouble.value,
                                rows.within(),
                                letters(trouble.column),
                                from.number
                            );
                        }
                    } else {
                        self.seen.rows += 1;
                    }
                    let column = rows.name(trouble.column).map(str::to_owned);
                    row.refuse(Refusal { column, value: Some(trouble.value), reason: trouble.reason });
                }
            }
            rows.give_back(from);
            return Ok(true);
        }
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn facts(&self) -> Vec<Fact> {
        self.facts.clone()
    }

    fn letters(&self, place: usize) -> Option<String> {
        let name = self.columns.names.get(place)?;
        self.current.as_ref()?.column(name).map(letters)
    }
}
