//! The type of a column, decided over every value of a file.
//!
//! Each value is counted under the narrowest kind it belongs to ([`Evidence::observe`]); what was seen is a small set
//! that can be merged in any grouping, so pieces of a file may be looked at in parallel. [`Evidence::decide`] then
//! picks the narrowest type that holds every value exactly:
//!
//! - whole numbers widen to decimals, both widen to floating point when a value is in scientific notation and no
//!   digit is lost by it; dates widen to timestamps;
//! - everything else that mixes becomes text, and the first value that forced it is kept as the reason.
//!
//! Decimals get 18 digits, or 38 where 18 are too few, rather than the fewest that fit: the next file of the same
//! sort must fit the table that the first one created.

use arrow::datatypes::{DataType, TimeUnit};

use super::values;

/// How a file is gone through to decide its types.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    pub(super) threads: usize,
    /// Bytes between two places that are noted as borders.
    pub(super) gap: u64,
    /// Bytes after which the rest of the file is left out.
    pub(super) most_bytes: u64,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Kind {
    Boolean = 1,
    Int = 1 << 1,
    Decimal = 1 << 2,
    Scientific = 1 << 3,
    Date = 1 << 4,
    Timestamp = 1 << 5,
    Instant = 1 << 6,
    Time = 1 << 7,
    Text = 1 << 8,
    /// A JSON object or list.
    Nested = 1 << 9,
    /// A span of time that may exceed a day.
    Span = 1 << 10,
}

const INT: u16 = Kind::Int as u16;
const NUMBER: u16 = INT | Kind::Decimal as u16 | Kind::Scientific as u16;
const DATE: u16 = Kind::Date as u16;
const TIMESTAMP: u16 = DATE | Kind::Timestamp as u16;
const TEXT: u16 = Kind::Text as u16;
const NESTED: u16 = Kind::Nested as u16;

/// Longest part of a value that is kept as an example.
const EXAMPLE_BYTES: usize = 40;

/// The first value of a kind, for messages.
#[derive(Debug, Clone, PartialEq)]
struct Example {
    kind: Kind,
    line: u64,
    value: String,
}

/// What was seen of one column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Evidence {
    kinds: u16,
    /// Most digits before the decimal point of a number without exponent.
    whole: u32,
    /// Most digits after it.
    scale: u32,
    /// Most digits of one number, both sides together.
    digits: u32,
    /// The first value of each kind, in the order they appeared.
    examples: Vec<Example>,
}

/// The type of a column, and why when that is worth saying.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decision {
    pub(super) data_type: DataType,
    /// The column holds JSON text.
    pub(super) json: bool,
    /// A remark for people.
    pub(super) note: Option<String>,
}

impl Evidence {
    /// Nothing that comes can change the type any more.
    #[inline]
    pub(super) fn is_text(&self) -> bool {
        self.kinds & TEXT != 0
    }

    /// Nothing but numbers was seen so far.
    pub(super) fn is_number(&self) -> bool {
        self.kinds != 0 && self.kinds & !NUMBER == 0
    }

    /// Counts one value that is not null, from a format without types of its own.
    #[inline]
    pub(super) fn observe(&mut self, bytes: &[u8], line: impl FnOnce() -> u64) {
        if self.kinds == INT && bytes.len() < 18 && is_plain_int(bytes) {
            self.number(bytes.len() as u32, 0);
            return;
        }
        self.classify(bytes, line);
    }

    fn classify(&mut self, bytes: &[u8], line: impl FnOnce() -> u64) {
        let trimmed = bytes.trim_ascii();
        let kind = match trimmed.first() {
            Some(b'0'..=b'9' | b'-' | b'.') => self.numeric(trimmed),
            Some(b't' | b'T' | b'f' | b'F') if values::boolean(trimmed).is_some() => Kind::Boolean,
            Some(b'N' | b'I') if values::is_non_finite(trimmed) => Kind::Scientific,
            _ => Kind::Text,
        };
        self.add(kind, bytes, line);
    }

    /// Counts a JSON number.
    pub(super) fn observe_number(&mut self, bytes: &[u8], line: impl FnOnce() -> u64) {
        let kind = match values::plain_number(bytes) {
            Some(shape) => self.plain(bytes, shape),
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
        if self.kinds & kind as u16 == 0 && self.matters(kind) {
            self.kinds |= kind as u16;
            let mut value = String::from_utf8_lossy(&bytes[..bytes.len().min(EXAMPLE_BYTES)]).into_owned();
            if bytes.len() > EXAMPLE_BYTES {
                value = format!("{}…", value.trim_end_matches('\u{fffd}'));
            }
            self.examples.push(Example { kind, line: line(), value });
        }
    }

    /// Whether another kind can still change the answer. What comes after text is not kept, so that the answer does
    /// not depend on how far anybody looked.
    fn matters(&self, kind: Kind) -> bool {
        !self.is_text() || kind == Kind::Nested
    }

    fn numeric(&mut self, bytes: &[u8]) -> Kind {
        if let Some(shape) = values::plain_number(bytes) {
            return self.plain(bytes, shape);
        }
        if values::date(bytes).is_some() {
            return Kind::Date;
        }
        match values::timestamp(bytes) {
            Some(stamp) if stamp.zoned => Kind::Instant,
            Some(_) => Kind::Timestamp,
            None if values::time(bytes).is_some() => Kind::Time,
            None if values::is_scientific(bytes) && values::float64(bytes).is_some() => Kind::Scientific,
            None if values::is_non_finite(bytes) => Kind::Scientific,
            None => Kind::Text,
        }
    }

    fn plain(&mut self, bytes: &[u8], shape: values::Plain) -> Kind {
        self.number(shape.whole, shape.scale);
        if !shape.point && values::int64(bytes).is_some() { Kind::Int } else { Kind::Decimal }
    }

    #[inline]
    fn number(&mut self, whole: u32, scale: u32) {
        self.whole = self.whole.max(whole);
        self.scale = self.scale.max(scale);
        self.digits = self.digits.max(whole + scale);
    }

    /// Adds what was seen in a later piece whose lines start `lines_before` lines further down.
    pub(super) fn merge(&mut self, later: Evidence, lines_before: u64) {
        for mut example in later.examples {
            if self.kinds & example.kind as u16 == 0 && self.matters(example.kind) {
                self.kinds |= example.kind as u16;
                example.line += lines_before;
                self.examples.push(example);
            }
        }
        self.whole = self.whole.max(later.whole);
        self.scale = self.scale.max(later.scale);
        self.digits = self.digits.max(later.digits);
    }

    /// The narrowest type that holds every value seen.
    pub(super) fn decide(&self, column: &str) -> Decision {
        let plain = |data_type| Decision { data_type, json: false, note: None };
        let kinds = self.kinds;
        if kinds & NESTED != 0 {
            return Decision { data_type: DataType::Utf8, json: true, note: None };
        }
        if kinds == 0 || kinds == TEXT {
            return Decision { note: self.code_note(column), ..plain(DataType::Utf8) };
        }
        if kinds & !NUMBER == 0
            && let Some(data_type) = self.number_type()
        {
            return plain(data_type);
        }
        let data_type = match kinds {
            _ if kinds == Kind::Boolean as u16 => DataType::Boolean,
            DATE => DataType::Date32,
            _ if kinds & !TIMESTAMP == 0 => DataType::Timestamp(TimeUnit::Microsecond, None),
            _ if kinds == Kind::Instant as u16 => {
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
            }
            _ if kinds == Kind::Span as u16 => DataType::Duration(TimeUnit::Microsecond),
            _ if kinds == Kind::Time as u16 => DataType::Time64(TimeUnit::Microsecond),
            _ => return Decision { note: Some(self.mixed_note(column)), ..plain(DataType::Utf8) },
        };
        plain(data_type)
    }

    fn number_type(&self) -> Option<DataType> {
        if self.kinds == INT {
            return Some(DataType::Int64);
        }
        if self.kinds & Kind::Scientific as u16 == 0 && self.whole + self.scale <= 38 {
            let precision = if self.whole + self.scale <= 18 { 18 } else { 38 };
            return Some(DataType::Decimal128(precision, self.scale as i8));
        }
        // Seventeen digits come back unchanged from a 64-bit float; more would be lost silently.
        (self.digits <= 17).then_some(DataType::Float64)
    }

    /// Says why a column of nothing but text is text, when its first value is nearly a number.
    fn code_note(&self, column: &str) -> Option<String> {
        let example = self.examples.first()?;
        let reason = near_miss(example.value.as_bytes())?;
        Some(format!("column `{column}` stays text: `{}` in line {} {reason}", example.value, example.line))
    }

    fn mixed_note(&self, column: &str) -> String {
        let word = |kind| match kind {
            Kind::Boolean => "a boolean",
            Kind::Int => "a whole number",
            Kind::Decimal => "a decimal number",
            Kind::Scientific => "a number in scientific notation",
            Kind::Date => "a date",
            Kind::Timestamp => "a timestamp",
            Kind::Instant => "a timestamp with an offset",
            Kind::Time => "a time",
            Kind::Text => "text",
            Kind::Nested => "an object",
            Kind::Span => "a span of time",
        };
        if let Some(text) = self.examples.last()
            && let Some(reason) = near_miss(text.value.as_bytes())
        {
            return format!("column `{column}` stays text: `{}` in line {} {reason}", text.value, text.line);
        }
        let (Some(first), Some(last)) = (self.examples.first(), self.examples.last()) else {
            return format!("column `{column}` stays text");
        };
        if self.kinds & !NUMBER == 0 {
            return format!(
                "column `{column}` stays text: its numbers have more digits than a number type keeps"
            );
        }
        format!(
            "column `{column}` stays text: `{}` in line {} is {}, and `{}` in line {} is {}",
            first.value,
            first.line,
            word(first.kind),
            last.value,
            last.line,
            word(last.kind),
        )
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

/// A whole number of at most 17 characters that needs no second look.
#[inline]
fn is_plain_int(bytes: &[u8]) -> bool {
    match bytes {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use towpath_connect::types::describe_type;

    use super::*;

    fn decide(values: &[&str]) -> Decision {
        let mut evidence = Evidence::default();
        for (line, value) in values.iter().enumerate() {
            evidence.observe(value.as_bytes(), || line as u64 + 1);
        }
        evidence.decide("c")
    }

    #[track_caller]
    fn check(values: &[&str], expected: &str) {
        assert_eq!(describe_type(&decide(values).data_type), expected, "{values:?}");
    }

    #[test]
    fn the_narrowest_type_that_holds_every_value() {
        check(&[], "text");
        check(&["1", "-2", "0"], &describe_type(&DataType::Int64));
        check(&["1", "2.50", "-.5"], "decimal(18,2)");
        check(&["9223372036854775808"], "decimal(38,0)");
        check(&["1", "1.5e3"], &describe_type(&DataType::Float64));
        check(&["1", "NaN", "-Infinity"], &describe_type(&DataType::Float64));
        check(&["12345678901234567890", "1.5e3"], "text");
        check(&["12", "12E4"], "text");
        check(&["007", "8"], "text");
        check(&["8", "007"], "text");
        check(&["true", "False"], &describe_type(&DataType::Boolean));
        check(&["true", "1"], "text");
        check(&["2025-01-01"], "date");
        check(&["2025-01-01", "2025-01-01 10:00:00"], "timestamp");
        check(&["2025-01-01T10:00:00Z", "2025-01-01T10:00:00+02:00"], "timestamp with time zone");
        check(&["2025-01-01T10:00:00Z", "2025-01-01T10:00:00"], "text");
        check(&["10:00:00", "10:00:00.5"], "time");
        check(&["2025-02-30"], "text");
        check(&[" 12", "3 "], &describe_type(&DataType::Int64));
        check(&["0.1234567890123456789012345678901234567", "12"], "text");
        check(&["6f0e9d52-7b3c-4f3e-9a55-0c1d2e3f4a5b"], "text");
    }

    #[test]
    fn the_reason_for_text_names_the_value_and_its_line() {
        assert_eq!(
            decide(&["8", "007"]).note.as_deref(),
            Some("column `c` stays text: `007` in line 2 has a leading zero, like a code")
        );
        assert_eq!(
            decide(&["8", "9", "n/a"]).note.as_deref(),
            Some("column `c` stays text: `8` in line 1 is a whole number, and `n/a` in line 3 is text")
        );
        assert_eq!(decide(&["apple", "pear"]).note, None, "ordinary text needs no reason");
    }

    #[test]
    fn pieces_merge_to_the_same_answer() {
        let values = ["1", "2.5", "2025-01-01", "x"];
        let mut whole = Evidence::default();
        for (line, value) in values.iter().enumerate() {
            whole.observe(value.as_bytes(), || line as u64 + 1);
        }
        let (mut left, mut right) = (Evidence::default(), Evidence::default());
        for (line, value) in values.iter().enumerate() {
            let half = if line < 2 { &mut left } else { &mut right };
            half.observe(value.as_bytes(), || line as u64 % 2 + 1);
        }
        left.merge(right, 2);
        assert_eq!(left, whole);
    }
}
