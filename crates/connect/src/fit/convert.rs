//! Chooses the conversion for a pair of types.

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, StringArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::*;
use towpath_model::Fault;

use super::column::ColumnFit;
use super::misfit::{Misfits, shown};
use super::{moment, nested, number, text};

/// The array in the type of the column; `None` when no value of the one type can be one of the other.
pub(super) fn convert(
    array: &ArrayRef,
    column: &ColumnFit,
    misfits: &mut Misfits,
) -> Result<Option<ArrayRef>, Fault> {
    if array.data_type() == &column.data_type {
        return Ok(Some(array.clone()));
    }
    to_type(array, column, &column.data_type, misfits)
}

/// Converts an array or the items of a list.
pub(super) fn to_type(
    array: &ArrayRef,
    column: &ColumnFit,
    to: &DataType,
    misfits: &mut Misfits,
) -> Result<Option<ArrayRef>, Fault> {
    if array.data_type() == to {
        return Ok(Some(array.clone()));
    }
    if array.data_type() == &DataType::Null {
        return Ok(Some(new_null_array(to, array.len())));
    }
    if to == &DataType::Utf8 {
        return text::to_text(array, column);
    }
    let array = flatten(array)?;
    Ok(match to {
        _ if array.data_type() == to => Some(array),
        DataType::Boolean => number::to_boolean(&array, column, misfits),
        DataType::Int8 => number::to_int::<Int8Type>(&array, column, misfits),
        DataType::Int16 => number::to_int::<Int16Type>(&array, column, misfits),
        DataType::Int32 => number::to_int::<Int32Type>(&array, column, misfits),
        DataType::Int64 => number::to_int::<Int64Type>(&array, column, misfits),
        DataType::UInt8 => number::to_int::<UInt8Type>(&array, column, misfits),
        DataType::UInt16 => number::to_int::<UInt16Type>(&array, column, misfits),
        DataType::UInt32 => number::to_int::<UInt32Type>(&array, column, misfits),
        DataType::UInt64 => number::to_int::<UInt64Type>(&array, column, misfits),
        DataType::Float32 => number::to_float::<Float32Type>(&array, column, misfits),
        DataType::Float64 => number::to_float::<Float64Type>(&array, column, misfits),
        DataType::Decimal128(precision, scale) => {
            number::to_decimal::<Decimal128Type>(&array, column, (*precision, *scale), to, misfits)
        }
        DataType::Decimal256(precision, scale) => {
            number::to_decimal::<Decimal256Type>(&array, column, (*precision, *scale), to, misfits)
        }
        DataType::Binary => text::to_binary(&array)?,
        DataType::Date32 => moment::to_date(&array, misfits)?,
        DataType::Time64(TimeUnit::Microsecond) => moment::to_time(&array, misfits)?,
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            moment::to_timestamp(&array, zone.is_some(), to, misfits)?
        }
        DataType::Duration(TimeUnit::Microsecond) => moment::to_span(&array, misfits)?,
        DataType::Interval(IntervalUnit::MonthDayNano) => moment::to_interval(&array, misfits)?,
        DataType::List(item) => nested::to_list(&array, column, item, misfits)?,
        other => {
            let other = crate::types::describe_type(other);
            return Err(Fault::internal(format!("a load asks for {other}, which is not a canonical type")));
        }
    })
}

/// Unpacks encodings and widens to the few types that the conversions start from. Never changes a value.
fn flatten(array: &ArrayRef) -> Result<ArrayRef, Fault> {
    let to = match array.data_type() {
        DataType::Dictionary(_, values) => {
            return flatten(&unpack(array, values)?);
        }
        DataType::RunEndEncoded(_, values) => {
            return flatten(&unpack(array, values.data_type())?);
        }
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => DataType::Binary,
        DataType::Int8 | DataType::Int16 | DataType::Int32 => DataType::Int64,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => DataType::Int64,
        DataType::Float16 => DataType::Float32,
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        // Milliseconds of whole days or not: a timestamp in all but name.
        DataType::Date64 => DataType::Timestamp(TimeUnit::Millisecond, None),
        DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => DataType::List(item.clone()),
        _ => return Ok(array.clone()),
    };
    unpack(array, &to)
}

pub(super) fn unpack(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Fault> {
    cast(array, to).map_err(|error| {
        Fault::data(format!(
            "a batch of rows cannot be unpacked to {}: {error}",
            crate::types::describe_type(to)
        ))
        .hint("lower the number of rows per batch when single values are very large")
    })
}

/// Maps values one by one; rows for which `convert` has no answer are noted.
pub(super) fn map<A: ArrowPrimitiveType, B: ArrowPrimitiveType>(
    array: &PrimitiveArray<A>,
    misfits: &mut Misfits,
    convert: impl Fn(A::Native) -> Option<B::Native>,
    reason: impl Fn(A::Native) -> String,
) -> PrimitiveArray<B> {
    let mut failed = Vec::new();
    let values = array.values().iter().enumerate().map(|(row, value)| {
        convert(*value).unwrap_or_else(|| {
            failed.push(row);
            B::default_value()
        })
    });
    let values: Vec<B::Native> = values.collect();
    for row in failed {
        // Under a null stands any value; it is no failure.
        if array.is_valid(row) {
            misfits.add(row, || reason(array.value(row)));
        }
    }
    PrimitiveArray::new(values.into(), array.nulls().cloned())
}

/// Maps texts one by one, like [`map`].
pub(super) fn parse<B: ArrowPrimitiveType>(
    array: &StringArray,
    misfits: &mut Misfits,
    convert: impl Fn(&str) -> Option<B::Native>,
    reason: impl Fn(&str) -> String,
) -> PrimitiveArray<B> {
    let mut values = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        let value = if array.is_null(row) { Some(B::default_value()) } else { convert(array.value(row)) };
        values.push(value.unwrap_or_else(|| {
            misfits.add(row, || reason(array.value(row)));
            B::default_value()
        }));
    }
    PrimitiveArray::new(values.into(), array.nulls().cloned())
}

/// [`parse`] for text that must be `what`.
pub(super) fn parse_as<B: ArrowPrimitiveType>(
    array: &ArrayRef,
    misfits: &mut Misfits,
    what: &str,
    convert: impl Fn(&str) -> Option<B::Native>,
) -> PrimitiveArray<B> {
    parse(array.as_string::<i32>(), misfits, convert, |text| format!("{} is not {what}", shown(text)))
}
