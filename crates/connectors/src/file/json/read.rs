//! JSON records as batches, every value checked against the type of its column.

use std::collections::HashMap;
use std::ops::ControlFlow;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::FieldRef;
use towpath_connect::Reject;
use towpath_connect::types::describe;
use towpath_model::Fault;

use super::cut::Cutter;
use super::infer::name;
use super::object::{Value, members, unescape};
use crate::file::column::{Column, Data};
use crate::file::pieces::{Piece, RecordPlace, in_order};
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape, shorten, visible, without};

/// The rows of one piece.
struct Rows {
    batches: Vec<RecordBatch>,
    rejects: Vec<(u64, Reject)>,
}

/// Reads one file to its end, or until no more rows are wanted.
pub(in crate::file) fn read(
    mut cutter: Cutter,
    file: &FileRef,
    threads: usize,
    output: &mut Output,
) -> Result<(), Fault> {
    let all = output.request.schema.clone();
    let names: Vec<String> = all
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .filter(|name| !file.partitions.iter().any(|(key, _)| key == name))
        .collect();
    let shape = Shape::new(&output.schema, names.iter().map(String::as_str), file);
    let worker = Worker {
        places: names.iter().enumerate().map(|(place, name)| (name.as_bytes().to_vec(), place)).collect(),
        shape: &shape,
        batch_rows: output.request.batch_rows.max(1),
        names,
    };
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

struct Worker<'a> {
    names: Vec<String>,
    places: HashMap<Vec<u8>, usize>,
    shape: &'a Shape,
    batch_rows: usize,
}

impl Worker<'_> {
    fn rows(&self, piece: &Piece) -> Result<Rows, Fault> {
        let wanted: Vec<(usize, &FieldRef)> = self.shape.wanted().collect();
        let mut rows = Rows { batches: Vec::new(), rejects: Vec::new() };
        let mut scratch = Vec::new();
        let mut values: Vec<Option<Value<'_>>> = vec![None; self.names.len()];
        for records in piece.records.chunks(self.batch_rows) {
            let mut columns = wanted
                .iter()
                .map(|(_, field)| Column::new(field, records.len()))
                .collect::<Result<Vec<_>, Fault>>()?;
            let (mut count, mut bad) = (0, Vec::new());
            for record in records {
                let text = &piece.data[record.start as usize..record.end as usize];
                if let Err((column, why)) = self.record(text, &mut values) {
                    let reject = Reject { column, reason: why, original: raw(text), ..Reject::default() };
                    rows.rejects.push((line(piece, record), reject));
                    continue;
                }
                let mut misfit = None;
                for ((place, field), column) in wanted.iter().zip(&mut columns) {
                    if !push(column, values[*place], &mut scratch) && misfit.is_none() {
                        misfit = Some((field, values[*place]));
                    }
                }
                if let Some((field, value)) = misfit {
                    let value = shown(value);
                    bad.push(count);
                    let reject = Reject {
                        column: Some(field.name().clone()),
                        reason: format!("`{}` is not of type {}", shorten(&value), describe(field)),
                        value: Some(value),
                        original: raw(text),
                        ..Reject::default()
                    };
                    rows.rejects.push((line(piece, record), reject));
                }
                count += 1;
            }
            let columns: Vec<ArrayRef> =
                columns.into_iter().map(Column::finish).collect::<Result<_, Fault>>()?;
            let batch = self.shape.assemble(count, columns)?;
            rows.batches.push(without(batch, &bad)?);
        }
        Ok(rows)
    }

    /// Takes a record apart.
    fn record<'a>(
        &self,
        text: &'a [u8],
        values: &mut [Option<Value<'a>>],
    ) -> Result<(), (Option<String>, String)> {
        values.fill(None);
        if std::str::from_utf8(text).is_err() {
            return Err((None, "the row is not UTF-8; bytes that are wrong are shown as `\\xE9`".into()));
        }
        // Whatever else is wrong, a record that is not JSON is told as such.
        let (mut next, mut trouble) = (0, None);
        let result = members(text, |key, escaped, value| {
            let why = match self.place(key, escaped, next)? {
                None => "appeared after the columns of the file were decided",
                Some(place) => {
                    next = place + 1;
                    if values[place].replace(value).is_none() {
                        return Ok(());
                    }
                    "stands in the object twice"
                }
            };
            if trouble.is_none() {
                trouble = Some((name(key, escaped)?, why));
            }
            Ok(())
        });
        match (result, trouble) {
            (Err(why), _) => Err((None, why.to_owned())),
            (Ok(()), Some((key, why))) => Err((Some(key.clone()), format!("`{key}` {why}"))),
            (Ok(()), None) => Ok(()),
        }
    }

    fn place(&self, key: &[u8], escaped: bool, guess: usize) -> Result<Option<usize>, &'static str> {
        if !escaped {
            if self.names.get(guess).is_some_and(|name| name.as_bytes() == key) {
                return Ok(Some(guess));
            }
            return Ok(self.places.get(key).copied());
        }
        Ok(self.places.get(name(key, escaped)?.as_bytes()).copied())
    }
}

fn line(piece: &Piece, record: &RecordPlace) -> u64 {
    piece.before + u64::from(record.line) + 1
}

fn raw(record: &[u8]) -> String {
    visible(record.trim_ascii())
}

/// Adds a value to its column, or a placeholder when it does not fit; answers whether it fits.
fn push(column: &mut Column, value: Option<Value<'_>>, scratch: &mut Vec<u8>) -> bool {
    let is_json = matches!(column.data, Data::Json(_));
    match value {
        None | Some(Value::Null) => {
            column.push_null();
            true
        }
        Some(Value::Boolean(value)) => column.push(if value { b"true" } else { b"false" }),
        Some(Value::Number(number)) => column.push_json_number(number),
        Some(Value::Text(text, _)) if is_json => {
            scratch.clear();
            scratch.push(b'"');
            scratch.extend_from_slice(text);
            scratch.push(b'"');
            column.push(scratch)
        }
        Some(Value::Text(text, false)) => column.push(text),
        Some(Value::Text(text, true)) => {
            scratch.clear();
            if unescape(text, scratch).is_none() {
                column.push_null();
                return false;
            }
            column.push(scratch)
        }
        Some(Value::Nested(text)) if is_json || column.is_text() => column.push(text),
        Some(Value::Nested(_)) => {
            column.push_null();
            false
        }
    }
}

fn shown(value: Option<Value<'_>>) -> String {
    match value {
        None | Some(Value::Null) => "null".into(),
        Some(Value::Boolean(value)) => value.to_string(),
        Some(Value::Number(text) | Value::Text(text, _) | Value::Nested(text)) => visible(text),
    }
}
