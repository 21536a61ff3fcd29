//! Dates and times of day as people write them, without a zone.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{Date, DateTime};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day, or a time of a day, on the clocks of the schedule's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalTime {
    /// A whole day.
    Day(Date),
    /// A time of a day, to the second.
    Moment(DateTime),
}

impl LocalTime {
    /// When it begins: a day at midnight.
    pub fn begins(self) -> DateTime {
        match self {
            LocalTime::Day(date) => date.to_datetime(jiff::civil::Time::midnight()),
            LocalTime::Moment(moment) => moment,
        }
    }

    /// Reads `2026-12-24`, `2026-12-24T18:00` or `2026-12-24 18:00:30`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || {
            format!("`{text}` is not a day or a time of a day, such as `2026-12-24` or `2026-12-24T18:00`")
        };
        // What follows the seconds would be a zone or an offset, which has its own setting.
        let plain = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | 'T' | ' ');
        if !text.chars().all(plain) {
            return Err(wrong());
        }
        if text.len() == 10 {
            return text.parse().map(LocalTime::Day).map_err(|_| wrong());
        }
        if text.get(10..).is_some_and(|time| time.contains('-')) {
            return Err(wrong());
        }
        text.parse().map(LocalTime::Moment).map_err(|_| wrong())
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocalTime::Day(date) => write!(f, "{date}"),
            LocalTime::Moment(moment) if moment.second() == 0 => {
                write!(f, "{}", moment.strftime("%Y-%m-%dT%H:%M"))
            }
            LocalTime::Moment(moment) => write!(f, "{}", moment.strftime("%Y-%m-%dT%H:%M:%S")),
        }
    }
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        LocalTime::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for LocalTime {
    fn schema_name() -> Cow<'static, str> {
        "LocalTime".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_of_days_are_read_and_zones_are_refused() {
        for text in ["2026-12-24", "2026-12-24T18:00", "2026-12-24T18:00:30"] {
            assert_eq!(LocalTime::parse(text).map(|time| time.to_string()), Ok(text.to_owned()));
        }
        for text in
            ["", "2026-13-01", "18:00", "2026-12-24T18:00Z", "2026-12-24T18:00+01:00", "2026-12-24T18:00-05"]
        {
            assert!(LocalTime::parse(text).is_err(), "{text}");
        }
    }
}
