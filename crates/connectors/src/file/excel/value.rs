//! What a cell means: its kind, and its value as canonical text.

use std::collections::{HashMap, HashSet};

use arrow::datatypes::DataType;
use towpath_connect::words;

use super::config::Errors;
use super::grid::{Content, GridCell, GridRow};
use super::number::{self, Written};
use super::serial::{Calendar, moment};
use super::styles::{Shown, Styles};
use crate::file::config::Source;
use crate::file::infer::Kind;
use crate::file::rows::Sort;
use crate::file::values;

/// Why a cell cannot be used.
#[derive(Debug)]
pub(super) struct Trouble {
    /// The column of the sheet.
    pub(super) column: u32,
    pub(super) value: String,
    pub(super) reason: String,
    /// It is a formula without a stored value.
    pub(super) uncalculated: bool,
}

/// What a cell means.
pub(super) enum Meaning {
    /// A value; its text stands in the buffer.
    Value(Sort),
    /// A text, which stands in the row.
    Text,
    /// A number whose noise was left away.
    Cleaned,
    /// Nothing is there.
    Nothing,
}

/// What the settings of a source say of the values.
#[derive(Debug, Clone, Default)]
pub(super) struct Meant {
    /// Columns whose given type is a date or time: what plain numbers in them are.
    pub(super) moments: HashMap<String, Shown>,
    /// Words that mean "no value".
    pub(super) nulls: HashSet<Vec<u8>>,
}

impl Meant {
    pub(super) fn of(source: &Source) -> Self {
        let nulls = source.null_values.iter().flatten().map(|word| word.as_bytes().to_vec()).collect();
        Meant { moments: given_moments(source), nulls }
    }
}

fn given_moments(source: &Source) -> HashMap<String, Shown> {
    let shown = |word: &str| match words::field("", word)?.data_type() {
        DataType::Date32 => Some(Shown::Date),
        DataType::Timestamp(_, None) => Some(Shown::DateTime),
        DataType::Time64(_) => Some(Shown::Time),
        DataType::Interval(_) => Some(Shown::Span),
        _ => None,
    };
    source.columns.iter().filter_map(|(name, word)| Some((name.clone(), shown(word)?))).collect()
}

/// Finds out what a cell means. `given` is what plain numbers of the column are, when its type was given.
#[inline]
pub(super) fn meaning(
    row: &GridRow,
    cell: &GridCell,
    styles: &Styles,
    calendar: Calendar,
    given: Option<Shown>,
    errors: Errors,
    buffer: &mut Vec<u8>,
) -> Result<Meaning, Trouble> {
    buffer.clear();
    match cell.content {
        Content::Text | Content::Shared(_) => Ok(Meaning::Text),
        Content::Number => {
            let shown = match styles.shown(cell.style) {
                Shown::Number | Shown::Text => given.unwrap_or(Shown::Number),
                shown => shown,
            };
            match shown {
                Shown::Number | Shown::Percent | Shown::Money | Shown::Text => {
                    match number::write(row.bytes(cell), buffer) {
                        Written::Plain => Ok(Meaning::Value(Sort::Number)),
                        Written::Floating => Ok(Meaning::Value(Sort::Known(Kind::Scientific))),
                        Written::Cleaned => Ok(Meaning::Cleaned),
                        Written::Nothing => Err(trouble(row, cell, "is stored as a number and is none")),
                    }
                }
                shown => match lexical_core::parse::<f64>(row.bytes(cell)) {
                    Ok(serial) => match moment(serial, shown, calendar, buffer) {
                        Ok(kind) => Ok(Meaning::Value(Sort::Known(kind))),
                        Err(reason) => Err(trouble(row, cell, reason)),
                    },
                    Err(_) => Err(trouble(row, cell, "is stored as a number and is none")),
                },
            }
        }
        Content::Boolean => {
            buffer.extend_from_slice(if matches!(row.bytes(cell), b"0" | b"false") {
                b"false"
            } else {
                b"true"
            });
            Ok(Meaning::Value(Sort::Known(Kind::Boolean)))
        }
        Content::Iso => Ok(Meaning::Value(iso(row.bytes(cell), buffer))),
        Content::Error if errors == Errors::Empty => Ok(Meaning::Nothing),
        Content::Error => Err(trouble(row, cell, "is an error of Excel, not a value")),
        Content::Uncalculated => Err(Trouble {
            uncalculated: true,
            ..trouble(row, cell, "is a formula whose value was never calculated")
        }),
    }
}

fn trouble(row: &GridRow, cell: &GridCell, reason: &str) -> Trouble {
    let value = row.text(cell);
    Trouble {
        column: cell.column,
        reason: format!("`{}` {reason}", crate::file::reading::shorten(&value)),
        value,
        uncalculated: false,
    }
}

/// The kind of a date or time in ISO 8601, whose canonical text goes into the buffer.
fn iso(bytes: &[u8], buffer: &mut Vec<u8>) -> Sort {
    let text = bytes.trim_ascii();
    buffer.extend_from_slice(text);
    if values::date(text).is_some() {
        return Sort::Known(Kind::Date);
    }
    if let Some(stamp) = values::timestamp(text) {
        return Sort::Known(if stamp.zoned { Kind::Instant } else { Kind::Timestamp });
    }
    if values::time(text).is_some() {
        return Sort::Known(Kind::Time);
    }
    // LibreOffice has times of day as spans.
    match crate::file::given::interval(text) {
        Some(span)
            if span.months == 0 && span.days == 0 && (0..86_400_000_000_000).contains(&span.nanoseconds) =>
        {
            buffer.clear();
            crate::file::cells::clock(span.nanoseconds / 1000, buffer);
            Sort::Known(Kind::Time)
        }
        Some(_) => Sort::Known(Kind::Span),
        None => Sort::Loose,
    }
}
