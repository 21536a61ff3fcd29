//! The lines of a log as batches.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::FieldRef;
use towpath_connect::types::describe;
use towpath_connect::{ReadProgress, Reject};
use towpath_model::Fault;

use super::config::Others;
use super::matcher::Found;
use super::{Event, Grammar};
use crate::file::bytes::{self, read_more};
use crate::file::column::{Column, Data};
use crate::file::config::Source;
use crate::file::line_cut::{LineCutter, Lines};
use crate::file::pieces::{Piece, in_order};
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape, shorten, visible, without};
use crate::file::text::encoding::Encoding;
use crate::file::text::{self, FIRST_BYTES, TextSettings, detect};
use crate::file::trouble::io_fault;

/// The rows of one piece, and the lines that are none.
struct Rows {
    batches: Vec<RecordBatch>,
    rejects: Vec<(u64, Reject)>,
}

/// Reads one file to its end, or until no more rows are wanted.
pub(in crate::file) fn read(
    file: &FileRef,
    grammar: &Grammar,
    settings: &Source,
    threads: usize,
    progress: Option<Arc<ReadProgress>>,
    output: &mut Output,
) -> Result<(), Fault> {
    let text = TextSettings::new(settings)?;
    let encoding = text.encoding.map_or_else(|| first_encoding(file, settings), Ok)?;
    let reader = text::open_as(file, text, encoding, progress)?;
    let mut cutter = LineCutter::new(reader, file.name.clone());
    let schema = grammar.schema();
    let shape = Shape::new(&output.schema, schema.fields().iter().map(|field| field.name().as_str()), file);
    let batch_rows = output.request.batch_rows.max(1);
    let worker = Worker { grammar, wanted: shape.wanted().collect(), shape: &shape, batch_rows };
    let take = |rows: Result<Rows, Fault>| {
        let rows = rows?;
        for (line, mut reject) in rows.rejects {
            reject.place = format!("{}:{line}", file.name);
            output.reject(reject)?;
        }
        for batch in rows.batches {
            if output.send(batch)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(output.flow())
    };
    in_order(threads, |piece| cutter.next(piece), |piece| worker.rows(piece), take)
}

/// The encoding that the first bytes of a file tell, or UTF-8: a log is not read twice to guess one.
fn first_encoding(file: &FileRef, settings: &Source) -> Result<Encoding, Fault> {
    let mut reader = bytes::open(file, settings.compression, None)?;
    let mut first = Vec::new();
    read_more(&mut *reader, &mut first, FIRST_BYTES).map_err(|error| io_fault("file", &file.name, error))?;
    Ok(detect::from_first_bytes(&first).map_or(Encoding::Utf8, |(verdict, _)| verdict.encoding))
}

struct Worker<'a> {
    grammar: &'a Grammar,
    shape: &'a Shape,
    wanted: Vec<(usize, &'a FieldRef)>,
    batch_rows: usize,
}

impl Worker<'_> {
    fn rows(&self, piece: &Piece) -> Result<Rows, Fault> {
        // Machines that lose power leave NUL characters behind; they are no part of any line.
        let cleaned: Vec<u8>;
        let mut data = piece.data.as_slice();
        if memchr::memchr(0, data).is_some() {
            cleaned = data.iter().copied().filter(|byte| *byte != 0).collect();
            data = &cleaned;
        }
        let is_text = std::str::from_utf8(data).is_ok();
        let mut rows = Rows { batches: Vec::new(), rejects: Vec::new() };
        let mut batch = Batch::new(self)?;
        let mut found = vec![Found::Nothing; self.grammar.fields.len()];
        let mut number = piece.before;
        for line in Lines::of(data) {
            let line = line.trim_ascii();
            number += 1;
            if line.is_empty() {
                continue;
            }
            found.fill(Found::Nothing);
            let mut outcome = self.grammar.line(line, &mut found);
            if !is_text && outcome == Ok(true) && found.iter().any(is_broken) {
                outcome =
                    Err("the line is not text in its encoding; bytes that are wrong are shown as `\\xE9`"
                        .into());
            }
            match outcome {
                Ok(true) => {
                    if let Some(misfit) = batch.push(&found, number) {
                        rows.rejects.push((number, Reject { original: visible(line), ..misfit }));
                    }
                }
                Ok(false) => {}
                Err(reason) => {
                    let reject = Reject { reason, original: visible(line), ..Reject::default() };
                    rows.rejects.push((number, reject));
                }
            }
            if batch.rows >= self.batch_rows {
                rows.batches.push(std::mem::replace(&mut batch, Batch::new(self)?).finish()?);
            }
        }
        if batch.rows > 0 {
            rows.batches.push(batch.finish()?);
        }
        Ok(rows)
    }
}

/// Whether a value holds bytes that are no UTF-8. Outside of values, such as around a time, they do no harm.
fn is_broken(found: &Found<'_>) -> bool {
    matches!(found, Found::Text(text) if std::str::from_utf8(text).is_err())
}

impl Grammar {
    /// Takes a line apart; answers whether it is to be a row, or why it cannot be.
    fn line<'a>(&self, line: &'a [u8], found: &mut [Found<'a>]) -> Result<bool, String> {
        self.line
            .apply(line, found)
            .map_err(|miss| format!("the line does not match `{}`: {}", self.line.text, miss.reason()))?;
        let Some(Found::Text(name)) = self.event.map(|slot| found[slot]) else { return Ok(true) };
        let Some(event) = self.events.iter().find(|event| event.name == name) else {
            return match self.others {
                Others::Keep => Ok(true),
                Others::Skip => Ok(false),
                Others::Quarantine => Err(format!("the event `{}` has no entry in `events`", visible(name))),
            };
        };
        let details = match self.details.map(|slot| found[slot]) {
            Some(Found::Text(details)) => details,
            _ => &[],
        };
        event.details(details, found).map(|()| true)
    }
}

impl Event {
    fn details<'a>(&self, details: &'a [u8], found: &mut [Found<'a>]) -> Result<(), String> {
        let mut first = None;
        for pattern in &self.patterns {
            match pattern.apply(details, found) {
                Ok(()) => return Ok(()),
                Err(miss) => {
                    pattern.forget(found);
                    first.get_or_insert((pattern, miss));
                }
            }
        }
        let Some((pattern, miss)) = first else { return Ok(()) };
        let which = match self.patterns.len() {
            1 => format!("`{}`", pattern.text),
            count => format!("any of {count} patterns; the first is `{}`", pattern.text),
        };
        Err(format!("the details of `{}` do not match {which}: {}", visible(&self.name), miss.reason()))
    }
}

/// A batch under construction. Most columns are null in most rows, so nulls are added only before the next value.
struct Batch<'a> {
    worker: &'a Worker<'a>,
    columns: Vec<Column>,
    /// Rows that each column has.
    lengths: Vec<usize>,
    rows: usize,
    /// Rows that hold a value that does not fit, in order.
    bad: Vec<usize>,
}

impl<'a> Batch<'a> {
    fn new(worker: &'a Worker<'a>) -> Result<Self, Fault> {
        let columns = worker.wanted.iter().map(|(_, field)| Column::new(field, worker.batch_rows));
        let columns = columns.collect::<Result<Vec<_>, Fault>>()?;
        Ok(Batch { worker, lengths: vec![0; columns.len()], columns, rows: 0, bad: Vec::new() })
    }

    /// Adds a row; answers what is wrong with it.
    #[inline]
    fn push(&mut self, found: &[Found<'_>], number: u64) -> Option<Reject> {
        let mut misfit = None;
        for (index, (slot, field)) in self.worker.wanted.iter().enumerate() {
            let found = found.get(*slot).copied().unwrap_or(Found::Moment(number as i64));
            if found == Found::Nothing {
                continue;
            }
            let column = &mut self.columns[index];
            column.push_nulls(self.rows - self.lengths[index]);
            self.lengths[index] = self.rows + 1;
            match found {
                Found::Moment(value) => push_moment(column, value),
                Found::Text(text) => {
                    if !column.push(text) && misfit.is_none() {
                        misfit = Some((field, text));
                    }
                }
                Found::Nothing => {}
            }
        }
        self.rows += 1;
        let (field, text) = misfit?;
        self.bad.push(self.rows - 1);
        let value = visible(text);
        Some(Reject {
            column: Some(field.name().clone()),
            reason: format!("`{}` is not of type {}", shorten(&value), describe(field)),
            value: Some(value),
            ..Reject::default()
        })
    }

    fn finish(mut self) -> Result<RecordBatch, Fault> {
        for (column, length) in self.columns.iter_mut().zip(&self.lengths) {
            column.push_nulls(self.rows - length);
        }
        let columns: Vec<ArrayRef> =
            self.columns.into_iter().map(Column::finish).collect::<Result<_, Fault>>()?;
        without(self.worker.shape.assemble(self.rows, columns)?, &self.bad)
    }
}

/// Adds a time, or a line's number, to the column that was made for it.
fn push_moment(column: &mut Column, value: i64) {
    match &mut column.data {
        Data::Date(days) => days.push(value as i32),
        Data::Int(values) | Data::Time(values) | Data::Timestamp(values) | Data::Instant(values) => {
            values.push(value);
        }
        // No other column gets values that are not text.
        _ => return column.push_null(),
    }
    column.nulls.append_non_null();
}
