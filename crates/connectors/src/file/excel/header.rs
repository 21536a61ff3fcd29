//! Where the names of the columns are: under titles, over several rows, or nowhere.
//!
//! The first rows of a sheet are looked at together. The header is the first row whose cells are mostly different
//! texts and which stands above most of the columns that the rows below it use; where some of these columns hold
//! numbers or dates, texts above them count more, so that a title or a line of remarks does not win. Years and dates
//! in a growing sequence are names too: that is how cross-tabs have them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::address::Rect;
use super::grid::{Content, GridRow};
use super::styles::{Shown, Styles};
use crate::file::values;

/// Rows below a candidate that it is judged by.
const BELOW: usize = 30;
/// Columns below that a header stands above, at least.
const COVER: f64 = 0.6;
/// Part of a header's cells that differ, at least.
const DISTINCT: f64 = 0.8;

/// Where the header is, by place in the rows looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) first: usize,
    pub(super) rows: usize,
}

/// What a cell is for who looks for a header.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Text,
    /// A number, date, boolean or the like, also one that is stored as text.
    Value,
    /// A date, or a whole number that may be a year; the number tells their order.
    Step(i64),
}

/// One row for who looks for a header.
struct Line {
    cells: BTreeMap<u32, Look>,
    different: usize,
}

/// Finds a header of `rows` rows.
pub(super) fn find(sample: &[GridRow], styles: &Styles, rows: usize, is_whole: bool) -> Option<Found> {
    let lines: Vec<Line> = sample.iter().map(|row| line(row, styles)).collect();
    let mut best: Option<(usize, usize)> = None;
    for (place, line) in lines.iter().enumerate() {
        let below = &lines[place + 1..lines.len().min(place + 1 + BELOW)];
        if !is_names(line, rows > 1) {
            continue;
        }
        let used = used_columns(below);
        let covered = used.iter().filter(|column| line.cells.contains_key(column)).count();
        if used.is_empty() {
            // Nothing below: a header without rows, unless something better was above.
            let titles = |line: &Line| line.cells.values().all(|look| *look == Look::Text);
            if best.is_none() && is_whole && lines.iter().all(titles) && line.cells.len() > 1
                || lines.len() == 1
            {
                return found(place, rows);
            }
            continue;
        }
        if (covered as f64) < COVER * used.len() as f64 {
            continue;
        }
        let contrast = contrast(line, below);
        // A later row wins only when it says more about the types below it.
        if best.is_none_or(|(_, known)| contrast as f64 > known as f64 * 1.5 && contrast > known + 1) {
            best = Some((place, contrast));
        }
    }
    let (mut place, mut contrast) = best?;
    // Of several rows, the one nearest to the data may come behind one that stands above everything too.
    for later in place + 1..lines.len().min(place + rows) {
        let next = self::contrast(&lines[later], &lines[later + 1..lines.len().min(later + 1 + BELOW)]);
        if !is_names(&lines[later], true) || next == 0 || next < contrast {
            break;
        }
        (place, contrast) = (later, next);
    }
    found(place, rows)
}

/// The header that ends with the row at `last`.
fn found(last: usize, rows: usize) -> Option<Found> {
    Some(Found { first: (last + 1).checked_sub(rows)?, rows })
}

fn line(row: &GridRow, styles: &Styles) -> Line {
    let mut texts = HashSet::new();
    let mut cells = BTreeMap::new();
    for cell in &row.cells {
        if row.is_blank(cell) {
            continue;
        }
        let bytes = row.bytes(cell).trim_ascii();
        let look = match cell.content {
            Content::Text | Content::Shared(_) => {
                if values::plain_number(bytes).is_some() || values::date(bytes).is_some() {
                    Look::Value
                } else {
                    Look::Text
                }
            }
            Content::Number => {
                let number = lexical_core::parse::<f64>(bytes).unwrap_or(f64::NAN);
                let is_date =
                    matches!(styles.shown(cell.style), Shown::Date | Shown::DateTime | Shown::Moment);
                let is_year = number.fract() == 0.0 && (1900.0..2200.0).contains(&number);
                if is_date || is_year { Look::Step(number as i64) } else { Look::Value }
            }
            _ => Look::Value,
        };
        texts.insert(bytes.to_ascii_lowercase());
        cells.insert(cell.column, look);
    }
    Line { cells, different: texts.len() }
}

/// Whether a row may hold names.
fn is_names(line: &Line, may_repeat: bool) -> bool {
    let texts = line.cells.values().filter(|look| **look == Look::Text).count();
    if texts == 0 {
        return false;
    }
    let mut last = None;
    let mut steps = 0;
    for look in line.cells.values() {
        match look {
            Look::Text => {}
            Look::Value => return false,
            Look::Step(step) => {
                if last.is_some_and(|last| last >= *step) && !may_repeat {
                    return false;
                }
                last = Some(*step);
                steps += 1;
            }
        }
    }
    // One year beside texts is a row of data, and one text everywhere a title over merged cells.
    let is_title = line.different == 1 && line.cells.len() > 1;
    steps != 1 && !is_title && (may_repeat || line.different as f64 >= DISTINCT * line.cells.len() as f64)
}

/// Columns that at least a third of the rows use.
fn used_columns(lines: &[Line]) -> BTreeSet<u32> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for column in lines.iter().flat_map(|line| line.cells.keys()) {
        *counts.entry(*column).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| count * 3 >= lines.len()).map(|(column, _)| column).collect()
}

/// Columns with a text in this row and mostly no texts below.
fn contrast(line: &Line, below: &[Line]) -> usize {
    let is_typed = |column: u32| {
        let (mut values, mut texts) = (0, 0);
        for look in below.iter().filter_map(|line| line.cells.get(&column)) {
            if *look == Look::Text { texts += 1 } else { values += 1 }
        }
        values > texts
    };
    line.cells.iter().filter(|(column, look)| **look == Look::Text && is_typed(**column)).count()
}

/// The parts of the names, by column: one part per header row.
pub(super) fn names(
    header: &[GridRow],
    styles: &Styles,
    from_1904: bool,
    merged: &[Rect],
    join: &str,
) -> BTreeMap<u32, String> {
    let mut parts: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let columns: BTreeSet<u32> =
        header.iter().flat_map(|row| row.cells.iter().map(|cell| cell.column)).collect();
    let header_merges: Vec<&Rect> = merged
        .iter()
        .filter(|area| header.iter().any(|row| (area.first_row..=area.last_row).contains(&row.number)))
        .collect();
    for (place, row) in header.iter().enumerate() {
        let is_last = place + 1 == header.len();
        let mut texts: BTreeMap<u32, String> = row
            .cells
            .iter()
            .filter(|cell| !row.is_blank(cell))
            .map(|cell| (cell.column, name(row, cell, styles, from_1904)))
            .collect();
        if !is_last {
            spread(&mut texts, row.number, &columns, &header_merges);
        }
        for (column, text) in texts {
            let known = parts.entry(column).or_default();
            if known.last() != Some(&text) {
                known.push(text);
            }
        }
    }
    parts.into_iter().map(|(column, parts)| (column, parts.join(join))).collect()
}

/// Gives the columns that a wide cell spans its text: those it is merged over, or, where nothing is merged in the
/// header, those up to the next text.
fn spread(texts: &mut BTreeMap<u32, String>, row: u32, columns: &BTreeSet<u32>, merges: &[&Rect]) {
    let wide = merges.iter().filter(|area| area.first_row <= row && row <= area.last_row);
    if merges.is_empty() {
        let mut last: Option<String> = None;
        for column in columns {
            match texts.get(column) {
                Some(text) => last = Some(text.clone()),
                None => {
                    if let Some(text) = &last {
                        texts.insert(*column, text.clone());
                    }
                }
            }
        }
        return;
    }
    for area in wide {
        let Some(text) = texts.get(&area.first_column).cloned() else { continue };
        for column in columns.range(area.first_column..=area.last_column) {
            texts.entry(*column).or_insert_with(|| text.clone());
        }
    }
}

/// A cell as a name: on one line, and dates as dates.
fn name(row: &GridRow, cell: &super::grid::GridCell, styles: &Styles, from_1904: bool) -> String {
    if cell.content == Content::Number {
        let mut text = Vec::new();
        let shown = styles.shown(cell.style);
        let is_moment = matches!(shown, Shown::Date | Shown::DateTime | Shown::Moment);
        let number = lexical_core::parse::<f64>(row.bytes(cell)).unwrap_or(f64::NAN);
        if !is_moment || super::serial::moment(number, shown, from_1904, &mut text).is_err() {
            text.clear();
            super::number::write(row.bytes(cell), &mut text);
        }
        return String::from_utf8_lossy(&text).into_owned();
    }
    row.text(cell).split_whitespace().collect::<Vec<_>>().join(" ")
}
