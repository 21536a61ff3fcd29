//! The calendars that are always there, as tables of rules.
//!
//! Sources are the laws and the notices of the exchanges; the tool `tools/calendars.py` compares every day with two
//! libraries that others keep up to date. Weekends are not in the tables. Days on which an exchange closes early are open.
//!
//! Valid from 2000 to 2060. A new law is a new line with `since`; a day of mourning is a line of `ONCE`.

use jiff::civil::Weekday::{Monday, Thursday};
use jiff::civil::{Date, date};

use super::rule::Shift::{Monday as ToMonday, Nearest, SecondDay, SundayOnly};
use super::rule::When::{Before, Easter, Fixed, Nth};
use super::rule::{Holiday, When};

/// A calendar as data.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) yearly: &'static [Holiday],
    pub(super) once: &'static [(Date, &'static str)],
}

const fn day(name: &'static str, when: When) -> Holiday {
    Holiday::new(name, when)
}

/// All tables, in alphabetical order.
pub(super) const TABLES: [Table; 6] = [
    Table { name: "BE", title: "Belgium", yearly: &BE, once: &[] },
    Table { name: "CA-QC", title: "Quebec", yearly: &CA_QC, once: &[] },
    Table { name: "FR", title: "France", yearly: &FR, once: &[] },
    Table { name: "NYSE", title: "New York Stock Exchange", yearly: &NYSE, once: &NYSE_ONCE },
    Table { name: "TSX", title: "Toronto Stock Exchange", yearly: &TSX, once: &TSX_ONCE },
    Table { name: "US", title: "United States, federal", yearly: &US, once: &[] },
];

// Whit Monday was the day of solidarity, a day of work, until employers could choose another one.
const FR: [Holiday; 12] = [
    day("Jour de l'an", Fixed(1, 1)),
    day("Lundi de Pâques", Easter(1)),
    day("Fête du Travail", Fixed(5, 1)),
    day("Fête de la Victoire", Fixed(5, 8)),
    day("Ascension", Easter(39)),
    day("Lundi de Pentecôte", Easter(50)).until(2004),
    day("Lundi de Pentecôte", Easter(50)).since(2008),
    day("Fête nationale", Fixed(7, 14)),
    day("Assomption", Fixed(8, 15)),
    day("Toussaint", Fixed(11, 1)),
    day("Armistice", Fixed(11, 11)),
    day("Noël", Fixed(12, 25)),
];

const BE: [Holiday; 10] = [
    day("Nouvel an", Fixed(1, 1)),
    day("Lundi de Pâques", Easter(1)),
    day("Fête du Travail", Fixed(5, 1)),
    day("Ascension", Easter(39)),
    day("Lundi de Pentecôte", Easter(50)),
    day("Fête nationale", Fixed(7, 21)),
    day("Assomption", Fixed(8, 15)),
    day("Toussaint", Fixed(11, 1)),
    day("Armistice", Fixed(11, 11)),
    day("Noël", Fixed(12, 25)),
];

// Until 2002 the patriots' Monday was that of Dollard. Employers choose between Good Friday and Easter Monday; banks, markets and most employers take the Friday.
const CA_QC: [Holiday; 8] = [
    day("Jour de l'an", Fixed(1, 1)).shifted(ToMonday),
    day("Vendredi saint", Easter(-2)),
    day("Journée nationale des patriotes", Before(5, 25, Monday)),
    day("Fête nationale du Québec", Fixed(6, 24)).shifted(SundayOnly),
    day("Fête du Canada", Fixed(7, 1)).shifted(SundayOnly),
    day("Fête du Travail", Nth(1, 9, Monday)),
    day("Action de grâces", Nth(2, 10, Monday)),
    day("Noël", Fixed(12, 25)).shifted(ToMonday),
];

const US: [Holiday; 11] = [
    day("New Year's Day", Fixed(1, 1)).shifted(Nearest),
    day("Birthday of Martin Luther King, Jr.", Nth(3, 1, Monday)),
    day("Washington's Birthday", Nth(3, 2, Monday)),
    day("Memorial Day", Nth(-1, 5, Monday)),
    day("Juneteenth", Fixed(6, 19)).shifted(Nearest).since(2021),
    day("Independence Day", Fixed(7, 4)).shifted(Nearest),
    day("Labor Day", Nth(1, 9, Monday)),
    day("Columbus Day", Nth(2, 10, Monday)),
    day("Veterans Day", Fixed(11, 11)).shifted(Nearest),
    day("Thanksgiving Day", Nth(4, 11, Thursday)),
    day("Christmas Day", Fixed(12, 25)).shifted(Nearest),
];

const TSX: [Holiday; 10] = [
    day("New Year's Day", Fixed(1, 1)).shifted(ToMonday),
    day("Family Day", Nth(3, 2, Monday)).since(2008),
    day("Good Friday", Easter(-2)),
    day("Victoria Day", Before(5, 25, Monday)),
    day("Canada Day", Fixed(7, 1)).shifted(ToMonday),
    day("Civic Holiday", Nth(1, 8, Monday)),
    day("Labour Day", Nth(1, 9, Monday)),
    day("Thanksgiving Day", Nth(2, 10, Monday)),
    day("Christmas Day", Fixed(12, 25)).shifted(ToMonday),
    day("Boxing Day", Fixed(12, 26)).shifted(SecondDay),
];

const TSX_ONCE: [(Date, &str); 2] =
    [(date(2001, 9, 11), "September 11 attacks"), (date(2001, 9, 12), "September 11 attacks")];

// A New Year's Day on a Saturday is not observed: the last day of the year closes the books.
const NYSE: [Holiday; 10] = [
    day("New Year's Day", Fixed(1, 1)).shifted(SundayOnly),
    day("Martin Luther King, Jr. Day", Nth(3, 1, Monday)),
    day("Washington's Birthday", Nth(3, 2, Monday)),
    day("Good Friday", Easter(-2)),
    day("Memorial Day", Nth(-1, 5, Monday)),
    day("Juneteenth", Fixed(6, 19)).shifted(Nearest).since(2022),
    day("Independence Day", Fixed(7, 4)).shifted(Nearest),
    day("Labor Day", Nth(1, 9, Monday)),
    day("Thanksgiving Day", Nth(4, 11, Thursday)),
    day("Christmas Day", Fixed(12, 25)).shifted(Nearest),
];

const NYSE_ONCE: [(Date, &str); 10] = [
    (date(2001, 9, 11), "September 11 attacks"),
    (date(2001, 9, 12), "September 11 attacks"),
    (date(2001, 9, 13), "September 11 attacks"),
    (date(2001, 9, 14), "September 11 attacks"),
    (date(2004, 6, 11), "Mourning for Ronald Reagan"),
    (date(2007, 1, 2), "Mourning for Gerald Ford"),
    (date(2012, 10, 29), "Hurricane Sandy"),
    (date(2012, 10, 30), "Hurricane Sandy"),
    (date(2018, 12, 5), "Mourning for George H. W. Bush"),
    (date(2025, 1, 9), "Mourning for Jimmy Carter"),
];
