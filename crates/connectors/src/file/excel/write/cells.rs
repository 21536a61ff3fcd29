//! Values as cells: numbers, dates and booleans as such, everything else as text.

use std::io::Write;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType, Date32Type, DurationMicrosecondType, Field, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType,
};
use towpath_connect::types::{Logical, logical};
use towpath_model::Fault;

use super::super::address::letters;
use super::parts::Style;
use super::{Remarks, style_of};
use crate::file::cells as texts;

const DAY_MICROS: i64 = 86_400_000_000;
/// 1970-01-01 in a workbook's calendar.
const UNIX: i64 = 25_569;
/// Digits of a number that Excel keeps.
const DIGITS: usize = 15;
/// What says that a cell holds its text itself.
const TEXT: &str = " t=\"inlineStr\"";

/// What the values of a column become.
enum Kind<'a> {
    /// Exact numbers; those with too many digits are text.
    Number,
    /// Floating-point numbers, which is what a workbook has.
    Float,
    Boolean,
    Text,
    Date(&'a [i32]),
    DateTime(&'a [i64]),
    /// Parts or multiples of a day.
    Span(&'a [i64]),
}

/// The values of one column.
pub(super) struct Cells<'a> {
    /// What stands before the number of the row in the address of a cell.
    letters: String,
    nulls: Option<&'a NullBuffer>,
    kind: Kind<'a>,
    style: Style,
    texts: texts::Cells<'a>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(column: usize, field: &Field, array: &'a ArrayRef) -> Result<Self, Fault> {
        let kind = match array.data_type() {
            DataType::Boolean => Kind::Boolean,
            DataType::Date32 => Kind::Date(array.as_primitive::<Date32Type>().values()),
            DataType::Timestamp(TimeUnit::Microsecond, None) => {
                Kind::DateTime(array.as_primitive::<TimestampMicrosecondType>().values())
            }
            DataType::Time64(TimeUnit::Microsecond) => {
                Kind::Span(array.as_primitive::<Time64MicrosecondType>().values())
            }
            DataType::Duration(TimeUnit::Microsecond) => {
                Kind::Span(array.as_primitive::<DurationMicrosecondType>().values())
            }
            DataType::Float32 | DataType::Float64 => Kind::Float,
            other if other.is_numeric() => Kind::Number,
            DataType::Utf8 if logical(field) == Some(Logical::Numeric) => Kind::Number,
            _ => Kind::Text,
        };
        Ok(Cells {
            letters: letters(column as u32),
            nulls: array.nulls(),
            kind,
            style: style_of(array.data_type()),
            texts: texts::Cells::new(field, array)?,
        })
    }
}

/// Appends a row.
pub(super) fn row(
    number: u32,
    place: usize,
    columns: &[Cells<'_>],
    remarks: &mut Remarks,
    out: &mut Vec<u8>,
) {
    let number = number.to_string();
    let mut buffer = Vec::new();
    out.extend_from_slice(b"<row r=\"");
    out.extend_from_slice(number.as_bytes());
    out.extend_from_slice(b"\">");
    for cells in columns {
        if cells.nulls.is_some_and(|nulls| nulls.is_null(place)) {
            continue;
        }
        buffer.clear();
        let (mut style, mut kind) = (cells.style, "");
        match &cells.kind {
            // Writing to memory cannot fail.
            Kind::Date(values) => {
                let days = i64::from(values[place]) + UNIX;
                let _ = write!(buffer, "{}", days - before_march(days));
            }
            Kind::DateTime(values) => {
                let micros = values[place];
                remarks.fine_times += u64::from(micros % 1000 != 0);
                let (days, rest) = (micros.div_euclid(DAY_MICROS) + UNIX, micros.rem_euclid(DAY_MICROS));
                let serial = (days - before_march(days)) as f64 + rest as f64 / DAY_MICROS as f64;
                let _ = write!(buffer, "{serial}");
            }
            Kind::Span(values) => {
                remarks.fine_times += u64::from(values[place] % 1000 != 0);
                let _ = write!(buffer, "{}", values[place] as f64 / DAY_MICROS as f64);
            }
            Kind::Boolean => {
                cells.texts.text(place, &mut buffer);
                let bit = if buffer == b"true" { b'1' } else { b'0' };
                buffer.clear();
                buffer.push(bit);
                kind = " t=\"b\"";
            }
            Kind::Float => cells.texts.text(place, &mut buffer),
            Kind::Number => {
                cells.texts.text(place, &mut buffer);
                if !is_kept(&buffer) {
                    remarks.long_numbers += 1;
                    (style, kind) = (Style::Plain, TEXT);
                }
            }
            Kind::Text => {
                cells.texts.text(place, &mut buffer);
                kind = TEXT;
            }
        }
        head(&cells.letters, &number, style, kind, out);
        if kind == TEXT {
            inline(&buffer, out);
        } else {
            out.extend_from_slice(b"<v>");
            out.extend_from_slice(&buffer);
            out.extend_from_slice(b"</v></c>");
        }
    }
    out.extend_from_slice(b"</row>");
}

/// One for the days before 1 March 1900: a workbook counts a 29 February that never was.
fn before_march(days: i64) -> i64 {
    i64::from(days < 61)
}

/// Whether Excel keeps all digits of a number.
fn is_kept(number: &[u8]) -> bool {
    let digits = number.iter().filter(|byte| byte.is_ascii_digit()).skip_while(|byte| **byte == b'0').count();
    digits <= DIGITS && !number.iter().any(u8::is_ascii_alphabetic)
}

fn head(letters: &str, row: &str, style: Style, kind: &str, out: &mut Vec<u8>) {
    for part in ["<c r=\"", letters, row, "\""] {
        out.extend_from_slice(part.as_bytes());
    }
    if style.number() > 0 {
        let _ = write!(out, " s=\"{}\"", style.number());
    }
    out.extend_from_slice(kind.as_bytes());
    out.push(b'>');
}

/// Appends a cell of the header.
pub(super) fn name(letters: &str, name: &str, out: &mut Vec<u8>) {
    head(letters, "1", Style::Header, TEXT, out);
    inline(name.as_bytes(), out);
}

/// Appends text and the end of its cell. Text that begins like a formula is no formula: it stays text.
fn inline(text: &[u8], out: &mut Vec<u8>) {
    let is_blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    if is_blank(text.first()) || is_blank(text.last()) {
        out.extend_from_slice(b"<is><t xml:space=\"preserve\">");
    } else {
        out.extend_from_slice(b"<is><t>");
    }
    escape(text, out);
    out.extend_from_slice(b"</t></is></c>");
}

/// Appends text as XML has it; what XML has no way to write, as workbooks escape it.
pub(super) fn escape(text: &[u8], out: &mut Vec<u8>) {
    for (place, byte) in text.iter().enumerate() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\t' | b'\n' => out.push(*byte),
            0..0x20 => {
                let _ = write!(out, "_x{byte:04X}_");
            }
            b'_' if is_escape(&text[place..]) => out.extend_from_slice(b"_x005F_"),
            // U+FFFE and U+FFFF.
            0xbe | 0xbf if out.ends_with(b"\xef\xbf") => {
                out.truncate(out.len() - 2);
                let _ = write!(out, "_xFFF{}_", if *byte == 0xbe { 'E' } else { 'F' });
            }
            _ => out.push(*byte),
        }
    }
}

/// Whether text would be read as an escape.
fn is_escape(text: &[u8]) -> bool {
    matches!(text.get(..7), Some([_, b'x', digits @ .., b'_']) if digits.iter().all(u8::is_ascii_hexdigit))
}
