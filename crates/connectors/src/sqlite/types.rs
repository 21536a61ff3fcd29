//! Types: declared ones of SQLite, and Arrow's.
//!
//! A declared type is only a wish in SQLite. What it does to values is its affinity: a column with numeric affinity
//! turns text of digits into numbers. Towpath therefore writes exact text (long decimals, JSON) to types whose
//! name gives them text affinity, such as `DECIMAL_TEXT(38,10)`.

use arrow::datatypes::{DataType, Field, IntervalUnit, TimeUnit};
use towpath_connect::ColumnFit;
use towpath_connect::types::{Logical, canonical_field, logical, with_logical};

/// Decimals of up to this many digits are exact in SQLite's own numbers.
pub(super) const EXACT_DIGITS: u8 = 15;

/// What a declared type asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Declared {
    Integer,
    Real,
    Boolean,
    Decimal(u8, i8),
    Date,
    DateTime,
    Instant,
    Time,
    Span,
    Interval,
    Text,
    Json,
    Uuid,
    NumericText,
    Blob,
    /// Any other name: SQLite gives it numeric affinity.
    Numeric,
    /// No type at all, as expressions have.
    None,
}

/// Reads a declared type.
pub(super) fn declared(text: Option<&str>) -> Declared {
    let text = text.unwrap_or("").trim().to_ascii_uppercase();
    let name = text.split('(').next().unwrap_or("").trim();
    let has = |part: &str| text.contains(part);
    match name {
        "" => return Declared::None,
        "BOOL" | "BOOLEAN" => return Declared::Boolean,
        "DATE" => return Declared::Date,
        "DATETIME" | "TIMESTAMP" => return Declared::DateTime,
        "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" => return Declared::Instant,
        "TIME" => return Declared::Time,
        "TIMESPAN" => return Declared::Span,
        "INTERVAL" => return Declared::Interval,
        "JSON" | "JSONB" | "JSON_TEXT" => return Declared::Json,
        "UUID" | "GUID" => return Declared::Uuid,
        "NUMERIC_TEXT" => return Declared::NumericText,
        "DECIMAL" | "DEC" | "NUMERIC" | "NUMBER" | "DECIMAL_TEXT" => {
            if let Some((precision, scale)) = precision(&text) {
                return Declared::Decimal(precision, scale);
            }
        }
        _ => {}
    }
    // The rules of SQLite for affinity, in its order.
    if has("INT") {
        Declared::Integer
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Declared::Text
    } else if has("BLOB") {
        Declared::Blob
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Declared::Real
    } else {
        Declared::Numeric
    }
}

/// The numbers of `DECIMAL(12,2)`.
fn precision(text: &str) -> Option<(u8, i8)> {
    let inner = text.split_once('(')?.1.split_once(')')?.0;
    let (precision, scale) = inner.split_once(',').unwrap_or((inner, "0"));
    let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    ((1..=76).contains(&precision) && scale >= 0 && i16::from(scale) <= i16::from(precision))
        .then_some((precision, scale))
}

/// Whether SQLite turns text of digits into numbers in columns of this declared type.
pub(super) fn has_numeric_affinity(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let has = |part: &str| text.contains(part);
    !text.trim().is_empty() && (has("INT") || !(has("CHAR") || has("CLOB") || has("TEXT") || has("BLOB")))
}

/// A type name with the affinity of this declared type, so that a column of it keeps values in the same form.
pub(super) fn affinity(text: &str) -> &'static str {
    let text = text.to_ascii_uppercase();
    let has = |part: &str| text.contains(part);
    if has("INT") {
        "INTEGER"
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        "TEXT"
    } else if has("BLOB") || text.trim().is_empty() {
        "BLOB"
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        "REAL"
    } else {
        "NUMERIC"
    }
}

/// How values of a column are read into Arrow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Integer,
    Float,
    Boolean,
    Decimal(u8, i8),
    Date,
    Timestamp { zoned: bool },
    Time,
    Span,
    Interval,
    Text(Option<Logical>),
    Binary,
}

impl Kind {
    /// The kind of a column without any value.
    pub(super) fn of_empty(declared: Declared) -> Kind {
        match declared {
            Declared::Integer => Kind::Integer,
            Declared::Real | Declared::Numeric => Kind::Float,
            Declared::Boolean => Kind::Boolean,
            Declared::Decimal(precision, scale) => Kind::Decimal(precision, scale),
            Declared::Date => Kind::Date,
            Declared::DateTime => Kind::Timestamp { zoned: false },
            Declared::Instant => Kind::Timestamp { zoned: true },
            Declared::Time => Kind::Time,
            Declared::Span => Kind::Span,
            Declared::Interval => Kind::Interval,
            Declared::Text | Declared::None => Kind::Text(None),
            Declared::Json => Kind::Text(Some(Logical::Json)),
            Declared::Uuid => Kind::Text(Some(Logical::Uuid)),
            Declared::NumericText => Kind::Text(Some(Logical::Numeric)),
            Declared::Blob => Kind::Binary,
        }
    }

    /// The Arrow field that holds the values.
    pub(super) fn field(self, name: &str) -> Field {
        let data_type = match self {
            Kind::Integer => DataType::Int64,
            Kind::Float => DataType::Float64,
            Kind::Boolean => DataType::Boolean,
            Kind::Decimal(precision, scale) if precision <= 38 => DataType::Decimal128(precision, scale),
            Kind::Decimal(precision, scale) => DataType::Decimal256(precision, scale),
            Kind::Date => DataType::Date32,
            Kind::Timestamp { zoned } => {
                DataType::Timestamp(TimeUnit::Microsecond, zoned.then(|| "UTC".into()))
            }
            Kind::Time => DataType::Time64(TimeUnit::Microsecond),
            Kind::Span => DataType::Duration(TimeUnit::Microsecond),
            Kind::Interval => DataType::Interval(IntervalUnit::MonthDayNano),
            Kind::Text(_) => DataType::Utf8,
            Kind::Binary => DataType::Binary,
        };
        let field = Field::new(name, data_type, true);
        match self {
            Kind::Text(Some(kind)) => with_logical(field, kind),
            Kind::Span => with_logical(field, Logical::TimeSpan),
            _ => field,
        }
    }
}

/// The declared type of a new column, and what its values must fit.
pub(super) fn for_new_column(incoming: &Field) -> (String, ColumnFit) {
    let field = canonical_field(&std::sync::Arc::new(incoming.clone()));
    let mut data_type = field.data_type().clone();
    let name = match &data_type {
        DataType::Boolean => "BOOLEAN".into(),
        DataType::Int8 => "TINYINT".into(),
        DataType::Int16 | DataType::UInt8 => "SMALLINT".into(),
        DataType::Int32 | DataType::UInt16 => "INTEGER".into(),
        DataType::Int64 | DataType::UInt32 => "BIGINT".into(),
        DataType::UInt64 => {
            // SQLite has no larger integers; rows beyond are told apart instead of stored as something else.
            data_type = DataType::Int64;
            "BIGINT".into()
        }
        DataType::Float32 => "FLOAT".into(),
        DataType::Float64 => "DOUBLE".into(),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            let whole = precision.saturating_add(scale.min(&0).unsigned_abs()).min(76);
            let (precision, scale) = (if *scale < 0 { whole } else { *precision }, (*scale).max(0));
            data_type = match precision {
                ..=38 => DataType::Decimal128(precision, scale),
                _ => DataType::Decimal256(precision, scale),
            };
            let name = if precision <= EXACT_DIGITS { "DECIMAL" } else { "DECIMAL_TEXT" };
            format!("{name}({precision},{scale})")
        }
        DataType::Utf8 => match logical(&field) {
            Some(Logical::Uuid) => "UUID".into(),
            Some(Logical::Json) => "JSON_TEXT".into(),
            Some(Logical::Numeric) => "NUMERIC_TEXT".into(),
            _ => "TEXT".into(),
        },
        DataType::Binary => "BLOB".into(),
        DataType::Date32 => "DATE".into(),
        DataType::Time64(_) => "TIME".into(),
        DataType::Timestamp(_, None) => "DATETIME".into(),
        DataType::Timestamp(_, Some(_)) => "TIMESTAMPTZ".into(),
        DataType::Duration(_) => "TIMESPAN".into(),
        DataType::Interval(_) => "INTERVAL".into(),
        // Lists: SQLite has JSON functions, and no lists.
        _ => {
            data_type = DataType::Utf8;
            "JSON_TEXT".into()
        }
    };
    let fit = limited(ColumnFit { native: name.clone(), ..ColumnFit::new(incoming.name(), data_type) });
    (name, fit)
}

/// What values must fit in a column that exists.
pub(super) fn for_existing_column(incoming: &Field, type_name: &str) -> ColumnFit {
    let (_, natural) = for_new_column(incoming);
    let came = natural.data_type.clone();
    let is_number = came.is_numeric();
    let data_type = match declared(Some(type_name)) {
        Declared::Integer => DataType::Int64,
        Declared::Real => DataType::Float64,
        Declared::Boolean => DataType::Boolean,
        // Text affinity keeps every digit; SQLite's numbers keep fifteen.
        Declared::Decimal(precision, scale)
            if precision <= EXACT_DIGITS || !has_numeric_affinity(type_name) =>
        {
            match precision {
                ..=38 => DataType::Decimal128(precision, scale),
                _ => DataType::Decimal256(precision, scale),
            }
        }
        Declared::Decimal(..) => match came {
            DataType::Int64 | DataType::Int32 | DataType::Int16 | DataType::Int8 => DataType::Int64,
            _ => DataType::Float64,
        },
        // Programs that keep days or moments as numbers may go on doing so.
        Declared::Date | Declared::DateTime | Declared::Instant | Declared::Time if is_number => came,
        Declared::Date => DataType::Date32,
        Declared::DateTime | Declared::Instant => match came {
            DataType::Timestamp(..) => came,
            _ => DataType::Timestamp(
                TimeUnit::Microsecond,
                (declared(Some(type_name)) == Declared::Instant).then(|| "UTC".into()),
            ),
        },
        Declared::Time => match came {
            DataType::Duration(_) => came,
            _ => DataType::Time64(TimeUnit::Microsecond),
        },
        Declared::Span => DataType::Duration(TimeUnit::Microsecond),
        Declared::Interval => DataType::Interval(IntervalUnit::MonthDayNano),
        Declared::Text => DataType::Utf8,
        Declared::Json | Declared::Uuid | Declared::NumericText => DataType::Utf8,
        Declared::Blob => DataType::Binary,
        Declared::Numeric => match came {
            DataType::Decimal128(precision, _) if precision > EXACT_DIGITS => DataType::Float64,
            DataType::Decimal256(..) => DataType::Float64,
            came => came,
        },
        Declared::None => came,
    };
    let check = match declared(Some(type_name)) {
        Declared::Json => Some(towpath_connect::TextCheck::Json),
        Declared::Uuid => Some(towpath_connect::TextCheck::Uuid),
        Declared::NumericText => Some(towpath_connect::TextCheck::Numeric),
        _ => None,
    };
    let native = if type_name.is_empty() { natural.native } else { type_name.to_owned() };
    limited(ColumnFit { native, check, ..ColumnFit::new(incoming.name(), data_type) })
}

/// The limits of SQLite itself.
fn limited(fit: ColumnFit) -> ColumnFit {
    ColumnFit {
        // SQLite stores NaN as null.
        non_finite: false,
        infinite_times: true,
        // Its date functions, and the order of ISO text, end here.
        years: Some((0, 9999)),
        max_bytes: Some(999_999_999),
        ..fit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_follow_the_rules_of_sqlite() {
        for (text, expected) in [
            ("integer", Declared::Integer),
            ("UNSIGNED BIG INT", Declared::Integer),
            ("VARCHAR(20)", Declared::Text),
            ("decimal( 12 , 2 )", Declared::Decimal(12, 2)),
            ("DECIMAL_TEXT(38,10)", Declared::Decimal(38, 10)),
            ("NUMERIC", Declared::Numeric),
            ("DECIMAL(5,9)", Declared::Numeric),
            ("STRING", Declared::Numeric),
            ("DOUBLE PRECISION", Declared::Real),
            ("Boolean", Declared::Boolean),
            ("timestamp(6)", Declared::DateTime),
            ("BLOB", Declared::Blob),
        ] {
            assert_eq!(declared(Some(text)), expected, "{text}");
        }
        assert_eq!(declared(None), Declared::None);
        assert!(has_numeric_affinity("DECIMAL(12,2)") && has_numeric_affinity("STRING"));
        assert!(!has_numeric_affinity("DECIMAL_TEXT(38,2)") && !has_numeric_affinity("JSON_TEXT"));
    }
}
