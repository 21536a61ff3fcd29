//! Tables in HTML pages.
//!
//! A page is parsed as a whole, as browsers do, and its size is bounded. One table is read ([`grid`]): cells that span
//! several rows or columns stand in each of them, a table inside a cell is no part of it, text is what a reader of the page
//! sees. Where people let a browser show numbers, types are found over the whole column, as in CSV.

pub(super) mod config;
mod depth;
mod grid;

use std::io::Read;

use scraper::{Html as Page, Selector};
use towpath_model::{Fault, suggest};

use self::config::Html;
use self::grid::Grid;
use super::place::FileRef;
use super::rows::{Row, Sort, Walk};
use super::trouble::io_fault;

/// Most bytes of a page. The parsed page takes about ten times as much memory.
const PAGE_BYTES: u64 = 32 << 20;
/// Tables that a message names.
const SHOWN: usize = 10;

/// Walks through the rows of one table.
pub(super) struct HtmlRows {
    names: Vec<String>,
    rows: std::vec::IntoIter<Vec<Option<String>>>,
    line: u64,
    within: String,
    notes: Vec<String>,
}

impl HtmlRows {
    /// Reads a page and takes the table out of it.
    pub(super) fn new(file: &FileRef, settings: &Html, reader: Box<dyn Read + Send>) -> Result<Self, Fault> {
        let mut bytes = Vec::new();
        let read = reader.take(PAGE_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| io_fault("file", &file.name, error))?;
        if bytes.len() as u64 > PAGE_BYTES {
            return Err(Fault::data(format!("file `{}` is larger than 32 MB", file.name))
                .hint("HTML pages are read as a whole; get the data in another format"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let line =
                memchr::memchr_iter(b'\n', &error.as_bytes()[..error.utf8_error().valid_up_to()]).count();
            Fault::data(format!("file `{}`, line {}: the text is not UTF-8", file.name, line + 1))
        })?;
        if depth::is_too_deep(&text) {
            return Err(Fault::data(format!("file `{}` nests elements more than 2,000 deep", file.name))
                .hint("check that it is a page with a table"));
        }
        let page = Page::parse_document(&text);
        let tables = Selector::parse("table").map_err(|_| Fault::internal("a selector is wrong"))?;
        let mut grids = Vec::new();
        for table in page.select(&tables) {
            let grid = Grid::read(table, settings.header_rows);
            grids.push(grid.map_err(|why| Fault::data(format!("file `{}`: {why}", file.name)))?);
        }
        if grids.is_empty() {
            return Err(Fault::data(format!("file `{}` has no table", file.name)).hint(
                "tables that a program of the page makes are not in its text; save the page after it is shown",
            ));
        }
        let (place, notes) = choose(&grids, settings.table.as_deref(), &file.name)?;
        let grid = grids.swap_remove(place);
        let (names, mut remarks) = grid.names();
        remarks.splice(0..0, notes);
        Ok(HtmlRows {
            names,
            line: grid.header.len() as u64,
            rows: grid.rows.into_iter(),
            within: format!("table {}!", place + 1),
            notes: remarks,
        })
    }
}

/// The table that is meant, and what to say of the choice.
fn choose(grids: &[Grid], choice: Option<&str>, file: &str) -> Result<(usize, Vec<String>), Fault> {
    let missing = |what: String| {
        let shown: Vec<String> =
            grids.iter().enumerate().take(SHOWN).map(|(n, grid)| grid.title(n)).collect();
        Err(Fault::not_found(format!("file `{file}` has no table {what}"))
            .hint(format!("its tables are {}", shown.join(", "))))
    };
    match choice {
        None => {
            let size = |grid: &Grid| grid.rows.len() * grid.width;
            let most = grids.iter().map(size).max().unwrap_or(0);
            let place = grids.iter().position(|grid| size(grid) == most).unwrap_or(0);
            if grids.len() == 1 {
                return Ok((place, Vec::new()));
            }
            let title = grids[place].title(place);
            let note = format!(
                "read {title}, the largest of {}; `html: {{ table: … }}` chooses another",
                grids.len()
            );
            Ok((place, vec![note]))
        }
        Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            match number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)) {
                Some(place) if place < grids.len() => Ok((place, Vec::new())),
                _ => missing(format!("number {number}")),
            }
        }
        Some(word) => {
            let found = match word.strip_prefix('#') {
                Some(id) => grids.iter().position(|grid| grid.id.as_deref() == Some(id)),
                None => grids
                    .iter()
                    .position(|grid| grid.caption == word)
                    .or_else(|| grids.iter().position(|grid| grid.caption.contains(word))),
            };
            let Some(place) = found else {
                let ids = grids.iter().filter_map(|grid| grid.id.as_ref()).map(|id| format!("#{id}"));
                let words: Vec<String> = ids.chain(grids.iter().map(|grid| grid.caption.clone())).collect();
                let words = words.iter().map(String::as_str).filter(|word| !word.is_empty());
                return match suggest::nearest(word, words) {
                    Some(near) => Err(Fault::not_found(format!("file `{file}` has no table `{word}`"))
                        .hint(format!("did you mean `{near}`?"))),
                    None => missing(format!("`{word}`")),
                };
            };
            Ok((place, Vec::new()))
        }
    }
}

impl Walk for HtmlRows {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, towpath_model::Fault> {
        let Some(cells) = self.rows.next() else { return Ok(false) };
        self.line += 1;
        row.line = self.line;
        row.within.push_str(&self.within);
        for (place, cell) in cells.iter().enumerate() {
            if let Some(text) = cell
                && !text.is_empty()
            {
                row.set(place, Sort::Value, text.as_bytes());
            }
        }
        Ok(true)
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}
