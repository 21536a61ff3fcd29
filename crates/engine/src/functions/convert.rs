//! Checked conversion: a value becomes exactly what it says in another type, or null, which the caller takes for
//! "does not convert". Nothing is rounded, cut or guessed.

mod parse;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float32Array, Float64Array, PrimitiveArray, StringArray,
};
use arrow::compute::kernels::cmp::not_distinct;
use arrow::compute::{CastOptions, cast_with_options, not, nullif};
use arrow::datatypes::{
    DataType, Date32Type, FieldRef, Float32Type, Float64Type, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use jiff::tz::TimeZone;
use towpath_connect::types::{self, Logical};

use super::types::TypeName;
use super::{array, call};

/// How to convert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Conversion {
    /// The type to convert to.
    pub to: TypeName,
    /// Pattern of dates and times in text, in the notation of `strftime`.
    pub format: Option<String>,
    /// Time zone of dates and times that carry none; UTC when not given.
    pub zone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Convert {
    conversion: Conversion,
    signature: Signature,
}

/// The conversion applied to an expression; null where it does not convert.
pub fn convert(conversion: Conversion, argument: Expr) -> Expr {
    call(Convert { conversion, signature: Signature::any(1, Volatility::Immutable) }, vec![argument])
}

impl ScalarUDFImpl for Convert {
    fn name(&self) -> &str {
        "convert"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.conversion.to.data_type.clone())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(self.conversion.to.field("convert")))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let input = array(&args.args, 0, args.number_rows)?;
        Ok(ColumnarValue::Array(self.conversion.run(&input)?))
    }
}

/// The sorts of types between which conversions exist.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sort {
    Text,
    Boolean,
    Integer,
    Float,
    Decimal,
    Date,
    Time,
    Timestamp,
    Binary,
    Null,
    Other,
}

fn sort(data_type: &DataType) -> Sort {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Sort::Text,
        DataType::Boolean => Sort::Boolean,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Sort::Float,
        DataType::Date32 => Sort::Date,
        DataType::Time32(_) | DataType::Time64(_) => Sort::Time,
        DataType::Timestamp(..) | DataType::Date64 => Sort::Timestamp,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            Sort::Binary
        }
        DataType::Null => Sort::Null,
        DataType::Dictionary(_, values) => sort(values),
        other if other.is_integer() => Sort::Integer,
        other if other.is_decimal() => Sort::Decimal,
        _ => Sort::Other,
    }
}

impl Conversion {
    /// Whether values of this type can be converted at all.
    pub fn takes(&self, from: &DataType) -> bool {
        use Sort::{Binary, Boolean, Date, Decimal, Float, Integer, Null, Other, Text, Time, Timestamp};
        let from = sort(from);
        if from == Null {
            return true;
        }
        match (self.to.logical, sort(&self.to.data_type)) {
            (Some(Logical::Numeric), _) => matches!(from, Text | Integer | Float | Decimal),
            (Some(_), _) => from == Text,
            (None, Text) => from != Other,
            (None, Boolean) => matches!(from, Text | Boolean | Integer),
            (None, Integer) => matches!(from, Text | Boolean | Integer | Float | Decimal),
            (None, Float | Decimal) => matches!(from, Text | Integer | Float | Decimal),
            (None, Date) => matches!(from, Text | Date | Timestamp),
            (None, Time) => matches!(from, Text | Time | Timestamp),
            (None, Timestamp) => matches!(from, Text | Date | Timestamp),
            (None, Binary) => matches!(from, Text | Binary),
            (None, Null | Other) => false,
        }
    }

    fn zone(&self) -> TimeZone {
        self.zone.as_deref().and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC)
    }

    /// Converts an array; null where a value does not convert.
    fn run(&self, input: &ArrayRef) -> Result<ArrayRef> {
        let to = &self.to.data_type;
        let from = sort(input.data_type());
        if from == Sort::Text {
            let texts = plain(input, &DataType::Utf8)?;
            return self.parse(texts.as_string::<i32>());
        }
        match (from, sort(to)) {
            (
                Sort::Integer | Sort::Decimal | Sort::Boolean,
                Sort::Integer | Sort::Decimal | Sort::Boolean,
            )
            | (Sort::Integer, Sort::Float)
            | (Sort::Float, Sort::Integer) => exact(input, to),
            (Sort::Decimal, Sort::Float) => plain(input, to),
            (Sort::Float, Sort::Float) => finite(input, to),
            (Sort::Float, Sort::Decimal) => float_to_decimal(input, to),
            (Sort::Timestamp, Sort::Date | Sort::Time | Sort::Timestamp) => self.clock_or_day(input),
            (Sort::Date, Sort::Timestamp) => self.zoned(&plain(input, &MICROS)?),
            (Sort::Date | Sort::Time | Sort::Timestamp, Sort::Text) if self.format.is_some() => {
                self.print(input)
            }
            (Sort::Time, Sort::Time) => exact(input, to),
            _ => plain(input, to),
        }
    }

    fn parse(&self, texts: &StringArray) -> Result<ArrayRef> {
        let format = self.format.as_deref();
        Ok(match (&self.to.data_type, self.to.logical) {
            (DataType::Utf8, None | Some(Logical::Enum)) => Arc::new(texts.clone()),
            (DataType::Utf8, Some(logical)) => Arc::new(
                texts
                    .iter()
                    .map(|text| text.and_then(|text| parse::logical(text, logical)))
                    .collect::<StringArray>(),
            ),
            (DataType::Boolean, _) => {
                Arc::new(texts.iter().map(|text| text.and_then(parse::boolean)).collect::<BooleanArray>())
            }
            (DataType::Binary, _) => plain(&(Arc::new(texts.clone()) as ArrayRef), &DataType::Binary)?,
            (DataType::Float32, _) => {
                let parse = |text: Option<&str>| text.and_then(parse::float).map(|value| value as f32);
                let finite = |text: Option<&str>, value: Option<f32>| {
                    value.filter(|value| {
                        value.is_finite() || text.and_then(parse::float).is_some_and(|v| !v.is_finite())
                    })
                };
                Arc::new(texts.iter().map(|text| finite(text, parse(text))).collect::<Float32Array>())
            }
            (DataType::Float64, _) => {
                Arc::new(texts.iter().map(|text| text.and_then(parse::float)).collect::<Float64Array>())
            }
            (to @ DataType::Decimal128(precision, scale), _) => {
                let values =
                    texts.iter().map(|text| text.and_then(|text| parse::decimal(text, *precision, *scale)));
                Arc::new(values.collect::<arrow::array::Decimal128Array>().with_data_type(to.clone()))
            }
            (to @ DataType::Decimal256(precision, scale), _) => {
                let values = texts
                    .iter()
                    .map(|text| text.and_then(|text| parse::wide_decimal(text, *precision, *scale)));
                Arc::new(values.collect::<arrow::array::Decimal256Array>().with_data_type(to.clone()))
            }
            (DataType::Date32, _) => {
                let values = texts.iter().map(|text| text.and_then(|text| parse::date(text, format)));
                Arc::new(values.collect::<PrimitiveArray<Date32Type>>())
            }
            (DataType::Time64(_), _) => {
                let values = texts.iter().map(|text| text.and_then(|text| parse::time(text, format)));
                Arc::new(values.collect::<PrimitiveArray<Time64MicrosecondType>>())
            }
            (DataType::Timestamp(_, None), _) => {
                let values = texts.iter().map(|text| text.and_then(|text| parse::timestamp(text, format)));
                Arc::new(values.collect::<PrimitiveArray<TimestampMicrosecondType>>())
            }
            (to @ DataType::Timestamp(_, Some(_)), _) => {
                let zone = self.zone();
                let values =
                    texts.iter().map(|text| text.and_then(|text| parse::instant(text, format, &zone)));
                Arc::new(
                    values.collect::<PrimitiveArray<TimestampMicrosecondType>>().with_data_type(to.clone()),
                )
            }
            (to, _) if to.is_integer() => {
                let values = texts.iter().map(|text| text.and_then(parse::integer));
                let wide: arrow::array::Decimal128Array = values.collect();
                let wide = Arc::new(wide.with_data_type(DataType::Decimal128(38, 0))) as ArrayRef;
                exact(&wide, to)?
            }
            (to, _) => plain(&(Arc::new(texts.clone()) as ArrayRef), to)?,
        })
    }

    /// From a timestamp, seen in the zone of the conversion when it is a point in time.
    fn clock_or_day(&self, input: &ArrayRef) -> Result<ArrayRef> {
        let is_instant = matches!(input.data_type(), DataType::Timestamp(_, Some(_)));
        let to = &self.to.data_type;
        let micros = exact(input, &if is_instant { INSTANT.clone() } else { MICROS.clone() })?;
        match (is_instant, to) {
            (true, DataType::Timestamp(_, Some(_))) | (false, DataType::Timestamp(_, None)) => Ok(micros),
            (false, DataType::Timestamp(_, Some(_))) => self.zoned(&micros),
            (true, _) => {
                let zone = self.zone();
                let local: PrimitiveArray<TimestampMicrosecondType> = micros
                    .as_primitive::<TimestampMicrosecondType>()
                    .unary_opt(|value| parse::local(value, &zone));
                plain(&(Arc::new(local.with_data_type(MICROS.clone())) as ArrayRef), to)
            }
            (false, _) => plain(&micros, to),
        }
    }

    /// From a wall clock to points in time, when points in time are asked for.
    fn zoned(&self, input: &ArrayRef) -> Result<ArrayRef> {
        if !matches!(self.to.data_type, DataType::Timestamp(_, Some(_))) {
            return plain(input, &self.to.data_type);
        }
        let zone = self.zone();
        let instants: PrimitiveArray<TimestampMicrosecondType> =
            input.as_primitive::<TimestampMicrosecondType>().unary_opt(|value| parse::zoned(value, &zone));
        Ok(Arc::new(instants.with_data_type(INSTANT.clone())))
    }

    fn print(&self, input: &ArrayRef) -> Result<ArrayRef> {
        let Some(format) = self.format.as_deref() else { return plain(input, &DataType::Utf8) };
        let zone = if matches!(input.data_type(), DataType::Timestamp(_, Some(_))) {
            self.zone()
        } else {
            TimeZone::UTC
        };
        if sort(input.data_type()) == Sort::Time {
            let times = plain(input, &DataType::Time64(TimeUnit::Microsecond))?;
            let times = times.as_primitive::<Time64MicrosecondType>();
            let texts: StringArray = times
                .iter()
                .map(|time| time.and_then(|time| parse::print(time, &TimeZone::UTC, format)))
                .collect();
            return Ok(Arc::new(texts));
        }
        let micros = plain(input, &INSTANT)?;
        let micros = micros.as_primitive::<TimestampMicrosecondType>();
        let texts: StringArray =
            micros.iter().map(|value| value.and_then(|value| parse::print(value, &zone, format))).collect();
        Ok(Arc::new(texts))
    }
}

/// Converts one array outside a plan; `None` when there is no such conversion.
pub fn convert_one(conversion: &Conversion, input: &ArrayRef) -> Option<ArrayRef> {
    conversion.takes(input.data_type()).then(|| conversion.run(input).ok()).flatten()
}

/// Checks a pattern of dates and times by using it; gives the reason when it cannot be used.
pub fn check_format(format: &str) -> std::result::Result<(), String> {
    parse::check_format(format)
}

/// Whether a time zone of that name is known.
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

const MICROS: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);
static INSTANT: std::sync::LazyLock<DataType> = std::sync::LazyLock::new(|| {
    types::canonical(&DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))
});

fn plain(input: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    if input.data_type() == to {
        return Ok(Arc::clone(input));
    }
    let options = CastOptions { safe: true, ..CastOptions::default() };
    Ok(cast_with_options(input, to, &options)?)
}

/// Converts and keeps only what converts back to the same value.
fn exact(input: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    if input.data_type() == to {
        return Ok(Arc::clone(input));
    }
    let output = plain(input, to)?;
    let back = plain(&output, input.data_type())?;
    let same = not_distinct(&back, input)?;
    if same.false_count() == 0 { Ok(output) } else { Ok(nullif(&output, &not(&same)?)?) }
}

/// Between floating-point types, where rounding is in the nature of the type but infinity is not.
fn finite(input: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    let output = plain(input, to)?;
    if to != &DataType::Float32 {
        return Ok(output);
    }
    let input = plain(input, &DataType::Float64)?;
    let inputs = input.as_primitive::<Float64Type>().iter();
    let outputs = output.as_primitive::<Float32Type>().iter();
    let kept: Float32Array = inputs
        .zip(outputs)
        .map(|(from, to)| to.filter(|to| to.is_finite() || from.is_some_and(|from| !from.is_finite())))
        .collect();
    Ok(Arc::new(kept))
}

/// A floating-point number becomes the decimal it stands for; noise in its last digits (`0.1 + 0.2`) is no loss.
fn float_to_decimal(input: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    let input = plain(input, &DataType::Float64)?;
    let output = plain(&input, to)?;
    let back = plain(&output, &DataType::Float64)?;
    let pairs = input.as_primitive::<Float64Type>().iter().zip(back.as_primitive::<Float64Type>().iter());
    let lost: BooleanArray = pairs
        .map(|(from, back)| match (from, back) {
            (Some(from), Some(back)) => Some((from - back).abs() > from.abs() * 4.0 * f64::EPSILON),
            _ => Some(false),
        })
        .collect();
    Ok(nullif(&output, &lost)?)
}

#[cfg(test)]
mod tests;
