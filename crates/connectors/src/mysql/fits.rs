//! What the values of one column must fit, told to the engine before rows arrive.

use arrow::datatypes::{DataType, Field, TimeUnit};
use towpath_connect::ColumnFit;
use towpath_connect::fit::{Characters, TextCheck};

use super::create::ColumnDefinition;
use super::session::Server;
use super::types::ColumnType;

/// The fit of an incoming column (with its canonical type) to a column of the target.
pub(super) fn fit(incoming: &Field, column: &ColumnDefinition, server: &Server) -> ColumnFit {
    let mut fit = ColumnFit::new(incoming.name(), data_type(incoming.data_type(), &column.column_type));
    fit.native = column.column_type.to_string();
    fit.nullable = column.nullable;
    fit.non_finite = false;
    fit.fraction_digits = column.column_type.fraction();
    fit.unsigned = matches!(
        column.column_type,
        ColumnType::Decimal { unsigned: true, .. }
            | ColumnType::Float { unsigned: true }
            | ColumnType::Double { unsigned: true }
    );
    if column.column_type.is_text() {
        fit.characters = column.charset.as_deref().and_then(characters);
    }
    match &column.column_type {
        ColumnType::Int { bits: 24, unsigned: false, .. } => fit.range = Some((-(1 << 23), (1 << 23) - 1)),
        ColumnType::Int { bits: 24, unsigned: true, .. } => fit.range = Some((0, (1 << 24) - 1)),
        ColumnType::Bit(bits @ 2..=63) => fit.range = Some((0, (1 << bits) - 1)),
        // The server takes numbers of two digits for years of another century, and 0 for no year.
        ColumnType::Year => fit.range = Some((1901, 2155)),
        ColumnType::Time(_) => fit.max_span = Some(longest_span(server)),
        ColumnType::Char(chars) | ColumnType::Varchar(chars) => fit.max_chars = Some(*chars as usize),
        ColumnType::Text(bytes) => {
            // A character set of one byte per character holds as many characters as bytes.
            let narrow = column.charset.as_deref().is_some_and(|charset| !is_wide(charset));
            *(if narrow { &mut fit.max_chars } else { &mut fit.max_bytes }) = Some(largest(*bytes));
        }
        ColumnType::Binary(bytes) | ColumnType::Varbinary(bytes) => fit.max_bytes = Some(*bytes as usize),
        ColumnType::Blob(bytes) => fit.max_bytes = Some(largest(*bytes)),
        ColumnType::Date | ColumnType::DateTime(_) => fit.years = Some((1, 9999)),
        // The first and the last year are left out: the very first second means "no time" to the server, and the last
        // year ends on a day of January.
        ColumnType::Timestamp(_) if server.mariadb && server.version >= (11, 5, 0) => {
            fit.years = Some((1971, 2105));
        }
        ColumnType::Timestamp(_) => fit.years = Some((1971, 2037)),
        ColumnType::Enum(labels) => fit.check = Some(TextCheck::OneOf(labels.clone())),
        ColumnType::Json if *incoming.data_type() == DataType::Utf8 => fit.check = Some(TextCheck::Json),
        ColumnType::Uuid => fit.check = Some(TextCheck::Uuid),
        _ => {}
    }
    fit
}

/// The type that the load takes for a column.
fn data_type(incoming: &DataType, column: &ColumnType) -> DataType {
    match (column, incoming) {
        (ColumnType::Int { bits: 8, .. }, DataType::Boolean)
        | (ColumnType::Time(_), DataType::Time64(TimeUnit::Microsecond)) => incoming.clone(),
        _ => column.data_type(false),
    }
}

/// The longest `time`, 838:59:59, in microseconds. MariaDB keeps a fraction of that last second.
fn longest_span(server: &Server) -> u64 {
    (838 * 3600 + 59 * 60 + 59) * 1_000_000 + if server.mariadb { 999_999 } else { 0 }
}

/// The characters of a character set, where they are fewer than Unicode's and known here. Values with others in
/// columns of the rarer sets fail the load at the server.
fn characters(charset: &str) -> Option<Characters> {
    match charset {
        "ascii" => Some(Characters::Ascii),
        "latin1" => Some(Characters::Western),
        "utf8" | "utf8mb3" | "ucs2" => Some(Characters::Bmp),
        _ => None,
    }
}

fn is_wide(charset: &str) -> bool {
    ["utf", "ucs", "big5", "sjis", "cp932", "eucjpms", "ujis", "gb", "euckr"]
        .iter()
        .any(|prefix| charset.starts_with(prefix))
}

fn largest(bytes: u8) -> usize {
    match bytes {
        1 => 255,
        2 => 65_535,
        3 => 16_777_215,
        _ => u32::MAX as usize,
    }
}
