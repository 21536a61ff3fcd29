//! Rows into batches, on a thread that stops when nobody listens any more.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::filter_record_batch;
use arrow::datatypes::*;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use towpath_connect::civil;
use towpath_connect::digits::Digits;
use towpath_connect::types::Logical;
use towpath_connect::{BatchStream, ReadRequest, Reject};
use towpath_model::Fault;

use super::fault::explain;
use super::infer::{decimal, is_uuid};
use super::session::{Database, Guard, Interrupt, broken};
use super::source::{Described, Selection, Stream, prepare, select};
use super::types::Kind;

/// Batches that wait for the reader; more would only take memory.
const AHEAD: usize = 2;
/// A batch ends before its rows are as many as asked for when its values reach this size.
const LARGEST_BATCH: usize = 16 << 20;

/// Starts the thread of a read.
pub(super) fn start(
    database: Database,
    stream: Stream,
    described: Arc<Described>,
    request: ReadRequest,
) -> Result<BatchStream, Fault> {
    let selection = select(&stream, &described, &request)?;
    let (sender, receiver) = tokio::sync::mpsc::channel(AHEAD);
    let interrupt = Interrupt::default();
    let guard = Guard::new(interrupt.clone());
    let worker = tokio::task::spawn_blocking(move || {
        let send = |batch| sender.blocking_send(Ok(batch)).is_ok();
        if let Err(fault) = run(&database, &stream, &described, &request, selection, &interrupt, send) {
            // Nobody listens: the stream was dropped.
            let _ = sender.blocking_send(Err(fault));
        }
    });
    let state = (receiver, Some(worker), guard);
    Ok(Box::pin(futures::stream::unfold(state, |(mut receiver, mut worker, mut guard)| async move {
        if let Some(item) = receiver.recv().await {
            return Some((item, (receiver, worker, guard)));
        }
        // The end of the channel is the end of the rows only if the thread ended well.
        let ended = worker.take()?.await;
        guard.release();
        ended.err().map(|error| (Err(broken(error)), (receiver, worker, guard)))
    })))
}

fn run(
    database: &Database,
    stream: &Stream,
    described: &Described,
    request: &ReadRequest,
    selection: Selection,
    interrupt: &Interrupt,
    send: impl Fn(RecordBatch) -> bool,
) -> Result<(), Fault> {
    let fail = |error| explain(database, error);
    let connection = database.open_to_read()?;
    interrupt.watch(&connection);
    let mut statement = prepare(database, &connection, stream, &selection.sql)
        .map_err(|fault| fault.hint("the stream may have changed since it was described; run again"))?;
    let wanted = request.columns.iter().map(|index| described.verdicts[*index].kind);
    let mut batch = Batch::new(stream, request, wanted.collect(), selection.places)?;
    let mut left = request.limit.unwrap_or(usize::MAX);
    let mut rows = statement.query(rusqlite::params_from_iter(selection.values)).map_err(fail)?;
    while left > 0 {
        let Some(row) = rows.next().map_err(fail)? else { break };
        if batch.push(row).map_err(fail)? {
            left -= 1;
        }
        if (batch.is_full(request.batch_rows) || left == 0)
            && let Some(ready) = batch.finish()?
            && !send(ready)
        {
            return Ok(());
        }
    }
    if let Some(ready) = batch.finish()? {
        send(ready);
    }
    Ok(())
}

/// The rows that are being collected.
struct Batch<'a> {
    stream: &'a Stream,
    request: &'a ReadRequest,
    schema: SchemaRef,
    places: Vec<usize>,
    columns: Vec<Column>,
    rows: usize,
    bytes: usize,
    /// Rows of the stream so far, for the place of rejected ones.
    row_number: u64,
    /// Rows of this batch that were rejected after some of their values were taken.
    rejected: Vec<usize>,
    rejects: Vec<Reject>,
}

impl<'a> Batch<'a> {
    fn new(
        stream: &'a Stream,
        request: &'a ReadRequest,
        kinds: Vec<Kind>,
        places: Vec<usize>,
    ) -> Result<Self, Fault> {
        Ok(Batch {
            stream,
            request,
            schema: request.projected()?,
            places,
            columns: kinds.into_iter().map(Column::new).collect(),
            rows: 0,
            bytes: 0,
            row_number: 0,
            rejected: Vec::new(),
            rejects: Vec::new(),
        })
    }

    fn is_full(&self, batch_rows: usize) -> bool {
        self.rows >= batch_rows.max(1) || self.bytes >= LARGEST_BATCH
    }

    /// Takes a row; says whether it could.
    fn push(&mut self, row: &Row<'_>) -> rusqlite::Result<bool> {
        self.row_number += 1;
        let mut failure = None;
        for (index, (column, place)) in self.columns.iter_mut().zip(&self.places).enumerate() {
            let value = row.get_ref(*place)?;
            self.bytes += size(value);
            if failure.is_none()
                && let Err(reason) = column.push(value)
            {
                failure = Some((index, shown(value), reason));
            } else if failure.is_some() {
                column.push_null();
            }
        }
        if let Some((index, value, reason)) = &failure {
            // The failing column has no value yet.
            self.columns[*index].push_null();
            self.rejected.push(self.rows);
            self.rejects.push(Reject {
                place: format!("{} row {}", self.stream.name(), self.row_number),
                column: Some(self.schema.field(*index).name().clone()),
                value: value.clone(),
                reason: reason.clone(),
                original: self.original(row)?,
                value_only: false,
                ..Reject::default()
            });
        }
        self.rows += 1;
        Ok(failure.is_none())
    }

    /// The row as it is stored, as JSON.
    fn original(&self, row: &Row<'_>) -> rusqlite::Result<String> {
        let mut object = serde_json::Map::new();
        for (index, place) in self.places.iter().enumerate() {
            let value = match row.get_ref(*place)? {
                ValueRef::Null => serde_json::Value::Null,
                ValueRef::Integer(number) => number.into(),
                other => shown(other).into(),
            };
            object.insert(self.schema.field(index).name().clone(), value);
        }
        Ok(serde_json::Value::Object(object).to_string())
    }

    /// The rows so far, without the rejected ones; `None` when there are none.
    fn finish(&mut self) -> Result<Option<RecordBatch>, Fault> {
        self.request.progress.add_bytes(self.bytes as u64);
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let arrays: Vec<ArrayRef> = self.columns.iter_mut().map(Column::finish).collect::<Result<_, _>>()?;
        for reject in self.rejects.drain(..) {
            self.request.rejects.reject(reject)?;
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let mut batch = RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)
            .map_err(|error| Fault::internal(format!("rows of SQLite do not form a batch: {error}")))?;
        let rejected = std::mem::take(&mut self.rejected);
        if !rejected.is_empty() {
            let mut keep = vec![true; rows];
            rejected.into_iter().for_each(|row| keep[row] = false);
            batch = filter_record_batch(&batch, &BooleanArray::from(keep))
                .map_err(|error| Fault::internal(format!("rejected rows cannot be taken out: {error}")))?;
        }
        Ok((batch.num_rows() > 0).then_some(batch))
    }
}

fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null => 1,
        ValueRef::Integer(_) | ValueRef::Real(_) => 8,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
    }
}

/// A stored value as text, cut to a length that quarantine keeps.
fn shown(value: ValueRef<'_>) -> Option<String> {
    const LONGEST: usize = 10_000;
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) => String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]).into_owned(),
        ValueRef::Blob(bytes) => {
            let digits = bytes.iter().take(LONGEST / 2).map(|byte| format!("{byte:02x}"));
            std::iter::once("\\x".to_owned()).chain(digits).collect()
        }
    })
}

/// The values of one column.
enum Column {
    Integer(Int64Builder),
    Float(Float64Builder),
    Boolean(BooleanBuilder),
    Decimal(Decimal128Builder, u8, i8),
    Long(Decimal256Builder, u8, i8),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder, bool),
    Time(Time64MicrosecondBuilder),
    Span(DurationMicrosecondBuilder),
    Interval(IntervalMonthDayNanoBuilder),
    Text(StringBuilder, Option<Logical>),
    Binary(BinaryBuilder),
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Integer => Column::Integer(Int64Builder::new()),
            Kind::Float => Column::Float(Float64Builder::new()),
            Kind::Boolean => Column::Boolean(BooleanBuilder::new()),
            Kind::Decimal(precision, scale) if precision <= 38 => {
                let data_type = DataType::Decimal128(precision, scale);
                Column::Decimal(Decimal128Builder::new().with_data_type(data_type), precision, scale)
            }
            Kind::Decimal(precision, scale) => {
                let data_type = DataType::Decimal256(precision, scale);
                Column::Long(Decimal256Builder::new().with_data_type(data_type), precision, scale)
            }
            Kind::Date => Column::Date(Date32Builder::new()),
            Kind::Timestamp { zoned } => Column::Timestamp(TimestampMicrosecondBuilder::new(), zoned),
            Kind::Time => Column::Time(Time64MicrosecondBuilder::new()),
            Kind::Span => Column::Span(DurationMicrosecondBuilder::new()),
            Kind::Interval => Column::Interval(IntervalMonthDayNanoBuilder::new()),
            Kind::Text(logical) => Column::Text(StringBuilder::new(), logical),
            Kind::Binary => Column::Binary(BinaryBuilder::new()),
        }
    }

    fn push_null(&mut self) {
        match self {
            Column::Integer(builder) => builder.append_null(),
            Column::Float(builder) => builder.append_null(),
            Column::Boolean(builder) => builder.append_null(),
            Column::Decimal(builder, ..) => builder.append_null(),
            Column::Long(builder, ..) => builder.append_null(),
            Column::Date(builder) => builder.append_null(),
            Column::Timestamp(builder, _) => builder.append_null(),
            Column::Time(builder) => builder.append_null(),
            Column::Span(builder) => builder.append_null(),
            Column::Interval(builder) => builder.append_null(),
            Column::Text(builder, _) => builder.append_null(),
            Column::Binary(builder) => builder.append_null(),
        }
    }

    /// Takes a value, or says why it is none of this column.
    fn push(&mut self, value: ValueRef<'_>) -> Result<(), String> {
        if matches!(value, ValueRef::Null) {
            self.push_null();
            return Ok(());
        }
        let taken = match self {
            Column::Integer(builder) => {
                let number = if let ValueRef::Integer(number) = value { Some(number) } else { None };
                number.map(|number| builder.append_value(number)).is_some()
            }
            Column::Float(builder) => {
                let number = match value {
                    ValueRef::Real(number) => Some(number),
                    ValueRef::Integer(number) if number.unsigned_abs() <= 1 << 53 => Some(number as f64),
                    _ => None,
                };
                number.map(|number| builder.append_value(number)).is_some()
            }
            Column::Boolean(builder) => {
                let flag =
                    if let ValueRef::Integer(number @ (0 | 1)) = value { Some(number == 1) } else { None };
                flag.map(|flag| builder.append_value(flag)).is_some()
            }
            Column::Decimal(builder, precision, scale) => {
                let number =
                    number_text(value).and_then(|text| decimal(&text, *precision, *scale)?.to_i128());
                number.map(|number| builder.append_value(number)).is_some()
            }
            Column::Long(builder, precision, scale) => {
                let number = number_text(value).and_then(|text| decimal(&text, *precision, *scale));
                number.map(|number| builder.append_value(number)).is_some()
            }
            Column::Date(builder) => {
                let days = text(value)?.and_then(civil::parse_date);
                days.map(|days| builder.append_value(days)).is_some()
            }
            Column::Timestamp(builder, zoned) => {
                let moment = text(value)?.and_then(|text| {
                    let moment = civil::parse_moment(text)?;
                    (moment.zoned == *zoned || text.ends_with("infinity")).then_some(moment)
                });
                moment.map(|moment| builder.append_value(moment.micros)).is_some()
            }
            Column::Time(builder) => {
                let time = text(value)?.and_then(civil::parse_time);
                time.map(|time| builder.append_value(time)).is_some()
            }
            Column::Span(builder) => {
                let span = text(value)?.and_then(civil::parse_span);
                span.map(|span| builder.append_value(span)).is_some()
            }
            Column::Interval(builder) => {
                let interval = text(value)?.and_then(civil::parse_interval);
                let interval =
                    interval.map(|(months, days, nanos)| IntervalMonthDayNano::new(months, days, nanos));
                interval.map(|interval| builder.append_value(interval)).is_some()
            }
            Column::Text(builder, logical) => {
                let text: Option<Cow<'_, str>> = match value {
                    ValueRef::Blob(_) => None,
                    ValueRef::Text(_) => text(value)?.map(Into::into),
                    other => number_text(other),
                };
                let text = text.filter(|text| keeps_form(text, *logical));
                text.map(|text| builder.append_value(text)).is_some()
            }
            Column::Binary(builder) => {
                let bytes = match value {
                    ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Some(bytes),
                    _ => None,
                };
                bytes.map(|bytes| builder.append_value(bytes)).is_some()
            }
        };
        taken.then_some(()).ok_or_else(|| {
            let shown = shown(value).unwrap_or_default();
            let cut: String = shown.chars().take(60).collect();
            format!(
                "{} `{cut}` is not {}; the column changed since it was described",
                what(value),
                self.word()
            )
        })
    }

    /// What the column holds, for messages.
    fn word(&self) -> &'static str {
        match self {
            Column::Integer(_) => "a whole number",
            Column::Float(_) => "a floating-point number",
            Column::Boolean(_) => "0 or 1",
            Column::Decimal(..) | Column::Long(..) => "a decimal of the declared size",
            Column::Date(_) => "a date",
            Column::Timestamp(_, true) => "a timestamp with a time zone",
            Column::Timestamp(_, false) => "a timestamp without a time zone",
            Column::Time(_) => "a time of day",
            Column::Span(_) => "a span of time",
            Column::Interval(_) => "an interval",
            Column::Text(_, Some(Logical::Uuid)) => "a UUID",
            Column::Text(..) => "text",
            Column::Binary(_) => "binary",
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, Fault> {
        Ok(match self {
            Column::Integer(builder) => Arc::new(builder.finish()),
            Column::Float(builder) => Arc::new(builder.finish()),
            Column::Boolean(builder) => Arc::new(builder.finish()),
            Column::Decimal(builder, ..) => Arc::new(builder.finish()),
            Column::Long(builder, ..) => Arc::new(builder.finish()),
            Column::Date(builder) => Arc::new(builder.finish()),
            Column::Timestamp(builder, zoned) => {
                let array = builder.finish();
                if *zoned { Arc::new(array.with_timezone("UTC")) } else { Arc::new(array) }
            }
            Column::Time(builder) => Arc::new(builder.finish()),
            Column::Span(builder) => Arc::new(builder.finish()),
            Column::Interval(builder) => Arc::new(builder.finish()),
            Column::Text(builder, _) => Arc::new(builder.finish()),
            Column::Binary(builder) => Arc::new(builder.finish()),
        })
    }
}

fn keeps_form(text: &str, logical: Option<Logical>) -> bool {
    match logical {
        Some(Logical::Uuid) => is_uuid(text),
        Some(Logical::Numeric) => {
            Digits::parse(text).is_some() || matches!(text, "NaN" | "Infinity" | "-Infinity")
        }
        _ => true,
    }
}

fn what(value: ValueRef<'_>) -> &'static str {
    match value {
        ValueRef::Null => "null",
        ValueRef::Integer(_) | ValueRef::Real(_) => "the number",
        ValueRef::Text(_) => "the text",
        ValueRef::Blob(_) => "the binary value",
    }
}

fn text(value: ValueRef<'_>) -> Result<Option<&str>, String> {
    match value {
        ValueRef::Text(bytes) => {
            std::str::from_utf8(bytes).map(Some).map_err(|_| "the text is not valid UTF-8".to_owned())
        }
        _ => Ok(None),
    }
}

/// A number, or text that may be one, as text.
fn number_text(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Integer(number) => Some(number.to_string().into()),
        ValueRef::Real(number) => Some(number.to_string().into()),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().map(Into::into),
        _ => None,
    }
}
