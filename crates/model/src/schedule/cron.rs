//! Cron expressions on local times, without zones.
//!
//! The library reads the expression and knows which days it means (`L`, `W`, `#`, names); the search for the next local
//! time is ours, because the rules for changes of clocks in `clock` need it apart from any zone.

use croner::parser::{CronParser, Seconds, Year};
use croner::{CronComponent, CronPattern};
use jiff::civil::{Date, DateTime};

/// The last year in which a rule fires.
pub(super) const LAST_YEAR: i16 = 2200;

/// A cron expression, read.
#[derive(Debug, Clone)]
pub(super) struct CronTimes {
    pattern: CronPattern,
    seconds: u64,
    minutes: u64,
    hours: u64,
    months: u64,
    is_fixed: bool,
}

impl CronTimes {
    /// Reads five fields, or six with seconds first, or a name such as `@daily`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let fields = text.split_whitespace().count();
        if !text.trim_start().starts_with('@') && !(5..=6).contains(&fields) {
            let says = if fields == 1 { "1 field".into() } else { format!("{fields} fields") };
            return Err(format!("it has {says}"));
        }
        let cron =
            parser.parse(text).map_err(|error| error.to_string().trim_end_matches('.').to_lowercase())?;
        let pattern = cron.pattern;
        Ok(CronTimes {
            seconds: mask(&pattern.seconds),
            minutes: mask(&pattern.minutes),
            hours: mask(&pattern.hours),
            months: mask(&pattern.months),
            is_fixed: is_fixed(text, &pattern),
            pattern,
        })
    }

    /// Whether the times are written out: no `*` and no `/` in the fields of second, minute and hour.
    pub(super) fn is_fixed(&self) -> bool {
        self.is_fixed
    }

    /// The parts of the expression, for a description.
    pub(super) fn pattern(&self) -> &CronPattern {
        &self.pattern
    }

    /// Whether the expression means a day.
    pub(super) fn is_on(&self, date: Date) -> bool {
        let weekday = croner::Weekday::from_days_from_sunday(
            u32::try_from(date.weekday().to_sunday_zero_offset()).unwrap_or_default(),
        );
        let (month, day) = (number(date.month()), number(date.day()));
        holds(self.months, month)
            && self.pattern.day_match(i32::from(date.year()), month, day, weekday).unwrap_or(false)
    }

    /// Whether the expression means a time of day.
    #[cfg(test)]
    pub(super) fn is_at(&self, time: jiff::civil::Time) -> bool {
        holds(self.hours, number(time.hour()))
            && holds(self.minutes, number(time.minute()))
            && holds(self.seconds, number(time.second()))
    }

    /// The first local time at or after `from` whose day is allowed.
    pub(super) fn at_or_after(&self, from: DateTime, allows: &dyn Fn(Date) -> bool) -> Option<DateTime> {
        let mut date = from.date();
        let mut earliest = (number(from.hour()), number(from.minute()), number(from.second()));
        if from.subsec_nanosecond() > 0 {
            // Fires stand at whole seconds; 60 simply matches nothing in this minute.
            earliest.2 += 1;
        }
        while date.year() <= LAST_YEAR {
            if !holds(self.months, number(date.month())) {
                date = date.last_of_month().tomorrow().ok()?;
                earliest = (0, 0, 0);
                continue;
            }
            if self.is_on(date)
                && allows(date)
                && let Some((hour, minute, second)) = self.time_from(earliest)
            {
                let narrow = |value: u32| i8::try_from(value).unwrap_or_default();
                return Some(date.at(narrow(hour), narrow(minute), narrow(second), 0));
            }
            date = date.tomorrow().ok()?;
            earliest = (0, 0, 0);
        }
        None
    }

    /// The first time of day at or after another one.
    fn time_from(&self, (hour, minute, second): (u32, u32, u32)) -> Option<(u32, u32, u32)> {
        let (first_minute, first_second) = (lowest(self.minutes, 0)?, lowest(self.seconds, 0)?);
        if holds(self.hours, hour) {
            if holds(self.minutes, minute)
                && let Some(second) = lowest(self.seconds, second)
            {
                return Some((hour, minute, second));
            }
            if let Some(minute) = lowest(self.minutes, minute + 1) {
                return Some((hour, minute, first_second));
            }
        }
        lowest(self.hours, hour + 1).map(|hour| (hour, first_minute, first_second))
    }
}

fn is_fixed(text: &str, pattern: &CronPattern) -> bool {
    let fields: Vec<&str> = text.split_whitespace().collect();
    // All but day of month, month and day of week; a name such as `@daily` has none, and its pattern tells.
    let times = fields.get(..fields.len().saturating_sub(3)).unwrap_or_default();
    let has_wildcard =
        [&pattern.seconds, &pattern.minutes, &pattern.hours].iter().any(|field| field.from_wildcard);
    !has_wildcard && !times.iter().any(|field| field.contains(['*', '/']))
}

fn mask(field: &CronComponent) -> u64 {
    field.values().iter().filter(|value| **value < 64).fold(0, |mask, value| mask | 1 << value)
}

fn holds(mask: u64, bit: u32) -> bool {
    bit < 64 && mask & (1 << bit) != 0
}

/// The lowest bit that is set, from one on.
fn lowest(mask: u64, from: u32) -> Option<u32> {
    let rest = mask.checked_shr(from).unwrap_or(0);
    (rest != 0).then(|| from + rest.trailing_zeros())
}

fn number(part: i8) -> u32 {
    u32::try_from(part).unwrap_or_default()
}
