//! The second reading: rows, each value checked against the schema of its stream.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use towpath_connect::{Fitter, Reject};
use towpath_model::Fault;

use super::lines::Lines;
use super::message::{self, Message, plain};
use super::survey::{Column, Stream};
use super::types;
use crate::blocking::{Output, visible};
use crate::object::{Value, members};

/// Bytes of rows from which a batch is full.
const FULL: usize = 16 << 20;

/// Reads the rows of a stream; answers whether the messages were read to their end.
pub(super) fn read(
    lines: &mut Lines,
    stream: &Stream,
    from: &str,
    output: &mut Output,
) -> Result<bool, Fault> {
    let mut reader = Reader::new(stream, from, output)?;
    let mut has_schema = false;
    if output.flow().is_break() {
        return Ok(false);
    }
    while let Some(line) = lines.next()? {
        output.request.progress.add_bytes(line.bytes);
        let why = match message::read(line.text) {
            Ok(Message::Schema { stream: name, .. }) => {
                has_schema |= name == stream.name;
                continue;
            }
            Ok(Message::Row { stream: name, version, row }) if name == stream.name => {
                if stream.active.is_some_and(|active| version.is_some_and(|version| version < active)) {
                    continue;
                }
                let taken = if has_schema {
                    reader.take(row, line.number)
                } else {
                    Err(Why::plain("the row stands before the SCHEMA message of its stream"))
                };
                match taken {
                    Ok(()) => {
                        if reader.is_full(output) && reader.hand_on(output)? {
                            return Ok(false);
                        }
                        continue;
                    }
                    Err(why) => Reject { original: visible(row), ..*why.0 },
                }
            }
            Ok(_) => continue,
            // It may have been a row of this stream.
            Err(why) => Reject { reason: why, original: visible(line.text), ..Reject::default() },
        };
        output.reject(Reject { place: format!("{from}:{}", line.number), ..why })?;
        if output.flow().is_break() {
            return Ok(false);
        }
    }
    Ok(!reader.hand_on(output)?)
}

/// Why a row is refused: a reject without its place and original.
struct Why(Box<Reject>);

impl Why {
    fn plain(reason: impl Into<String>) -> Self {
        Why(Box::new(Reject { reason: reason.into(), ..Reject::default() }))
    }

    fn of(column: &str, reason: impl Into<String>) -> Self {
        Why(Box::new(Reject { column: Some(column.to_owned()), reason: reason.into(), ..Reject::default() }))
    }
}

/// A batch under construction.
struct Reader<'a> {
    stream: &'a Stream,
    from: &'a str,
    /// The columns that are asked for: place in the stream, and field.
    wanted: Vec<(usize, Field)>,
    /// Places of columns that every row must have.
    needed: Vec<usize>,
    key: Vec<usize>,
    as_text: SchemaRef,
    fitter: Fitter,
    texts: Vec<StringBuilder>,
    /// Line of each row, and where its original ends in `originals`.
    rows: Vec<(u64, usize)>,
    originals: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(stream: &'a Stream, from: &'a str, output: &Output) -> Result<Self, Fault> {
        let places = output.request.columns.iter().copied();
        let fields = output.schema.fields().iter().map(|field| field.as_ref().clone());
        let wanted: Vec<(usize, Field)> = places.zip(fields).collect();
        let text = |(_, field): &(usize, Field)| field.clone().with_data_type(DataType::Utf8);
        let as_text = Arc::new(Schema::new(wanted.iter().map(text).collect::<Vec<_>>()));
        let columns = wanted.iter().map(|(_, field)| types::fit(field)).collect();
        let place = |name: &String| stream.places.get(name.as_bytes()).copied();
        let needed = stream.required.iter().flatten().filter_map(place).collect();
        Ok(Reader {
            fitter: Fitter::new(as_text.clone(), columns)?,
            texts: wanted.iter().map(|_| StringBuilder::new()).collect(),
            key: stream.key.iter().filter_map(place).collect(),
            needed,
            as_text,
            wanted,
            stream,
            from,
            rows: Vec::new(),
            originals: Vec::new(),
        })
    }

    /// Adds a row, or says why it is none.
    fn take(&mut self, row: &[u8], line: u64) -> Result<(), Why> {
        let mut values = vec![None; self.stream.columns.len()];
        self.take_apart(row, &mut values)?;
        let column = |place: usize| -> &Column { &self.stream.columns[place] };
        for place in &self.key {
            if matches!(values[*place], None | Some(Value::Null)) {
                let name = &column(*place).name;
                return Err(Why::of(
                    name,
                    format!("the row has no value for `{name}`, which is part of the key"),
                ));
            }
        }
        for place in &self.needed {
            let Column { name, property } = column(*place);
            match values[*place] {
                None => {
                    return Err(Why::of(name, format!("`{name}` is missing, and the schema requires it")));
                }
                Some(Value::Null) if !property.takes_null() => {
                    return Err(Why::of(name, format!("`{name}` is null, and the schema requires a value")));
                }
                Some(_) => {}
            }
        }
        // All values are looked at before the first is added, so that columns stay in step.
        let mut texts: Vec<Option<Cow<'_, str>>> = Vec::with_capacity(self.wanted.len());
        for (place, field) in &self.wanted {
            let value = values[*place].unwrap_or(Value::Null);
            texts.push(types::text(value, &column(*place).property, field).map_err(|reason| {
                let Why(reject) = Why::of(field.name(), reason);
                Why(Box::new(Reject { value: Some(types::shown(value)), ..*reject }))
            })?);
        }
        for (builder, text) in self.texts.iter_mut().zip(texts) {
            builder.append_option(text);
        }
        self.originals.extend_from_slice(row);
        self.rows.push((line, self.originals.len()));
        Ok(())
    }

    /// Finds the value of each column.
    fn take_apart<'r>(&self, row: &'r [u8], values: &mut [Option<Value<'r>>]) -> Result<(), Why> {
        let mut trouble = None;
        let taken = members(row, |name, escaped, value| {
            let name = plain(name, escaped)?;
            let found = self.stream.places.get(name.as_bytes());
            match found.map(|place| values[*place].replace(value)) {
                Some(None) => return Ok(()),
                Some(Some(_)) => trouble = Some(Why::of(&name, format!("`{name}` stands in the row twice"))),
                None => {
                    trouble = Some(Why::of(
                        &name,
                        format!("`{name}` is not in the schema, which allows no more properties"),
                    ));
                }
            }
            Err("")
        });
        match (taken, trouble) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(why)) => Err(why),
            (Err(why), None) => Err(Why::plain(why)),
        }
    }

    fn is_full(&self, output: &Output) -> bool {
        let most = output.request.batch_rows.max(1).min(output.remaining());
        self.rows.len() >= most || self.originals.len() >= FULL
    }

    /// Sends what was gathered; answers whether no more rows are wanted.
    fn hand_on(&mut self, output: &mut Output) -> Result<bool, Fault> {
        let count = self.rows.len();
        let arrays = self.texts.iter_mut().map(|text| Arc::new(text.finish()) as ArrayRef).collect();
        let batch = batch(self.as_text.clone(), arrays, count)?;
        let (fitted, rejects) = self.fitter.fit_rows(batch)?;
        for (row, reject) in rejects {
            let start = row.checked_sub(1).map_or(0, |before| self.rows[before].1);
            let (line, end) = self.rows[row];
            output.reject(Reject {
                place: format!("{}:{line}", self.from),
                original: visible(&self.originals[start..end]),
                ..reject
            })?;
        }
        self.rows.clear();
        self.originals.clear();
        let fitted = batch_of(output.schema.clone(), &fitted)?;
        Ok(output.send(fitted)?.is_break())
    }
}

fn batch_of(schema: SchemaRef, fitted: &RecordBatch) -> Result<RecordBatch, Fault> {
    batch(schema, fitted.columns().to_vec(), fitted.num_rows())
}

fn batch(schema: SchemaRef, arrays: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch, Fault> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema, arrays, &options)
        .map_err(|error| Fault::internal("rows of a tap do not form a batch").cause(error))
}
