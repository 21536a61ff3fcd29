//! Limits that some systems set to values of a type: digits of times, spans, characters, numbers.

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::*;

use super::column::{Characters, ColumnFit};
use super::misfit::{Misfits, shown};
use crate::cells::value_as_text;

/// Notes the rows whose values are outside of the limits of the column.
pub(super) fn limits(array: &ArrayRef, column: &ColumnFit, misfits: &mut Misfits) {
    let text = |row| shown(&value_as_text(array.as_ref(), row).unwrap_or_default());
    if let Some(digits) = column.fraction_digits.filter(|digits| *digits < 6) {
        let step = 10_i64.pow(6 - u32::from(digits));
        let reason =
            |row| format!("{} has more digits after the second than {} keeps", text(row), column.native);
        each_micros(array, |row, micros| {
            if micros % step != 0 {
                misfits.add(row, || reason(row));
            }
        });
    }
    if let (Some(longest), DataType::Duration(TimeUnit::Microsecond)) = (column.max_span, array.data_type()) {
        visit(array.as_primitive::<DurationMicrosecondType>(), |row, micros: i64| {
            if micros.unsigned_abs() > longest {
                misfits.add(row, || format!("{} is a longer span than {} keeps", text(row), column.native));
            }
        });
    }
    if let (Some(characters), DataType::Utf8) = (column.characters, array.data_type()) {
        let values = array.as_string::<i32>();
        for (row, value) in values.iter().enumerate() {
            let strange = value.and_then(|value| characters.strange(value));
            if let Some(strange) = strange {
                misfits.add(row, || {
                    format!(
                        "the text holds `{}`, which the character set of {} lacks",
                        strange.escape_debug(),
                        column.native
                    )
                });
            }
        }
    }
    if let Some((lowest, highest)) = column.range {
        each_whole(array, |row, number| {
            if number < lowest || number > highest {
                misfits.add(row, || format!("{} is outside {}", text(row), column.native));
            }
        });
    }
    if column.unsigned {
        let reason =
            |row| format!("{} is negative, and {} takes no negative numbers", text(row), column.native);
        each_negative(array, |row| misfits.add(row, || reason(row)));
    }
}

fn visit<T: ArrowPrimitiveType>(values: &PrimitiveArray<T>, mut found: impl FnMut(usize, T::Native)) {
    for (row, value) in values.values().iter().enumerate() {
        // Under a null stands any value.
        if values.is_valid(row) {
            found(row, *value);
        }
    }
}

/// Times by their microseconds.
fn each_micros(array: &ArrayRef, found: impl FnMut(usize, i64)) {
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            visit(array.as_primitive::<TimestampMicrosecondType>(), found)
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            visit(array.as_primitive::<Time64MicrosecondType>(), found)
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            visit(array.as_primitive::<DurationMicrosecondType>(), found)
        }
        _ => {}
    }
}

fn each_whole(array: &ArrayRef, mut found: impl FnMut(usize, i128)) {
    match array.data_type() {
        DataType::Int8 => visit(array.as_primitive::<Int8Type>(), |row, n| found(row, n.into())),
        DataType::Int16 => visit(array.as_primitive::<Int16Type>(), |row, n| found(row, n.into())),
        DataType::Int32 => visit(array.as_primitive::<Int32Type>(), |row, n| found(row, n.into())),
        DataType::Int64 => visit(array.as_primitive::<Int64Type>(), |row, n| found(row, n.into())),
        DataType::UInt8 => visit(array.as_primitive::<UInt8Type>(), |row, n| found(row, n.into())),
        DataType::UInt16 => visit(array.as_primitive::<UInt16Type>(), |row, n| found(row, n.into())),
        DataType::UInt32 => visit(array.as_primitive::<UInt32Type>(), |row, n| found(row, n.into())),
        DataType::UInt64 => visit(array.as_primitive::<UInt64Type>(), |row, n| found(row, n.into())),
        _ => {}
    }
}

fn each_negative(array: &ArrayRef, mut found: impl FnMut(usize)) {
    let mut note = |row, negative: bool| {
        if negative {
            found(row);
        }
    };
    match array.data_type() {
        // A negative zero is a zero.
        DataType::Float32 => visit(array.as_primitive::<Float32Type>(), |row, n| note(row, n < 0.0)),
        DataType::Float64 => visit(array.as_primitive::<Float64Type>(), |row, n| note(row, n < 0.0)),
        DataType::Decimal128(..) => visit(array.as_primitive::<Decimal128Type>(), |row, n| note(row, n < 0)),
        DataType::Decimal256(..) => {
            visit(array.as_primitive::<Decimal256Type>(), |row, n| note(row, n < i256::ZERO))
        }
        _ => {}
    }
}

impl Characters {
    /// The first character of a text that is none of these.
    fn strange(self, text: &str) -> Option<char> {
        if text.is_ascii() {
            return None;
        }
        text.chars().find(|character| !self.holds(*character))
    }

    fn holds(self, character: char) -> bool {
        match self {
            Characters::Ascii => character.is_ascii(),
            Characters::Bmp => u32::from(character) <= 0xFFFF,
            Characters::Western => match u32::from(character) {
                0..=0x7F | 0xA0..=0xFF => true,
                // The five places that the code page leaves empty stand for themselves.
                0x81 | 0x8D | 0x8F | 0x90 | 0x9D => true,
                _ => WESTERN.contains(&character),
            },
        }
    }
}

/// What code page 1252 has between its two ranges of ISO 8859-1.
const WESTERN: [char; 27] = [
    '€', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 'Ž', '‘', '’', '“', '”', '•', '–', '—', '˜',
    '™', 'š', '›', 'œ', 'ž', 'Ÿ',
];
