//! The types of a CSV file, decided over all of its values; on the way, the places where it may be cut.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::datatypes::DataType;
use towpath_model::Fault;

use super::block::{BLOCK_ROWS, Block, Field, Unusable};
use super::footer::Footer;
use super::layout::Layout;
use super::settings::CsvSettings;
use super::tokenize::Tokenizer;
use crate::file::chunks::{Border, Borders};
use crate::file::config::Source;
use crate::file::infer::{Evidence, Kind, Pass};
use crate::file::pieces::{Piece, in_order};
use crate::file::place::FileRef;

/// What one piece showed.
struct Seen {
    columns: Vec<Evidence>,
    rows: u64,
    lines: u32,
    bytes: usize,
    /// With lines and rows counted inside the piece.
    borders: Vec<Border>,
    /// Rows that are not in the encoding of the file.
    undecoded: u64,
    /// Rows that repeat the names.
    repeated: u64,
}

/// What a whole file showed.
#[derive(Debug)]
pub(in crate::file) struct FileSeen {
    pub(in crate::file) columns: Vec<Evidence>,
    pub(in crate::file) borders: Borders,
    /// The file was looked at to its end.
    pub(in crate::file) is_whole: bool,
    /// Rows that are not in the encoding of the file.
    pub(in crate::file) undecoded: u64,
    /// Rows that repeat the names, which are left out.
    pub(in crate::file) repeated: u64,
    /// What was left out at the end.
    pub(in crate::file) footer: Footer,
}

/// Looks at every value of the columns that are not declared as text.
pub(in crate::file) fn infer(
    file: &FileRef,
    layout: &Layout,
    source: &Source,
    settings: &CsvSettings,
    pass: Pass,
) -> Result<FileSeen, Fault> {
    let (names, dialect) = (&layout.names, layout.dialect);
    let (mut cutter, mut lines) = layout.cutter(file, source, None, None)?;
    let is_text = |name| settings.declared(name).is_some_and(|field| field.data_type() == &DataType::Utf8);
    let wanted: Vec<bool> = names.iter().map(|name| !is_text(name)).collect();
    // Columns that are text for certain; later pieces need not look at them.
    let text: Vec<AtomicBool> = names.iter().map(|_| AtomicBool::new(false)).collect();
    let first = Border { at: cutter.at(), line: lines, row: 0 };
    let mut seen = FileSeen {
        columns: vec![Evidence::default(); names.len()],
        borders: Borders { first, ..Borders::default() },
        is_whole: true,
        undecoded: 0,
        repeated: 0,
        footer: Footer::default(),
    };
    let mut bytes = 0;
    let work = |piece: &Piece| {
        let mut seen = Seen {
            columns: vec![Evidence::default(); names.len()],
            rows: 0,
            lines: 0,
            bytes: piece.data.len(),
            borders: Vec::new(),
            undecoded: 0,
            repeated: 0,
        };
        let mut next_border = 0;
        let mut tokenizer = Tokenizer::new(&piece.data, dialect, names.len() == 1);
        let mut block = Block::new(&piece.data, layout.form());
        let mut more = true;
        while more {
            more = block.fill(&mut tokenizer, BLOCK_ROWS);
            let undecoded = |(_, reason): &&(_, Unusable)| *reason == Unusable::NotUtf8;
            seen.undecoded += block.unusable.iter().filter(undecoded).count() as u64;
            for (row, record) in block.rows.iter().enumerate() {
                let at = u64::from(record.start);
                if at >= next_border {
                    let row = seen.rows + row as u64;
                    seen.borders.push(Border { at: piece.start + at, line: record.line.into(), row });
                    next_border = at.saturating_add(pass.gap);
                }
            }
            seen.rows += block.rows.len() as u64;
            for (column, evidence) in seen.columns.iter_mut().enumerate() {
                if wanted[column] && !text[column].load(Ordering::Relaxed) {
                    look(&block, column, settings, evidence);
                }
            }
        }
        seen.lines = tokenizer.lines();
        seen.repeated = block.repeated;
        seen
    };
    let take = |piece: Seen| {
        seen.undecoded += piece.undecoded;
        seen.repeated += piece.repeated;
        let borders = &mut seen.borders;
        for border in piece.borders {
            borders.later.push(Border {
                line: lines + border.line,
                row: borders.rows + border.row,
                ..border
            });
        }
        borders.rows += piece.rows;
        for (column, evidence) in piece.columns.into_iter().enumerate() {
            seen.columns[column].merge(evidence, lines);
            text[column].store(seen.columns[column].is_text(), Ordering::Relaxed);
        }
        lines += u64::from(piece.lines);
        bytes += piece.bytes as u64;
        seen.is_whole = bytes < pass.most_bytes;
        Ok(if seen.is_whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    };
    in_order(pass.threads, |piece| cutter.next(piece), work, take)?;
    seen.footer = cutter.footer();
    Ok(seen)
}

fn look(block: &Block<'_>, column: usize, settings: &CsvSettings, evidence: &mut Evidence) {
    for (row, field) in block.column(column, &settings.null_values).enumerate() {
        if evidence.is_text() {
            return;
        }
        let line = || u64::from(block.rows[row].line) + 1;
        match field {
            // An empty value in quotes fits every type: it is empty text in a text column, and no value elsewhere.
            Field::Null | Field::Empty => {}
            Field::Value(bytes) => evidence.observe(bytes, line),
            Field::Doubled(bytes) => evidence.add(Kind::Text, bytes, line),
        }
    }
}
