//! The type of a column, decided over every value of a file.
//!
//! Each value is counted under the narrowest kind it belongs to ([`Evidence::observe`]); what was seen is a small set
//! that can be merged in any grouping, so pieces of a file may be looked at in parallel. [`Evidence::decide`] then
//! picks the narrowest type that holds every value exactly ([`decide`]).
//!
//! Values in a way of writing that has several readings rule readings out ([`super::notation`]); what is left over the
//! whole column is how it is read. Nothing is guessed from the first rows.

mod decide;
mod kinds;
mod numbers;
#[cfg(test)]
mod tests;

pub(super) use decide::Hints;
pub(super) use kinds::Kind;

use super::notation::{date, number, words};
use super::values;
use kinds::{INT, NESTED, NULL_WORD, NUMBER, TEXT};

/// How a file is gone through to decide its types.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    pub(super) threads: usize,
    /// Bytes between two places that are noted as borders.
    pub(super) gap: u64,
    /// Bytes after which the rest of the file is left out.
    pub(super) most_bytes: u64,
}

/// Longest part of a value that is kept as an example.
const EXAMPLE_BYTES: usize = 40;

/// A value and where it stands, for messages.
#[derive(Debug, Clone, PartialEq)]
struct Example {
    line: u64,
    value: String,
}

/// What was seen of one column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evidence {
    kinds: u32,
    plain: Digits,
    written: WrittenNumbers,
    dates: WrittenDates,
    /// Words for true and false that were seen, and the pairs that fit all of them.
    words: u16,
    pairs: u8,
    /// The first value of each kind, in the order they appeared.
    examples: Vec<(Kind, Example)>,
}

/// The size of numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Digits {
    /// Most digits before the decimal mark of a number without exponent.
    whole: u32,
    /// Most digits after it.
    scale: u32,
    /// Most digits of one number, both sides together.
    digits: u32,
}

/// Numbers that are not written the plain way, and what the plain ones rule out.
#[derive(Debug, Clone, PartialEq)]
struct WrittenNumbers {
    /// Ways to write numbers that make sense for every number of the column.
    ways: u8,
    /// The format itself says of a number that its point is the decimal mark.
    certain: bool,
    /// A number means something else with a decimal comma than with a point.
    ambiguous: Option<Example>,
    /// The first numbers that make sense with a decimal point only, and with a comma only.
    point_only: Option<Example>,
    comma_only: Option<Example>,
    /// Their sizes by the decimal mark.
    point: Digits,
    comma: Digits,
    currency: Option<u8>,
    /// The first amount in another currency.
    other_currency: Option<Example>,
}

/// Dates that are not written the plain way.
#[derive(Debug, Clone, PartialEq)]
struct WrittenDates {
    /// Orders that make sense for every one.
    orders: u8,
    ambiguous: Option<Example>,
    /// The first dates that make sense in one order only.
    day_first: Option<Example>,
    month_first: Option<Example>,
}

impl Default for Evidence {
    fn default() -> Self {
        Evidence {
            kinds: 0,
            plain: Digits::default(),
            written: WrittenNumbers {
                ways: number::ways::ALL,
                certain: false,
                ambiguous: None,
                point_only: None,
                comma_only: None,
                point: Digits::default(),
                comma: Digits::default(),
                currency: None,
                other_currency: None,
            },
            dates: WrittenDates {
                orders: date::DAY_FIRST | date::MONTH_FIRST,
                ambiguous: None,
                day_first: None,
                month_first: None,
            },
            words: 0,
            pairs: u8::MAX,
            examples: Vec::new(),
        }
    }
}

impl Digits {
    #[inline]
    fn add(&mut self, whole: u32, scale: u32) {
        self.whole = self.whole.max(whole);
        self.scale = self.scale.max(scale);
        self.digits = self.digits.max(whole + scale);
    }

    fn merge(&mut self, later: Digits) {
        self.whole = self.whole.max(later.whole);
        self.scale = self.scale.max(later.scale);
        self.digits = self.digits.max(later.digits);
    }
}

impl Example {
    fn new(bytes: &[u8], line: u64) -> Self {
        let mut value = String::from_utf8_lossy(&bytes[..bytes.len().min(EXAMPLE_BYTES)]).into_owned();
        if bytes.len() > EXAMPLE_BYTES {
            value = format!("{}…", value.trim_end_matches('\u{fffd}'));
        }
        Example { line, value }
    }

    /// Keeps the first of two; those of a later piece have lines of their own.
    fn keep(first: &mut Option<Example>, later: Option<Example>, lines_before: u64) {
        if first.is_none() {
            *first = later.map(|later| Example { line: later.line + lines_before, ..later });
        }
    }
}

impl Evidence {
    /// Nothing that comes can change the type any more.
    #[inline]
    pub(super) fn is_text(&self) -> bool {
        self.kinds & TEXT != 0
    }

    /// Nothing but numbers, dates, times and words for no value was seen so far.
    pub(super) fn is_measured(&self) -> bool {
        const WORDS: u32 = TEXT | NESTED | Kind::Word as u32;
        self.kinds & WORDS == 0 && self.kinds & !NULL_WORD != 0
    }

    /// Nothing but plain numbers was seen so far.
    pub(super) fn is_number(&self) -> bool {
        self.kinds != 0 && self.kinds & !NUMBER == 0
    }

    /// Counts one value that is not null, from a format without types of its own.
    #[inline]
    pub(super) fn observe(&mut self, bytes: &[u8], line: impl FnOnce() -> u64) {
        if self.kinds == INT && bytes.len() < 18 && is_plain_int(bytes) {
            self.plain.add(bytes.len() as u32, 0);
            return;
        }
        self.classify(bytes, line);
    }

    fn classify(&mut self, bytes: &[u8], line: impl FnOnce() -> u64) {
        let trimmed = bytes.trim_ascii();
        let kind = match trimmed.first() {
            Some(b'0'..=b'9' | b'-' | b'.') => self.numeric(trimmed),
            Some(b't' | b'T' | b'f' | b'F') if values::boolean(trimmed).is_some() => Some(Kind::Boolean),
            Some(b'N' | b'I') if values::is_non_finite(trimmed) => Some(Kind::Scientific),
            _ => None,
        };
        match kind {
            Some(kind) => self.add(kind, bytes, line),
            None => self.unusual(bytes, line()),
        }
    }

    /// Counts a value that is not written the plain way.
    fn unusual(&mut self, bytes: &[u8], line: u64) {
        let words = words::look(bytes);
        if words != 0 {
            self.words |= words;
            self.pairs &= words::pairs(words);
            return self.add(Kind::Word, bytes, || line);
        }
        if words::is_null(bytes) {
            return self.add(Kind::NullWord, bytes, || line);
        }
        let example = || Some(Example::new(bytes, line));
        if let Some(found) = date::look(bytes) {
            let dates = &mut self.dates;
            dates.orders &= found.orders;
            let first = match found.orders {
                date::DAY_FIRST => Some(&mut dates.day_first),
                date::MONTH_FIRST => Some(&mut dates.month_first),
                _ if found.is_ambiguous => Some(&mut dates.ambiguous),
                _ => None,
            };
            if let Some(first @ None) = first {
                *first = example();
            }
            let kind = if found.timed { Kind::WrittenStamp } else { Kind::WrittenDate };
            return self.add(kind, bytes, || line);
        }
        let Some(found) = number::look(bytes) else { return self.add(Kind::Text, bytes, || line) };
        let numbers = &mut self.written;
        numbers.ways &= found.ways;
        if found.ways & number::ways::POINT != 0 {
            numbers.point.add(found.point.whole, found.point.scale);
        }
        if found.ways & number::ways::COMMA != 0 {
            numbers.comma.add(found.comma.whole, found.comma.scale);
        }
        let first = match (found.ways & number::ways::POINT, found.ways & number::ways::COMMA) {
            (_, 0) => Some(&mut numbers.point_only),
            (0, _) => Some(&mut numbers.comma_only),
            _ if found.is_ambiguous() => Some(&mut numbers.ambiguous),
            _ => None,
        };
        if let Some(first @ None) = first {
            *first = example();
        }
        match (found.currency, numbers.currency) {
            (Some(new), Some(known)) if new != known && numbers.other_currency.is_none() => {
                numbers.other_currency = example();
            }
            (Some(new), None) => numbers.currency = Some(new),
            _ => {}
        }
        let kind = if found.percent { Kind::Percent } else { Kind::Written };
        self.add(kind, bytes, || line);
    }

    /// Counts a number of a format that has numbers: JSON, a workbook. Its point is the decimal mark, whatever texts beside
    /// it look like.
    pub(super) fn observe_number(&mut self, bytes: &[u8], line: impl FnOnce() -> u64) {
        let kind = match values::plain_number(bytes) {
            Some(shape) => {
                if shape.point {
                    self.written.certain = true;
                    self.written.ways &= number::ways::POINT;
                }
                self.number(bytes, shape)
            }
            None if lexical_core::parse::<f64>(bytes).is_ok_and(f64::is_finite) => Kind::Scientific,
            None => Kind::Text,
        };
        self.add(kind, bytes, line);
    }

    /// Counts a JSON string: a date, a timestamp, or text. Numbers in quotes stay text.
    pub(super) fn observe_string(&mut self, bytes: &[u8], line: impl FnOnce() -> u64) {
        let kind = match bytes.first() {
            Some(b'0'..=b'9') if values::date(bytes).is_some() => Kind::Date,
            Some(b'0'..=b'9') => match values::timestamp(bytes) {
                Some(stamp) if stamp.zoned => Kind::Instant,
                Some(_) => Kind::Timestamp,
                None => Kind::Text,
            },
            _ => Kind::Text,
        };
        self.add(kind, bytes, line);
    }

    /// Counts a value whose kind is known from the format.
    pub(super) fn add(&mut self, kind: Kind, bytes: &[u8], line: impl FnOnce() -> u64) {
        if self.kinds & kind as u32 == 0 && self.matters(kind) {
            self.kinds |= kind as u32;
            self.examples.push((kind, Example::new(bytes, line())));
        }
    }

    /// Whether another kind can still change the answer. What comes after text is not kept, so that the answer does
    /// not depend on how far anybody looked.
    fn matters(&self, kind: Kind) -> bool {
        !self.is_text() || kind == Kind::Nested
    }

    /// The plain kind of a value that begins like a number.
    fn numeric(&mut self, bytes: &[u8]) -> Option<Kind> {
        if let Some(shape) = values::plain_number(bytes) {
            return Some(self.number(bytes, shape));
        }
        if values::date(bytes).is_some() {
            return Some(Kind::Date);
        }
        match values::timestamp(bytes) {
            Some(stamp) if stamp.zoned => Some(Kind::Instant),
            Some(_) => Some(Kind::Timestamp),
            None if values::time(bytes).is_some() => Some(Kind::Time),
            None if values::is_scientific(bytes) && values::float64(bytes).is_some() => {
                Some(Kind::Scientific)
            }
            None if values::is_non_finite(bytes) => Some(Kind::Scientific),
            None => None,
        }
    }

    fn number(&mut self, bytes: &[u8], shape: values::Plain) -> Kind {
        self.plain.add(shape.whole, shape.scale);
        if !shape.point {
            return if values::int64(bytes).is_some() { Kind::Int } else { Kind::Decimal };
        }
        // `1.234` may be a thousand and more where the decimal mark is a comma.
        let could_be_group = shape.scale == 3
            && shape.whole <= 3
            && !matches!(bytes, [b'0' | b'.', ..] | [b'-', b'0' | b'.', ..]);
        self.written.ways &= if could_be_group {
            number::ways::POINT | number::ways::COMMA_POINT
        } else {
            number::ways::POINT
        };
        Kind::Decimal
    }

    /// Adds what was seen in a later piece whose lines start `lines_before` lines further down.
    pub(super) fn merge(&mut self, later: Evidence, lines_before: u64) {
        for (kind, mut example) in later.examples {
            if self.kinds & kind as u32 == 0 && self.matters(kind) {
                self.kinds |= kind as u32;
                example.line += lines_before;
                self.examples.push((kind, example));
            }
        }
        self.plain.merge(later.plain);
        self.words |= later.words;
        self.pairs &= later.pairs;
        let (numbers, more) = (&mut self.written, later.written);
        numbers.ways &= more.ways;
        numbers.certain |= more.certain;
        numbers.point.merge(more.point);
        numbers.comma.merge(more.comma);
        Example::keep(&mut numbers.ambiguous, more.ambiguous, lines_before);
        Example::keep(&mut numbers.point_only, more.point_only, lines_before);
        Example::keep(&mut numbers.comma_only, more.comma_only, lines_before);
        // Whose currency it is that differs can be told only when both are known.
        if numbers.currency.is_some() && more.currency.is_some() && numbers.currency != more.currency {
            let other = self.examples.iter().find(|(kind, _)| matches!(kind, Kind::Written | Kind::Percent));
            numbers.other_currency =
                numbers.other_currency.take().or(other.map(|(_, example)| example.clone()));
        }
        Example::keep(&mut numbers.other_currency, more.other_currency, lines_before);
        numbers.currency = numbers.currency.or(more.currency);
        let (dates, more) = (&mut self.dates, later.dates);
        dates.orders &= more.orders;
        Example::keep(&mut dates.ambiguous, more.ambiguous, lines_before);
        Example::keep(&mut dates.day_first, more.day_first, lines_before);
        Example::keep(&mut dates.month_first, more.month_first, lines_before);
    }
}

/// A whole number of at most 17 characters that needs no second look.
#[inline]
fn is_plain_int(bytes: &[u8]) -> bool {
    match bytes {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
