//! MySQL's column types and their Arrow counterparts.
//!
//! A [`ColumnType`] is read from the text of `information_schema` (`decimal(12,2) unsigned`) or from the metadata of
//! a result. It prints back as that text, which travels in the field's metadata as the native type: a table copied
//! between MySQL servers gets the very same column types. Only text that parses is ever put into SQL.

use std::fmt;

use arrow::datatypes::{DataType, Field, TimeUnit};
use mysql_async::Column;
use mysql_async::consts::{ColumnFlags, ColumnType as Wire};
use towpath_connect::types::{Logical, with_logical, with_native};

use super::names::literal;

/// Name of this system in native types.
pub(super) const SYSTEM: &str = "mysql";

/// Number of the `binary` character set in result metadata.
const BINARY_CHARSET: u16 = 63;

/// A column type of MySQL or MariaDB.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ColumnType {
    /// Whole number of 8, 16, 24, 32 or 64 bits; `narrow` marks `tinyint(1)`.
    Int {
        bits: u8,
        unsigned: bool,
        narrow: bool,
    },
    Decimal {
        precision: u8,
        scale: u8,
        unsigned: bool,
    },
    Float {
        unsigned: bool,
    },
    Double {
        unsigned: bool,
    },
    Bit(u8),
    Char(u32),
    Varchar(u32),
    /// `tinytext` to `longtext`, by the bytes of the length: 1 to 4.
    Text(u8),
    Binary(u32),
    Varbinary(u32),
    /// `tinyblob` to `longblob`, by the bytes of the length: 1 to 4.
    Blob(u8),
    Date,
    /// With digits after the second.
    DateTime(u8),
    Timestamp(u8),
    Time(u8),
    Year,
    Enum(Vec<String>),
    Set(Vec<String>),
    Json,
    Uuid,
    /// A geometric type, by its name; its values are bytes.
    Geometry(String),
    /// A type that reads and writes as text, for example MariaDB's `inet6`.
    OtherText(String),
    /// A type that reads as bytes, for example `vector(3)`.
    OtherBinary(String),
}

const GEOMETRIES: [&str; 9] = [
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
    "geomcollection",
];

const SIZES: [&str; 4] = ["tiny", "", "medium", "long"];

impl ColumnType {
    /// Reads the type as `information_schema` and [`fmt::Display`] write it.
    pub(super) fn parse(text: &str) -> Option<ColumnType> {
        let name_end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(name_end);
        let (arguments, attributes) = arguments(rest)?;
        let lower = attributes.to_ascii_lowercase();
        let unsigned = lower.split_whitespace().any(|word| word == "unsigned");
        let number = |index: usize| arguments.get(index).and_then(|text| text.trim().parse::<u32>().ok());
        let small = |index: usize| number(index).and_then(|value| u8::try_from(value).ok());
        let int = |bits: u8| ColumnType::Int { bits, unsigned, narrow: bits == 8 && number(0) == Some(1) };
        let digits = || small(0).unwrap_or(0);
        Some(match name.to_ascii_lowercase().as_str() {
            "tinyint" => int(8),
            "smallint" => int(16),
            "mediumint" => int(24),
            "int" | "integer" => int(32),
            "bigint" => int(64),
            "decimal" | "numeric" => ColumnType::Decimal {
                precision: small(0).unwrap_or(10),
                scale: small(1).unwrap_or(0),
                unsigned,
            },
            "float" => ColumnType::Float { unsigned },
            "double" | "real" => ColumnType::Double { unsigned },
            "bit" => ColumnType::Bit(small(0).unwrap_or(1)),
            "char" => ColumnType::Char(number(0).unwrap_or(1)),
            "varchar" => ColumnType::Varchar(number(0)?),
            "binary" => ColumnType::Binary(number(0).unwrap_or(1)),
            "varbinary" => ColumnType::Varbinary(number(0)?),
            "tinytext" => ColumnType::Text(1),
            "text" => ColumnType::Text(2),
            "mediumtext" => ColumnType::Text(3),
            "longtext" => ColumnType::Text(4),
            "tinyblob" => ColumnType::Blob(1),
            "blob" => ColumnType::Blob(2),
            "mediumblob" => ColumnType::Blob(3),
            "longblob" => ColumnType::Blob(4),
            "date" => ColumnType::Date,
            "datetime" => ColumnType::DateTime(digits()),
            "timestamp" => ColumnType::Timestamp(digits()),
            "time" => ColumnType::Time(digits()),
            "year" => ColumnType::Year,
            "enum" => ColumnType::Enum(arguments.clone()),
            "set" => ColumnType::Set(arguments.clone()),
            "json" => ColumnType::Json,
            "uuid" => ColumnType::Uuid,
            "inet4" | "inet6" => ColumnType::OtherText(name.to_ascii_lowercase()),
            "vector" => ColumnType::OtherBinary(format!("vector({})", number(0)?)),
            other if GEOMETRIES.contains(&other) => ColumnType::Geometry(other.to_owned()),
            _ => return None,
        })
    }

    /// The type of a column of a result. Results do not tell `text` from `varchar` reliably, nor JSON from text on
    /// MariaDB; all of these are text.
    pub(super) fn of_result(column: &Column) -> ColumnType {
        let flags = column.flags();
        let unsigned = flags.contains(ColumnFlags::UNSIGNED_FLAG);
        let binary = column.character_set() == BINARY_CHARSET;
        let length = column.column_length();
        // 31 digits mean "not fixed"; times of expressions then carry what they carry.
        let digits = if column.decimals() > 6 { 6 } else { column.decimals() };
        let int = |bits| ColumnType::Int { bits, unsigned, narrow: bits == 8 && length == 1 };
        match column.column_type() {
            Wire::MYSQL_TYPE_TINY => int(8),
            Wire::MYSQL_TYPE_SHORT => int(16),
            Wire::MYSQL_TYPE_INT24 => int(24),
            Wire::MYSQL_TYPE_LONG => int(32),
            Wire::MYSQL_TYPE_LONGLONG => int(64),
            Wire::MYSQL_TYPE_DECIMAL | Wire::MYSQL_TYPE_NEWDECIMAL => {
                // The length counts a sign and a point.
                let scale = column.decimals().min(38);
                let extra = u32::from(scale > 0) + u32::from(!unsigned);
                let precision = u8::try_from(length.saturating_sub(extra)).unwrap_or(65).clamp(1, 65);
                ColumnType::Decimal { precision: precision.max(scale), scale, unsigned }
            }
            Wire::MYSQL_TYPE_FLOAT => ColumnType::Float { unsigned },
            Wire::MYSQL_TYPE_DOUBLE => ColumnType::Double { unsigned },
            Wire::MYSQL_TYPE_BIT => ColumnType::Bit(u8::try_from(length).unwrap_or(64).clamp(1, 64)),
            Wire::MYSQL_TYPE_DATE | Wire::MYSQL_TYPE_NEWDATE => ColumnType::Date,
            Wire::MYSQL_TYPE_DATETIME | Wire::MYSQL_TYPE_DATETIME2 => ColumnType::DateTime(digits),
            Wire::MYSQL_TYPE_TIMESTAMP | Wire::MYSQL_TYPE_TIMESTAMP2 => ColumnType::Timestamp(digits),
            Wire::MYSQL_TYPE_TIME | Wire::MYSQL_TYPE_TIME2 => ColumnType::Time(digits),
            Wire::MYSQL_TYPE_YEAR => ColumnType::Year,
            Wire::MYSQL_TYPE_JSON => ColumnType::Json,
            Wire::MYSQL_TYPE_GEOMETRY => ColumnType::Geometry("geometry".into()),
            Wire::MYSQL_TYPE_VECTOR => ColumnType::Blob(4),
            _ if binary && !flags.intersects(ColumnFlags::ENUM_FLAG | ColumnFlags::SET_FLAG) => {
                ColumnType::Blob(4)
            }
            _ => ColumnType::Text(4),
        }
    }

    /// The Arrow type.
    pub(super) fn data_type(&self, tinyint1_as_boolean: bool) -> DataType {
        match self {
            ColumnType::Int { narrow: true, .. } if tinyint1_as_boolean => DataType::Boolean,
            ColumnType::Int { bits, unsigned, .. } => match (bits, unsigned) {
                (8, false) => DataType::Int8,
                (8, true) => DataType::UInt8,
                (16, false) => DataType::Int16,
                (16, true) => DataType::UInt16,
                (64, false) => DataType::Int64,
                (64, true) => DataType::UInt64,
                (_, false) => DataType::Int32,
                (_, true) => DataType::UInt32,
            },
            ColumnType::Decimal { precision, scale, .. } => decimal(*precision, *scale),
            ColumnType::Float { .. } => DataType::Float32,
            ColumnType::Double { .. } => DataType::Float64,
            ColumnType::Bit(1) => DataType::Boolean,
            ColumnType::Bit(_) => DataType::UInt64,
            ColumnType::Date => DataType::Date32,
            ColumnType::DateTime(_) => DataType::Timestamp(TimeUnit::Microsecond, None),
            ColumnType::Timestamp(_) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            ColumnType::Time(_) => DataType::Duration(TimeUnit::Microsecond),
            ColumnType::Year => DataType::Int16,
            ColumnType::Binary(_)
            | ColumnType::Varbinary(_)
            | ColumnType::Blob(_)
            | ColumnType::Geometry(_)
            | ColumnType::OtherBinary(_) => DataType::Binary,
            ColumnType::Char(_)
            | ColumnType::Varchar(_)
            | ColumnType::Text(_)
            | ColumnType::Enum(_)
            | ColumnType::Set(_)
            | ColumnType::Json
            | ColumnType::Uuid
            | ColumnType::OtherText(_) => DataType::Utf8,
        }
    }

    /// The logical type that Arrow lacks.
    pub(super) fn logical(&self) -> Option<Logical> {
        Some(match self {
            ColumnType::Bit(2..) => Logical::Bits,
            ColumnType::Time(_) => Logical::TimeSpan,
            ColumnType::Json => Logical::Json,
            ColumnType::Uuid => Logical::Uuid,
            ColumnType::Enum(_) => Logical::Enum,
            _ => return None,
        })
    }

    /// The field of a column of this type.
    pub(super) fn field(&self, name: &str, nullable: bool, tinyint1_as_boolean: bool) -> Field {
        let field = Field::new(name, self.data_type(tinyint1_as_boolean), nullable);
        let field = match self.logical() {
            Some(logical) => with_logical(field, logical),
            None => field,
        };
        with_native(field, SYSTEM, &self.to_string())
    }

    /// Whether values are text with a character set.
    pub(super) fn is_text(&self) -> bool {
        matches!(
            self,
            ColumnType::Char(_)
                | ColumnType::Varchar(_)
                | ColumnType::Text(_)
                | ColumnType::Enum(_)
                | ColumnType::Set(_)
        )
    }

    /// Whether a whole value can be part of a key.
    pub(super) fn can_be_key(&self) -> bool {
        !matches!(
            self,
            ColumnType::Text(_)
                | ColumnType::Blob(_)
                | ColumnType::Json
                | ColumnType::Geometry(_)
                | ColumnType::OtherBinary(_)
        )
    }

    /// Digits that times of this type keep after the second.
    pub(super) fn fraction(&self) -> Option<u8> {
        match self {
            ColumnType::DateTime(digits) | ColumnType::Timestamp(digits) | ColumnType::Time(digits) => {
                Some(*digits)
            }
            _ => None,
        }
    }
}

/// The Arrow type of a decimal.
pub(super) fn decimal(precision: u8, scale: u8) -> DataType {
    let scale = i8::try_from(scale).unwrap_or(38);
    if precision <= 38 {
        DataType::Decimal128(precision, scale)
    } else {
        DataType::Decimal256(precision, scale)
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unsigned = |unsigned: &bool| if *unsigned { " unsigned" } else { "" };
        let digits = |name: &str, digits: &u8| match digits {
            0 => name.to_owned(),
            digits => format!("{name}({digits})"),
        };
        let size = |bytes: &u8| SIZES[usize::from(*bytes).clamp(1, 4) - 1];
        let words = |words: &[String]| words.iter().map(|word| literal(word)).collect::<Vec<_>>().join(",");
        match self {
            ColumnType::Int { bits, unsigned: flag, narrow } => {
                let name = match bits {
                    8 if *narrow => "tinyint(1)",
                    8 => "tinyint",
                    16 => "smallint",
                    24 => "mediumint",
                    32 => "int",
                    _ => "bigint",
                };
                write!(f, "{name}{}", unsigned(flag))
            }
            ColumnType::Decimal { precision, scale, unsigned: flag } => {
                write!(f, "decimal({precision},{scale}){}", unsigned(flag))
            }
            ColumnType::Float { unsigned: flag } => write!(f, "float{}", unsigned(flag)),
            ColumnType::Double { unsigned: flag } => write!(f, "double{}", unsigned(flag)),
            ColumnType::Bit(bits) => write!(f, "bit({bits})"),
            ColumnType::Char(length) => write!(f, "char({length})"),
            ColumnType::Varchar(length) => write!(f, "varchar({length})"),
            ColumnType::Text(bytes) => write!(f, "{}text", size(bytes)),
            ColumnType::Binary(length) => write!(f, "binary({length})"),
            ColumnType::Varbinary(length) => write!(f, "varbinary({length})"),
            ColumnType::Blob(bytes) => write!(f, "{}blob", size(bytes)),
            ColumnType::Date => f.write_str("date"),
            ColumnType::DateTime(count) => f.write_str(&digits("datetime", count)),
            ColumnType::Timestamp(count) => f.write_str(&digits("timestamp", count)),
            ColumnType::Time(count) => f.write_str(&digits("time", count)),
            ColumnType::Year => f.write_str("year"),
            ColumnType::Enum(labels) => write!(f, "enum({})", words(labels)),
            ColumnType::Set(labels) => write!(f, "set({})", words(labels)),
            ColumnType::Json => f.write_str("json"),
            ColumnType::Uuid => f.write_str("uuid"),
            ColumnType::Geometry(name) | ColumnType::OtherText(name) | ColumnType::OtherBinary(name) => {
                f.write_str(name)
            }
        }
    }
}

/// The arguments in parentheses, unquoted, and the text after them.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let Some(mut rest) = text.strip_prefix('(') else { return Some((Vec::new(), text)) };
    let mut found = Vec::new();
    loop {
        let mut word = String::new();
        if let Some(mut quoted) = rest.strip_prefix('\'') {
            // A doubled quote is a quote; our own printing also doubles backslashes.
            loop {
                let end = quoted.find(['\'', '\\'])?;
                word.push_str(&quoted[..end]);
                let mark = quoted.as_bytes()[end];
                quoted = &quoted[end + 1..];
                match mark {
                    b'\\' if quoted.starts_with('\\') => {
                        word.push('\\');
                        quoted = &quoted[1..];
                    }
                    b'\\' => word.push('\\'),
                    _ if quoted.starts_with('\'') => {
                        word.push('\'');
                        quoted = &quoted[1..];
                    }
                    _ => break,
                }
            }
            rest = quoted;
        } else {
            let end = rest.find([',', ')'])?;
            word.push_str(&rest[..end]);
            rest = &rest[end..];
        }
        found.push(word);
        match rest.as_bytes().first()? {
            b',' => rest = &rest[1..],
            b')' => return Some((found, &rest[1..])),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_survive_their_text() {
        for text in [
            "tinyint(1)",
            "mediumint unsigned",
            "bigint unsigned",
            "decimal(65,30)",
            "decimal(12,2) unsigned",
            "bit(8)",
            "varchar(20)",
            "longtext",
            "mediumblob",
            "datetime(6)",
            "timestamp",
            "time(3)",
            "enum('a','it''s','x,y)')",
            "set('p','q')",
            "point",
            "vector(3)",
        ] {
            assert_eq!(ColumnType::parse(text).unwrap().to_string(), text);
        }
        // What servers add and we leave out.
        assert_eq!(ColumnType::parse("int(11)").unwrap().to_string(), "int");
        assert_eq!(ColumnType::parse("int(10) unsigned zerofill").unwrap().to_string(), "int unsigned");
        for text in ["", "int; drop table t", "enum('a", "varchar", "nonsense(3)"] {
            let parsed = ColumnType::parse(text).map(|parsed| parsed.to_string());
            assert!(parsed.is_none() || parsed.as_deref() == Some("int"), "{text}: {parsed:?}");
        }
    }
}
