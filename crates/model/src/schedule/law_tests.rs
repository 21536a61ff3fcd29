//! Laws of fires, against a search minute by minute and against themselves.

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::calendar::Calendars;

/// Cron expressions of all kinds, dense and sparse.
fn crons() -> impl Strategy<Value = String> {
    let minute = prop_oneof![
        (0..60u8).prop_map(|m| m.to_string()),
        Just("*".to_owned()),
        (1..30u8).prop_map(|step| format!("*/{step}")),
        (0..30u8, 30..60u8).prop_map(|(a, b)| format!("{a},{b}")),
        (0..20u8, 20..60u8, 1..9u8).prop_map(|(a, b, step)| format!("{a}-{b}/{step}")),
    ];
    let hour = prop_oneof![
        (0..24u8).prop_map(|h| h.to_string()),
        (0..5u8).prop_map(|h| h.to_string()),
        Just("*".to_owned()),
        (1..12u8).prop_map(|step| format!("*/{step}")),
        (0..3u8, 3..24u8).prop_map(|(a, b)| format!("{a}-{b}")),
    ];
    let day = prop_oneof![3 => Just("*".to_owned()), 1 => (1..32u8).prop_map(|d| d.to_string()), 1 => Just("L".to_owned())];
    let weekday = prop_oneof![3 => Just("*".to_owned()), 1 => (0..8u8).prop_map(|d| d.to_string()), 1 => Just("mon-fri".to_owned())];
    (minute, hour, day, weekday).prop_map(|(m, h, d, w)| format!("{m} {h} {d} * {w}"))
}

const ZONES: [&str; 7] = [
    "UTC",
    "Europe/Paris",
    "America/Montreal",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Beirut",
];

/// Days on which some of the zones change their clocks, and others.
const DAYS: [&str; 9] = [
    "2026-03-07",
    "2026-03-28",
    "2026-10-24",
    "2026-10-31",
    "2026-04-04",
    "2026-10-03",
    "2026-02-14",
    "2026-07-01",
    "2024-02-28",
];

/// The fires of a rule, minute by minute: an oracle that knows nothing of the walk.
fn minute_by_minute(cron: &str, zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let times = cron::CronTimes::parse(cron).unwrap();
    let minute = SignedDuration::from_mins(1);
    let instants = || std::iter::successors(Some(from), |at| Some(*at + minute)).take_while(|at| *at < to);
    if !times.is_fixed() {
        return instants()
            .filter(|at| {
                let local = zone.to_datetime(*at);
                times.is_on(local.date()) && times.is_at(local.time())
            })
            .collect();
    }
    // Each local minute of the days around, the library's own way to resolve it, and the change itself where it is
    // skipped.
    let is_gap = |local| matches!(zone.to_ambiguous_timestamp(local).offset(), AmbiguousOffset::Gap { .. });
    let first = zone.to_datetime(from).date().yesterday().unwrap();
    let mut fires = Vec::new();
    for day in first.series(jiff::ToSpan::days(1)).take(6).filter(|day| times.is_on(*day)) {
        for minute_of_day in 0..1440i64 {
            let local = day.at(0, 0, 0, 0) + SignedDuration::from_mins(minute_of_day);
            if !times.is_at(local.time()) {
                continue;
            }
            let ambiguous = zone.to_ambiguous_timestamp(local);
            let at = if is_gap(local) {
                let mut at = local;
                while is_gap(at) {
                    at += SignedDuration::from_mins(1);
                }
                zone.to_ambiguous_timestamp(at).earlier().unwrap()
            } else {
                ambiguous.earlier().unwrap()
            };
            fires.push(at);
        }
    }
    fires.sort();
    fires.dedup();
    fires.retain(|at| *at >= from && *at < to);
    fires
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn fires_are_those_of_a_minute_by_minute_search(
        cron in crons(), zone in 0..ZONES.len(), day in 0..DAYS.len(), hour in 0..24i64,
    ) {
        let name = ZONES[zone];
        let Ok(rule) = ScheduleSpec::cron(&cron, name).rule(Calendars::built_in()) else { return Ok(()) };
        let day: Date = DAYS[day].parse().unwrap();
        let from = day.to_zoned(TimeZone::UTC).unwrap().timestamp() + SignedDuration::from_hours(hour);
        let to = from + SignedDuration::from_hours(48);
        let fires: Vec<Timestamp> = rule.fires(from, to).collect();
        prop_assert_eq!(&fires, &minute_by_minute(&cron, rule.zone(), from, to), "{} {}", cron, name);
        for at in &fires {
            prop_assert_eq!(rule.last_before(*at + SignedDuration::from_nanos(1)), Some(*at));
        }
    }

    #[test]
    fn fires_grow_and_do_not_depend_on_where_the_search_begins(
        cron in crons(), zone in 0..ZONES.len(), start in 1_700_000_000i64..1_900_000_000, cut in 0i64..400_000,
        business in any::<bool>(), steps in 0..3usize,
    ) {
        let mut spec = ScheduleSpec::cron(&cron, ZONES[zone]);
        if steps > 0 {
            spec.cron = None;
            spec.every = Some([Length::Days(1), Length::Seconds(7 * 3600 + 60)][steps - 1]);
        }
        if business {
            spec.days = RunDays::Named(Days::Business);
            spec.calendar = Some("FR".into());
        }
        let Ok(rule) = spec.rule(Calendars::built_in()) else { return Ok(()) };
        let from = Timestamp::from_second(start).unwrap();
        let (middle, to) = (from + SignedDuration::from_secs(cut), from + SignedDuration::from_secs(400_000));
        let whole: Vec<Timestamp> = rule.fires(from, to).collect();
        let pieces: Vec<Timestamp> = rule.fires(from, middle).chain(rule.fires(middle, to)).collect();
        prop_assert_eq!(&whole, &pieces);
        prop_assert!(whole.windows(2).all(|pair| pair[0] < pair[1]));
        if let Some(next) = rule.next(from) {
            prop_assert!(next > from);
            prop_assert_eq!(rule.last_before(next + SignedDuration::from_nanos(1)), Some(next));
        }
    }
}
