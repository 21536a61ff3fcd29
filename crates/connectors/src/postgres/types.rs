//! Types: PostgreSQL's to Arrow's and back, one table each way.
//!
//! A [`Kind`] says how the values of a type travel on the wire. Types without a binary form of ours travel as text
//! ([`Kind::Cast`]): the source selects `column::text`, the destination casts in the server. Their own name stands
//! in the field's metadata, so that a table created by us gets the same type again.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, IntervalUnit, TimeUnit};
use towpath_connect::fit::TextCheck;
use towpath_connect::types::{Logical, canonical_field, logical, native, with_logical, with_native};
use towpath_connect::{ColumnFit, widen};

use super::name::quote;

/// Name of this system in native types.
const SYSTEM: &str = "postgres";

/// Modifier of a type without length or precision.
pub(super) const NO_TYPMOD: i32 = -1;

/// How the values of a type travel.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    /// `numeric(p,s)` of at most 76 digits.
    Decimal {
        precision: u8,
        scale: i8,
    },
    /// `numeric` of any size, as text.
    Numeric,
    /// Read and written through `numeric`, as its text depends on the server's locale.
    Money,
    Text,
    Json,
    Jsonb,
    Uuid,
    Bytea,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    /// One-dimensional arrays. The number is the type of the items, which the wire repeats.
    Array(Box<Kind>, u32),
    /// Everything else, as the text the server shows.
    Cast,
}

/// A type of a column, looked up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PgType {
    /// With length or precision, for messages and new columns: `character varying(20)`.
    pub(super) name: String,
    /// Without length or precision, for casts: `character varying`.
    pub(super) bare: String,
    pub(super) kind: Kind,
    /// The words of an enum.
    pub(super) labels: Option<Vec<String>>,
    /// Length of `varchar(n)` and `char(n)`.
    pub(super) max_chars: Option<usize>,
}

/// The kind of a built-in type by its number.
pub(super) fn builtin(oid: u32, typmod: i32) -> Option<Kind> {
    Some(match oid {
        16 => Kind::Bool,
        17 => Kind::Bytea,
        19 | 25 | 1042 | 1043 => Kind::Text,
        20 => Kind::Int8,
        21 => Kind::Int2,
        23 => Kind::Int4,
        26 => Kind::Oid,
        114 => Kind::Json,
        700 => Kind::Float4,
        701 => Kind::Float8,
        790 => Kind::Money,
        1082 => Kind::Date,
        1083 => Kind::Time,
        1114 => Kind::Timestamp,
        1184 => Kind::TimestampTz,
        1186 => Kind::Interval,
        1700 => numeric_kind(typmod),
        2950 => Kind::Uuid,
        3802 => Kind::Jsonb,
        // Vectors of catalogs look like arrays but count from zero.
        22 | 30 => Kind::Cast,
        _ => {
            return builtin_item(oid)
                .and_then(|item| Some(Kind::Array(Box::new(builtin(item, typmod)?), item)));
        }
    })
}

/// The item type of a built-in array type.
fn builtin_item(oid: u32) -> Option<u32> {
    const ARRAYS: [(u32, u32); 23] = [
        (1000, 16),
        (1001, 17),
        (1003, 19),
        (1005, 21),
        (1007, 23),
        (1009, 25),
        (1014, 1042),
        (1015, 1043),
        (1016, 20),
        (1021, 700),
        (1022, 701),
        (1028, 26),
        (199, 114),
        (791, 790),
        (1115, 1114),
        (1182, 1082),
        (1183, 1083),
        (1185, 1184),
        (1187, 1186),
        (1231, 1700),
        (2951, 2950),
        (3807, 3802),
        (1006, 22),
    ];
    ARRAYS.iter().find(|(array, _)| *array == oid).map(|(_, item)| *item)
}

/// `numeric` by its modifier, which holds precision and (since version 15 possibly negative) scale.
fn numeric_kind(typmod: i32) -> Kind {
    if typmod < 4 {
        return Kind::Numeric;
    }
    let precision = ((typmod - 4) >> 16) & 0xffff;
    let scale = (((typmod - 4) & 0x7ff) ^ 0x400) - 0x400;
    // `numeric(3,5)` holds five decimals, `numeric(3,-2)` five digits before the point.
    let (precision, scale) = if scale < 0 { (precision - scale, 0) } else { (precision.max(scale), scale) };
    match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(precision @ 1..=76), Ok(scale)) => Kind::Decimal { precision, scale },
        _ => Kind::Numeric,
    }
}

/// The Arrow type that a source yields for a kind.
pub(super) fn arrow_type(kind: &Kind) -> DataType {
    match kind {
        Kind::Bool => DataType::Boolean,
        Kind::Int2 => DataType::Int16,
        Kind::Int4 => DataType::Int32,
        Kind::Int8 => DataType::Int64,
        Kind::Oid => DataType::UInt32,
        Kind::Float4 => DataType::Float32,
        Kind::Float8 => DataType::Float64,
        Kind::Decimal { precision, scale } if *precision <= 38 => DataType::Decimal128(*precision, *scale),
        Kind::Decimal { precision, scale } => DataType::Decimal256(*precision, *scale),
        Kind::Numeric | Kind::Money | Kind::Text | Kind::Json | Kind::Jsonb | Kind::Uuid | Kind::Cast => {
            DataType::Utf8
        }
        Kind::Bytea => DataType::Binary,
        Kind::Date => DataType::Date32,
        Kind::Time => DataType::Time64(TimeUnit::Microsecond),
        Kind::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::TimestampTz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Interval => DataType::Interval(IntervalUnit::MonthDayNano),
        Kind::Array(item, _) => DataType::List(Arc::new(Field::new("item", arrow_type(item), true))),
    }
}

/// The field that a source yields for a column.
pub(super) fn field(name: &str, column: &PgType, nullable: bool) -> Field {
    let plain = Field::new(name, arrow_type(&column.kind), nullable);
    let marked = match &column.kind {
        Kind::Numeric | Kind::Money => with_logical(plain, Logical::Numeric),
        Kind::Json | Kind::Jsonb => with_logical(plain, Logical::Json),
        Kind::Uuid => with_logical(plain, Logical::Uuid),
        Kind::Text if column.labels.is_some() => with_logical(plain, Logical::Enum),
        _ => plain,
    };
    let kind = match &column.kind {
        Kind::Array(item, _) => item.as_ref(),
        kind => kind,
    };
    match kind {
        Kind::Cast => with_native(marked, SYSTEM, &column.name),
        Kind::Money | Kind::Json | Kind::Jsonb | Kind::Oid => with_native(marked, SYSTEM, &column.bare),
        // Arrow has no name for the items of a list, so only the type itself tells what they are.
        Kind::Uuid | Kind::Numeric if matches!(column.kind, Kind::Array(..)) => {
            with_native(marked, SYSTEM, &column.bare)
        }
        Kind::Text if column.labels.is_some() => with_native(marked, SYSTEM, &column.bare),
        _ => marked,
    }
}

/// The type that a new column gets for incoming values, unless its native type exists.
pub(super) fn new_type(incoming: &FieldRef) -> String {
    let canonical = canonical_field(incoming);
    // What a transform made of a column may still carry the column's old logical type.
    let is_text = *canonical.data_type() == DataType::Utf8;
    match logical(&canonical).filter(|_| is_text) {
        Some(Logical::Uuid) => return "uuid".into(),
        Some(Logical::Json) => return "jsonb".into(),
        Some(Logical::Numeric) => return "numeric".into(),
        Some(Logical::Enum | Logical::TimeSpan | Logical::Bits) | None => {}
    }
    new_plain_type(canonical.data_type())
}

fn new_plain_type(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".into(),
        DataType::Int8 | DataType::Int16 | DataType::UInt8 => "smallint".into(),
        DataType::Int32 | DataType::UInt16 => "integer".into(),
        DataType::Int64 | DataType::UInt32 => "bigint".into(),
        DataType::UInt64 => "numeric(20,0)".into(),
        DataType::Float32 => "real".into(),
        DataType::Float64 => "double precision".into(),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => match *scale {
            // A negative scale is digits before the point that are always zero.
            scale if scale < 0 => format!("numeric({},0)", i16::from(*precision) - i16::from(scale)),
            scale => format!("numeric({precision},{scale})"),
        },
        DataType::Binary => "bytea".into(),
        DataType::Date32 => "date".into(),
        DataType::Time64(_) => "time".into(),
        DataType::Timestamp(_, None) => "timestamp".into(),
        DataType::Timestamp(_, Some(_)) => "timestamptz".into(),
        DataType::Duration(_) | DataType::Interval(_) => "interval".into(),
        DataType::List(item) => format!("{}[]", new_plain_type(item.data_type())),
        _ => "text".into(),
    }
}

/// The name of the incoming column's type when it came from a PostgreSQL server and is worth recreating.
pub(super) fn native_type(incoming: &Field) -> Option<&str> {
    native(incoming, SYSTEM)
}

/// What incoming values must fit to be written into a column of this type.
pub(super) fn fit(column: &PgType, nullable: bool, incoming: &FieldRef) -> ColumnFit {
    let canonical = canonical_field(incoming);
    let mut fit = ColumnFit::new(incoming.name(), taken_type(&column.kind, canonical.data_type()));
    fit.native = column.name.clone();
    fit.nullable = nullable;
    fit.infinite_times = true;
    fit.no_nul = !matches!(column.kind, Kind::Bytea | Kind::Json);
    fit.max_chars = column.max_chars;
    fit.years = match column.kind {
        Kind::Date => Some((-4712, 5_874_897)),
        Kind::Timestamp | Kind::TimestampTz => Some((-4712, 294_276)),
        _ => None,
    };
    fit.check = match (&column.kind, &column.labels) {
        (_, Some(labels)) if column.kind == Kind::Text => Some(TextCheck::OneOf(labels.clone())),
        (Kind::Uuid, _) => Some(TextCheck::Uuid),
        (Kind::Json | Kind::Jsonb, _) => Some(TextCheck::Json),
        (Kind::Numeric | Kind::Money, _) if fit.data_type == DataType::Utf8 => Some(TextCheck::Numeric),
        _ => None,
    };
    fit
}

/// The canonical type that a load takes for a kind.
fn taken_type(kind: &Kind, incoming: &DataType) -> DataType {
    match (kind, incoming) {
        // These columns take numbers of any size, so whatever is exact stays as it is.
        (Kind::Numeric | Kind::Money, DataType::Decimal128(..) | DataType::Decimal256(..)) => {
            incoming.clone()
        }
        (Kind::Numeric | Kind::Money, incoming) if incoming.is_integer() => DataType::Decimal128(20, 0),
        // A time span without months and days.
        (Kind::Interval, DataType::Duration(_)) => DataType::Duration(TimeUnit::Microsecond),
        (Kind::Array(item, _), DataType::List(inner)) => {
            DataType::List(Arc::new(Field::new("item", taken_type(item, inner.data_type()), true)))
        }
        (Kind::Array(item, _), _) => {
            DataType::List(Arc::new(Field::new("item", taken_type(item, &DataType::Null), true)))
        }
        (kind, _) => arrow_type(kind),
    }
}

/// How a source selects a column of this type.
pub(super) fn selected(name: &str, column: &PgType) -> String {
    let through = match column.bare.as_str() {
        // The blanks at the end of `char(n)` mean nothing; as text they would.
        "bpchar" => Some("text"),
        "bpchar[]" => Some("text[]"),
        _ => through(&column.kind),
    };
    match through {
        Some(through) => format!("{}::{through}", quote(name)),
        None => quote(name),
    }
}

/// The type in between, for types that do not travel in their own form.
pub(super) fn through(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Cast => Some("text"),
        Kind::Money => Some("numeric"),
        Kind::Array(item, _) => match item.as_ref() {
            Kind::Cast => Some("text[]"),
            Kind::Money => Some("numeric[]"),
            _ => None,
        },
        _ => None,
    }
}

/// Types of columns that may become wider in place.
const WIDENING: [&str; 8] =
    ["smallint", "integer", "bigint", "real", "double precision", "numeric", "date", "character varying"];

/// Whether a column takes every incoming value.
pub(super) fn takes_all(column: &PgType, incoming: &FieldRef) -> bool {
    let same_native = native_type(incoming).is_some_and(|name| name == column.name || name == column.bare);
    if same_native || incoming.data_type() == &DataType::Null {
        return true;
    }
    let by_server = through(&column.kind).is_some_and(|through| through != "numeric");
    let canonical = canonical_field(incoming);
    if by_server || (column.max_chars.is_some() && canonical.data_type() == &DataType::Utf8) {
        return false;
    }
    widen::holds(&field(incoming.name(), column, true), &canonical)
}

/// The type to which a column becomes wider so that it takes every incoming value; `None` when it does already, or
/// when there is no such type.
pub(super) fn wider_type(column: &PgType, is_identity: bool, incoming: &FieldRef) -> Option<String> {
    if !WIDENING.contains(&column.bare.as_str()) {
        return None;
    }
    let canonical = canonical_field(incoming);
    if column.max_chars.is_some() {
        return (canonical.data_type() == &DataType::Utf8 && incoming.data_type() != &DataType::Null)
            .then(|| "text".into());
    }
    let wider = widen::widened(&field(incoming.name(), column, true), &canonical)?;
    let wider = new_type(&Arc::new(wider));
    // Identity columns are whole numbers.
    (!is_identity || wider == "bigint" || wider == "integer").then_some(wider)
}
