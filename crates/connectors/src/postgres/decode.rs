//! Binary rows to Arrow columns.
//!
//! A [`Decoder`] takes rows as they come off the wire and appends each value straight to its column. A row with a
//! value that Arrow cannot hold stays in the columns as nulls until the batch is finished; then it is filtered
//! out, so that the way for good rows has no undo. Bytes come from outside: every length is checked, and nonsense
//! is [`Trouble::Malformed`], never a panic.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, Float32Array,
    Float64Array, Int16Array, Int32Array, Int64Array, IntervalMonthDayNanoArray, ListArray,
    NullBufferBuilder, RecordBatch, RecordBatchOptions, StringBuilder, Time64MicrosecondArray,
    TimestampMicrosecondArray, UInt32Array,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::compute::filter;
use arrow::datatypes::{Field, IntervalMonthDayNano, SchemaRef, i256};
use arrow::error::ArrowError;
use towpath_connect::types::{INFINITY_DAYS, INFINITY_MICROS, NEG_INFINITY_DAYS, NEG_INFINITY_MICROS};

use super::numeric::Wire;
use super::types::{Kind, arrow_type};

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
pub(super) const EPOCH_DAYS: i32 = 10_957;
/// The same in microseconds.
pub(super) const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Bytes of values after which a batch is full, however few rows it has.
const BATCH_BYTES: usize = 16 * 1024 * 1024;

/// Why a value was not appended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trouble {
    /// The value is one that Arrow cannot hold.
    Unfit(String),
    /// The bytes are no value of their type.
    Malformed,
}

fn unfit<T>(why: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Unfit(why.into()))
}

/// What became of a row.
#[derive(Debug, PartialEq)]
pub(super) enum Row {
    Good,
    /// The index of the column that failed, and why.
    Bad(usize, String),
}

/// Collects rows into batches.
pub(super) struct Decoder {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
    bytes: usize,
    capacity: usize,
    /// Rows of the batch in progress that must not appear in it.
    bad: Vec<usize>,
}

impl Decoder {
    /// A decoder of rows whose columns are of these kinds, in the order of the schema.
    pub(super) fn new(schema: SchemaRef, kinds: &[Kind], batch_rows: usize) -> Self {
        let capacity = batch_rows.clamp(1, 65_536);
        let columns = kinds.iter().map(|kind| Column::new(kind, capacity)).collect();
        Decoder { schema, columns, rows: 0, bytes: 0, capacity, bad: Vec::new() }
    }

    /// Whether the batch should be taken before more rows come.
    pub(super) fn is_full(&self) -> bool {
        self.rows >= self.capacity || self.bytes >= BATCH_BYTES
    }

    /// Whether no row waits.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Appends one row: a count of values, and each value with its length. Gives the bytes that follow the row.
    #[inline]
    pub(super) fn append<'a>(&mut self, row: &'a [u8]) -> Result<(Row, &'a [u8]), Trouble> {
        let (count, mut rest) = row.split_first_chunk::<2>().ok_or(Trouble::Malformed)?;
        if usize::from(u16::from_be_bytes(*count)) != self.columns.len() {
            return Err(Trouble::Malformed);
        }
        let mut failed = Row::Good;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let (value, after) = split_value(rest)?;
            rest = after;
            match value {
                Some(value) if failed == Row::Good => match column.append(value) {
                    Ok(()) => {}
                    Err(Trouble::Unfit(why)) => {
                        column.append_null();
                        failed = Row::Bad(index, why);
                    }
                    Err(Trouble::Malformed) => return Err(Trouble::Malformed),
                },
                _ => column.append_null(),
            }
        }
        if failed != Row::Good {
            self.bad.push(self.rows);
        }
        self.rows += 1;
        self.bytes += row.len() - rest.len();
        Ok((failed, rest))
    }

    /// The good rows so far, as a batch.
    pub(super) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut rows = self.rows;
        let mut arrays: Vec<ArrayRef> =
            self.columns.iter_mut().map(|column| column.finish(self.capacity)).collect::<Result<_, _>>()?;
        if !self.bad.is_empty() {
            let mut keep = vec![true; rows];
            for bad in self.bad.drain(..) {
                keep[bad] = false;
                rows -= 1;
            }
            let keep = BooleanArray::from(keep);
            arrays = arrays.iter().map(|array| filter(array, &keep)).collect::<Result<_, _>>()?;
        }
        self.rows = 0;
        self.bytes = 0;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
    }
}

/// A value with its length in front, and what follows; `None` is NULL.
#[inline]
pub(super) fn split_value(bytes: &[u8]) -> Result<(Option<&[u8]>, &[u8]), Trouble> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(Trouble::Malformed)?;
    match usize::try_from(i32::from_be_bytes(*length)) {
        Err(_) => Ok((None, rest)),
        Ok(length) => {
            let (value, rest) = rest.split_at_checked(length).ok_or(Trouble::Malformed)?;
            Ok((Some(value), rest))
        }
    }
}

/// The values of one column so far. Fixed-size values are plain vectors, as these are all that decoding needs.
enum Values {
    Bool(Vec<bool>),
    Int2(Vec<i16>),
    Int4(Vec<i32>),
    Int8(Vec<i64>),
    Oid(Vec<u32>),
    Float4(Vec<f32>),
    Float8(Vec<f64>),
    Decimal128 { values: Vec<i128>, precision: u8, scale: i8, limit: i128 },
    Decimal256 { values: Vec<i256>, precision: u8, scale: i8, limit: i256 },
    Text(StringBuilder),
    Jsonb(StringBuilder),
    Uuid(StringBuilder),
    Numeric(StringBuilder, Vec<u8>),
    Bytea(BinaryBuilder),
    Date(Vec<i32>),
    Time(Vec<i64>),
    Timestamp(Vec<i64>, bool),
    Interval(Vec<IntervalMonthDayNano>),
    List { item: Box<Column>, kind: Kind, ends: Vec<i32> },
}

struct Column {
    values: Values,
    /// Costs a counter while no value is null.
    nulls: NullBufferBuilder,
}

#[inline]
fn fixed<const N: usize>(value: &[u8]) -> Result<[u8; N], Trouble> {
    value.try_into().map_err(|_| Trouble::Malformed)
}

#[inline]
fn text(value: &[u8]) -> Result<&str, Trouble> {
    // A database in `SQL_ASCII` hands out whatever bytes it was given.
    std::str::from_utf8(value).or_else(|_| unfit("it is not valid UTF-8"))
}

impl Column {
    fn new(kind: &Kind, capacity: usize) -> Self {
        let strings = || StringBuilder::with_capacity(capacity, capacity * 16);
        let values = match kind {
            Kind::Bool => Values::Bool(Vec::with_capacity(capacity)),
            Kind::Int2 => Values::Int2(Vec::with_capacity(capacity)),
            Kind::Int4 => Values::Int4(Vec::with_capacity(capacity)),
            Kind::Int8 => Values::Int8(Vec::with_capacity(capacity)),
            Kind::Oid => Values::Oid(Vec::with_capacity(capacity)),
            Kind::Float4 => Values::Float4(Vec::with_capacity(capacity)),
            Kind::Float8 => Values::Float8(Vec::with_capacity(capacity)),
            &Kind::Decimal { precision, scale } if precision <= 38 => Values::Decimal128 {
                values: Vec::with_capacity(capacity),
                precision,
                scale,
                limit: 10i128.pow(u32::from(precision)),
            },
            &Kind::Decimal { precision, scale } => Values::Decimal256 {
                values: Vec::with_capacity(capacity),
                precision,
                scale,
                limit: i256::from_i128(10).wrapping_pow(u32::from(precision)),
            },
            Kind::Text | Kind::Json | Kind::Cast => Values::Text(strings()),
            Kind::Jsonb => Values::Jsonb(strings()),
            Kind::Uuid => Values::Uuid(StringBuilder::with_capacity(capacity, capacity * 36)),
            Kind::Numeric | Kind::Money => Values::Numeric(strings(), Vec::new()),
            Kind::Bytea => Values::Bytea(BinaryBuilder::with_capacity(capacity, capacity * 16)),
            Kind::Date => Values::Date(Vec::with_capacity(capacity)),
            Kind::Time => Values::Time(Vec::with_capacity(capacity)),
            Kind::Timestamp => Values::Timestamp(Vec::with_capacity(capacity), false),
            Kind::TimestampTz => Values::Timestamp(Vec::with_capacity(capacity), true),
            Kind::Interval => Values::Interval(Vec::with_capacity(capacity)),
            Kind::Array(item, _) => Values::List {
                item: Box::new(Column::new(item, capacity)),
                kind: item.as_ref().clone(),
                ends: Vec::with_capacity(capacity),
            },
        };
        Column { values, nulls: NullBufferBuilder::new(capacity) }
    }

    #[inline]
    fn append(&mut self, value: &[u8]) -> Result<(), Trouble> {
        match &mut self.values {
            Values::Bool(values) => values.push(fixed::<1>(value)?[0] != 0),
            Values::Int2(values) => values.push(i16::from_be_bytes(fixed(value)?)),
            Values::Int4(values) => values.push(i32::from_be_bytes(fixed(value)?)),
            Values::Int8(values) => values.push(i64::from_be_bytes(fixed(value)?)),
            Values::Oid(values) => values.push(u32::from_be_bytes(fixed(value)?)),
            Values::Float4(values) => values.push(f32::from_be_bytes(fixed(value)?)),
            Values::Float8(values) => values.push(f64::from_be_bytes(fixed(value)?)),
            Values::Decimal128 { values, precision, scale, limit } => {
                let wire = Wire::parse(value).ok_or(Trouble::Malformed)?;
                match wire.to_i128(*scale) {
                    Some(value) if value.abs() < *limit => values.push(value),
                    _ => return unfit(format!("it does not fit `numeric({precision},{scale})`")),
                }
            }
            Values::Decimal256 { values, precision, scale, limit } => {
                let wire = Wire::parse(value).ok_or(Trouble::Malformed)?;
                match wire.to_i256(*scale) {
                    Some(value) if value.wrapping_abs() < *limit => values.push(value),
                    _ => return unfit(format!("it does not fit `numeric({precision},{scale})`")),
                }
            }
            Values::Text(values) => values.append_value(text(value)?),
            Values::Jsonb(values) => {
                let (version, json) = value.split_first().ok_or(Trouble::Malformed)?;
                if *version != 1 {
                    return Err(Trouble::Malformed);
                }
                values.append_value(text(json)?);
            }
            Values::Uuid(values) => values.append_value(text(&uuid_text(&fixed(value)?))?),
            Values::Numeric(values, scratch) => {
                scratch.clear();
                Wire::parse(value).ok_or(Trouble::Malformed)?.write_text(scratch);
                values.append_value(text(scratch)?);
            }
            Values::Bytea(values) => values.append_value(value),
            Values::Date(values) => values.push(date(i32::from_be_bytes(fixed(value)?))?),
            Values::Time(values) => values.push(i64::from_be_bytes(fixed(value)?)),
            Values::Timestamp(values, _) => values.push(timestamp(i64::from_be_bytes(fixed(value)?))?),
            Values::Interval(values) => values.push(interval(fixed(value)?)?),
            Values::List { item, ends, .. } => {
                // Items of a list that fails half-way belong to its null entry; the row is filtered out.
                append_items(item, value)?;
                ends.push(i32::try_from(item.len()).map_err(|_| Trouble::Malformed)?);
            }
        }
        self.nulls.append_non_null();
        Ok(())
    }

    fn len(&self) -> usize {
        self.nulls.len()
    }

    fn append_null(&mut self) {
        match &mut self.values {
            Values::Bool(values) => values.push(false),
            Values::Int2(values) => values.push(0),
            Values::Int4(values) | Values::Date(values) => values.push(0),
            Values::Oid(values) => values.push(0),
            Values::Int8(values) | Values::Time(values) | Values::Timestamp(values, _) => {
                values.push(0);
            }
            Values::Float4(values) => values.push(0.0),
            Values::Float8(values) => values.push(0.0),
            Values::Decimal128 { values, .. } => values.push(0),
            Values::Decimal256 { values, .. } => values.push(i256::ZERO),
            Values::Text(values)
            | Values::Jsonb(values)
            | Values::Uuid(values)
            | Values::Numeric(values, _) => {
                // The builder keeps its own nulls, so that they need no second pass.
                values.append_null();
            }
            Values::Bytea(values) => values.append_null(),
            Values::Interval(values) => values.push(IntervalMonthDayNano::ZERO),
            Values::List { item, ends, .. } => ends.push(item.len() as i32),
        }
        self.nulls.append_null();
    }

    fn finish(&mut self, capacity: usize) -> Result<ArrayRef, ArrowError> {
        fn take<T>(values: &mut Vec<T>, capacity: usize) -> Vec<T> {
            std::mem::replace(values, Vec::with_capacity(capacity))
        }
        let nulls = self.nulls.finish();
        Ok(match &mut self.values {
            Values::Bool(values) => Arc::new(BooleanArray::new(std::mem::take(values).into(), nulls)),
            Values::Int2(values) => Arc::new(Int16Array::new(take(values, capacity).into(), nulls)),
            Values::Int4(values) => Arc::new(Int32Array::new(take(values, capacity).into(), nulls)),
            Values::Int8(values) => Arc::new(Int64Array::new(take(values, capacity).into(), nulls)),
            Values::Oid(values) => Arc::new(UInt32Array::new(take(values, capacity).into(), nulls)),
            Values::Float4(values) => Arc::new(Float32Array::new(take(values, capacity).into(), nulls)),
            Values::Float8(values) => Arc::new(Float64Array::new(take(values, capacity).into(), nulls)),
            Values::Decimal128 { values, precision, scale, .. } => Arc::new(
                Decimal128Array::new(take(values, capacity).into(), nulls)
                    .with_precision_and_scale(*precision, *scale)?,
            ),
            Values::Decimal256 { values, precision, scale, .. } => Arc::new(
                Decimal256Array::new(take(values, capacity).into(), nulls)
                    .with_precision_and_scale(*precision, *scale)?,
            ),
            Values::Text(values)
            | Values::Jsonb(values)
            | Values::Uuid(values)
            | Values::Numeric(values, _) => Arc::new(values.finish()),
            Values::Bytea(values) => Arc::new(values.finish()),
            Values::Date(values) => Arc::new(Date32Array::new(take(values, capacity).into(), nulls)),
            Values::Time(values) => {
                Arc::new(Time64MicrosecondArray::new(take(values, capacity).into(), nulls))
            }
            Values::Timestamp(values, zoned) => {
                let array = TimestampMicrosecondArray::new(take(values, capacity).into(), nulls);
                Arc::new(array.with_timezone_opt(zoned.then_some("UTC")))
            }
            Values::Interval(values) => {
                Arc::new(IntervalMonthDayNanoArray::new(take(values, capacity).into(), nulls))
            }
            Values::List { item, kind, ends } => {
                let mut offsets = Vec::with_capacity(ends.len() + 1);
                offsets.push(0);
                offsets.append(ends);
                let items = item.finish(capacity)?;
                let field = Arc::new(Field::new("item", arrow_type(kind), true));
                let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
                Arc::new(ListArray::try_new(field, offsets, items, nulls)?)
            }
        })
    }
}

/// Appends the items of an array value.
fn append_items(item: &mut Column, value: &[u8]) -> Result<(), Trouble> {
    let (header, mut rest) = value.split_first_chunk::<12>().ok_or(Trouble::Malformed)?;
    let dimensions = i32::from_be_bytes([header[0], header[1], header[2], header[3]]);
    if dimensions == 0 {
        return Ok(());
    }
    if dimensions != 1 {
        return unfit(format!("it is an array of {dimensions} dimensions, and only one can be kept"));
    }
    let (shape, items) = rest.split_first_chunk::<8>().ok_or(Trouble::Malformed)?;
    let count = i32::from_be_bytes([shape[0], shape[1], shape[2], shape[3]]);
    let first = i32::from_be_bytes([shape[4], shape[5], shape[6], shape[7]]);
    if first != 1 {
        return unfit(format!("it is an array that counts from {first}, and only arrays from 1 can be kept"));
    }
    rest = items;
    for _ in 0..count {
        let (value, after) = split_value(rest)?;
        rest = after;
        match value {
            Some(value) => item.append(value)?,
            None => item.append_null(),
        }
    }
    Ok(())
}

const HEX: [[u8; 2]; 256] = {
    let digits = *b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    table
};

/// A UUID as text, in lower case with hyphens.
pub(super) fn uuid_text(bytes: &[u8; 16]) -> [u8; 36] {
    let mut text = [b'-'; 36];
    let mut at = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            at += 1;
        }
        text[at..at + 2].copy_from_slice(&HEX[usize::from(*byte)]);
        at += 2;
    }
    text
}

#[inline]
fn date(days: i32) -> Result<i32, Trouble> {
    match days {
        i32::MAX => Ok(INFINITY_DAYS),
        i32::MIN => Ok(NEG_INFINITY_DAYS),
        days => days.checked_add(EPOCH_DAYS).ok_or(Trouble::Malformed),
    }
}

#[inline]
fn timestamp(micros: i64) -> Result<i64, Trouble> {
    match micros {
        i64::MAX => Ok(INFINITY_MICROS),
        i64::MIN => Ok(NEG_INFINITY_MICROS),
        micros => match micros.checked_add(EPOCH_MICROS) {
            Some(i64::MAX) | None => unfit("it lies beyond January 294247, where microseconds end"),
            Some(micros) => Ok(micros),
        },
    }
}

fn interval(bytes: [u8; 16]) -> Result<IntervalMonthDayNano, Trouble> {
    let [a, b, c, d, e, f, g, h, days @ .., m0, m1, m2, m3] = bytes;
    let micros = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let Some(nanos) = micros.checked_mul(1000) else {
        return unfit("its hours exceed what nanoseconds can count (292 years)");
    };
    Ok(IntervalMonthDayNano::new(i32::from_be_bytes([m0, m1, m2, m3]), i32::from_be_bytes(days), nanos))
}
