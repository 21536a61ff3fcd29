//! On which days a schedule fires: all, business days, or some days of the week.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Weekday;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Days;
use crate::suggest;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DayName {
    /// Monday.
    #[serde(alias = "monday")]
    Mon,
    /// Tuesday.
    #[serde(alias = "tuesday")]
    Tue,
    /// Wednesday.
    #[serde(alias = "wednesday")]
    Wed,
    /// Thursday.
    #[serde(alias = "thursday")]
    Thu,
    /// Friday.
    #[serde(alias = "friday")]
    Fri,
    /// Saturday.
    #[serde(alias = "saturday")]
    Sat,
    /// Sunday.
    #[serde(alias = "sunday")]
    Sun,
}

impl DayName {
    /// All days, from Monday.
    pub const ALL: [DayName; 7] =
        [DayName::Mon, DayName::Tue, DayName::Wed, DayName::Thu, DayName::Fri, DayName::Sat, DayName::Sun];

    /// The same as a day of the calendar library.
    pub fn weekday(self) -> Weekday {
        match self {
            DayName::Mon => Weekday::Monday,
            DayName::Tue => Weekday::Tuesday,
            DayName::Wed => Weekday::Wednesday,
            DayName::Thu => Weekday::Thursday,
            DayName::Fri => Weekday::Friday,
            DayName::Sat => Weekday::Saturday,
            DayName::Sun => Weekday::Sunday,
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            DayName::Mon => ("mon", "monday"),
            DayName::Tue => ("tue", "tuesday"),
            DayName::Wed => ("wed", "wednesday"),
            DayName::Thu => ("thu", "thursday"),
            DayName::Fri => ("fri", "friday"),
            DayName::Sat => ("sat", "saturday"),
            DayName::Sun => ("sun", "sunday"),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let lower = text.to_lowercase();
        let is_meant = |day: &DayName| lower == day.names().0 || lower == day.names().1;
        DayName::ALL.into_iter().find(is_meant).ok_or_else(|| {
            let names = DayName::ALL.iter().map(|day| day.names().0);
            let hint = suggest::hint(text, "days", names).unwrap_or_default();
            format!("unknown day `{text}`; {hint}")
        })
    }
}

/// On which days a schedule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunDays {
    /// Every day, or business days.
    Named(Days),
    /// Some days of the week.
    Week(Vec<DayName>),
}

impl Default for RunDays {
    fn default() -> Self {
        RunDays::Named(Days::All)
    }
}

impl Serialize for RunDays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            RunDays::Named(days) => days.serialize(serializer),
            RunDays::Week(days) => days.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RunDays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = RunDays;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`all`, `business` or a list of days such as `[mon, wed]`")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<RunDays, E> {
                match text {
                    "all" => Ok(RunDays::Named(Days::All)),
                    "business" => Ok(RunDays::Named(Days::Business)),
                    other => match DayName::parse(other) {
                        Ok(day) => Ok(RunDays::Week(vec![day])),
                        Err(_) => Err(E::custom(format!(
                            "`{other}` is not `all`, `business` or a list of days such as `[mon, wed]`"
                        ))),
                    },
                }
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RunDays, A::Error> {
                let mut days = Vec::new();
                while let Some(text) = list.next_element::<String>()? {
                    days.push(DayName::parse(&text).map_err(A::Error::custom)?);
                }
                Ok(RunDays::Week(days))
            }
        }
        deserializer.deserialize_any(Written)
    }
}

impl JsonSchema for RunDays {
    fn schema_name() -> Cow<'static, str> {
        "RunDays".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let named = generator.subschema_for::<Days>();
        let day = generator.subschema_for::<DayName>();
        json_schema!({
            "description": "Every day, business days, or a list of days of the week.",
            "anyOf": [named, { "type": "array", "items": day, "minItems": 1 }],
        })
    }
}
