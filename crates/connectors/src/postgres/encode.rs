//! Arrow columns to binary rows of `COPY … FROM STDIN`.
//!
//! An [`Encoder`] knows the columns of one load. For each batch it resolves the arrays once into typed readers and
//! then writes row by row into one growing buffer, framed as `CopyData` messages and ready for the socket.

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, ListArray, PrimitiveArray, RecordBatch, StringArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Decimal128Type, Decimal256Type, DurationMicrosecondType,
    Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, IntervalMonthDayNanoType,
    Time64MicrosecondType, TimestampMicrosecondType, UInt32Type,
};
use towpath_connect::types::{
    INFINITY_DAYS, INFINITY_MICROS, NEG_INFINITY_DAYS, NEG_INFINITY_MICROS, describe_type,
};
use towpath_model::Fault;

use super::decode::{EPOCH_DAYS, EPOCH_MICROS};
use super::numeric;
use super::types::Kind;

/// Size of a message. Larger ones save little and make the server wait for its first row.
const MESSAGE_BYTES: usize = 256 * 1024;

/// Starts a copy: signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// A column of the load.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Index in the incoming batches.
    pub(super) index: usize,
    pub(super) name: String,
    /// How its values travel.
    pub(super) kind: Kind,
}

/// Turns batches into messages.
pub(super) struct Encoder {
    targets: Vec<Target>,
    out: Vec<u8>,
    /// Where the message in progress starts.
    message: usize,
    /// The number of the next row, when rows carry one behind their columns.
    number: Option<i64>,
}

impl Encoder {
    /// An encoder of a copy. With `number`, rows carry a number behind their columns that counts up from there.
    pub(super) fn new(targets: Vec<Target>, number: Option<i64>) -> Self {
        let out = Vec::with_capacity(MESSAGE_BYTES + MESSAGE_BYTES / 4);
        let mut encoder = Encoder { targets, out, message: 0, number };
        encoder.open_message();
        encoder.out.extend_from_slice(HEADER);
        encoder
    }

    /// Appends the rows of a batch from `row` on, until a message is full. Gives the row to go on with.
    pub(super) fn append(&mut self, batch: &RecordBatch, mut row: usize) -> Result<usize, Fault> {
        let columns: Vec<Column<'_>> = self
            .targets
            .iter()
            .map(|target| Column::new(batch.column(target.index), target))
            .collect::<Result<_, _>>()?;
        let count = (columns.len() as u16 + u16::from(self.number.is_some())).to_be_bytes();
        while row < batch.num_rows() && self.out.len() - self.message < MESSAGE_BYTES {
            self.out.extend_from_slice(&count);
            for column in &columns {
                column.write(&mut self.out, row)?;
            }
            if let Some(number) = &mut self.number {
                eight(&mut self.out, number.to_be_bytes());
                *number += 1;
            }
            row += 1;
        }
        Ok(row)
    }

    /// Whether a message is worth sending.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() - self.message >= MESSAGE_BYTES
    }

    /// The messages so far, to be sent as they are. Call [`Encoder::sent`] afterwards.
    pub(super) fn messages(&mut self) -> Result<&[u8], Fault> {
        let length = self.out.len() - self.message - 1;
        let length = i32::try_from(length).map_err(|_| {
            Fault::data("a row is larger than 2 GB, more than PostgreSQL takes")
                .hint("leave the large column out, or split it")
        })?;
        self.out[self.message + 1..self.message + 5].copy_from_slice(&length.to_be_bytes());
        Ok(&self.out)
    }

    /// Starts over after sending.
    pub(super) fn sent(&mut self) {
        self.out.clear();
        // One huge value must not keep its memory for the rest of the load.
        self.out.shrink_to(4 * MESSAGE_BYTES);
        self.open_message();
    }

    /// Appends the mark that ends a copy.
    pub(super) fn end(&mut self) {
        self.out.extend_from_slice(&[0xff, 0xff]);
    }

    fn open_message(&mut self) {
        self.message = self.out.len();
        self.out.extend_from_slice(b"d\0\0\0\0");
    }
}

/// A column of one batch, ready to be written.
struct Column<'a> {
    values: Values<'a>,
    /// `None` when no value is null.
    nulls: Option<&'a NullBuffer>,
    name: &'a str,
}

enum Values<'a> {
    Bool(&'a BooleanArray),
    Int2(&'a [i16]),
    Int4(&'a [i32]),
    Int8(&'a [i64]),
    Oid(&'a [u32]),
    Float4(&'a [f32]),
    Float8(&'a [f64]),
    Decimal128(&'a [i128], i8),
    Decimal256(&'a PrimitiveArray<Decimal256Type>, i8),
    Text(&'a StringArray),
    Jsonb(&'a StringArray),
    Uuid(&'a StringArray),
    Numeric(&'a StringArray),
    Bytea(&'a BinaryArray),
    Date(&'a [i32]),
    Time(&'a [i64]),
    Timestamp(&'a [i64]),
    Interval(&'a PrimitiveArray<IntervalMonthDayNanoType>),
    Span(&'a [i64]),
    List { list: &'a ListArray, items: Box<Column<'a>>, item: u32 },
}

fn slice<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<&[T::Native]> {
    array.as_primitive_opt::<T>().map(|array| array.values().as_ref())
}

impl<'a> Column<'a> {
    fn new(array: &'a ArrayRef, target: &'a Target) -> Result<Self, Fault> {
        Column::of(array, &target.kind, &target.name)
    }

    fn of(array: &'a ArrayRef, kind: &Kind, name: &'a str) -> Result<Self, Fault> {
        let values = match (kind, array.data_type()) {
            (Kind::Bool, _) => array.as_boolean_opt().map(Values::Bool),
            (Kind::Int2, _) => slice::<Int16Type>(array).map(Values::Int2),
            (Kind::Int4, _) => slice::<Int32Type>(array).map(Values::Int4),
            (Kind::Int8, _) => slice::<Int64Type>(array).map(Values::Int8),
            (Kind::Oid, _) => slice::<UInt32Type>(array).map(Values::Oid),
            (Kind::Float4, _) => slice::<Float32Type>(array).map(Values::Float4),
            (Kind::Float8, _) => slice::<Float64Type>(array).map(Values::Float8),
            (Kind::Decimal { .. } | Kind::Numeric | Kind::Money, &DataType::Decimal128(_, scale)) => {
                slice::<Decimal128Type>(array).map(|values| Values::Decimal128(values, scale))
            }
            (Kind::Decimal { .. } | Kind::Numeric | Kind::Money, &DataType::Decimal256(_, scale)) => {
                array.as_primitive_opt().map(|values| Values::Decimal256(values, scale))
            }
            (Kind::Numeric | Kind::Money, _) => array.as_string_opt().map(Values::Numeric),
            (Kind::Text | Kind::Json | Kind::Cast, _) => array.as_string_opt().map(Values::Text),
            (Kind::Jsonb, _) => array.as_string_opt().map(Values::Jsonb),
            (Kind::Uuid, _) => array.as_string_opt().map(Values::Uuid),
            (Kind::Bytea, _) => array.as_binary_opt().map(Values::Bytea),
            (Kind::Date, _) => slice::<Date32Type>(array).map(Values::Date),
            (Kind::Time, _) => slice::<Time64MicrosecondType>(array).map(Values::Time),
            (Kind::Timestamp | Kind::TimestampTz, _) => {
                slice::<TimestampMicrosecondType>(array).map(Values::Timestamp)
            }
            (Kind::Interval, DataType::Duration(_)) => {
                slice::<DurationMicrosecondType>(array).map(Values::Span)
            }
            (Kind::Interval, _) => array.as_primitive_opt().map(Values::Interval),
            (Kind::Array(item, oid), _) => match array.as_list_opt::<i32>() {
                Some(list) => {
                    let items = Box::new(Column::of(list.values(), item, name)?);
                    Some(Values::List { list, items, item: *oid })
                }
                None => None,
            },
            (Kind::Decimal { .. }, _) => None,
        };
        let values = values.ok_or_else(|| {
            let given = describe_type(array.data_type());
            Fault::internal(format!(
                "column `{name}` came as {given}, which is not the type the load asked for"
            ))
        })?;
        Ok(Column { values, nulls: array.nulls().filter(|nulls| nulls.null_count() > 0), name })
    }

    /// Appends a value with its length in front.
    #[inline]
    fn write(&self, out: &mut Vec<u8>, row: usize) -> Result<(), Fault> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            out.extend_from_slice(&[0xff; 4]);
            return Ok(());
        }
        match &self.values {
            Values::Bool(values) => out.extend_from_slice(&[0, 0, 0, 1, u8::from(values.value(row))]),
            Values::Int2(values) => two(out, values[row].to_be_bytes()),
            Values::Int4(values) => four(out, values[row].to_be_bytes()),
            Values::Oid(values) => four(out, values[row].to_be_bytes()),
            Values::Float4(values) => four(out, values[row].to_be_bytes()),
            Values::Int8(values) => eight(out, values[row].to_be_bytes()),
            Values::Float8(values) => eight(out, values[row].to_be_bytes()),
            Values::Time(values) => eight(out, values[row].to_be_bytes()),
            Values::Decimal128(values, scale) => numeric::write_i128(out, values[row], *scale),
            Values::Decimal256(values, scale) => numeric::write_i256(out, values.value(row), *scale),
            Values::Text(values) => bytes(out, values.value(row).as_bytes()),
            Values::Bytea(values) => bytes(out, values.value(row)),
            Values::Jsonb(values) => {
                let value = values.value(row);
                out.extend_from_slice(&(value.len() as i32 + 1).to_be_bytes());
                out.push(1);
                out.extend_from_slice(value.as_bytes());
            }
            Values::Uuid(values) => match uuid(values.value(row)) {
                Some(value) => bytes(out, &value),
                None => return Err(self.refused(values.value(row), "is no UUID")),
            },
            Values::Numeric(values) => {
                if numeric::write_text(out, values.value(row)).is_none() {
                    return Err(self.refused(values.value(row), "is no number that PostgreSQL takes"));
                }
            }
            Values::Date(values) => four(out, date(values[row]).to_be_bytes()),
            Values::Timestamp(values) => eight(out, timestamp(values[row]).to_be_bytes()),
            Values::Span(values) => interval(out, 0, 0, values[row]),
            Values::Interval(values) => {
                let value = values.value(row);
                if value.nanoseconds % 1000 != 0 {
                    return Err(self.refused(&format!("{value:?}"), "is finer than a microsecond"));
                }
                interval(out, value.months, value.days, value.nanoseconds / 1000);
            }
            Values::List { list, items, item } => {
                let offsets = list.value_offsets();
                let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
                let length_at = out.len();
                let dimensions = i32::from(end > start);
                out.extend_from_slice(&[0; 4]);
                out.extend_from_slice(&dimensions.to_be_bytes());
                let has_nulls = items.nulls.is_some_and(|nulls| (start..end).any(|item| nulls.is_null(item)));
                out.extend_from_slice(&i32::from(has_nulls).to_be_bytes());
                out.extend_from_slice(&item.to_be_bytes());
                if end > start {
                    out.extend_from_slice(&((end - start) as i32).to_be_bytes());
                    out.extend_from_slice(&1i32.to_be_bytes());
                }
                for item in start..end {
                    items.write(out, item)?;
                }
                let length = (out.len() - length_at - 4) as i32;
                out[length_at..length_at + 4].copy_from_slice(&length.to_be_bytes());
            }
        }
        Ok(())
    }

    fn refused(&self, value: &str, why: &str) -> Fault {
        let shown: String = value.chars().take(80).collect();
        Fault::data(format!("the value `{shown}` of column `{}` {why}", self.name))
            .hint("correct the value, or cast the column in a transform")
    }
}

#[inline]
fn two(out: &mut Vec<u8>, value: [u8; 2]) {
    out.extend_from_slice(&[0, 0, 0, 2, value[0], value[1]]);
}

#[inline]
fn four(out: &mut Vec<u8>, value: [u8; 4]) {
    let [a, b, c, d] = value;
    out.extend_from_slice(&[0, 0, 0, 4, a, b, c, d]);
}

#[inline]
fn eight(out: &mut Vec<u8>, value: [u8; 8]) {
    let [a, b, c, d, e, f, g, h] = value;
    out.extend_from_slice(&[0, 0, 0, 8, a, b, c, d, e, f, g, h]);
}

#[inline]
fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    // Arrow's offsets are 32 bits wide, so the length fits.
    out.extend_from_slice(&(value.len() as i32).to_be_bytes());
    out.extend_from_slice(value);
}

fn interval(out: &mut Vec<u8>, months: i32, days: i32, micros: i64) {
    out.extend_from_slice(&16i32.to_be_bytes());
    out.extend_from_slice(&micros.to_be_bytes());
    out.extend_from_slice(&days.to_be_bytes());
    out.extend_from_slice(&months.to_be_bytes());
}

/// Days since 2000-01-01. Days so early that this wraps are outside the years the column takes.
#[inline]
fn date(days: i32) -> i32 {
    match days {
        INFINITY_DAYS | NEG_INFINITY_DAYS => days,
        days => days.wrapping_sub(EPOCH_DAYS),
    }
}

#[inline]
fn timestamp(micros: i64) -> i64 {
    match micros {
        INFINITY_MICROS | NEG_INFINITY_MICROS => micros,
        micros => micros.wrapping_sub(EPOCH_MICROS),
    }
}

const NIBBLE: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

/// Reads a UUID, with or without hyphens and braces.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let mut value = [0; 16];
    let mut count = 0;
    let inner = text.trim();
    let inner = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(inner);
    for byte in inner.bytes().filter(|byte| *byte != b'-') {
        let nibble = NIBBLE[usize::from(byte)];
        if nibble == 0xff || count == 32 {
            return None;
        }
        value[count / 2] = value[count / 2] << 4 | nibble;
        count += 1;
    }
    (count == 32).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::decode::uuid_text;

    #[test]
    fn uuids_are_read_in_every_common_form() {
        let value = uuid("A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11").unwrap();
        assert_eq!(uuid_text(&value), *b"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
        assert_eq!(uuid("{a0eebc999c0b4ef8bb6d6bb9bd380a11}"), Some(value));
        for wrong in
            ["", "a0eebc99", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g", "a0eebc999c0b4ef8bb6d6bb9bd380a1100"]
        {
            assert_eq!(uuid(wrong), None, "{wrong}");
        }
    }
}
