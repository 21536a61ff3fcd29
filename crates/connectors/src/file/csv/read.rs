//! CSV rows as batches, every value checked against the type of its column.

use std::ops::ControlFlow;

use arrow::array::RecordBatch;
use arrow::datatypes::Field as ArrowField;
use towpath_connect::Reject;
use towpath_connect::types::describe;
use towpath_model::Fault;

use super::block::{Block, Field, Unusable};
use super::cut::Cutter;
use super::layout::Layout;
use super::settings::CsvSettings;
use super::tokenize::Tokenizer;
use crate::file::chunks::Stretch;
use crate::file::column::Column;
use crate::file::config::Source;
use crate::file::notation::{Reading, Readings};
use crate::file::pieces::{Piece, in_order};
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape, plain_values, shorten, visible, without};

/// The rows of one piece.
struct Rows {
    batches: Vec<RecordBatch>,
    /// Rows that cannot be represented, with their lines inside the piece.
    rejects: Vec<(u32, Reject)>,
    lines: u32,
}

/// How a file is read.
pub(in crate::file) struct Plan<'a> {
    pub(in crate::file) layout: &'a Layout,
    pub(in crate::file) source: &'a Source,
    pub(in crate::file) settings: &'a CsvSettings,
    pub(in crate::file) readings: &'a Readings,
}

/// Reads one file, or a stretch of it, to its end or until no more rows are wanted.
pub(in crate::file) fn read(
    file: &FileRef,
    plan: &Plan<'_>,
    stretch: Option<Stretch>,
    shape: &Shape,
    threads: usize,
    output: &mut Output,
) -> Result<(), Fault> {
    let progress = Some(output.request.progress.clone());
    let (mut cutter, mut lines): (Cutter, u64) = plan.layout.cutter(file, plan.source, progress, stretch)?;
    let batch_rows = output.request.batch_rows.max(1);
    let reading = |field: &ArrowField| plan.readings.get(field.name()).copied().unwrap_or_default();
    let worker = Worker {
        shape,
        settings: plan.settings,
        readings: shape.wanted().map(|(_, field)| reading(field)).collect(),
        layout: plan.layout,
        batch_rows,
    };
    let take = |rows: Result<Rows, Fault>| {
        let rows = rows?;
        for (line, mut reject) in rows.rejects {
            reject.place = format!("{}:{}", file.name, lines + u64::from(line) + 1);
            output.reject(reject)?;
        }
        for batch in rows.batches {
            if output.send(batch)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        lines += u64::from(rows.lines);
        Ok(output.flow())
    };
    in_order(threads, |piece| cutter.next(piece), |piece| worker.rows(piece), take)
}

struct Worker<'a> {
    shape: &'a Shape,
    settings: &'a CsvSettings,
    /// How the wanted columns are read.
    readings: Vec<Reading>,
    layout: &'a Layout,
    batch_rows: usize,
}

impl Worker<'_> {
    fn rows(&self, piece: &Piece) -> Result<Rows, Fault> {
        let mut rows = Rows { batches: Vec::new(), rejects: Vec::new(), lines: 0 };
        let (dialect, columns) = (self.layout.dialect, self.layout.names.len());
        let mut tokenizer = Tokenizer::new(&piece.data, dialect, columns == 1);
        let mut block = Block::new(&piece.data, self.layout.form());
        let mut batch = Batch::new(self)?;
        let mut more = true;
        while more {
            more = block.fill(&mut tokenizer, self.batch_rows - batch.rows);
            let before = rows.rejects.len();
            for (record, reason) in &block.unusable {
                let raw = visible(block.raw(*record));
                let reject = Reject { reason: self.explain(*reason), original: raw, ..Reject::default() };
                rows.rejects.push((record.line, reject));
            }
            batch.add(&block, self, &mut rows.rejects);
            // Rejected rows leave in the order of the file, whatever was wrong with them.
            rows.rejects[before..].sort_by_key(|(line, _)| *line);
            if batch.rows >= self.batch_rows {
                let full = std::mem::replace(&mut batch, Batch::new(self)?);
                rows.batches.push(full.finish(self)?);
            }
        }
        if batch.rows > 0 {
            rows.batches.push(batch.finish(self)?);
        }
        rows.lines = tokenizer.lines();
        Ok(rows)
    }

    fn explain(&self, reason: Unusable) -> String {
        let expected = self.layout.names.len();
        let whose = if self.layout.header.is_some() { "the header" } else { "the first row" };
        match reason {
            Unusable::Fields(1) => format!("1 field where {whose} has {expected}"),
            Unusable::Fields(found) => format!("{found} fields where {whose} has {expected}"),
            Unusable::Quotes => {
                "the quotes are not in order: a quoted value does not end before a delimiter or line end; a quote inside of it must be doubled"
                    .into()
            }
            Unusable::NotUtf8 => "the row is not UTF-8; bytes that are wrong are shown as `\\xE9`".into(),
        }
    }
}

/// A batch under construction.
struct Batch {
    /// Place in the file, and the builder, of each wanted column.
    columns: Vec<(usize, Column)>,
    rows: usize,
    /// Rows that hold a value that does not fit, in order.
    bad: Vec<usize>,
}

impl Batch {
    fn new(worker: &Worker<'_>) -> Result<Self, Fault> {
        let columns = worker.shape.wanted().zip(&worker.readings).map(|((place, field), reading)| {
            Ok((place, Column::read_as(field, worker.batch_rows, *reading)?))
        });
        Ok(Batch { columns: columns.collect::<Result<_, Fault>>()?, rows: 0, bad: Vec::new() })
    }

    fn add(&mut self, block: &Block<'_>, worker: &Worker<'_>, rejects: &mut Vec<(u32, Reject)>) {
        // (row of the block, wanted column)
        let mut bad: Vec<(usize, usize)> = Vec::new();
        let mut scratch = Vec::new();
        for (wanted, (place, column)) in self.columns.iter_mut().enumerate() {
            let is_text = column.is_text();
            for (row, field) in block.column(*place, &worker.settings.null_values).enumerate() {
                let fits = match field {
                    Field::Value(bytes) => column.push(bytes),
                    Field::Empty if is_text => column.push(b""),
                    Field::Null | Field::Empty => {
                        column.push_null();
                        true
                    }
                    Field::Doubled(bytes) => column.push(block.unescape(bytes, &mut scratch)),
                };
                if !fits {
                    bad.push((row, wanted));
                }
            }
        }
        bad.sort_unstable();
        bad.dedup_by_key(|(row, _)| *row);
        for (row, wanted) in bad {
            let record = block.rows[row];
            rejects.push((record.line, self.explain(block, worker, row, wanted)));
            self.bad.push(self.rows + row);
        }
        self.rows += block.rows.len();
    }

    fn explain(&self, block: &Block<'_>, worker: &Worker<'_>, row: usize, wanted: usize) -> Reject {
        let place = self.columns[wanted].0;
        let value = match block.cell(row, place, &worker.settings.null_values) {
            Field::Value(bytes) => visible(bytes),
            Field::Doubled(bytes) => visible(block.unescape(bytes, &mut Vec::new())),
            Field::Null | Field::Empty => String::new(),
        };
        let wanted = worker.shape.wanted().nth(wanted);
        let type_name = wanted.map(|(_, field)| describe(field)).unwrap_or_default();
        Reject {
            values: self.plain(block, worker, row),
            column: worker.layout.names.get(place).cloned(),
            reason: format!("`{}` is not of type {type_name}", shorten(&value)),
            value: Some(value),
            original: visible(block.raw(block.rows[row])),
            ..Reject::default()
        }
    }

    /// The values of a row of the block in plain notation.
    fn plain(&self, block: &Block<'_>, worker: &Worker<'_>, row: usize) -> Option<String> {
        let mut columns = Vec::with_capacity(self.columns.len());
        let mut scratch = Vec::new();
        for ((place, field), reading) in worker.shape.wanted().zip(&worker.readings) {
            let mut column = Column::read_as(field, 1, *reading).ok()?;
            let bytes = match block.cell(row, place, &worker.settings.null_values) {
                Field::Value(bytes) => Some(bytes),
                Field::Doubled(bytes) => Some(block.unescape(bytes, &mut scratch)),
                Field::Empty if column.is_text() => Some(&b""[..]),
                Field::Null | Field::Empty => None,
            };
            let misfit = match bytes {
                None => {
                    column.push_null();
                    None
                }
                Some(bytes) => (!column.push(bytes)).then(|| visible(bytes)),
            };
            columns.push((column, misfit));
        }
        plain_values(worker.shape, columns)
    }

    fn finish(self, worker: &Worker<'_>) -> Result<RecordBatch, Fault> {
        let columns = self.columns.into_iter().map(|(_, column)| column.finish());
        let batch = worker.shape.assemble(self.rows, columns.collect::<Result<_, Fault>>()?)?;
        without(batch, &self.bad)
    }
}
