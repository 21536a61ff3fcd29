//! What the contract for types asks of a column: whether it takes every incoming value, and to what it grows.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use towpath_connect::types::{Logical, canonical_field, logical, native};
use towpath_connect::widen;

use super::catalog::TableColumn;
use super::create::definition;
use super::session::Server;
use super::types::{ColumnType, SYSTEM};

/// The type that the column had in the MySQL server it comes from.
fn origin(incoming: &FieldRef) -> Option<ColumnType> {
    native(incoming, SYSTEM).and_then(ColumnType::parse)
}

/// Whether a text column holds every character.
fn holds_all_characters(column: &TableColumn) -> bool {
    let full = ["utf8mb4", "utf16", "utf16le", "utf32"];
    column.charset.as_deref().is_none_or(|charset| full.contains(&charset))
}

/// The longest value of a type of texts or bytes, in characters or bytes.
fn longest(column_type: &ColumnType) -> Option<u64> {
    Some(match column_type {
        ColumnType::Char(length)
        | ColumnType::Varchar(length)
        | ColumnType::Binary(length)
        | ColumnType::Varbinary(length) => u64::from(*length),
        // As many of the longest characters as there is room for.
        ColumnType::Text(bytes) => (1_u64 << (8 * bytes)).saturating_sub(1) / 4,
        ColumnType::Blob(bytes) => (1_u64 << (8 * bytes)).saturating_sub(1),
        ColumnType::Uuid => 36,
        _ => return None,
    })
}

fn is_longest(column_type: &ColumnType) -> bool {
    matches!(column_type, ColumnType::Text(4) | ColumnType::Blob(4))
}

/// The column as a field, for the rules that all systems share.
fn field(column_type: &ColumnType, incoming: &Field) -> Field {
    let boolean = *incoming.data_type() == DataType::Boolean;
    column_type.field(incoming.name(), true, boolean)
}

/// Whether a column takes every incoming value. Limits of years are left to single values.
pub(super) fn takes_all(column: &TableColumn, incoming: &FieldRef) -> bool {
    let (own, from) = (&column.column_type, origin(incoming));
    if incoming.data_type() == &DataType::Null || (from.as_ref() == Some(own) && !own.is_text()) {
        return true;
    }
    let canonical = canonical_field(incoming);
    let text = *canonical.data_type() == DataType::Utf8;
    match own {
        ColumnType::Char(_) | ColumnType::Varchar(_) | ColumnType::Text(_) => {
            let fits = || longest(own) >= from.as_ref().and_then(longest).or(Some(u64::MAX));
            holds_all_characters(column) && (is_longest(own) || fits())
        }
        ColumnType::Binary(_) | ColumnType::Varbinary(_) | ColumnType::Blob(_) => {
            is_longest(own) || from.as_ref().and_then(longest).is_some_and(|from| longest(own) >= Some(from))
        }
        ColumnType::Enum(_) | ColumnType::Set(_) => from.as_ref() == Some(own),
        ColumnType::Json => !text || logical(&canonical) == Some(Logical::Json),
        ColumnType::Year | ColumnType::Bit(2..) | ColumnType::OtherText(_) => false,
        ColumnType::DateTime(digits) | ColumnType::Timestamp(digits) | ColumnType::Time(digits)
            if *digits < 6 && *canonical.data_type() != DataType::Date32 =>
        {
            from.as_ref().and_then(ColumnType::fraction).is_some_and(|from| from <= *digits)
                && widen::holds(&field(own, &canonical), &canonical)
        }
        ColumnType::Time(_) => {
            matches!(canonical.data_type(), DataType::Time64(_))
                || logical(&canonical) == Some(Logical::TimeSpan)
        }
        ColumnType::Int { .. } if *canonical.data_type() == DataType::Boolean => true,
        ColumnType::Int { bits: 24, unsigned, .. } => {
            let narrower = ColumnType::Int { bits: 16, unsigned: *unsigned, narrow: false };
            widen::holds(&field(&narrower, &canonical), &canonical)
        }
        ColumnType::Decimal { unsigned: true, .. }
        | ColumnType::Float { unsigned: true }
        | ColumnType::Double { unsigned: true } => {
            canonical.data_type().is_unsigned_integer() && widen::holds(&field(own, &canonical), &canonical)
        }
        _ => widen::holds(&field(own, &canonical), &canonical),
    }
}

/// The type to which a column grows so that it takes every incoming value; `None` when it does already, or when there
/// is no such type.
pub(super) fn wider_type(column: &TableColumn, incoming: &FieldRef, server: &Server) -> Option<ColumnType> {
    if takes_all(column, incoming) {
        return None;
    }
    let (own, from) = (&column.column_type, origin(incoming));
    let canonical = canonical_field(incoming);
    let is = |data_type: DataType| *canonical.data_type() == data_type;
    let wider = match own {
        ColumnType::Char(_) | ColumnType::Varchar(_) | ColumnType::Text(_) if is(DataType::Utf8) => {
            longer(column, from.as_ref(), ColumnType::Text(4))
        }
        ColumnType::Varbinary(_) | ColumnType::Blob(_) if is(DataType::Binary) => {
            longer(column, from.as_ref(), ColumnType::Blob(4))
        }
        ColumnType::DateTime(_) => {
            matches!(canonical.data_type(), DataType::Timestamp(_, None)).then_some(ColumnType::DateTime(6))
        }
        ColumnType::Timestamp(_) => matches!(canonical.data_type(), DataType::Timestamp(_, Some(_)))
            .then_some(ColumnType::Timestamp(6)),
        ColumnType::Time(_) => matches!(canonical.data_type(), DataType::Time64(_) | DataType::Duration(_))
            .then_some(ColumnType::Time(6)),
        ColumnType::Date
        | ColumnType::Int { .. }
        | ColumnType::Decimal { .. }
        | ColumnType::Float { .. }
        | ColumnType::Double { .. } => wider_number(own, &canonical, server),
        _ => None,
    }?;
    let counts = matches!(wider, ColumnType::Int { .. });
    (wider != *own && (counts || !column.auto_increment)).then_some(wider)
}

fn longer(column: &TableColumn, from: Option<&ColumnType>, largest: ColumnType) -> Option<ColumnType> {
    let own = &column.column_type;
    let wanted = from.and_then(longest).unwrap_or(u64::MAX);
    if Some(wanted) <= longest(own) {
        return None;
    }
    match (own, u32::try_from(wanted)) {
        (ColumnType::Char(_) | ColumnType::Varchar(_), Ok(wanted)) if wanted <= 16_000 => {
            Some(ColumnType::Varchar(wanted))
        }
        (ColumnType::Varbinary(_), Ok(wanted)) if wanted <= 65_000 => Some(ColumnType::Varbinary(wanted)),
        (ColumnType::Text(_) | ColumnType::Blob(_), _) => Some(largest),
        // The server indexes only the start of such a column, and only when it is told of how much.
        _ => (!column.indexed).then_some(largest),
    }
}

/// Numbers, and days that become points in time.
fn wider_number(own: &ColumnType, incoming: &Field, server: &Server) -> Option<ColumnType> {
    let new_type = |field: Field| {
        let found = definition(&Arc::new(field), None, server).column_type;
        // Text keeps numbers of any size, but a column of numbers does not become text.
        (!matches!(found, ColumnType::Text(_))).then_some(found)
    };
    match (own, widen::widened(&field(own, incoming), incoming)) {
        (_, Some(wider)) => new_type(wider),
        (ColumnType::Int { bits: 24, unsigned, .. }, None) => {
            Some(ColumnType::Int { bits: 32, unsigned: *unsigned, narrow: false })
        }
        // What is left is the sign.
        (ColumnType::Decimal { precision, scale, unsigned: true }, None) => {
            Some(ColumnType::Decimal { precision: *precision, scale: *scale, unsigned: false })
        }
        (ColumnType::Float { .. }, None) => Some(ColumnType::Float { unsigned: false }),
        (ColumnType::Double { .. }, None) => Some(ColumnType::Double { unsigned: false }),
        _ => None,
    }
}
