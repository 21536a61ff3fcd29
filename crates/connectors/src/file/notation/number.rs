//! Numbers as people write them.
//!
//! ```text
//! number   := sign? currency? sign? figures ( "%" | currency )? "-"?      or the same in parentheses, which negate
//! figures  := digits { mark digits }
//! mark     := "." | "," | a space | an apostrophe
//! ```
//!
//! Which mark is the decimal one, and which separates thousands, is the [`Figures`] of a column. The last mark may be the
//! decimal one when it occurs once; marks between groups of three digits are all alike and come before it.

use arrow::datatypes::DataType;

use super::{SPACES, trim};

/// A way to write numbers: one bit each, so that the ways in which a value makes sense are a set.
pub(in crate::file) mod ways {
    /// `1234.5`
    pub(in crate::file) const PLAIN: u8 = 1;
    /// `1,234.5`
    pub(in crate::file) const POINT_COMMA: u8 = 1 << 1;
    /// `1 234.5`
    pub(in crate::file) const POINT_SPACE: u8 = 1 << 2;
    /// `1'234.5`
    pub(in crate::file) const POINT_APOSTROPHE: u8 = 1 << 3;
    /// `1.234,5`
    pub(in crate::file) const COMMA_POINT: u8 = 1 << 4;
    /// `1 234,5`
    pub(in crate::file) const COMMA_SPACE: u8 = 1 << 5;
    /// `1'234,5`
    pub(in crate::file) const COMMA_APOSTROPHE: u8 = 1 << 6;
    /// Those with a decimal point.
    pub(in crate::file) const POINT: u8 = PLAIN | POINT_COMMA | POINT_SPACE | POINT_APOSTROPHE;
    /// Those with a decimal comma.
    pub(in crate::file) const COMMA: u8 = COMMA_POINT | COMMA_SPACE | COMMA_APOSTROPHE;
    /// All of them.
    pub(in crate::file) const ALL: u8 = POINT | COMMA;
}

/// The marks of a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) struct Figures {
    /// The ways that are left; they agree in what every value means.
    pub(in crate::file) ways: u8,
    /// Every number is a percentage, or none is; `None` when each one tells.
    pub(in crate::file) percent: Option<bool>,
}

/// Digits before and after the decimal mark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::file) struct Size {
    pub(in crate::file) whole: u32,
    pub(in crate::file) scale: u32,
}

/// What a value is, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) struct Written {
    /// Ways in which it makes sense.
    pub(in crate::file) ways: u8,
    /// Its size when the decimal mark is a point.
    pub(in crate::file) point: Size,
    /// Its size when the decimal mark is a comma.
    pub(in crate::file) comma: Size,
    pub(in crate::file) percent: bool,
    /// Place of its currency in [`CURRENCIES`].
    pub(in crate::file) currency: Option<u8>,
}

/// Signs and codes of currencies, as they stand beside amounts.
pub(in crate::file) const CURRENCIES: [&str; 24] = [
    "€", "$", "£", "¥", "CHF", "EUR", "USD", "GBP", "CAD", "JPY", "Fr.", "$ CA", "CA$", "US$", "$US", "C$",
    "kr", "SEK", "NOK", "DKK", "PLN", "zł", "₹", "INR",
];

/// Most marks in a number.
const MOST_MARKS: usize = 12;

/// The parts of a value around its figures.
struct Parts<'a> {
    negative: bool,
    currency: Option<u8>,
    percent: bool,
    figures: &'a [u8],
}

/// What stands between digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Point,
    Comma,
    Space,
    Apostrophe,
}

/// Digits and the marks between them.
struct Groups {
    /// Digits before the first mark, and behind each mark.
    sizes: [u32; MOST_MARKS + 1],
    marks: [Mark; MOST_MARKS],
    count: usize,
    leading_zero: bool,
}

/// Looks at a value; `None` when it is no number in any way.
pub(in crate::file) fn look(bytes: &[u8]) -> Option<Written> {
    let parts = split(bytes)?;
    let groups = groups(parts.figures)?;
    let written = Written {
        ways: 0,
        point: Size::default(),
        comma: Size::default(),
        percent: parts.percent,
        currency: parts.currency,
    };
    groups.readings(written)
}

impl Figures {
    /// The decimal mark.
    pub(in crate::file) fn mark(self) -> &'static str {
        if self.ways & ways::POINT != 0 { "." } else { "," }
    }

    /// Whether the decimal mark tells how the numbers of a column are read: not where there are whole numbers with spaces
    /// or apostrophes between thousands.
    pub(in crate::file) fn needs_mark(self, data_type: &DataType) -> bool {
        *data_type != DataType::Int64 || self.ways & !(ways::POINT_COMMA | ways::COMMA_POINT) == 0
    }

    /// The plain form means what it says, so it may be tried first.
    pub(in crate::file) fn has_plain(self) -> bool {
        self.ways & ways::PLAIN != 0 && self.percent != Some(true)
    }

    /// Puts the number without its marks into `plain`; answers whether it is one of this column's kind.
    pub(in crate::file) fn plain(self, bytes: &[u8], plain: &mut Vec<u8>) -> bool {
        let fits = |parts: &Parts<'_>| self.percent.is_none_or(|percent| percent == parts.percent);
        let Some(parts) = split(bytes).filter(fits) else { return false };
        let Some(groups) = groups(parts.figures) else { return false };
        let Some(written) = groups.readings(Written {
            ways: 0,
            point: Size::default(),
            comma: Size::default(),
            percent: false,
            currency: None,
        }) else {
            return false;
        };
        let ways = written.ways & self.ways;
        if ways == 0 {
            return false;
        }
        let scale = if ways & ways::POINT != 0 { written.point.scale } else { written.comma.scale } as usize;
        if parts.negative {
            plain.push(b'-');
        }
        let digits: Vec<u8> = parts.figures.iter().copied().filter(u8::is_ascii_digit).collect();
        let scale = scale + if parts.percent { 2 } else { 0 };
        // A percentage may need zeros in front: `5 %` is `0.05`.
        let padded = [&vec![b'0'; (scale + 1).saturating_sub(digits.len())][..], &digits].concat();
        let (whole, decimals) = padded.split_at(padded.len() - scale);
        let first = whole.iter().position(|digit| *digit != b'0').unwrap_or(whole.len() - 1);
        plain.extend_from_slice(&whole[first..]);
        if scale > 0 {
            plain.push(b'.');
            plain.extend_from_slice(decimals);
        }
        true
    }
}

/// Takes signs, currency and percent off.
fn split(bytes: &[u8]) -> Option<Parts<'_>> {
    let mut rest = trim(bytes);
    let mut parts = Parts { negative: false, currency: None, percent: false, figures: rest };
    if let Some(inside) = rest.strip_prefix(b"(").and_then(|rest| rest.strip_suffix(b")")) {
        parts.negative = true;
        rest = trim(inside);
    }
    let mut signs = 0;
    let mut sign = |rest: &mut &[u8], negative: &mut bool| {
        for (text, minus) in [("-", true), ("\u{2212}", true), ("+", false)] {
            if let Some(after) = rest.strip_prefix(text.as_bytes()) {
                signs += 1;
                *negative |= minus;
                *rest = trim(after);
            }
        }
    };
    sign(&mut rest, &mut parts.negative);
    if !rest.first()?.is_ascii_digit() {
        parts.currency = currency(&mut rest, false);
        sign(&mut rest, &mut parts.negative);
    }
    if let Some(before) = rest.strip_suffix(b"%") {
        parts.percent = true;
        rest = trim(before);
    } else if !rest.last()?.is_ascii_digit() && parts.currency.is_none() {
        parts.currency = currency(&mut rest, true);
    }
    if let Some(before) = rest.strip_suffix(b"-") {
        signs += 1;
        parts.negative = true;
        rest = trim(before);
    }
    // A plus sign before bare digits is a telephone number.
    let is_bare = rest.iter().all(u8::is_ascii_digit) && !parts.percent && parts.currency.is_none();
    if signs > 1 || (is_bare && trim(bytes).starts_with(b"+")) {
        return None;
    }
    parts.figures = rest;
    Some(parts)
}

fn currency(rest: &mut &[u8], is_behind: bool) -> Option<u8> {
    // Of `$` and `$ CA` the longer one is meant.
    let mut best: Option<(usize, &[u8])> = None;
    for (place, text) in CURRENCIES.iter().enumerate() {
        let found =
            if is_behind { rest.strip_suffix(text.as_bytes()) } else { rest.strip_prefix(text.as_bytes()) };
        if let Some(found) = found
            && best.is_none_or(|(_, best)| found.len() < best.len())
        {
            best = Some((place, found));
        }
    }
    let (place, found) = best?;
    *rest = trim(found);
    u8::try_from(place).ok()
}

fn groups(figures: &[u8]) -> Option<Groups> {
    let mut groups = Groups {
        sizes: [0; MOST_MARKS + 1],
        marks: [Mark::Point; MOST_MARKS],
        count: 0,
        leading_zero: figures.first() == Some(&b'0'),
    };
    let mut at = 0;
    while let Some(byte) = figures.get(at) {
        let (mark, length) = match byte {
            b'0'..=b'9' => {
                groups.sizes[groups.count] += 1;
                at += 1;
                continue;
            }
            b'.' => (Mark::Point, 1),
            b',' => (Mark::Comma, 1),
            b' ' => (Mark::Space, 1),
            b'\'' => (Mark::Apostrophe, 1),
            _ if figures[at..].starts_with("\u{2019}".as_bytes()) => (Mark::Apostrophe, 3),
            _ => (Mark::Space, SPACES.iter().find(|space| figures[at..].starts_with(space))?.len()),
        };
        if groups.count == MOST_MARKS {
            return None;
        }
        groups.marks[groups.count] = mark;
        groups.count += 1;
        at += length;
    }
    let digits: u32 = groups.sizes.iter().sum();
    (digits > 0 && groups.sizes[groups.count] > 0).then_some(groups)
}

impl Groups {
    /// Adds the ways in which the number makes sense; `None` when there are none.
    fn readings(&self, mut written: Written) -> Option<Written> {
        let marks = &self.marks[..self.count];
        let Some((last, before)) = marks.split_last() else {
            // A leading zero makes a code.
            let size = Size { whole: self.sizes[0], scale: 0 };
            (written.point, written.comma, written.ways) = (size, size, ways::ALL);
            return (!self.leading_zero || self.sizes[0] == 1).then_some(written);
        };
        let are_thousands = |groups: &[u32]| {
            (1..=3).contains(&groups[0]) && !self.leading_zero && groups[1..].iter().all(|size| *size == 3)
        };
        let sizes = &self.sizes[..=self.count];
        let digits: u32 = sizes.iter().sum();
        // All marks separate thousands.
        if marks.iter().all(|mark| mark == last) && are_thousands(sizes) {
            let size = Size { whole: digits, scale: 0 };
            let found = match last {
                Mark::Comma => ways::POINT_COMMA,
                Mark::Point => ways::COMMA_POINT,
                Mark::Space => ways::POINT_SPACE | ways::COMMA_SPACE,
                Mark::Apostrophe => ways::POINT_APOSTROPHE | ways::COMMA_APOSTROPHE,
            };
            written.add(found, size);
        }
        // The last mark is the decimal one.
        let scale = self.sizes[self.count];
        let size = Size { whole: (digits - scale).max(1), scale };
        let group = before.first();
        let is_even = before.iter().all(|mark| Some(mark) == group) && !before.contains(last);
        let whole_is_good = match group {
            None => !self.leading_zero || self.sizes[0] <= 1,
            Some(_) => are_thousands(&self.sizes[..self.count]),
        };
        if is_even && whole_is_good {
            let found = match (last, group) {
                (Mark::Point, None) => ways::POINT,
                (Mark::Point, Some(Mark::Comma)) => ways::POINT_COMMA,
                (Mark::Point, Some(Mark::Space)) => ways::POINT_SPACE,
                (Mark::Point, Some(Mark::Apostrophe)) => ways::POINT_APOSTROPHE,
                (Mark::Comma, None) => ways::COMMA,
                (Mark::Comma, Some(Mark::Point)) => ways::COMMA_POINT,
                (Mark::Comma, Some(Mark::Space)) => ways::COMMA_SPACE,
                (Mark::Comma, Some(Mark::Apostrophe)) => ways::COMMA_APOSTROPHE,
                _ => 0,
            };
            written.add(found, size);
        }
        (written.ways != 0).then_some(written)
    }
}

impl Written {
    fn add(&mut self, found: u8, size: Size) {
        self.ways |= found;
        if found & ways::POINT != 0 {
            self.point = size;
        }
        if found & ways::COMMA != 0 {
            self.comma = size;
        }
    }

    /// The value has two meanings, by what the decimal mark is.
    pub(in crate::file) fn is_ambiguous(self) -> bool {
        self.ways & ways::POINT != 0 && self.ways & ways::COMMA != 0 && self.point != self.comma
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, ways: u8, percent: bool) -> Option<String> {
        let mut plain = Vec::new();
        let is_good = Figures { ways, percent: Some(percent) }.plain(text.as_bytes(), &mut plain);
        is_good.then(|| String::from_utf8(plain).unwrap())
    }

    #[test]
    fn each_way_to_write_a_number() {
        let good = |text, ways, expected: &str| {
            assert_eq!(plain(text, ways, false).as_deref(), Some(expected), "{text}");
        };
        good("1 234,56 €", ways::COMMA_SPACE, "1234.56");
        good("1\u{202f}234\u{a0}567,8", ways::COMMA_SPACE, "1234567.8");
        good("1.234,5", ways::COMMA_POINT, "1234.5");
        good("1.234", ways::COMMA_POINT, "1234");
        good("$1,234.50", ways::POINT_COMMA, "1234.50");
        good("-$5", ways::ALL, "-5");
        good("(1,234)", ways::POINT_COMMA, "-1234");
        good("12,5-", ways::COMMA, "-12.5");
        good("CHF 1'234.05", ways::POINT_APOSTROPHE, "1234.05");
        good("+0,50", ways::COMMA, "0.50");
        good(",5", ways::COMMA, "0.5");
        good("12 $ CA", ways::ALL, "12");
        assert_eq!(plain("12,5 %", ways::COMMA, true).as_deref(), Some("0.125"));
        assert_eq!(plain("5%", ways::ALL, true).as_deref(), Some("0.05"));
        assert_eq!(plain("150%", ways::ALL, true).as_deref(), Some("1.50"));
        for (text, ways) in [
            ("1,23,456", ways::ALL),
            ("12345,678.9", ways::ALL),
            ("1.234", ways::COMMA_SPACE),
            ("1,5", ways::POINT),
            ("007", ways::ALL),
            ("+336", ways::ALL),
            ("--5", ways::ALL),
            ("", ways::ALL),
            ("€", ways::ALL),
            ("12 ", 0),
            ("1..2", ways::ALL),
            ("12 34", ways::ALL),
            ("5 %", ways::ALL),
        ] {
            assert_eq!(plain(text, ways, false), None, "{text}");
        }
    }

    #[test]
    fn what_one_value_cannot_tell() {
        let look = |text: &str| look(text.as_bytes()).unwrap();
        assert!(look("1,234").is_ambiguous() && look("1.234").is_ambiguous());
        for text in ["1,23", "1234,567", "0,123", "1 234", "12", "1,234.5", "1.234.567"] {
            assert!(!look(text).is_ambiguous(), "{text}");
        }
        assert_eq!(look("1 234").ways, ways::POINT_SPACE | ways::COMMA_SPACE);
        assert_eq!(look("1234,5").ways, ways::COMMA);
    }
}
