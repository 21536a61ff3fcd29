//! Columns of tables that a load creates, and of columns that it adds.
//!
//! Types are wide rather than tight, so that no row is refused that a later load could bring: `longtext` for text,
//! `longblob` for bytes, microseconds for times. Only text and bytes of a key need a length. A column that came from
//! MySQL gets its own type again.

use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};
use towpath_connect::types::{Logical, canonical_field, logical, native};

use super::names::quote;
use super::session::Server;
use super::types::{ColumnType, SYSTEM};

/// Bytes that the text columns of one key share. InnoDB allows 3072 for all columns of a key.
const KEY_BYTES: u32 = 2800;

/// Longest text of a key column, in characters, where the key is short enough.
const KEY_CHARS: u32 = 255;

/// The definition of one column, enough to create it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColumnDefinition {
    pub(super) name: String,
    pub(super) column_type: ColumnType,
    pub(super) charset: Option<String>,
    pub(super) collation: Option<String>,
    pub(super) nullable: bool,
    /// A default of its own, as SQL.
    pub(super) default: Option<String>,
}

impl ColumnDefinition {
    /// The definition as SQL.
    pub(super) fn sql(&self) -> String {
        let mut sql = format!("{} {}", quote(&self.name), self.column_type);
        if let (true, Some(charset), Some(collation)) =
            (self.column_type.is_text(), &self.charset, &self.collation)
        {
            sql.push_str(&format!(" CHARACTER SET {} COLLATE {}", word(charset), word(collation)));
        }
        // Always written: `timestamp` is not nullable by itself on some servers.
        sql.push_str(if self.nullable { " NULL" } else { " NOT NULL" });
        if let Some(default) = &self.default {
            sql.push_str(&format!(" DEFAULT {default}"));
        }
        sql
    }
}

/// Names of character sets and collations are plain words.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// The column for an incoming field. `key_texts` is the number of text columns in the key that it is part of.
pub(super) fn definition(field: &FieldRef, key_texts: Option<usize>, server: &Server) -> ColumnDefinition {
    let incoming = canonical_field(field);
    let column_type = match key_texts {
        None => column_type(field, &incoming, server),
        Some(texts) => key_type(column_type(field, &incoming, server), texts),
    };
    let is_key = key_texts.is_some();
    // Exact comparison: another collation would take `a` and `A`, or `a` and `a `, for the same key.
    let exact = is_key && column_type.is_text();
    // Without this the server would give such a column a default and update it by itself.
    let implicit = matches!(column_type, ColumnType::Timestamp(_)) && !server.plain_timestamps;
    ColumnDefinition {
        name: field.name().clone(),
        column_type,
        charset: exact.then(|| "utf8mb4".to_owned()),
        collation: exact.then(|| exact_collation(server).to_owned()),
        nullable: !is_key && (field.is_nullable() || implicit),
        default: None,
    }
}

/// The collation that compares bytes and does not ignore spaces at the end.
fn exact_collation(server: &Server) -> &'static str {
    match (server.mariadb, server.version) {
        (true, _) => "utf8mb4_nopad_bin",
        (false, version) if version >= (8, 0, 17) => "utf8mb4_0900_bin",
        _ => "utf8mb4_bin",
    }
}

fn key_type(column_type: ColumnType, texts: usize) -> ColumnType {
    let share = KEY_BYTES / u32::try_from(texts.max(1)).unwrap_or(u32::MAX);
    match column_type {
        ColumnType::Text(_) | ColumnType::Json => ColumnType::Varchar((share / 4).min(KEY_CHARS)),
        ColumnType::Blob(_) | ColumnType::Geometry(_) | ColumnType::OtherBinary(_) => {
            ColumnType::Varbinary(share.min(KEY_CHARS))
        }
        other => other,
    }
}

fn column_type(field: &Field, incoming: &Field, server: &Server) -> ColumnType {
    if let Some(own) = native(field, SYSTEM).and_then(ColumnType::parse)
        && [false, true].iter().any(|&boolean| own.data_type(boolean) == *incoming.data_type())
        && exists(&own, server)
    {
        return own;
    }
    let int = |bits, unsigned| ColumnType::Int { bits, unsigned, narrow: false };
    match (incoming.data_type(), logical(incoming)) {
        (DataType::Utf8, Some(Logical::Uuid)) => ColumnType::Char(36),
        (DataType::Utf8, Some(Logical::Json)) | (DataType::List(_), _) => ColumnType::Json,
        (DataType::UInt64, Some(Logical::Bits)) => ColumnType::Bit(64),
        (DataType::Boolean, _) => ColumnType::Int { bits: 8, unsigned: false, narrow: true },
        (DataType::Int8, _) => int(8, false),
        (DataType::Int16, _) => int(16, false),
        (DataType::Int32, _) => int(32, false),
        (DataType::Int64, _) => int(64, false),
        (DataType::UInt8, _) => int(8, true),
        (DataType::UInt16, _) => int(16, true),
        (DataType::UInt32, _) => int(32, true),
        (DataType::UInt64, _) => int(64, true),
        (DataType::Float32, _) => ColumnType::Float { unsigned: false },
        (DataType::Float64, _) => ColumnType::Double { unsigned: false },
        (DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale), _) => {
            decimal_type(*precision, *scale, server)
        }
        (DataType::Binary, _) => ColumnType::Blob(4),
        (DataType::Date32, _) => ColumnType::Date,
        (DataType::Time64(_) | DataType::Duration(_), _) => ColumnType::Time(6),
        (DataType::Timestamp(TimeUnit::Microsecond, None), _) => ColumnType::DateTime(6),
        (DataType::Timestamp(..), _) => ColumnType::Timestamp(6),
        // Text, and what the engine turns into text: intervals, numbers of any precision.
        _ => ColumnType::Text(4),
    }
}

/// A decimal column, or text where MySQL's decimals are too small.
fn decimal_type(precision: u8, scale: i8, server: &Server) -> ColumnType {
    let (precision, scale) = match u8::try_from(scale) {
        Ok(scale) => (precision.max(scale), scale),
        // A negative scale means zeros before the point.
        Err(_) => (precision.saturating_add(scale.unsigned_abs()), 0),
    };
    let largest_scale = if server.mariadb { 38 } else { 30 };
    if precision <= 65 && scale <= largest_scale {
        ColumnType::Decimal { precision, scale, unsigned: false }
    } else {
        ColumnType::Text(4)
    }
}

/// Whether the server has the type.
fn exists(column_type: &ColumnType, server: &Server) -> bool {
    match column_type {
        ColumnType::Uuid => server.mariadb && server.version >= (10, 7, 0),
        ColumnType::OtherText(name) => match name.as_str() {
            "inet6" => server.mariadb,
            "inet4" => server.mariadb && server.version >= (10, 10, 0),
            _ => false,
        },
        ColumnType::OtherBinary(_) => false,
        ColumnType::Decimal { scale, .. } => server.mariadb || *scale <= 30,
        _ => true,
    }
}
