//! Looks through the cells of an ods file before the library reads them.
//!
//! The library believes what a file claims, and waits for tags that may never come. A table that is not closed would
//! keep it waiting forever; a row that is said to be repeated a million times takes a few bytes in the file and all the
//! memory there is, which ends the process: unlike a panic, nothing can catch it. Only such claims are refused here.
//! What is wrong in another way, the library finds by itself.

use std::io::BufReader;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use towpath_model::Fault;

use super::package::{Archive, damaged, too_far_apart};

/// The part with all sheets.
const PART: &str = "content.xml";
/// Columns of a sheet; the library counts no more.
const MOST_COLUMNS: u64 = 16_384;
/// Rows of a sheet; the library counts no more.
const MOST_ROWS: u64 = 1_048_576;
/// Cells that a workbook may span however few of them are written.
const FREE_CELLS: u64 = 4 << 20;
/// Beyond these, how many cells it may span for each that is written.
const MOST_SPREAD: u64 = 64;
/// Bytes of text that weigh as much as a cell.
const CELL_BYTES: u64 = 32;

/// Refuses a workbook that the library would read forever, or that would take far more memory than it shows.
pub(super) fn check(archive: &mut Archive, name: &str) -> Result<(), Fault> {
    let Some(part) = archive.reader(PART)? else { return Ok(()) };
    let mut xml = Reader::from_reader(BufReader::with_capacity(1 << 16, part));
    xml.config_mut().expand_empty_elements = true;
    let broken = |what: &str| damaged(name, &format!("its part `{PART}` {what}"));
    let (mut buffer, mut depth, mut weight) = (Vec::new(), 0u64, Weight::default());
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(|error| broken("is no XML").cause(error))? {
            Event::Start(start) => {
                depth += 1;
                weight.start(&start);
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                weight.end(end.name().as_ref());
            }
            Event::Text(text) => weight.text = weight.text.saturating_add(text.len() as u64),
            Event::Eof if depth > 0 => return Err(broken("is cut off")),
            Event::Eof => return Ok(()),
            _ => {}
        }
        if weight.all > FREE_CELLS.max(weight.written.saturating_mul(MOST_SPREAD)) {
            return Err(too_far_apart(name, weight.written, weight.all));
        }
    }
}

/// What cells weigh in memory, counted in cells, and as they are written.
#[derive(Debug, Default)]
struct Weight {
    written: u64,
    all: u64,
    /// Of the table: rows from the first that is filled to the last, empty rows behind them, and the widest row.
    rows: u64,
    gap: u64,
    width: u64,
    /// Of the row: how often it stands there, its columns so far and up to the last that is filled, and what they weigh.
    repeats: u64,
    columns: u64,
    filled: u64,
    row: u64,
    /// Of the cell: how often it stands there, whether it is filled, and bytes of text.
    cell_repeats: u64,
    is_filled: bool,
    text: u64,
}

impl Weight {
    fn start(&mut self, start: &BytesStart<'_>) {
        match start.name().as_ref() {
            "table:table" => (self.rows, self.gap, self.width) = (0, 0, 0),
            "table:table-row" => {
                self.repeats = number(start, "table:number-rows-repeated").min(MOST_ROWS);
                (self.columns, self.filled, self.row) = (0, 0, 0);
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.cell_repeats = number(start, "table:number-columns-repeated").min(MOST_COLUMNS);
                self.is_filled = start.attributes().flatten().any(|attribute| {
                    let key: &str = attribute.key.as_ref();
                    key.starts_with("office:") || key.starts_with("calcext:") || key == "table:formula"
                });
                self.text = start.len() as u64;
            }
            "text:s" => {
                self.written += 1;
                self.text = self.text.saturating_add(number(start, "text:c"));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "table:table-cell" | "table:covered-table-cell" => {
                self.written += 1;
                self.columns = (self.columns + self.cell_repeats).min(MOST_COLUMNS);
                if self.is_filled {
                    self.filled = self.columns;
                    let weight = self.cell_repeats.saturating_mul(1 + self.text / CELL_BYTES);
                    self.row = self.row.saturating_add(weight);
                }
                (self.is_filled, self.text) = (false, 0);
            }
            "table:table-row" if self.filled == 0 => {
                self.gap = self.gap.saturating_add(if self.rows > 0 { self.repeats } else { 0 });
            }
            "table:table-row" => {
                self.rows = self.rows.saturating_add(self.gap).saturating_add(self.repeats).min(MOST_ROWS);
                (self.gap, self.width) = (0, self.width.max(self.filled));
                // Once as it is read, and as often as it stands there.
                let weight = self.row.max(self.filled).saturating_mul(self.repeats.saturating_add(1));
                self.all = self.all.saturating_add(weight);
                self.filled = 0;
            }
            "table:table" => {
                self.all = self.all.saturating_add(self.rows.saturating_mul(self.width));
                (self.rows, self.gap, self.width) = (0, 0, 0);
            }
            _ => {}
        }
    }
}

/// How often something stands there; what cannot be read counts as too often.
fn number(start: &BytesStart<'_>, name: &str) -> u64 {
    match start.try_get_attribute(name) {
        Ok(None) => 1,
        Ok(Some(attribute)) => attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .ok()
            .and_then(|value| value.parse().ok())
            .unwrap_or(u64::MAX),
        Err(_) => u64::MAX,
    }
}
