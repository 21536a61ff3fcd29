//! The settings of a source that concern CSV and values written in text, checked.

use std::collections::{HashMap, HashSet};

use arrow::datatypes::Field;
use towpath_connect::words;
use towpath_model::{Fault, suggest};

use crate::file::config::{DecimalMark, QuoteEscape, Source};
use crate::file::format::character;
use crate::file::infer::Hints;
use crate::file::notation::date::Order;
use crate::file::notation::number::ways;

/// What is given; everything else is found.
#[derive(Debug, Clone, Default)]
pub(in crate::file) struct CsvSettings {
    pub(super) delimiter: Option<u8>,
    /// `Some(None)`: quotes have no meaning.
    pub(super) quote: Option<Option<u8>>,
    pub(super) backslash: Option<bool>,
    /// `Some(None)`: there are no comments.
    pub(super) comment: Option<Option<u8>>,
    pub(super) header: Option<bool>,
    /// Lines above the first row.
    pub(super) skip_lines: Option<u64>,
    /// Rows of totals are rows.
    pub(super) totals: bool,
    pub(super) null_values: HashSet<Vec<u8>>,
    /// Columns whose type was given.
    pub(in crate::file) declared: Vec<Field>,
    orders: HashMap<String, Order>,
    hints: Hints,
}

impl CsvSettings {
    /// Checks what a user wrote.
    pub(in crate::file) fn new(source: &Source) -> Result<Self, Fault> {
        let one = |name: &str, text: &Option<String>| match text.as_deref() {
            None => Ok(None),
            Some("") => Ok(Some(None)),
            Some(text) => character(name, text).map(|byte| Some(Some(byte))),
        };
        let delimiter = source.delimiter.as_deref().map(|text| character("delimiter", text)).transpose()?;
        let (quote, comment) = (one("quote", &source.quote)?, one("comment", &source.comment)?);
        if delimiter.is_some() && Some(delimiter) == quote {
            return Err(Fault::config("`delimiter` and `quote` are the same character"));
        }
        let (mut declared, mut orders) = (Vec::new(), HashMap::new());
        for (name, word) in &source.columns {
            let (word, order) = ordered(word);
            declared.push(words::field(name, word).ok_or_else(|| unknown_type(name, word))?);
            orders.extend(order.map(|order| (name.clone(), order)));
        }
        let ways = match source.decimal {
            None => 0,
            Some(DecimalMark::Point) => ways::POINT,
            Some(DecimalMark::Comma) => ways::COMMA,
        };
        let hints = Hints::given(ways, source.null_values.is_some());
        let nulls = source.null_values.iter().flatten();
        Ok(CsvSettings {
            delimiter,
            quote,
            backslash: source.escape.map(|escape| escape == QuoteEscape::Backslash),
            comment,
            header: source.header,
            skip_lines: source.skip_lines.map(u64::from),
            totals: source.totals,
            null_values: nulls.map(|word| word.as_bytes().to_vec()).collect(),
            declared,
            orders,
            hints,
        })
    }

    /// The type that was given for a column.
    pub(in crate::file) fn declared(&self, name: &str) -> Option<&Field> {
        self.declared.iter().find(|field| field.name() == name)
    }

    /// The columns whose type was given.
    pub(super) fn names(&self) -> Vec<String> {
        self.declared.iter().map(|field| field.name().clone()).collect()
    }

    /// What is given about how values are written.
    pub(in crate::file) fn hints(&self) -> Hints {
        self.hints
    }

    /// The same for one column.
    pub(in crate::file) fn hints_for(&self, name: &str, hints: Hints) -> Hints {
        hints.with_order(self.orders.get(name).copied())
    }

    /// Refuses types for columns that do not exist.
    pub(in crate::file) fn check_names(&self, names: &[String], file: &str) -> Result<(), Fault> {
        for name in self.declared.iter().map(Field::name) {
            if !names.contains(name) {
                let fault = Fault::config(format!("`columns` names `{name}`, which `{file}` does not have"));
                return Err(match suggest::hint(name, "columns", names.iter().map(String::as_str)) {
                    Some(hint) => fault.hint(hint),
                    None => fault,
                });
            }
        }
        Ok(())
    }
}

/// A type word without the order of day and month behind it, as in `date(day_first)`.
fn ordered(word: &str) -> (&str, Option<Order>) {
    let word = word.trim();
    for (end, order) in [("(day_first)", Order::DayFirst), ("(month_first)", Order::MonthFirst)] {
        if let Some(stem) = word.strip_suffix(end)
            && matches!(stem, "date" | "timestamp")
        {
            return (stem, Some(order));
        }
    }
    (word, None)
}

fn unknown_type(name: &str, word: &str) -> Fault {
    let fault = Fault::config(format!("type `{word}` of column `{name}` is unknown"));
    let lower = word.trim().to_ascii_lowercase();
    if lower.starts_with("decimal") {
        return fault.hint("write digits and decimals, for example `decimal(12,2)`; at most 76 digits");
    }
    if lower.starts_with("date(") || lower.starts_with("timestamp(") {
        return fault.hint("write `date`, `date(day_first)` or `date(month_first)`, and `timestamp` alike");
    }
    match suggest::hint(word, "types", words::WORDS) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}
