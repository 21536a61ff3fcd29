//! Lengths of time as people write them: `15m`, `1h30m`, `1d`.
//!
//! Whole days and weeks follow the clocks of a zone, hours and shorter are true lengths; so one text never mixes them.

use std::borrow::Cow;
use std::fmt;

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time: whole days, or seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Days of a calendar; where clocks change, one of them has 23 or 25 hours.
    Days(u32),
    /// Seconds that pass.
    Seconds(u32),
}

const DAY: u32 = 86_400;
/// A hundred years, so that sums stay far from the ends of time.
const LONGEST_DAYS: u32 = 36_525;
const EXPECTED: &str = "a length of time such as `30s`, `15m`, `1h30m`, `1d` or `2w`";

impl Length {
    /// No time at all.
    pub const ZERO: Length = Length::Seconds(0);

    /// So many minutes.
    pub const fn minutes(minutes: u32) -> Self {
        Length::Seconds(minutes * 60)
    }

    /// The length as time that passes; a day counts as 24 hours.
    pub fn duration(self) -> SignedDuration {
        match self {
            Length::Days(days) => SignedDuration::from_hours(24 * i64::from(days)),
            Length::Seconds(seconds) => SignedDuration::from_secs(i64::from(seconds)),
        }
    }

    /// Whether it is no time at all.
    pub fn is_zero(self) -> bool {
        self.duration().is_zero()
    }

    /// Reads the text; the error says what is wrong with it, without a hint.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not {EXPECTED}");
        let (mut days, mut seconds) = (0u64, 0u64);
        let mut last_unit = u64::MAX;
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(wrong());
        }
        if rest == "0" {
            return Ok(Length::ZERO);
        }
        let (mut has_days, mut has_seconds) = (false, false);
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
            let after = rest[digits..].trim_start();
            let letters = after.len() - after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
            let unit = match &after[..letters] {
                "w" => 7 * u64::from(DAY),
                "d" => u64::from(DAY),
                "h" => 3600,
                "m" | "min" => 60,
                "s" => 1,
                _ => return Err(wrong()),
            };
            // From long to short, each once: `1h30m`, not `30m1h`.
            if unit >= last_unit {
                return Err(wrong());
            }
            last_unit = unit;
            let part = number.checked_mul(unit).ok_or_else(wrong)?;
            if unit >= u64::from(DAY) {
                has_days = true;
                days = days.saturating_add(part / u64::from(DAY));
            } else {
                has_seconds = true;
                seconds = seconds.saturating_add(part);
            }
            rest = after[letters..].trim_start();
        }
        if has_days && has_seconds {
            return Err(format!("`{text}` mixes days, which follow the clocks, with hours, which do not"));
        }
        let limit = u64::from(LONGEST_DAYS);
        if days > limit || seconds > limit * u64::from(DAY) {
            return Err(format!("`{text}` is longer than a hundred years"));
        }
        // Both limits fit; the error of the conversion cannot happen.
        let narrow = |number: u64| u32::try_from(number).map_err(|_| wrong());
        Ok(if has_days { Length::Days(narrow(days)?) } else { Length::Seconds(narrow(seconds)?) })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Length::Days(days) if days > 0 && days % 7 == 0 => write!(f, "{}w", days / 7),
            Length::Days(days) => write!(f, "{days}d"),
            Length::Seconds(0) => f.write_str("0"),
            Length::Seconds(seconds) => {
                for (unit, count) in [("h", seconds / 3600), ("m", seconds / 60 % 60), ("s", seconds % 60)] {
                    if count > 0 {
                        write!(f, "{count}{unit}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Length;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Length, E> {
                Length::parse(text).map_err(E::custom)
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Length, E> {
                if number == 0 {
                    Ok(Length::ZERO)
                } else {
                    Err(E::invalid_value(Unexpected::Unsigned(number), &self))
                }
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Length, E> {
                if number == 0 {
                    Ok(Length::ZERO)
                } else {
                    Err(E::invalid_value(Unexpected::Signed(number), &self))
                }
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl JsonSchema for Length {
    fn schema_name() -> Cow<'static, str> {
        "Length".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"], "pattern": r"^\s*(0|(\d+\s*(w|d|h|m|min|s)\s*)+)$", "maximum": 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_they_are_written() {
        for (text, length) in [
            ("15m", Length::minutes(15)),
            ("1h30m", Length::minutes(90)),
            ("1h 30min", Length::minutes(90)),
            ("1d", Length::Days(1)),
            ("2w", Length::Days(14)),
            ("1w1d", Length::Days(8)),
            ("0", Length::ZERO),
        ] {
            assert_eq!(Length::parse(text), Ok(length), "{text}");
            assert_eq!(Length::parse(&length.to_string()), Ok(length), "{text}");
        }
        for text in
            ["", "15", "m", "1d12h", "30m1h", "1h1h", "-1h", "1.5h", "99999999999999999999h", "40000d"]
        {
            assert!(Length::parse(text).is_err(), "{text}");
        }
    }
}
