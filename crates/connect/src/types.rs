//! Types that travel: the canonical Arrow types, and logical types in field metadata.
//!
//! Between source and destination any Arrow type may appear. Destinations take only canonical ones:
//! `Boolean`, `Int8…Int64`, `UInt8…UInt64`, `Float32`, `Float64`, `Decimal128`, `Decimal256`, `Utf8`, `Binary`,
//! `Date32`, `Time64(µs)`, `Timestamp(µs, None | "UTC")`, `Duration(µs)`, `Interval(MonthDayNano)`, and `List` of
//! these. Structs and maps become JSON text.
//!
//! A type that Arrow lacks travels as a canonical type with a logical type in the metadata of its field, so that a
//! destination that knows it can recreate it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, IntervalUnit, TimeUnit};

/// Metadata key of the logical type.
pub const LOGICAL: &str = "towpath:type";
/// Metadata key of the type's own name in the system it came from, for example `postgres:inet`.
pub const NATIVE: &str = "towpath:native";

/// Timestamps of this value mean "infinitely late" (and its negative "infinitely early"), as PostgreSQL has them.
pub const INFINITY_MICROS: i64 = i64::MAX;
/// "Infinitely early".
pub const NEG_INFINITY_MICROS: i64 = i64::MIN;
/// Dates of this value mean "infinitely late".
pub const INFINITY_DAYS: i32 = i32::MAX;
/// "Infinitely early".
pub const NEG_INFINITY_DAYS: i32 = i32::MIN;

/// A type that Arrow lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logical {
    /// UUID, as lower-case text with hyphens (`Utf8`).
    Uuid,
    /// JSON text (`Utf8`).
    Json,
    /// A number of any precision and scale, as exact decimal text (`Utf8`). Also `NaN`, `Infinity`, `-Infinity`.
    Numeric,
    /// One of a fixed list of words (`Utf8`).
    Enum,
    /// A span of time that may exceed a day or be negative (`Duration(µs)`).
    TimeSpan,
    /// A row of bits (`UInt64`).
    Bits,
}

impl Logical {
    const ALL: [Logical; 6] =
        [Logical::Uuid, Logical::Json, Logical::Numeric, Logical::Enum, Logical::TimeSpan, Logical::Bits];

    /// The name in field metadata.
    pub fn name(self) -> &'static str {
        match self {
            Logical::Uuid => "uuid",
            Logical::Json => "json",
            Logical::Numeric => "numeric",
            Logical::Enum => "enum",
            Logical::TimeSpan => "time_span",
            Logical::Bits => "bits",
        }
    }
}

/// The logical type of a field, when it has one.
pub fn logical(field: &Field) -> Option<Logical> {
    let name = field.metadata().get(LOGICAL)?;
    Logical::ALL.into_iter().find(|logical| logical.name() == name)
}

/// The type's own name in `system`, when the field came from that system.
pub fn native<'a>(field: &'a Field, system: &str) -> Option<&'a str> {
    field.metadata().get(NATIVE)?.strip_prefix(system)?.strip_prefix(':')
}

/// Marks a field with a logical type.
pub fn with_logical(field: Field, logical: Logical) -> Field {
    with_metadata(field, LOGICAL, logical.name().to_owned())
}

/// Marks a field with the type's own name in the system it came from.
pub fn with_native(field: Field, system: &str, name: &str) -> Field {
    with_metadata(field, NATIVE, format!("{system}:{name}"))
}

fn with_metadata(field: Field, key: &str, value: String) -> Field {
    let mut metadata: HashMap<String, String> = field.metadata().clone();
    metadata.insert(key.to_owned(), value);
    field.with_metadata(metadata)
}

/// The canonical type that holds every value of `data_type` (but for sub-microseconds, which [`crate::fit`]
/// refuses row by row).
pub fn canonical(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Null | DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => DataType::Binary,
        DataType::Float16 => DataType::Float32,
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Date64 => DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::Time32(_) | DataType::Time64(_) => DataType::Time64(TimeUnit::Microsecond),
        DataType::Timestamp(_, None) => DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::Timestamp(_, Some(_)) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::Duration(_) => DataType::Duration(TimeUnit::Microsecond),
        DataType::Interval(_) => DataType::Interval(IntervalUnit::MonthDayNano),
        DataType::Dictionary(_, values) => canonical(values),
        DataType::RunEndEncoded(_, values) => canonical(values.data_type()),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => match item.data_type() {
            DataType::Struct(_) | DataType::Map(..) => DataType::Utf8,
            inner => DataType::List(Arc::new(Field::new("item", canonical(inner), true))),
        },
        DataType::Struct(_) | DataType::Map(..) | DataType::Union(..) => DataType::Utf8,
        other => other.clone(),
    }
}

/// The field with its canonical type; JSON text is marked as such.
pub fn canonical_field(field: &FieldRef) -> Field {
    let data_type = canonical(field.data_type());
    let becomes_json = data_type == DataType::Utf8
        && (field.data_type().is_nested() && !matches!(field.data_type(), DataType::Dictionary(..)));
    let plain = field.as_ref().clone().with_data_type(data_type);
    if becomes_json { with_logical(plain, Logical::Json) } else { plain }
}

/// The type in words that users read, for example `decimal(12,2)` or `timestamp with time zone`.
pub fn describe(field: &Field) -> String {
    match logical(field) {
        Some(Logical::TimeSpan) => return "time span".into(),
        Some(logical) => return logical.name().into(),
        None => {}
    }
    describe_type(field.data_type())
}

/// The type in words that users read.
pub fn describe_type(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "null".into(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".into(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "binary".into(),
        DataType::FixedSizeBinary(_) => "binary".into(),
        DataType::Date32 => "date".into(),
        DataType::Time32(_) | DataType::Time64(_) => "time".into(),
        DataType::Timestamp(_, None) | DataType::Date64 => "timestamp".into(),
        DataType::Timestamp(_, Some(_)) => "timestamp with time zone".into(),
        DataType::Duration(_) => "time span".into(),
        DataType::Interval(_) => "interval".into(),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            format!("list of {}", describe_type(item.data_type()))
        }
        DataType::Struct(_) => "struct".into(),
        DataType::Map(..) => "map".into(),
        DataType::Dictionary(_, values) => describe_type(values),
        other => format!("{other}").to_lowercase(),
    }
}
