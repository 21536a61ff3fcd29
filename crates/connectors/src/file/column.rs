//! Columns under construction: values from text straight into Arrow buffers.
//!
//! A builder takes one value after the other and answers whether it fits the type. A value that does not fit leaves a
//! null behind as a placeholder, so that columns stay in step; the caller takes that row out of the batch and
//! reports it, and the placeholder is never seen.

use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, BooleanBufferBuilder, Date32Array, Decimal128Array,
    Decimal256Array, DurationMicrosecondArray, Float32Array, Float64Array, Int64Array,
    IntervalMonthDayNanoArray, NullBufferBuilder, StringArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, UInt64Array,
};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::compute::cast;
use arrow::datatypes::{ArrowNativeType, DataType, Field, IntervalMonthDayNano, i256};
use towpath_connect::types::{Logical, logical};
use towpath_model::Fault;

use super::notation::{Reading, words};
use super::{given, values};

/// One column of a batch under construction.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) data: Data,
    pub(super) nulls: NullBufferBuilder,
    reading: Reading,
    /// The plain form of a value that is written otherwise.
    plain: Vec<u8>,
}

/// The values, by type.
#[derive(Debug)]
pub(super) enum Data {
    Boolean(BooleanBufferBuilder),
    Int(Vec<i64>),
    /// A type of fewer bits, and the values it holds.
    Narrow(Vec<i64>, DataType, RangeInclusive<i64>),
    Unsigned(Vec<u64>),
    Float(Vec<f64>),
    Single(Vec<f32>),
    Decimal(Vec<i128>, u8, i8),
    Wide(Vec<i256>, u8, i8),
    Date(Vec<i32>),
    Time(Vec<i64>),
    Timestamp(Vec<i64>),
    Instant(Vec<i64>),
    Interval(Vec<IntervalMonthDayNano>),
    Span(Vec<i64>),
    Binary(Text),
    Numeric(Text),
    Text(Text),
    Uuid(Text),
    Json(Text),
}

/// Values of varying length, end to end.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    pub(super) ends: Vec<i32>,
}

impl Text {
    #[inline]
    pub(super) fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.end();
    }

    /// Ends the value whose bytes were added last.
    #[inline]
    pub(super) fn end(&mut self) {
        // A batch holds less text than one piece of a file, far below two gigabytes.
        self.ends.push(self.bytes.len() as i32);
    }

    fn finish(mut self) -> (OffsetBuffer<i32>, Buffer) {
        self.bytes.shrink_to_fit();
        let mut offsets = Vec::with_capacity(self.ends.len() + 1);
        offsets.push(0);
        offsets.extend_from_slice(&self.ends);
        (OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(self.bytes))
    }
}

/// Adds so many placeholders.
#[inline]
fn more<T: Copy>(values: &mut Vec<T>, count: usize, placeholder: T) {
    values.resize(values.len() + count, placeholder);
}

/// Adds a value when there is one; answers whether there is.
#[inline]
fn keep<T>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let Some(value) = value else { return false };
    values.push(value);
    true
}

impl Column {
    /// A builder for a field. Types that have no word ([`towpath_connect::words`]) are a defect of the caller.
    pub(super) fn new(field: &Field, rows: usize) -> Result<Self, Fault> {
        let text = || Text { bytes: Vec::new(), ends: Vec::with_capacity(rows) };
        let narrow =
            |least, most| Data::Narrow(Vec::with_capacity(rows), field.data_type().clone(), least..=most);
        let data = match (field.data_type(), logical(field)) {
            (DataType::Utf8, Some(Logical::Numeric)) => Data::Numeric(text()),
            (DataType::Utf8, Some(Logical::Uuid)) => Data::Uuid(text()),
            (DataType::Utf8, Some(Logical::Json)) => Data::Json(text()),
            (DataType::Utf8, _) => Data::Text(text()),
            (DataType::Boolean, _) => Data::Boolean(BooleanBufferBuilder::new(rows)),
            (DataType::Int64, _) => Data::Int(Vec::with_capacity(rows)),
            (DataType::Int8, _) => narrow(i8::MIN.into(), i8::MAX.into()),
            (DataType::Int16, _) => narrow(i16::MIN.into(), i16::MAX.into()),
            (DataType::Int32, _) => narrow(i32::MIN.into(), i32::MAX.into()),
            (DataType::UInt8, _) => narrow(0, u8::MAX.into()),
            (DataType::UInt16, _) => narrow(0, u16::MAX.into()),
            (DataType::UInt32, _) => narrow(0, u32::MAX.into()),
            (DataType::UInt64, _) => Data::Unsigned(Vec::with_capacity(rows)),
            (DataType::Float32, _) => Data::Single(Vec::with_capacity(rows)),
            (DataType::Float64, _) => Data::Float(Vec::with_capacity(rows)),
            (DataType::Decimal256(precision, scale), _) => {
                Data::Wide(Vec::with_capacity(rows), *precision, *scale)
            }
            (DataType::Binary, _) => Data::Binary(text()),
            (DataType::Duration(_), _) => Data::Span(Vec::with_capacity(rows)),
            (DataType::Interval(_), _) => Data::Interval(Vec::with_capacity(rows)),
            (DataType::Decimal128(precision, scale), _) => {
                Data::Decimal(Vec::with_capacity(rows), *precision, *scale)
            }
            (DataType::Date32, _) => Data::Date(Vec::with_capacity(rows)),
            (DataType::Time64(_), _) => Data::Time(Vec::with_capacity(rows)),
            (DataType::Timestamp(_, None), _) => Data::Timestamp(Vec::with_capacity(rows)),
            (DataType::Timestamp(_, Some(_)), _) => Data::Instant(Vec::with_capacity(rows)),
            (other, _) => {
                return Err(Fault::internal(format!(
                    "column `{}` of a text file has type {other}",
                    field.name()
                )));
            }
        };
        let nulls = NullBufferBuilder::new(rows);
        Ok(Column { data, nulls, reading: Reading::default(), plain: Vec::new() })
    }

    /// A builder for values that may be written otherwise than the plain way.
    pub(super) fn read_as(field: &Field, rows: usize, reading: Reading) -> Result<Self, Fault> {
        Ok(Column { reading, ..Column::new(field, rows)? })
    }

    /// Whether the column keeps text as it is written, so that an empty value is a value.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.data, Data::Text(_))
    }

    /// Adds a null.
    pub(super) fn push_null(&mut self) {
        self.push_nulls(1);
    }

    /// Adds so many nulls.
    pub(super) fn push_nulls(&mut self, rows: usize) {
        self.nulls.append_n_nulls(rows);
        match &mut self.data {
            Data::Boolean(bits) => bits.append_n(rows, false),
            Data::Int(values)
            | Data::Narrow(values, ..)
            | Data::Time(values)
            | Data::Span(values)
            | Data::Timestamp(values)
            | Data::Instant(values) => more(values, rows, 0),
            Data::Unsigned(values) => more(values, rows, 0),
            Data::Float(values) => more(values, rows, 0.0),
            Data::Single(values) => more(values, rows, 0.0),
            Data::Decimal(values, ..) => more(values, rows, 0),
            Data::Wide(values, ..) => more(values, rows, i256::ZERO),
            Data::Date(values) => more(values, rows, 0),
            Data::Interval(values) => more(values, rows, IntervalMonthDayNano::ZERO),
            Data::Text(text)
            | Data::Uuid(text)
            | Data::Json(text)
            | Data::Numeric(text)
            | Data::Binary(text) => {
                let end = text.bytes.len() as i32;
                more(&mut text.ends, rows, end);
            }
        }
    }

    /// Adds a value, or a placeholder when it does not fit; answers whether it fits.
    #[inline]
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        let notation = self.reading.notation;
        if notation.is_some_and(|notation| !notation.has_plain()) {
            return self.push_written(bytes);
        }
        if self.try_push(bytes) {
            self.nulls.append_non_null();
            return true;
        }
        // Spaces around anything but text mean nothing; they are looked at only when the first reading fails.
        let trimmed = bytes.trim_ascii();
        if trimmed.len() < bytes.len() && self.try_push(trimmed) {
            self.nulls.append_non_null();
            return true;
        }
        if notation.is_some() {
            return self.push_written(bytes);
        }
        self.push_null();
        self.reading.null_words && words::is_null(bytes)
    }

    /// Adds a value that is written in the notation of the column. Where `1.234` is a thousand and more, the plain form
    /// must not be tried before.
    fn push_written(&mut self, bytes: &[u8]) -> bool {
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        let has_plain = self.reading.notation.is_some_and(|notation| notation.plain(bytes, &mut plain));
        let fits = has_plain && self.try_push(&plain);
        self.plain = plain;
        if fits {
            self.nulls.append_non_null();
            return true;
        }
        self.push_null();
        self.reading.null_words && words::is_null(bytes)
    }

    /// Adds a JSON number, whose exponent needs no sign to be one; answers whether it fits.
    pub(super) fn push_json_number(&mut self, bytes: &[u8]) -> bool {
        let fits = match &mut self.data {
            Data::Float(values) => {
                keep(values, lexical_core::parse(bytes).ok().filter(|v: &f64| v.is_finite()))
            }
            Data::Single(values) => {
                keep(values, lexical_core::parse(bytes).ok().filter(|v: &f32| v.is_finite()))
            }
            _ => return self.push(bytes),
        };
        if fits {
            self.nulls.append_non_null();
        } else {
            self.push_null();
        }
        fits
    }

    /// Adds the value without its validity; adds nothing when it does not fit.
    #[inline]
    fn try_push(&mut self, bytes: &[u8]) -> bool {
        match &mut self.data {
            Data::Text(text) => text.push(bytes),
            Data::Int(values) => return keep(values, values::int64(bytes)),
            Data::Narrow(values, _, range) => {
                return keep(values, values::int64(bytes).filter(|value| range.contains(value)));
            }
            Data::Unsigned(values) => return keep(values, given::uint64(bytes)),
            Data::Float(values) => return keep(values, values::float64(bytes)),
            Data::Single(values) => return keep(values, given::float32(bytes)),
            Data::Decimal(values, precision, scale) => {
                return keep(values, values::decimal(bytes, *precision, *scale));
            }
            Data::Wide(values, precision, scale) => {
                return keep(values, given::wide_decimal(bytes, *precision, *scale));
            }
            Data::Interval(values) => return keep(values, given::interval(bytes)),
            Data::Span(values) => return keep(values, given::span(bytes)),
            Data::Numeric(text) => match given::numeric(bytes) {
                Some(number) => text.push(&number),
                None => return false,
            },
            Data::Binary(text) => match given::binary(bytes) {
                Some(binary) => text.push(&binary),
                None => return false,
            },
            Data::Date(values) => return keep(values, values::date(bytes)),
            Data::Time(values) => return keep(values, values::time(bytes)),
            Data::Timestamp(values) => {
                return keep(
                    values,
                    any_timestamp(bytes).filter(|stamp| !stamp.zoned).map(|stamp| stamp.micros),
                );
            }
            Data::Instant(values) => {
                return keep(
                    values,
                    values::timestamp(bytes).filter(|stamp| stamp.zoned).map(|stamp| stamp.micros),
                );
            }
            Data::Boolean(bits) => match values::boolean(bytes) {
                Some(value) => bits.append(value),
                None => return false,
            },
            Data::Uuid(text) => match values::uuid(bytes) {
                Some(canonical) => text.push(&canonical),
                None => return false,
            },
            Data::Json(text) => {
                if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_err() {
                    return false;
                }
                text.push(bytes);
            }
        }
        true
    }

    /// The finished column; fails only when text is not UTF-8, which callers check before.
    pub(super) fn finish(mut self) -> Result<ArrayRef, Fault> {
        let nulls = self.nulls.finish();
        Ok(match self.data {
            Data::Boolean(mut bits) => Arc::new(BooleanArray::new(bits.finish(), nulls)),
            Data::Int(values) => Arc::new(Int64Array::new(exact(values), nulls)),
            Data::Narrow(values, data_type, _) => {
                let array = Int64Array::new(exact(values), nulls);
                cast(&array, &data_type).map_err(defect)?
            }
            Data::Unsigned(values) => Arc::new(UInt64Array::new(exact(values), nulls)),
            Data::Float(values) => Arc::new(Float64Array::new(exact(values), nulls)),
            Data::Single(values) => Arc::new(Float32Array::new(exact(values), nulls)),
            Data::Wide(values, precision, scale) => {
                let array = Decimal256Array::new(exact(values), nulls);
                Arc::new(array.with_precision_and_scale(precision, scale).map_err(defect)?)
            }
            Data::Interval(values) => Arc::new(IntervalMonthDayNanoArray::new(exact(values), nulls)),
            Data::Decimal(values, precision, scale) => {
                let array = Decimal128Array::new(exact(values), nulls);
                Arc::new(array.with_precision_and_scale(precision, scale).map_err(defect)?)
            }
            Data::Date(values) => Arc::new(Date32Array::new(exact(values), nulls)),
            Data::Time(values) => Arc::new(Time64MicrosecondArray::new(exact(values), nulls)),
            Data::Span(values) => Arc::new(DurationMicrosecondArray::new(exact(values), nulls)),
            Data::Timestamp(values) => Arc::new(TimestampMicrosecondArray::new(exact(values), nulls)),
            Data::Instant(values) => {
                Arc::new(TimestampMicrosecondArray::new(exact(values), nulls).with_timezone("UTC"))
            }
            Data::Binary(text) => {
                let (offsets, bytes) = text.finish();
                Arc::new(BinaryArray::try_new(offsets, bytes, nulls).map_err(defect)?)
            }
            Data::Text(text) | Data::Uuid(text) | Data::Json(text) | Data::Numeric(text) => {
                let (offsets, bytes) = text.finish();
                let array = StringArray::try_new(offsets, bytes, nulls).map_err(defect)?;
                Arc::new(array) as Arc<dyn Array>
            }
        })
    }
}

/// The values without the room that was kept for more: the last batch of a piece is often small.
fn exact<T: ArrowNativeType>(mut values: Vec<T>) -> ScalarBuffer<T> {
    values.shrink_to_fit();
    ScalarBuffer::from(values)
}

/// A timestamp, or a date as its midnight.
fn any_timestamp(bytes: &[u8]) -> Option<values::Stamp> {
    let midnight = |days| values::Stamp { micros: i64::from(days) * 86_400_000_000, zoned: false };
    values::timestamp(bytes).or_else(|| values::date(bytes).map(midnight))
}

fn defect(error: arrow::error::ArrowError) -> Fault {
    Fault::internal("a column of a text file could not be built").cause(error)
}
