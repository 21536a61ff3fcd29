//! The types of a CSV file, decided over all of its values.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use towpath_model::Fault;

use super::block::{BLOCK_ROWS, Block, Field};
use super::head::{CsvSettings, Opened, unclosed};
use super::tokenize::Tokenizer;
use crate::file::infer::{Evidence, Kind};
use crate::file::pieces::{Piece, in_order};

/// What one piece showed.
struct Seen {
    columns: Vec<Evidence>,
    rows: u64,
    lines: u32,
    unclosed: Option<u32>,
}

/// What a whole file showed.
#[derive(Debug)]
pub(in crate::file) struct FileSeen {
    pub(in crate::file) columns: Vec<Evidence>,
    pub(in crate::file) rows: u64,
}

/// Looks at every value of the columns whose type was not given.
pub(in crate::file) fn infer(
    opened: Opened,
    settings: &CsvSettings,
    threads: usize,
) -> Result<FileSeen, Fault> {
    let (names, dialect, mut lines) = (opened.names.clone(), opened.dialect, opened.lines);
    let wanted: Vec<bool> = names.iter().map(|name| settings.declared(name).is_none()).collect();
    // Columns that are text for certain; later pieces need not look at them.
    let text: Vec<AtomicBool> = names.iter().map(|_| AtomicBool::new(false)).collect();
    let file = opened.name().to_owned();
    let mut cutter = opened.cutter();
    let mut seen = FileSeen { columns: vec![Evidence::default(); names.len()], rows: 0 };
    let work = |piece: &Piece| {
        let mut seen =
            Seen { columns: vec![Evidence::default(); names.len()], rows: 0, lines: 0, unclosed: None };
        let mut tokenizer = Tokenizer::new(&piece.data, dialect, names.len() == 1);
        let mut block = Block::new(&piece.data, names.len(), dialect);
        let mut more = true;
        while more {
            more = match block.fill(&mut tokenizer, BLOCK_ROWS) {
                Ok(more) => more,
                Err(line) => {
                    seen.unclosed = Some(line);
                    false
                }
            };
            seen.rows += block.rows.len() as u64;
            for (column, evidence) in seen.columns.iter_mut().enumerate() {
                if wanted[column] && !text[column].load(Ordering::Relaxed) {
                    look(&block, column, settings, evidence);
                }
            }
        }
        seen.lines = tokenizer.lines();
        seen
    };
    let take = |piece: Seen| {
        if let Some(line) = piece.unclosed {
            return Err(unclosed(&file, lines + u64::from(line) + 1));
        }
        seen.rows += piece.rows;
        for (column, evidence) in piece.columns.into_iter().enumerate() {
            seen.columns[column].merge(evidence, lines);
            text[column].store(seen.columns[column].is_text(), Ordering::Relaxed);
        }
        lines += u64::from(piece.lines);
        Ok(ControlFlow::Continue(()))
    };
    in_order(threads, |piece| cutter.next(piece), work, take)?;
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
