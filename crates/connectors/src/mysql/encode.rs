//! Rows as text for the server: lines of `LOAD DATA`, or tuples of `INSERT`.
//!
//! Both forms carry every value exactly. Floating-point numbers are written with the shortest digits that read back
//! as the same number; `float` columns get the digits of the same number in double precision, because the server
//! reads double precision and then narrows. Bytes travel as hexadecimal digits.

use arrow::array::{
    Array, BinaryArray, BooleanArray, Decimal128Array, Decimal256Array, Float32Array, Float64Array,
    Int8Array, Int16Array, Int32Array, Int64Array, PrimitiveArray, RecordBatch, StringArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{
    DataType, Date32Type, DurationMicrosecondType, Time64MicrosecondType, TimeUnit, TimestampMicrosecondType,
};
use lexical_core::FormattedSize;
use towpath_model::Fault;

use super::civil;

/// In which form rows travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Lines for `LOAD DATA`: fields split by tabs, `\N` for null, backslash escapes.
    Lines,
    /// Tuples for `INSERT`: SQL literals.
    Tuples,
}

/// The rows of a batch, ready to be written one by one.
pub(super) struct Rows<'a> {
    form: Form,
    cells: Vec<Cells<'a>>,
}

enum Cells<'a> {
    Boolean(&'a BooleanArray),
    Int8(&'a Int8Array),
    Int16(&'a Int16Array),
    Int32(&'a Int32Array),
    Int64(&'a Int64Array),
    UInt8(&'a UInt8Array),
    UInt16(&'a UInt16Array),
    UInt32(&'a UInt32Array),
    UInt64(&'a UInt64Array),
    Float32(&'a Float32Array),
    Float64(&'a Float64Array),
    Decimal128(&'a Decimal128Array, u8),
    Decimal256(&'a Decimal256Array),
    Text(&'a StringArray),
    Binary(&'a BinaryArray),
    Date(&'a PrimitiveArray<Date32Type>),
    Timestamp(&'a PrimitiveArray<TimestampMicrosecondType>),
    Clock(&'a PrimitiveArray<Time64MicrosecondType>),
    Span(&'a PrimitiveArray<DurationMicrosecondType>),
}

impl<'a> Rows<'a> {
    /// Takes the columns of a batch apart.
    pub(super) fn new(form: Form, batch: &'a RecordBatch) -> Result<Self, Fault> {
        let fields = batch.schema_ref().fields().iter();
        let cells = fields
            .zip(batch.columns())
            .map(|(field, array)| cells(array.as_ref(), field.name()))
            .collect::<Result<_, Fault>>()?;
        Ok(Rows { form, cells })
    }

    /// Appends one row.
    pub(super) fn write(&self, row: usize, out: &mut Vec<u8>) {
        let lines = self.form == Form::Lines;
        if !lines {
            out.push(b'(');
        }
        for (index, cells) in self.cells.iter().enumerate() {
            if index > 0 {
                out.push(if lines { b'\t' } else { b',' });
            }
            if cells.array().is_null(row) {
                out.extend_from_slice(if lines { b"\\N" } else { b"NULL" });
            } else {
                self.value(cells, row, out);
            }
        }
        out.push(if lines { b'\n' } else { b')' });
    }

    #[inline]
    fn value(&self, cells: &Cells<'_>, row: usize, out: &mut Vec<u8>) {
        match cells {
            Cells::Boolean(array) => out.push(if array.value(row) { b'1' } else { b'0' }),
            Cells::Int8(array) => number(out, array.value(row)),
            Cells::Int16(array) => number(out, array.value(row)),
            Cells::Int32(array) => number(out, array.value(row)),
            Cells::Int64(array) => number(out, array.value(row)),
            Cells::UInt8(array) => number(out, array.value(row)),
            Cells::UInt16(array) => number(out, array.value(row)),
            Cells::UInt32(array) => number(out, array.value(row)),
            Cells::UInt64(array) => number(out, array.value(row)),
            Cells::Float32(array) => number(out, f64::from(array.value(row))),
            Cells::Float64(array) => number(out, array.value(row)),
            Cells::Decimal128(array, scale) => decimal(out, array.value(row), *scale),
            Cells::Decimal256(array) => out.extend_from_slice(array.value_as_string(row).as_bytes()),
            Cells::Text(array) => self.text(array.value(row).as_bytes(), out),
            Cells::Binary(array) => self.binary(array.value(row), out),
            Cells::Date(array) => self.quoted(out, |out| day(out, i64::from(array.value(row)))),
            Cells::Timestamp(array) => {
                let micros = array.value(row);
                self.quoted(out, |out| {
                    day(out, micros.div_euclid(MICROS_PER_DAY));
                    out.push(b' ');
                    clock(out, micros.rem_euclid(MICROS_PER_DAY).unsigned_abs());
                });
            }
            Cells::Clock(array) => {
                let micros = array.value(row);
                self.quoted(out, |out| clock(out, micros.unsigned_abs()));
            }
            Cells::Span(array) => {
                let micros = array.value(row);
                self.quoted(out, |out| {
                    if micros < 0 {
                        out.push(b'-');
                    }
                    clock(out, micros.unsigned_abs());
                });
            }
        }
    }

    fn quoted(&self, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        let quote = self.form == Form::Tuples;
        if quote {
            out.push(b'\'');
        }
        write(out);
        if quote {
            out.push(b'\'');
        }
    }

    fn text(&self, text: &[u8], out: &mut Vec<u8>) {
        let lines = self.form == Form::Lines;
        self.quoted(out, |out| {
            let mut rest = text;
            let special = |byte: &u8| match byte {
                b'\\' | 0 => true,
                b'\t' | b'\n' => lines,
                b'\'' => !lines,
                _ => false,
            };
            while let Some(at) = rest.iter().position(special) {
                out.extend_from_slice(&rest[..at]);
                out.push(b'\\');
                out.push(match rest[at] {
                    0 => b'0',
                    b'\t' => b't',
                    b'\n' => b'n',
                    other => other,
                });
                rest = &rest[at + 1..];
            }
            out.extend_from_slice(rest);
        });
    }

    fn binary(&self, bytes: &[u8], out: &mut Vec<u8>) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        if self.form == Form::Tuples {
            out.push(b'X');
        }
        self.quoted(out, |out| {
            out.reserve(bytes.len() * 2);
            for byte in bytes {
                out.push(DIGITS[usize::from(byte >> 4)]);
                out.push(DIGITS[usize::from(byte & 15)]);
            }
        });
    }
}

impl Cells<'_> {
    fn array(&self) -> &dyn Array {
        match self {
            Cells::Boolean(array) => *array,
            Cells::Int8(array) => *array,
            Cells::Int16(array) => *array,
            Cells::Int32(array) => *array,
            Cells::Int64(array) => *array,
            Cells::UInt8(array) => *array,
            Cells::UInt16(array) => *array,
            Cells::UInt32(array) => *array,
            Cells::UInt64(array) => *array,
            Cells::Float32(array) => *array,
            Cells::Float64(array) => *array,
            Cells::Decimal128(array, _) => *array,
            Cells::Decimal256(array) => *array,
            Cells::Text(array) => *array,
            Cells::Binary(array) => *array,
            Cells::Date(array) => *array,
            Cells::Timestamp(array) => *array,
            Cells::Clock(array) => *array,
            Cells::Span(array) => *array,
        }
    }
}

fn unexpected(name: &str, what: impl std::fmt::Display) -> Fault {
    Fault::internal(format!("column `{name}` arrived with the type `{what}`, which the load does not take"))
}

fn cells<'a>(array: &'a dyn Array, name: &str) -> Result<Cells<'a>, Fault> {
    macro_rules! cast {
        ($variant:ident $(, $more:expr)*) => {
            array.as_any().downcast_ref().map(|array| Cells::$variant(array $(, $more)*))
        };
    }
    let found = match array.data_type() {
        DataType::Boolean => cast!(Boolean),
        DataType::Int8 => cast!(Int8),
        DataType::Int16 => cast!(Int16),
        DataType::Int32 => cast!(Int32),
        DataType::Int64 => cast!(Int64),
        DataType::UInt8 => cast!(UInt8),
        DataType::UInt16 => cast!(UInt16),
        DataType::UInt32 => cast!(UInt32),
        DataType::UInt64 => cast!(UInt64),
        DataType::Float32 => cast!(Float32),
        DataType::Float64 => cast!(Float64),
        DataType::Decimal128(_, scale) if *scale >= 0 => cast!(Decimal128, scale.unsigned_abs()),
        DataType::Decimal256(..) => cast!(Decimal256),
        DataType::Utf8 => cast!(Text),
        DataType::Binary => cast!(Binary),
        DataType::Date32 => cast!(Date),
        DataType::Timestamp(TimeUnit::Microsecond, _) => cast!(Timestamp),
        DataType::Time64(TimeUnit::Microsecond) => cast!(Clock),
        DataType::Duration(TimeUnit::Microsecond) => cast!(Span),
        _ => None,
    };
    found.ok_or_else(|| unexpected(name, array.data_type()))
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

#[inline]
fn number<N: lexical_core::ToLexical + FormattedSize>(out: &mut Vec<u8>, value: N) {
    let mut buffer = [0u8; 64];
    out.extend_from_slice(lexical_core::write(value, &mut buffer));
}

fn decimal(out: &mut Vec<u8>, value: i128, scale: u8) {
    if value < 0 {
        out.push(b'-');
    }
    let value = value.unsigned_abs();
    let mut buffer = [0u8; 64];
    let digits: &[u8] = match u64::try_from(value) {
        Ok(small) => lexical_core::write(small, &mut buffer),
        Err(_) => lexical_core::write(value, &mut buffer),
    };
    let scale = usize::from(scale);
    let whole = digits.len().saturating_sub(scale);
    if whole == 0 {
        out.push(b'0');
    }
    out.extend_from_slice(&digits[..whole]);
    if scale > 0 {
        out.push(b'.');
        out.resize(out.len() + scale - (digits.len() - whole), b'0');
        out.extend_from_slice(&digits[whole..]);
    }
}

fn two(out: &mut Vec<u8>, value: u8) {
    out.push(b'0' + value / 10 % 10);
    out.push(b'0' + value % 10);
}

fn day(out: &mut Vec<u8>, days: i64) {
    let (year, month, number_of_day) = civil::date(days);
    // The fit of rows to the table lets only years of four digits through.
    out.extend_from_slice(format!("{year:04}").as_bytes());
    out.push(b'-');
    two(out, month);
    out.push(b'-');
    two(out, number_of_day);
}

/// Hours (of any number), minutes, seconds, and microseconds where there are any.
fn clock(out: &mut Vec<u8>, micros: u64) {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    if hours < 100 {
        two(out, hours as u8);
    } else {
        number(out, hours);
    }
    out.push(b':');
    two(out, (minutes % 60) as u8);
    out.push(b':');
    two(out, (seconds % 60) as u8);
    if fraction > 0 {
        out.push(b'.');
        let mut divisor = 100_000;
        while divisor > 0 {
            out.push(b'0' + (fraction / divisor % 10) as u8);
            divisor /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::ArrayRef;
    use proptest::prelude::*;

    use super::*;

    fn written(form: Form, array: ArrayRef) -> String {
        let batch = RecordBatch::try_from_iter_with_nullable([("a", array, true)]).unwrap();
        let rows = Rows::new(form, &batch).unwrap();
        let mut out = Vec::new();
        (0..batch.num_rows()).for_each(|row| rows.write(row, &mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_only_what_the_form_needs() {
        let texts: ArrayRef =
            Arc::new(StringArray::from(vec![Some("a\tb\nc\\d'e\0é"), Some(""), None, Some("\\N")]));
        assert_eq!(written(Form::Lines, texts.clone()), "a\\tb\\nc\\\\d'e\\0é\n\n\\N\n\\\\N\n");
        assert_eq!(written(Form::Tuples, texts), "('a\tb\nc\\\\d\\'e\\0é')('')(NULL)('\\\\N')");
        let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![&b"\x00\xff"[..], b""]));
        assert_eq!(written(Form::Tuples, bytes), "(X'00ff')(X'')");
    }

    #[test]
    fn times_beyond_a_day_and_before_zero() {
        let spans = PrimitiveArray::<DurationMicrosecondType>::from(vec![-3_020_399_000_000, 90_061_000_001]);
        assert_eq!(written(Form::Lines, Arc::new(spans)), "-838:59:59\n25:01:01.000001\n");
        let moments = PrimitiveArray::<TimestampMicrosecondType>::from(vec![-1, 0]);
        assert_eq!(
            written(Form::Tuples, Arc::new(moments)),
            "('1969-12-31 23:59:59.999999')('1970-01-01 00:00:00')"
        );
    }

    proptest! {
        #[test]
        fn decimals_read_back(value in any::<i128>(), scale in 0u8..=38) {
            let mut out = Vec::new();
            decimal(&mut out, value, scale);
            let text = String::from_utf8(out).unwrap();
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            prop_assert_eq!(fraction.len(), usize::from(scale));
            prop_assert!(!whole.trim_start_matches('-').is_empty());
            prop_assert_eq!(format!("{whole}{fraction}").parse::<i128>().unwrap(), value);
        }
    }
}
