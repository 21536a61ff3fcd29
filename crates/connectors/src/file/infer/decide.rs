//! The narrowest type that holds every value, how it is read, and why.
//!
//! - Whole numbers widen to decimals, both widen to floating point when a value is in scientific notation and no digit
//!   is lost by it; dates widen to timestamps.
//! - What a column leaves open, the other columns of the stream decide where they agree ([`Hints`]). After that, dates
//!   are read day first and it is said; numbers that could be a thousand times as large stay text.
//! - Everything else that mixes becomes text, and the first value that forced it is kept as the reason.
//!
//! Decimals get 18 digits, or 38 where 18 are too few, rather than the fewest that fit: the next file of the same
//! sort must fit the table that the first one created.

use arrow::datatypes::{DataType, TimeUnit};

use super::kinds::{DATE, Kind, NESTED, NULL_WORD, NUMBER, TEXT, TIMESTAMP};
use super::{Evidence, Example};
use crate::file::notation::date::{DAY_FIRST, MONTH_FIRST, Order};
use crate::file::notation::number::{Figures, ways};
use crate::file::notation::{Notation, Reading, words};
use crate::file::values;

/// The type of a column, how it is read, and why when that is worth saying.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::file) struct Decision {
    pub(in crate::file) data_type: DataType,
    /// The column holds JSON text.
    pub(in crate::file) json: bool,
    pub(in crate::file) reading: Reading,
    /// What speaks for it, as a sentence without its column.
    pub(in crate::file) evidence: String,
    /// A remark for people about something they may want otherwise.
    pub(in crate::file) note: Option<String>,
}

/// What a column does not tell by itself: what the settings say, and else what the other columns show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::file) struct Hints {
    /// The order of day and month, by the settings.
    order: Option<Order>,
    /// Ways to write numbers that the settings leave; 0 when they say nothing.
    pub(super) ways: u8,
    /// Words for no value are not looked for.
    no_null_words: bool,
    /// Some column shows that days, or months, come first.
    shown_orders: u8,
    /// Some column shows that the decimal mark is a point, or a comma.
    shown_ways: u8,
}

impl Hints {
    /// What the settings say: ways to write numbers, or 0, and whether words for no value are looked for.
    pub(in crate::file) fn given(ways: u8, no_null_words: bool) -> Self {
        Hints { ways, no_null_words, ..Hints::default() }
    }

    /// The same, with a given order of day and month.
    pub(in crate::file) fn with_order(self, order: Option<Order>) -> Self {
        Hints { order: order.or(self.order), ..self }
    }

    /// Adds what a column shows.
    pub(in crate::file) fn learn(&mut self, evidence: &Evidence) {
        if evidence.is_text() {
            return;
        }
        let (dates, numbers) = (&evidence.dates, &evidence.written);
        self.shown_orders |= u8::from(dates.day_first.is_some()) * DAY_FIRST;
        self.shown_orders |= u8::from(dates.month_first.is_some()) * MONTH_FIRST;
        let shows_point = numbers.ways & ways::COMMA == 0 && numbers.ways != 0;
        self.shown_ways |= u8::from(shows_point) * ways::POINT;
        self.shown_ways |= u8::from(numbers.comma_only.is_some() && numbers.ways != 0) * ways::COMMA;
    }

    /// The decimal mark of the other columns, where they agree.
    pub(super) fn other_ways(self) -> Option<u8> {
        Some(self.shown_ways).filter(|shown| matches!(*shown, ways::POINT | ways::COMMA))
    }
}

/// A type and how it is read, with what speaks for it and what people should know.
pub(super) struct Found {
    pub(super) data_type: DataType,
    pub(super) notation: Option<Notation>,
    pub(super) evidence: String,
    pub(super) note: Option<String>,
}

impl Evidence {
    /// The narrowest type that holds every value seen. `column` is its name, for remarks.
    pub(in crate::file) fn decide(&self, column: &str, hints: Hints) -> Decision {
        if self.kinds & NESTED != 0 {
            let evidence = self.first(&[Kind::Nested], "an object or a list");
            return Decision { json: true, ..self.text(evidence, None) };
        }
        let kinds = self.kinds & !NULL_WORD;
        let has_null_words = self.kinds & NULL_WORD != 0;
        if self.kinds == 0 {
            return self.text("no values".into(), None);
        }
        if kinds & TEXT != 0 || kinds == 0 || (has_null_words && hints.no_null_words) {
            return self.mixed(column);
        }
        let found = if kinds & !(NUMBER | Kind::Written as u32) == 0 {
            self.numbers(hints)
        } else if kinds == Kind::Percent as u32 {
            self.percentages(hints)
        } else if kinds & !TIMESTAMP == 0 {
            self.dates(hints)
        } else {
            self.others(kinds)
        };
        let found = match found {
            Ok(found) => found,
            Err(None) => return self.mixed(column),
            Err(Some(reason)) => {
                let note = format!("column `{column}` stays text: {reason}");
                return self.text(reason, Some(note));
            }
        };
        let mut notes: Vec<String> = found.note.into_iter().collect();
        if has_null_words && let Some(word) = self.example(Kind::NullWord) {
            notes.push(format!("`{}` in line {} stands for no value", word.value, word.line));
        }
        Decision {
            data_type: found.data_type,
            json: false,
            reading: Reading { notation: found.notation, null_words: has_null_words },
            evidence: found.evidence,
            note: (!notes.is_empty()).then(|| format!("column `{column}`: {}", notes.join("; "))),
        }
    }

    /// How values of a given type are written.
    pub(in crate::file) fn reading_for(&self, data_type: &DataType, hints: Hints) -> Reading {
        let nothing_seen = self.kinds == 0;
        let is_written = |kind: Kind| self.kinds & kind as u32 != 0;
        let notation = match data_type {
            DataType::Utf8 | DataType::Binary => return Reading::default(),
            DataType::Boolean => Some(Notation::AnyWords),
            DataType::Date32 | DataType::Timestamp(_, None) if nothing_seen => {
                hints.order.map(Notation::Date)
            }
            DataType::Date32 | DataType::Timestamp(_, None) => Some(Notation::Date(self.order(hints).0)),
            _ if !data_type.is_numeric() => None,
            // Without a look at the values, numbers have a decimal point unless the settings say otherwise.
            _ if nothing_seen => {
                let ways = if hints.ways == 0 { ways::POINT } else { hints.ways };
                Some(Notation::Number(Figures { ways, percent: None }))
            }
            _ if is_written(Kind::Written) || is_written(Kind::Percent) || hints.ways & ways::COMMA != 0 => {
                let percent = Some(is_written(Kind::Percent));
                self.way(hints).ok().map(|(ways, _)| Notation::Number(Figures { ways, percent }))
            }
            _ => None,
        };
        Reading { notation, null_words: !hints.no_null_words }
    }

    fn text(&self, evidence: String, note: Option<String>) -> Decision {
        Decision { data_type: DataType::Utf8, json: false, reading: Reading::default(), evidence, note }
    }

    fn dates(&self, hints: Hints) -> Result<Found, Option<String>> {
        let is_timed = self.kinds & !(DATE | NULL_WORD) != 0;
        let data_type =
            if is_timed { DataType::Timestamp(TimeUnit::Microsecond, None) } else { DataType::Date32 };
        let word = if is_timed { "a timestamp" } else { "a date" };
        if self.kinds & (Kind::WrittenDate as u32 | Kind::WrittenStamp as u32) == 0 {
            let evidence = format!("every value is {word} in the form of ISO 8601");
            return Ok(Found { data_type, notation: None, evidence, note: None });
        }
        let dates = &self.dates;
        if let (Some(day), Some(month)) = (&dates.day_first, &dates.month_first) {
            return Err(Some(format!(
                "`{}` in line {} is a date only day first, and `{}` in line {} only month first",
                day.value, day.line, month.value, month.line
            )));
        }
        let (order, why, note) = self.order(hints);
        if dates.orders & order.bit() == 0 {
            return Err(Some("it has dates that are not in the order that was given".to_owned()));
        }
        let evidence = format!("every value is {word}; {why}");
        Ok(Found { data_type, notation: Some(Notation::Date(order)), evidence, note })
    }

    /// The order of day and month, why, and a remark when it is not certain.
    fn order(&self, hints: Hints) -> (Order, String, Option<String>) {
        let dates = &self.dates;
        if let Some(order) = hints.order {
            return (order, "the order is given".into(), None);
        }
        if let Some(day) = &dates.day_first {
            let why = format!("day first, as `{}` in line {} shows", day.value, day.line);
            return (Order::DayFirst, why, None);
        }
        if let Some(month) = &dates.month_first {
            let why = format!("month first, as `{}` in line {} shows", month.value, month.line);
            return (Order::MonthFirst, why, None);
        }
        let Some(doubt) = &dates.ambiguous else {
            return (Order::DayFirst, "day and month cannot be mistaken".into(), None);
        };
        match hints.shown_orders {
            MONTH_FIRST => {
                let why = format!("`{}` is read month first, as other columns are", doubt.value);
                (Order::MonthFirst, why.clone(), Some(why))
            }
            DAY_FIRST => {
                (Order::DayFirst, format!("`{}` is read day first, as other columns are", doubt.value), None)
            }
            _ => {
                let why = format!(
                    "`{}` in line {} may be either; days are taken to come first",
                    doubt.value, doubt.line
                );
                let note =
                    format!("{why}; give `date(day_first)` or `date(month_first)` in `columns` to be sure");
                (Order::DayFirst, why, Some(note))
            }
        }
    }

    fn others(&self, kinds: u32) -> Result<Found, Option<String>> {
        let plain = |data_type, evidence: &str| {
            Ok(Found { data_type, notation: None, evidence: evidence.to_owned(), note: None })
        };
        if kinds == Kind::Boolean as u32 {
            return plain(DataType::Boolean, "every value is true or false");
        }
        if kinds == Kind::Instant as u32 {
            let data_type = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
            return plain(data_type, "every value is a timestamp with an offset from UTC");
        }
        if kinds == Kind::Span as u32 {
            return plain(DataType::Duration(TimeUnit::Microsecond), "every value is a span of time");
        }
        if kinds == Kind::Time as u32 {
            return plain(DataType::Time64(TimeUnit::Microsecond), "every value is a time of day");
        }
        if kinds == Kind::Word as u32
            && let Some(pair) = words::pair(self.words, self.pairs)
        {
            let evidence = format!("every value is `{}` or `{}`", pair.yes, pair.no);
            let notation = Some(Notation::Words(pair));
            return Ok(Found { data_type: DataType::Boolean, notation, evidence, note: None });
        }
        Err(None)
    }

    pub(super) fn example(&self, kind: Kind) -> Option<&Example> {
        self.examples.iter().find(|(known, _)| *known == kind).map(|(_, example)| example)
    }

    pub(super) fn first(&self, kinds: &[Kind], what: &str) -> String {
        let found = kinds.iter().find_map(|kind| self.example(*kind));
        found.map_or_else(
            || what.to_owned(),
            |found| format!("`{}` in line {} is {what}", found.value, found.line),
        )
    }

    /// Text, with the reason when it is nearly something else.
    fn mixed(&self, column: &str) -> Decision {
        let is_near = |example: &Example| near_miss(example.value.as_bytes());
        // Of nothing but text the first value tells; of a mixture, the last one forced it.
        let only_text = self.kinds & !NULL_WORD & !TEXT == 0;
        let telling = if only_text { self.examples.first() } else { self.examples.last() };
        if let Some((_, example)) = telling
            && let Some(reason) = is_near(example)
        {
            let reason = format!("`{}` in line {} {reason}", example.value, example.line);
            let note = format!("column `{column}` stays text: {reason}");
            return self.text(reason, Some(note));
        }
        let words_only = self.kinds & !(Kind::Word as u32 | NULL_WORD | TEXT) == 0;
        if only_text || words_only {
            let shown =
                self.examples.iter().find(|(kind, _)| *kind != Kind::NullWord).or(self.examples.first());
            let evidence = match shown {
                Some((_, example)) => format!("for example `{}` in line {}", example.value, example.line),
                None => "no values".to_owned(),
            };
            return self.text(evidence, None);
        }
        let reason = match (self.examples.first(), self.examples.last()) {
            _ if self.kinds & !NUMBER == 0 => {
                "its numbers have more digits than a number type keeps".to_owned()
            }
            (Some((first, one)), Some((last, other))) => format!(
                "`{}` in line {} is {}, and `{}` in line {} is {}",
                one.value,
                one.line,
                first.described(),
                other.value,
                other.line,
                last.described(),
            ),
            _ => "its values are of several kinds".to_owned(),
        };
        let note = format!("column `{column}` stays text: {reason}");
        self.text(reason, Some(note))
    }
}

/// Why a value that looks like a number or a time is text.
fn near_miss(bytes: &[u8]) -> Option<&'static str> {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    if digits.len() > 1 && digits[0] == b'0' && digits.iter().all(u8::is_ascii_digit) {
        return Some("has a leading zero, like a code");
    }
    if bytes.len() > 1 && bytes[0] == b'+' && bytes[1..].iter().all(u8::is_ascii_digit) {
        return Some("has a plus sign, like a telephone number");
    }
    values::is_too_fine(bytes).then_some("is finer than a microsecond")
}
