//! A schedule in words, in English and French, for people who check what they wrote.
//!
//! Plain cron expressions become sentences; fields with `L`, `W` or `#` are quoted as they stand.

use croner::{CronComponent, CronPattern};

use super::rule::Timing;
use super::{DataRule, Days, Length, LocalTime, Rule, RunDays, Trigger};

/// The language of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
}

use Language::{English, French};

/// Times of a day that are written out one by one.
const MOST_TIMES: usize = 8;

impl Rule {
    /// The schedule as a sentence without a full stop.
    pub fn describe(&self, language: Language) -> String {
        let spec = self.spec();
        let mut text = match (&self.timing, self.trigger()) {
            (Timing::Cron(cron), _) => cron_text(cron.pattern(), spec.cron.as_deref(), language),
            (Timing::Days(anchor, days), _) => {
                let at = of_day(anchor.time());
                let days = u32::try_from(*days).unwrap_or(u32::MAX);
                let every = every(Length::Days(days), language);
                language.pick(format!("{every} at {at}"), format!("{every} à {at}"))
            }
            (Timing::Seconds(_, seconds), _) => {
                every(Length::Seconds(u32::try_from(*seconds).unwrap_or(u32::MAX)), language)
            }
            (Timing::Once(_), _) => {
                let at = spec.at.map_or_else(String::new, |at| moment(at, language));
                language.pick(format!("once, {at}"), format!("une fois, {at}"))
            }
            (Timing::Event, Trigger::Files(files)) => {
                let path = &files.path;
                let place = files.connection.as_ref().map(|connection| match language {
                    English => format!(" of connection `{connection}`"),
                    French => format!(" de la connexion `{connection}`"),
                });
                let place = place.unwrap_or_default();
                language.pick(
                    format!("when files `{path}`{place} arrive"),
                    format!("quand des fichiers `{path}`{place} arrivent"),
                )
            }
            (Timing::Event, _) => {
                let names = quoted(&spec.after, language);
                language.pick(
                    format!("after {names} succeeded for the same data"),
                    format!("après le succès de {names} pour les mêmes données"),
                )
            }
        };
        self.add_days(&mut text, language);
        if matches!(self.trigger(), Trigger::Times) {
            text += &format!(" ({})", spec.timezone);
        }
        self.add_bounds(&mut text, language);
        if !matches!(self.trigger(), Trigger::After(_)) {
            let (english, french) = match spec.data {
                DataRule::PreviousDay => ("for the day before", "pour la veille"),
                DataRule::SameDay => ("for the same day", "pour le jour même"),
                DataRule::PreviousBusinessDay => {
                    ("for the business day before", "pour le jour ouvré précédent")
                }
                DataRule::SinceLast => {
                    ("for the time since the last run", "pour le temps depuis le passage précédent")
                }
            };
            text += language.pick("; ", " ; ");
            text += language.pick(english, french);
        }
        text
    }

    fn add_days(&self, text: &mut String, language: Language) {
        match &self.spec().days {
            RunDays::Named(Days::All) => {}
            RunDays::Named(Days::Business) => {
                *text += language.pick(", on business days", ", les jours ouvrés");
                if let Some(calendar) = &self.spec().calendar {
                    *text += &format!(" ({calendar})");
                }
            }
            RunDays::Week(days) => {
                let mut numbers: Vec<u16> = days
                    .iter()
                    .map(|day| day.weekday().to_sunday_zero_offset().unsigned_abs().into())
                    .collect();
                *text += &weekdays(&mut numbers, language);
            }
        }
    }

    fn add_bounds(&self, text: &mut String, language: Language) {
        if let Some(from) = self.spec().from {
            let from = moment(from, language);
            *text += &language.pick(format!(", from {from}"), format!(", à partir du {from}"));
        }
        if let Some(until) = self.spec().until {
            let until = moment(until, language);
            *text += &language.pick(format!(", until {until}"), format!(", jusqu'au {until}"));
        }
    }
}

impl Language {
    fn pick<T>(self, english: T, french: T) -> T {
        match self {
            English => english,
            French => french,
        }
    }
}

fn cron_text(pattern: &CronPattern, written: Option<&str>, language: Language) -> String {
    let is_unclear = [&pattern.days, &pattern.days_of_week].iter().any(|field| field.has_modifiers());
    let both_days = !pattern.is_dom_wildcard() && !pattern.is_dow_wildcard();
    if is_unclear || both_days {
        let written = written.unwrap_or_default();
        return language.pick(format!("at the times of `{written}`"), format!("aux heures de `{written}`"));
    }
    let mut text = times(pattern, language);
    if !pattern.is_dow_wildcard() {
        let mut days = pattern.days_of_week.values();
        text += &weekdays(&mut days, language);
    }
    if !pattern.is_dom_wildcard() {
        let days = pattern.days.values();
        let names: Vec<String> = days.iter().map(|day| ordinal((*day).into(), language)).collect();
        let listed = list(&names, language);
        text += &match (language, span(&days, &names, 2, language), names.as_slice()) {
            (English, row, _) => format!(", on the {} of the month", row.unwrap_or(listed)),
            (French, Some(row), _) => format!(", du {} du mois", row.replace(" à ", " au ")),
            (French, None, [_]) => format!(", le {listed} du mois"),
            (French, None, _) => format!(", les {listed} du mois"),
        };
    }
    if !pattern.months.from_wildcard || pattern.months.step != 1 {
        let months = pattern.months.values();
        let names: Vec<String> = months.iter().map(|month| month_name((*month).into(), language)).collect();
        let names = span(&months, &names, 2, language).unwrap_or_else(|| list(&names, language));
        text += &language.pick(format!(", in {names}"), format!(", en {names}"));
    }
    text
}

/// The fields of second, minute and hour.
fn times(pattern: &CronPattern, language: Language) -> String {
    let (seconds, minutes, hours) =
        (pattern.seconds.values(), pattern.minutes.values(), pattern.hours.values());
    let is_all_day = hours.len() == 24;
    if seconds.len() * minutes.len() * hours.len() <= MOST_TIMES && !is_all_day {
        let mut texts = Vec::new();
        for hour in &hours {
            for minute in &minutes {
                texts.extend(
                    seconds.iter().map(|second| clock((*hour).into(), (*minute).into(), (*second).into())),
                );
            }
        }
        let times = list(&texts, language);
        return language.pick(format!("at {times}"), format!("à {times}"));
    }
    let mut text = if seconds.len() > 1 {
        let every = steady(&pattern.seconds, &seconds, 60).map(|step| every(Length::Seconds(step), language));
        every.unwrap_or_else(|| {
            let listed = numbers(&seconds, language);
            language.pick(format!("at seconds {listed}"), format!("aux secondes {listed}"))
        })
    } else {
        String::new()
    };
    let is_every_minute = minutes.len() == 60;
    if !(is_every_minute && seconds.len() > 1) {
        let part = if let Some(step) = steady(&pattern.minutes, &minutes, 60) {
            every(Length::minutes(step), language)
        } else if minutes == [0] && (is_all_day || pattern.hours.step > 1) {
            String::new()
        } else if minutes.len() == 1 {
            language.pick(format!("at minute {}", minutes[0]), format!("à la minute {}", minutes[0]))
        } else {
            let listed = numbers(&minutes, language);
            language.pick(format!("at minutes {listed}"), format!("aux minutes {listed}"))
        };
        join(&mut text, &part);
    }
    let part = match steady(&pattern.hours, &hours, 24) {
        Some(1) if minutes.len() > 1 || seconds.len() > 1 => String::new(),
        Some(1) => every(Length::Seconds(3600), language),
        Some(step) => every(Length::Seconds(3600 * step), language),
        None => {
            let names: Vec<String> = hours.iter().map(|hour| hour.to_string()).collect();
            let names = span(&hours, &names, 2, language).unwrap_or_else(|| list(&names, language));
            language.pick(format!("in the hours {names}"), format!("aux heures {names}"))
        }
    };
    join(&mut text, &part);
    text
}

fn join(text: &mut String, part: &str) {
    if !text.is_empty() && !part.is_empty() {
        *text += ", ";
    }
    *text += part;
}

/// The distance of a field that covers its whole range in equal steps.
fn steady(field: &CronComponent, values: &[u16], range: u32) -> Option<u32> {
    let step = u32::from(values.get(1)? - values.first()?);
    let is_whole = field.from_wildcard
        && values[0] == 0
        && values.len() as u32 * step == range
        && values.windows(2).all(|pair| u32::from(pair[1] - pair[0]) == step);
    is_whole.then_some(step)
}

fn numbers(values: &[u16], language: Language) -> String {
    let names: Vec<String> = values.iter().map(u16::to_string).collect();
    span(values, &names, 2, language).unwrap_or_else(|| list(&names, language))
}

/// `a to b`, for more than `least` values in a row.
fn span(values: &[u16], names: &[String], least: usize, language: Language) -> Option<String> {
    let in_row = values.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let (first, last) = (names.first()?, names.last()?);
    (in_row && names.len() > least.max(2))
        .then(|| language.pick(format!("{first} to {last}"), format!("{first} à {last}")))
}

fn list(names: &[String], language: Language) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} {} {last}", before.join(", "), language.pick("and", "et")),
    }
}

fn quoted(names: &[String], language: Language) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    list(&names, language)
}

fn every(length: Length, language: Language) -> String {
    let (count, unit) = match length {
        Length::Days(days) if days % 7 == 0 => (days / 7, 0),
        Length::Days(days) => (days, 1),
        Length::Seconds(seconds) if seconds % 3600 == 0 => (seconds / 3600, 2),
        Length::Seconds(seconds) if seconds % 60 == 0 => (seconds / 60, 3),
        Length::Seconds(seconds) if seconds < 60 => (seconds, 4),
        Length::Seconds(_) => {
            return language.pick(format!("every {length}"), format!("toutes les {length}"));
        }
    };
    let (english, (french, is_male)) = (
        ["week", "day", "hour", "minute", "second"][unit],
        [("semaine", false), ("jour", true), ("heure", false), ("minute", false), ("seconde", false)][unit],
    );
    let all = if is_male { "tous" } else { "toutes" };
    match (language, count) {
        (English, 1) => format!("every {english}"),
        (English, count) => format!("every {count} {english}s"),
        (French, 1) => format!("{all} les {french}s"),
        (French, count) => format!("{all} les {count} {french}s"),
    }
}

fn clock(hour: u32, minute: u32, second: u32) -> String {
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

fn of_day(time: jiff::civil::Time) -> String {
    let part = |part: i8| u32::from(part.unsigned_abs());
    clock(part(time.hour()), part(time.minute()), part(time.second()))
}

fn moment(at: LocalTime, language: Language) -> String {
    let time = at.begins();
    let day = language.pick(
        format!("{} {} {}", time.day(), month_name(time.month().unsigned_abs().into(), English), time.year()),
        format!(
            "{} {} {}",
            ordinal(time.day().unsigned_abs().into(), French),
            month_name(time.month().unsigned_abs().into(), French),
            time.year()
        ),
    );
    match at {
        LocalTime::Day(_) => day,
        LocalTime::Moment(_) => {
            let clock = of_day(time.time());
            language.pick(format!("{day} at {clock}"), format!("{day} à {clock}"))
        }
    }
}

fn ordinal(day: u32, language: Language) -> String {
    match (language, day) {
        (French, 1) => "1er".into(),
        (French, day) => day.to_string(),
        (English, day) => {
            let ending = match (day % 10, day % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("{day}{ending}")
        }
    }
}

/// Days of the week, Monday first; Sunday is 0 or 7.
fn weekdays(days: &mut Vec<u16>, language: Language) -> String {
    days.retain(|day| *day != 7);
    days.sort_by_key(|day| (*day + 6) % 7);
    let names: Vec<String> = days.iter().map(|day| weekday((*day).into(), language)).collect();
    let in_row = days.windows(2).all(|pair| pair[1] % 7 == (pair[0] + 1) % 7);
    match (names.as_slice(), language) {
        ([first, _, .., last], English) if in_row && days.len() > 2 => format!(", {first} to {last}"),
        ([first, _, .., last], French) if in_row && days.len() > 2 => format!(", du {first} au {last}"),
        ([one], French) => format!(", le {one}"),
        (_, English) => format!(", on {}", list(&names, English)),
        (_, French) => {
            let several: Vec<String> = names.iter().map(|name| format!("{name}s")).collect();
            format!(", les {}", list(&several, French))
        }
    }
}

fn weekday(from_sunday: u32, language: Language) -> String {
    let names = language.pick(
        ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
    );
    names[(from_sunday % 7) as usize].into()
}

fn month_name(month: u32, language: Language) -> String {
    let names = language.pick(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
    );
    names[((month + 11) % 12) as usize].into()
}
