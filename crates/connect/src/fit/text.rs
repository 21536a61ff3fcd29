//! Text and binary.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use arrow::datatypes::DataType;
use towpath_model::Fault;

use super::column::{ColumnFit, TextCheck};
use super::convert::unpack;
use crate::cells::Cells;

/// The type under dictionaries and run lengths.
fn plain_type(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::RunEndEncoded(_, values) => plain_type(values.data_type()),
        other => other,
    }
}

/// To text; the checks of the column come later, but for its form decides how values are written.
pub(super) fn to_text(array: &ArrayRef, column: &ColumnFit) -> Result<Option<ArrayRef>, Fault> {
    let uuid = column.check == Some(TextCheck::Uuid);
    match plain_type(array.data_type()) {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let plain = unpack(array, plain_type(array.data_type()))?;
            return Ok(Some(unpack(&plain, &DataType::Utf8)?));
        }
        // Parquet and others keep UUIDs as their sixteen bytes.
        DataType::FixedSizeBinary(16) if uuid => {
            let plain = unpack(array, &DataType::FixedSizeBinary(16))?;
            let bytes = plain.as_fixed_size_binary();
            let texts: StringArray = bytes.iter().map(|value| value.map(uuid_text)).collect();
            return Ok(Some(Arc::new(texts)));
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            return Ok(None);
        }
        _ if uuid => return Ok(None),
        _ => {}
    }
    let json = column.check == Some(TextCheck::Json);
    let cells = Cells::new(array)?;
    let mut texts = StringBuilder::with_capacity(array.len(), array.len() * 12);
    let mut text = String::new();
    for row in 0..array.len() {
        if cells.is_null(row) {
            texts.append_null();
            continue;
        }
        text.clear();
        if json {
            cells.json(row, &mut text)
        } else {
            cells.text(row, &mut text)
        }
        texts.append_value(&text);
    }
    Ok(Some(Arc::new(texts.finish())))
}

/// Sixteen bytes in the usual form of a UUID.
fn uuid_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}

/// To binary: text becomes its UTF-8 bytes.
pub(super) fn to_binary(array: &ArrayRef) -> Result<Option<ArrayRef>, Fault> {
    match array.data_type() {
        DataType::Utf8 => Ok(Some(unpack(array, &DataType::Binary)?)),
        _ => Ok(None),
    }
}
