//! What a column really holds: one look at every value, then a decision.
//!
//! The declared type is believed when every value keeps to it. Otherwise the values decide, and a note says so.

use rusqlite::types::ValueRef;
use towpath_connect::civil;
use towpath_connect::digits::Digits;
use towpath_connect::types::Logical;

use super::types::{Declared, Kind};

/// The largest integer that floating-point numbers count to without gaps.
const EXACT_FLOAT: u64 = 1 << 53;

/// What was seen in one column.
#[derive(Debug)]
pub(super) struct Seen {
    declared: Declared,
    integers: u64,
    reals: u64,
    texts: u64,
    blobs: u64,
    /// Values that the declared type would accept.
    fitting: u64,
    /// Among these, timestamps with an offset.
    zoned: u64,
    infinite: u64,
    /// Integers that a floating-point number may not hold.
    large: u64,
    /// Days in the plain form, which sorts as text.
    plain_days: u64,
}

/// The decision about one column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    pub(super) kind: Kind,
    /// Comparing the stored values in SQL means the same as comparing what is read.
    pub(super) comparable: bool,
    /// A remark for people, when the declared type was not believed.
    pub(super) note: Option<String>,
}

impl Seen {
    pub(super) fn new(declared: Declared) -> Self {
        Seen {
            declared,
            integers: 0,
            reals: 0,
            texts: 0,
            blobs: 0,
            fitting: 0,
            zoned: 0,
            infinite: 0,
            large: 0,
            plain_days: 0,
        }
    }

    /// Looks at one value.
    pub(super) fn look(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => {}
            ValueRef::Integer(number) => {
                self.integers += 1;
                self.large += u64::from(number.unsigned_abs() > EXACT_FLOAT);
                self.fitting += u64::from(match self.declared {
                    Declared::Boolean => number == 0 || number == 1,
                    Declared::Decimal(precision, scale) => {
                        decimal_fits(&number.to_string(), precision, scale)
                    }
                    _ => false,
                });
            }
            ValueRef::Real(number) => {
                self.reals += 1;
                if let Declared::Decimal(precision, scale) = self.declared {
                    self.fitting += u64::from(decimal_fits(&number.to_string(), precision, scale));
                }
            }
            ValueRef::Text(bytes) => {
                self.texts += 1;
                if let Ok(text) = std::str::from_utf8(bytes) {
                    self.text(text);
                }
            }
            ValueRef::Blob(_) => self.blobs += 1,
        }
    }

    fn text(&mut self, text: &str) {
        let fits = match self.declared {
            Declared::Date => {
                let fits = civil::parse_date(text).is_some();
                self.plain_days += u64::from(fits && text.len() == 10 && !text.contains('i'));
                fits
            }
            // Expressions have no declared type: what is in ISO form in every row is a date or a timestamp.
            Declared::DateTime | Declared::Instant | Declared::None => match civil::parse_moment(text) {
                Some(moment) => {
                    self.zoned += u64::from(moment.zoned);
                    self.infinite += u64::from(text.ends_with("infinity"));
                    self.plain_days += u64::from(text.len() == 10 && !text.contains('i'));
                    true
                }
                None => false,
            },
            Declared::Time => civil::parse_time(text).is_some(),
            Declared::Span => civil::parse_span(text).is_some(),
            Declared::Interval => civil::parse_interval(text).is_some(),
            Declared::Decimal(precision, scale) => decimal_fits(text, precision, scale),
            Declared::Uuid => is_uuid(text),
            Declared::NumericText => {
                Digits::parse(text).is_some() || matches!(text, "NaN" | "Infinity" | "-Infinity")
            }
            _ => false,
        };
        self.fitting += u64::from(fits);
    }

    fn values(&self) -> u64 {
        self.integers + self.reals + self.texts + self.blobs
    }

    /// Decides how the column is read.
    pub(super) fn decide(&self, column: &str) -> Verdict {
        let all = self.values();
        let sure = |kind| Verdict { kind, comparable: true, note: None };
        let loose = |kind| Verdict { kind, comparable: false, note: None };
        let as_declared = Kind::of_empty(self.declared);
        if all == 0 {
            return loose(as_declared);
        }
        match self.declared {
            Declared::Integer if self.integers == all => return sure(Kind::Integer),
            Declared::Real if self.integers + self.reals == all && self.large == 0 => {
                return sure(Kind::Float);
            }
            Declared::Text if self.texts == all => return sure(Kind::Text(None)),
            Declared::Json if self.texts == all => return loose(as_declared),
            Declared::Blob if self.blobs == all => return loose(Kind::Binary),
            Declared::Boolean | Declared::Uuid if self.fitting == all => return sure(as_declared),
            Declared::Date if self.fitting == all => {
                return Verdict { kind: Kind::Date, comparable: self.plain_days == all, note: None };
            }
            Declared::DateTime | Declared::Instant if self.fitting == all => {
                if self.zoned == 0 && self.infinite < all {
                    return loose(Kind::Timestamp { zoned: false });
                }
                if self.zoned + self.infinite == all {
                    return loose(Kind::Timestamp {
                        zoned: self.declared == Declared::Instant || self.zoned > 0,
                    });
                }
            }
            Declared::Decimal(..)
            | Declared::Time
            | Declared::Span
            | Declared::Interval
            | Declared::NumericText
                if self.fitting == all =>
            {
                return loose(as_declared);
            }
            Declared::None if self.fitting == all => {
                if self.plain_days == all {
                    return sure(Kind::Date);
                }
                if self.zoned == 0 || self.zoned == all {
                    return loose(Kind::Timestamp { zoned: self.zoned == all });
                }
            }
            _ => {}
        }
        let (kind, comparable) = self.by_values();
        let surprising = match self.declared {
            // Without a declared type there is nothing to contradict, unless the values do it among themselves.
            Declared::None | Declared::Numeric | Declared::Blob => !self.is_pure(),
            _ => true,
        };
        let note = surprising
            .then(|| format!("column `{column}` holds {}, so it is read as {}", self.census(), word(kind)));
        Verdict { kind, comparable, note }
    }

    fn is_pure(&self) -> bool {
        let all = self.values();
        self.integers + self.reals == all || self.texts == all || self.blobs == all
    }

    /// The narrowest kind that takes every value.
    fn by_values(&self) -> (Kind, bool) {
        let all = self.values();
        if self.integers == all {
            (Kind::Integer, true)
        } else if self.integers + self.reals == all {
            // Whole numbers beyond 2^53 next to fractions: only exact text keeps both.
            if self.large == 0 { (Kind::Float, true) } else { (Kind::Text(Some(Logical::Numeric)), false) }
        } else if self.texts == all {
            (Kind::Text(None), true)
        } else if self.texts + self.blobs == all {
            (Kind::Binary, false)
        } else {
            (Kind::Text(None), false)
        }
    }

    /// What the column holds, in words.
    fn census(&self) -> String {
        let counts = [
            (self.integers, "whole numbers"),
            (self.reals, "numbers with decimals"),
            (self.texts, "texts"),
            (self.blobs, "binary values"),
        ];
        let found: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        found.join(" and ")
    }
}

fn word(kind: Kind) -> String {
    towpath_connect::types::describe(&kind.field(""))
}

/// The unscaled number of a decimal text, when it has no more digits than the type.
pub(super) fn decimal(text: &str, precision: u8, scale: i8) -> Option<arrow::datatypes::i256> {
    let digits = Digits::parse(text)?;
    let fits = digits.exponent <= i64::from(precision) - i64::from(scale);
    fits.then(|| digits.unscaled(scale)).flatten()
}

fn decimal_fits(text: &str, precision: u8, scale: i8) -> bool {
    decimal(text, precision, scale).is_some()
}

/// Whether a text is a UUID in its usual form.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}
