//! Numbers and truth values: every change of type keeps the value or fails.

use std::fmt::{Display, LowerExp};
use std::str::FromStr;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, PrimitiveArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::*;

use super::column::ColumnFit;
use super::convert::{map, parse};
use super::misfit::{Misfits, shown};
use crate::digits::Digits;

fn made<T: ArrowPrimitiveType>(array: PrimitiveArray<T>) -> Option<ArrayRef> {
    Some(Arc::new(array))
}

/// Why text (or the text of a number) is no whole number of the column's type.
fn not_whole(text: &str, native: &str) -> String {
    match Digits::parse(text) {
        Some(digits) if digits.places() <= 0 => format!("{} is outside {native}", shown(text)),
        _ => format!("{} is not a whole number", shown(text)),
    }
}

fn outside(value: impl Display, native: &str) -> String {
    format!("{} is outside {native}", shown(&value.to_string()))
}

/// To an integer type.
pub(super) fn to_int<T>(array: &ArrayRef, column: &ColumnFit, misfits: &mut Misfits) -> Option<ArrayRef>
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i64> + TryFrom<u64> + TryFrom<i128> + FromStr,
{
    let native = &column.native;
    let from_wide = |value: i128| T::Native::try_from(value).ok();
    made::<T>(match array.data_type() {
        DataType::Boolean => {
            let flags = array.as_boolean();
            let number = |row| from_wide(i128::from(flags.value(row))).unwrap_or_default();
            let values: Vec<T::Native> = (0..flags.len()).map(number).collect();
            PrimitiveArray::new(values.into(), flags.nulls().cloned())
        }
        DataType::Int64 => map(
            array.as_primitive::<Int64Type>(),
            misfits,
            |v| T::Native::try_from(v).ok(),
            |v| outside(v, native),
        ),
        DataType::UInt64 => map(
            array.as_primitive::<UInt64Type>(),
            misfits,
            |v| T::Native::try_from(v).ok(),
            |v| outside(v, native),
        ),
        DataType::Float32 => map(
            array.as_primitive::<Float32Type>(),
            misfits,
            |value| whole(f64::from(value)).and_then(from_wide),
            |value| not_whole(&value.to_string(), native),
        ),
        DataType::Float64 => map(
            array.as_primitive::<Float64Type>(),
            misfits,
            |value| whole(value).and_then(from_wide),
            |value| not_whole(&value.to_string(), native),
        ),
        DataType::Decimal128(_, scale) => map(
            array.as_primitive::<Decimal128Type>(),
            misfits,
            |value| rescale(i256::from_i128(value), *scale, 0)?.to_i128().and_then(from_wide),
            |value| not_whole(&shown_decimal(value, *scale), native),
        ),
        DataType::Decimal256(_, scale) => map(
            array.as_primitive::<Decimal256Type>(),
            misfits,
            |value| rescale(value, *scale, 0)?.to_i128().and_then(from_wide),
            |value| not_whole(&shown_decimal(value, *scale), native),
        ),
        DataType::Utf8 => parse(
            array.as_string::<i32>(),
            misfits,
            |text| T::Native::from_str(text).ok(),
            |text| not_whole(text, native),
        ),
        _ => return None,
    })
}

/// A floating-point number without fraction, within the range that is computed with.
fn whole(value: f64) -> Option<i128> {
    (value.fract() == 0.0 && value.abs() < 1e38).then_some(value as i128)
}

/// The text of an unscaled decimal with its point, for messages.
fn shown_decimal(unscaled: impl Display, scale: i8) -> String {
    let text = format!("{unscaled}e{}", -i32::from(scale));
    Digits::parse(&text).and_then(|digits| digits.plain()).unwrap_or(text)
}

/// [`rescale`] for one pair of scales; the usual case stays within 128 bits.
fn rescaler(from: i8, to: i8) -> impl Fn(i128) -> Option<i256> {
    let up = u32::try_from(i32::from(to) - i32::from(from)).ok();
    let power = up.and_then(|up| 10i128.checked_pow(up));
    move |value| match power.and_then(|power| value.checked_mul(power)) {
        Some(value) => Some(i256::from_i128(value)),
        None => rescale(i256::from_i128(value), from, to),
    }
}

/// Moves the decimal point of an unscaled number without losing a digit.
fn rescale(value: i256, from: i8, to: i8) -> Option<i256> {
    let difference = i32::from(to) - i32::from(from);
    let power = i256::from_i128(10).checked_pow(difference.unsigned_abs())?;
    if difference >= 0 {
        value.checked_mul(power)
    } else {
        (value.checked_rem(power)? == i256::ZERO).then(|| value.checked_div(power)).flatten()
    }
}

/// A floating-point type that numbers are turned into.
pub(super) trait Float: ArrowPrimitiveType {
    fn from_f64(value: f64) -> Self::Native;
    fn to_f64(value: Self::Native) -> f64;
    fn from_text(text: &str) -> Option<Self::Native>;
    /// Whether the value is shown with these digits.
    fn keeps(digits: &Digits, value: Self::Native) -> bool;
    /// The same for digits that a program printed, perhaps more than needed.
    fn printed(digits: &Digits, value: Self::Native) -> bool;
}

macro_rules! float {
    ($type:ty, $native:ty, $sure:literal, $longest:literal) => {
        impl Float for $type {
            fn from_f64(value: f64) -> $native {
                value as $native
            }

            fn to_f64(value: $native) -> f64 {
                f64::from(value)
            }

            fn from_text(text: &str) -> Option<$native> {
                text.parse().ok()
            }

            fn keeps(digits: &Digits, value: $native) -> bool {
                // So few digits survive in every number that is not tiny.
                digits.digits.len() <= $sure && value.is_normal() || digits.shown_by(value)
            }

            fn printed(digits: &Digits, value: $native) -> bool {
                Self::keeps(digits, value) || digits.written_by(value, $longest)
            }
        }
    };
}
float!(Float32Type, f32, 6, 9);
float!(Float64Type, f64, 15, 17);

/// To a floating-point type.
pub(super) fn to_float<T: Float>(
    array: &ArrayRef,
    column: &ColumnFit,
    misfits: &mut Misfits,
) -> Option<ArrayRef>
where
    T::Native: LowerExp,
{
    let native = &column.native;
    let digits_lost = |value: &str| format!("{} has more digits than {native} keeps", shown(value));
    let exact = |value: i128| {
        let float = T::from_f64(value as f64);
        (T::to_f64(float) as i128 == value).then_some(float)
    };
    let by_digits = |digits: Digits, text: &str| {
        let value = T::from_text(text)?;
        T::keeps(&digits, value).then_some(value)
    };
    let by_text = |digits: Digits, text: &str| {
        let value = T::from_text(text)?;
        T::printed(&digits, value).then_some(value)
    };
    made::<T>(match array.data_type() {
        DataType::Boolean => {
            let flags = array.as_boolean();
            let values: Vec<T::Native> =
                (0..flags.len()).map(|row| T::from_f64(f64::from(u8::from(flags.value(row))))).collect();
            PrimitiveArray::new(values.into(), flags.nulls().cloned())
        }
        DataType::Int64 => map(
            array.as_primitive::<Int64Type>(),
            misfits,
            |value| exact(i128::from(value)),
            |value| digits_lost(&value.to_string()),
        ),
        DataType::UInt64 => map(
            array.as_primitive::<UInt64Type>(),
            misfits,
            |value| exact(i128::from(value)),
            |value| digits_lost(&value.to_string()),
        ),
        DataType::Float32 => map(
            array.as_primitive::<Float32Type>(),
            misfits,
            |v| Some(T::from_f64(f64::from(v))),
            |_| String::new(),
        ),
        DataType::Float64 => map(
            array.as_primitive::<Float64Type>(),
            misfits,
            |value| {
                let float = T::from_f64(value);
                if T::to_f64(float) == value || !value.is_finite() {
                    return Some(float);
                }
                T::keeps(&Digits::parse(&format!("{value:e}"))?, float).then_some(float)
            },
            |value| digits_lost(&value.to_string()),
        ),
        DataType::Decimal128(_, scale) => map(
            array.as_primitive::<Decimal128Type>(),
            misfits,
            |value| from_decimal(value, *scale, by_digits),
            |value| digits_lost(&shown_decimal(value, *scale)),
        ),
        DataType::Decimal256(_, scale) => map(
            array.as_primitive::<Decimal256Type>(),
            misfits,
            |value| from_decimal(value, *scale, by_digits),
            |value| digits_lost(&shown_decimal(value, *scale)),
        ),
        DataType::Utf8 => parse(
            array.as_string::<i32>(),
            misfits,
            |text| match Digits::parse(text) {
                Some(digits) => by_text(digits, text),
                None => word(text).map(T::from_f64),
            },
            |text| match Digits::parse(text) {
                Some(_) => digits_lost(text),
                None => format!("{} is not a number", shown(text)),
            },
        ),
        _ => return None,
    })
}

fn from_decimal<N>(
    value: impl Display,
    scale: i8,
    by_digits: impl Fn(Digits, &str) -> Option<N>,
) -> Option<N> {
    let text = format!("{value}e{}", -i32::from(scale));
    by_digits(Digits::parse(&text)?, &text)
}

/// The words for what is not finite.
fn word(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "infinity" | "inf" | "+infinity" => Some(f64::INFINITY),
        "-infinity" | "-inf" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// An unscaled decimal of one of two widths.
pub(super) trait Unscaled: Sized + Copy {
    fn narrow(value: i256) -> Option<Self>;
}

impl Unscaled for i128 {
    fn narrow(value: i256) -> Option<Self> {
        value.to_i128()
    }
}

impl Unscaled for i256 {
    fn narrow(value: i256) -> Option<Self> {
        Some(value)
    }
}

/// To a decimal of a precision and scale.
pub(super) fn to_decimal<T: DecimalType>(
    array: &ArrayRef,
    column: &ColumnFit,
    (precision, scale): (u8, i8),
    to: &DataType,
    misfits: &mut Misfits,
) -> Option<ArrayRef>
where
    T::Native: Unscaled,
{
    let native = &column.native;
    let limited = |value: i256| {
        T::Native::narrow(value).filter(|value| T::is_valid_decimal_precision(*value, precision))
    };
    let by_text = |text: &str| limited(Digits::parse(text)?.unscaled(scale)?);
    let why = |text: &str| match Digits::parse(text) {
        None => format!("{} is not a number", shown(text)),
        Some(digits) if digits.places() > i64::from(scale) => {
            format!("{} has more decimals than {native}", shown(text))
        }
        Some(_) => outside(text, native),
    };
    let scaled = rescaler(0, scale);
    let by_int = |value: i128| limited(scaled(value)?);
    let array: PrimitiveArray<T> = match array.data_type() {
        DataType::Boolean => {
            let flags = arrow::compute::cast(array, &DataType::Int64).ok()?;
            map(flags.as_primitive::<Int64Type>(), misfits, |v| by_int(i128::from(v)), |v| outside(v, native))
        }
        DataType::Int64 => map(
            array.as_primitive::<Int64Type>(),
            misfits,
            |v| by_int(i128::from(v)),
            |v| why(&v.to_string()),
        ),
        DataType::UInt64 => map(
            array.as_primitive::<UInt64Type>(),
            misfits,
            |v| by_int(i128::from(v)),
            |v| why(&v.to_string()),
        ),
        DataType::Float32 => map(
            array.as_primitive::<Float32Type>(),
            misfits,
            |value| by_text(&value.to_string()),
            |value| why(&value.to_string()),
        ),
        DataType::Float64 => map(
            array.as_primitive::<Float64Type>(),
            misfits,
            |value| by_text(&value.to_string()),
            |value| why(&value.to_string()),
        ),
        DataType::Decimal128(_, from) => {
            let scaled = rescaler(*from, scale);
            map(
                array.as_primitive::<Decimal128Type>(),
                misfits,
                |value| limited(scaled(value)?),
                |value| why(&shown_decimal(value, *from)),
            )
        }
        DataType::Decimal256(_, from) => map(
            array.as_primitive::<Decimal256Type>(),
            misfits,
            |value| limited(rescale(value, *from, scale)?),
            |value| why(&shown_decimal(value, *from)),
        ),
        DataType::Utf8 => parse(array.as_string::<i32>(), misfits, by_text, why),
        _ => return None,
    };
    made(array.with_data_type(to.clone()))
}

/// To a truth value: 0 and 1, or one of the usual words.
pub(super) fn to_boolean(array: &ArrayRef, column: &ColumnFit, misfits: &mut Misfits) -> Option<ArrayRef> {
    let value: Box<dyn Fn(usize) -> Option<bool>> = match array.data_type() {
        DataType::Int64 => {
            let numbers = array.as_primitive::<Int64Type>();
            Box::new(|row| bit(i128::from(numbers.value(row))))
        }
        DataType::UInt64 => {
            let numbers = array.as_primitive::<UInt64Type>();
            Box::new(|row| bit(i128::from(numbers.value(row))))
        }
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            Box::new(|row| match texts.value(row).to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "y" | "1" => Some(true),
                "false" | "f" | "no" | "n" | "0" => Some(false),
                _ => None,
            })
        }
        _ => return None,
    };
    let flags = (0..array.len()).map(|row| {
        array.is_valid(row)
            && value(row).unwrap_or_else(|| {
                misfits.add(row, || {
                    let text = crate::cells::value_as_text(array, row).unwrap_or_default();
                    format!("{} is neither true nor false, as {} takes", shown(&text), column.native)
                });
                false
            })
    });
    let flags: BooleanBuffer = flags.collect();
    Some(Arc::new(BooleanArray::new(flags, array.nulls().cloned())))
}

fn bit(value: i128) -> Option<bool> {
    match value {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}
