//! Dates, times, timestamps, spans: exact to the microsecond, and never across the border between wall-clock
//! times and instants.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::*;
use towpath_model::Fault;

use super::convert::{map, parse, parse_as, unpack};
use super::misfit::{Misfits, shown};
use crate::civil::{self, DAY_MICROS};
use crate::types::{INFINITY_DAYS, INFINITY_MICROS, NEG_INFINITY_DAYS, NEG_INFINITY_MICROS};

type Converted = Result<Option<ArrayRef>, Fault>;

fn made<T: ArrowPrimitiveType>(array: PrimitiveArray<T>) -> Converted {
    Ok(Some(Arc::new(array)))
}

/// For timestamps, whether they are instants.
pub(super) fn is_zoned(data_type: &DataType) -> Option<bool> {
    match data_type {
        DataType::Timestamp(_, zone) => Some(zone.is_some()),
        DataType::Date64 => Some(false),
        DataType::Dictionary(_, values) => is_zoned(values),
        _ => None,
    }
}

/// Microseconds of a count in another unit, when they are whole.
fn as_micros(value: i64, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Second => value.checked_mul(1_000_000),
        TimeUnit::Millisecond => value.checked_mul(1000),
        TimeUnit::Microsecond => Some(value),
        TimeUnit::Nanosecond => (value % 1000 == 0).then_some(value / 1000),
    }
}

/// The plain counts of a time type, with their unit.
fn counts(array: &ArrayRef) -> Result<Option<(PrimitiveArray<Int64Type>, TimeUnit)>, Fault> {
    let unit = match array.data_type() {
        DataType::Time32(unit)
        | DataType::Time64(unit)
        | DataType::Timestamp(unit, _)
        | DataType::Duration(unit) => *unit,
        _ => return Ok(None),
    };
    let array = match array.data_type() {
        DataType::Time32(_) => unpack(array, &DataType::Int32)?,
        _ => array.clone(),
    };
    Ok(Some((unpack(&array, &DataType::Int64)?.as_primitive::<Int64Type>().clone(), unit)))
}

fn too_fine(value: i64, unit: TimeUnit) -> String {
    match unit {
        TimeUnit::Nanosecond => {
            let nanos = value.rem_euclid(1_000_000_000);
            format!("the value has {nanos} nanoseconds, and the column keeps microseconds")
        }
        _ => format!("{} is outside what the column keeps", shown(&value.to_string())),
    }
}

/// To a date.
pub(super) fn to_date(array: &ArrayRef, misfits: &mut Misfits) -> Converted {
    match array.data_type() {
        DataType::Utf8 => made(parse_as::<Date32Type>(array, misfits, "a date", civil::parse_date)),
        DataType::Timestamp(unit, None) => {
            let (unit, infinite) = (*unit, *unit == TimeUnit::Microsecond);
            let Some((counts, _)) = counts(array)? else { return Ok(None) };
            let day = |value: i64| match value {
                INFINITY_MICROS if infinite => Some(INFINITY_DAYS),
                NEG_INFINITY_MICROS if infinite => Some(NEG_INFINITY_DAYS),
                value => {
                    let micros = as_micros(value, unit)?;
                    (micros.rem_euclid(DAY_MICROS) == 0)
                        .then(|| i32::try_from(micros.div_euclid(DAY_MICROS)).ok())
                        .flatten()
                }
            };
            made::<Date32Type>(map(&counts, misfits, day, |value| {
                let mut text = String::new();
                match as_micros(value, unit) {
                    Some(micros) => civil::write_moment(&mut text, micros, 'T', false),
                    None => text = value.to_string(),
                }
                format!(
                    "{} has a time of day, and the column keeps dates; cast it to keep the day alone",
                    shown(&text)
                )
            }))
        }
        _ => Ok(None),
    }
}

/// To a time of day.
pub(super) fn to_time(array: &ArrayRef, misfits: &mut Misfits) -> Converted {
    match array.data_type() {
        DataType::Utf8 => {
            made(parse_as::<Time64MicrosecondType>(array, misfits, "a time of day", civil::parse_time))
        }
        DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_) => {
            let Some((counts, unit)) = counts(array)? else { return Ok(None) };
            let time = |value| as_micros(value, unit).filter(|micros| (0..DAY_MICROS).contains(micros));
            made::<Time64MicrosecondType>(map(&counts, misfits, time, |value| match as_micros(value, unit) {
                Some(micros) => {
                    let mut text = String::new();
                    civil::write_span(&mut text, micros);
                    format!("{} is not a time of day", shown(&text))
                }
                None => too_fine(value, unit),
            }))
        }
        _ => Ok(None),
    }
}

/// To a timestamp, as an instant when `zoned`.
pub(super) fn to_timestamp(array: &ArrayRef, zoned: bool, to: &DataType, misfits: &mut Misfits) -> Converted {
    let timestamps: PrimitiveArray<TimestampMicrosecondType> = match array.data_type() {
        DataType::Utf8 => parse(
            array.as_string::<i32>(),
            misfits,
            |text| {
                let moment = civil::parse_moment(text)?;
                let infinite = matches!(moment.micros, INFINITY_MICROS | NEG_INFINITY_MICROS);
                (infinite || moment.zoned == zoned).then_some(moment.micros)
            },
            |text| match (civil::parse_moment(text), zoned) {
                (None, _) => format!("{} is not a timestamp", shown(text)),
                (_, true) => format!("{} has no time zone, and the column keeps instants", shown(text)),
                (_, false) => format!("{} has a time zone, and the column keeps none", shown(text)),
            },
        ),
        DataType::Date32 if !zoned => map(
            array.as_primitive::<Date32Type>(),
            misfits,
            |days| match days {
                INFINITY_DAYS => Some(INFINITY_MICROS),
                NEG_INFINITY_DAYS => Some(NEG_INFINITY_MICROS),
                days => i64::from(days).checked_mul(DAY_MICROS),
            },
            |days| format!("{} is too far from today for a timestamp", shown(&shown_date(days))),
        ),
        DataType::Timestamp(_, zone) if zone.is_some() == zoned => {
            let Some((counts, unit)) = counts(array)? else { return Ok(None) };
            map(&counts, misfits, |value| as_micros(value, unit), |value| too_fine(value, unit))
        }
        _ => return Ok(None),
    };
    made(timestamps.with_data_type(to.clone()))
}

fn shown_date(days: i32) -> String {
    let mut text = String::new();
    civil::write_date(&mut text, days);
    text
}

/// To a span of time.
pub(super) fn to_span(array: &ArrayRef, misfits: &mut Misfits) -> Converted {
    match array.data_type() {
        DataType::Utf8 => {
            made(parse_as::<DurationMicrosecondType>(array, misfits, "a span of time", civil::parse_span))
        }
        DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_) => {
            let Some((counts, unit)) = counts(array)? else { return Ok(None) };
            let micros = |value| as_micros(value, unit);
            made::<DurationMicrosecondType>(map(&counts, misfits, micros, |value| too_fine(value, unit)))
        }
        DataType::Interval(_) => {
            let intervals = unpack_interval(array)?;
            made::<DurationMicrosecondType>(map(
                intervals.as_primitive::<IntervalMonthDayNanoType>(),
                misfits,
                |value| {
                    let plain = value.months == 0 && value.days == 0 && value.nanoseconds % 1000 == 0;
                    plain.then_some(value.nanoseconds / 1000)
                },
                |value| {
                    let mut text = String::new();
                    civil::write_interval(&mut text, value.months, value.days, value.nanoseconds);
                    format!(
                        "{} has months, days or nanoseconds, and the column keeps hours to microseconds",
                        shown(&text)
                    )
                },
            ))
        }
        _ => Ok(None),
    }
}

fn unpack_interval(array: &ArrayRef) -> Result<ArrayRef, Fault> {
    unpack(array, &DataType::Interval(IntervalUnit::MonthDayNano))
}

/// To an interval of months, days and nanoseconds.
pub(super) fn to_interval(array: &ArrayRef, misfits: &mut Misfits) -> Converted {
    match array.data_type() {
        DataType::Utf8 => {
            made(parse_as::<IntervalMonthDayNanoType>(array, misfits, "an ISO 8601 duration", |text| {
                let (months, days, nanos) = civil::parse_interval(text)?;
                Some(IntervalMonthDayNano::new(months, days, nanos))
            }))
        }
        DataType::Interval(_) => Ok(Some(unpack_interval(array)?)),
        DataType::Duration(_) => {
            let Some((counts, unit)) = counts(array)? else { return Ok(None) };
            let nanos = |value: i64| match unit {
                TimeUnit::Nanosecond => Some(value),
                unit => as_micros(value, unit)?.checked_mul(1000),
            };
            made::<IntervalMonthDayNanoType>(map(
                &counts,
                misfits,
                |value| Some(IntervalMonthDayNano::new(0, 0, nanos(value)?)),
                |value| too_fine(value, unit),
            ))
        }
        _ => Ok(None),
    }
}
