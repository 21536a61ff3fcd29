//! What schedules do where clocks change, on which days, and for which data.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::*;
use crate::calendar::Calendars;

#[track_caller]
fn spec(value: serde_json::Value) -> ScheduleSpec {
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn rule(value: serde_json::Value) -> Rule {
    spec(value).rule(Calendars::built_in()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The fires of a local day, as times with offsets.
#[track_caller]
fn fires_on(cron: &str, zone: &str, day: &str) -> String {
    let rule = rule(json!({ "cron": cron, "timezone": zone }));
    let day: Date = day.parse().unwrap();
    let midnight = |day: Date| day.to_zoned(rule.zone().clone()).unwrap().timestamp();
    let fires = rule.fires(midnight(day), midnight(day.tomorrow().unwrap()));
    let texts = fires.map(|at| at.to_zoned(rule.zone().clone()).strftime("%H:%M%:z").to_string());
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn skipped_times_fire_when_the_clocks_have_moved_and_repeated_ones_fire_first() {
    let (paris, montreal, lord_howe) = ("Europe/Paris", "America/Montreal", "Australia/Lord_Howe");
    for (cron, zone, day, fires) in [
        // Europe: 2:00 becomes 3:00, and 3:00 becomes 2:00.
        ("30 2 * * *", paris, "2026-03-29", "03:00+02:00"),
        ("0,30 2 * * *", paris, "2026-03-29", "03:00+02:00"),
        ("0 2,3 * * *", paris, "2026-03-29", "03:00+02:00"),
        ("30 2 * * *", paris, "2026-10-25", "02:30+02:00"),
        ("0 2-4 * * *", paris, "2026-10-25", "02:00+02:00 03:00+01:00 04:00+01:00"),
        ("0 3 * * *", paris, "2026-10-25", "03:00+01:00"),
        // With `*` or `/` every time that really comes counts.
        ("0 0-4/1 * * *", paris, "2026-03-29", "00:00+01:00 01:00+01:00 03:00+02:00 04:00+02:00"),
        ("*/30 2 * * *", paris, "2026-03-29", ""),
        ("*/30 2 * * *", paris, "2026-10-25", "02:00+02:00 02:30+02:00 02:00+01:00 02:30+01:00"),
        ("30 */8 * * *", paris, "2026-10-25", "00:30+02:00 08:30+01:00 16:30+01:00"),
        // North America: 2:00 becomes 3:00, and 2:00 becomes 1:00.
        ("15 2 * * *", montreal, "2026-03-08", "03:00-04:00"),
        ("30 1 * * *", montreal, "2026-11-01", "01:30-04:00"),
        ("30 1-2 * * *", montreal, "2026-11-01", "01:30-04:00 02:30-05:00"),
        (
            "15 0-3/1 * * *",
            montreal,
            "2026-11-01",
            "00:15-04:00 01:15-04:00 01:15-05:00 02:15-05:00 03:15-05:00",
        ),
        // Lord Howe moves by half an hour: 2:00 becomes 2:30, and 2:00 becomes 1:30.
        ("15 2 * * *", lord_howe, "2026-10-04", "02:30+11:00"),
        ("45 2 * * *", lord_howe, "2026-10-04", "02:45+11:00"),
        ("45 1 * * *", lord_howe, "2026-04-05", "01:45+11:00"),
        (
            "*/15 1-2 * * *",
            lord_howe,
            "2026-10-04",
            "01:00+10:30 01:15+10:30 01:30+10:30 01:45+10:30 02:30+11:00 02:45+11:00",
        ),
        // Where clocks never change nothing is special.
        ("30 2 * * *", "UTC", "2026-03-29", "02:30+00:00"),
    ] {
        assert_eq!(fires_on(cron, zone, day), fires, "{cron} in {zone} on {day}");
    }
}

#[test]
fn days_keep_the_time_of_day_and_hours_are_true_hours() {
    let texts = |rule: &Rule, after: &str| -> Vec<String> {
        let fires = rule.next_fires(at(after), 3);
        fires
            .iter()
            .map(|fire| fire.at.to_zoned(rule.zone().clone()).strftime("%d %H:%M%:z").to_string())
            .collect()
    };
    let daily = rule(json!({ "every": "1d", "from": "2026-01-01T02:30", "timezone": "Europe/Paris" }));
    assert_eq!(texts(&daily, "2026-03-27T12:00:00Z"), ["28 02:30+01:00", "29 03:00+02:00", "30 02:30+02:00"]);
    let hours = rule(json!({ "every": "12h", "from": "2026-03-28T06:00", "timezone": "Europe/Paris" }));
    assert_eq!(texts(&hours, "2026-03-28T12:00:00Z"), ["28 18:00+01:00", "29 07:00+02:00", "29 19:00+02:00"]);
    let weekly = rule(json!({ "every": "1w" }));
    assert_eq!(
        texts(&weekly, "2026-11-25T12:00:00Z"),
        ["30 00:00+00:00", "07 00:00+00:00", "14 00:00+00:00"]
    );
}

#[test]
fn fires_tell_what_the_clocks_did_to_them() {
    let changes = |cron: &str, after: &str, count: usize| -> Vec<Option<ClockChange>> {
        let rule = rule(json!({ "cron": cron, "timezone": "Europe/Paris" }));
        rule.next_fires(at(after), count).iter().map(|fire| fire.change).collect()
    };
    let meant = "2026-03-29T02:30".parse().unwrap();
    assert_eq!(
        changes("30 2 * * *", "2026-03-27T12:00:00Z", 3),
        [None, Some(ClockChange::Moved { meant }), None]
    );
    assert_eq!(changes("0 3 * * *", "2026-03-28T12:00:00Z", 1), [None]);
    assert_eq!(changes("30 2 * * *", "2026-10-24T12:00:00Z", 2), [Some(ClockChange::First), None]);
    assert_eq!(
        changes("0 * * * *", "2026-10-24T23:30:00Z", 3),
        [Some(ClockChange::First), Some(ClockChange::Second), None]
    );
}

#[test]
fn a_run_answers_for_the_data_that_the_schedule_names() {
    let interval = |value: serde_json::Value, fire: &str| {
        let interval = rule(value).interval(at(fire)).unwrap();
        format!("{} {}", interval.start, interval.end)
    };
    let zone = "Europe/Brussels";
    let daily = json!({ "cron": "0 6 * * *", "timezone": zone });
    assert_eq!(interval(daily, "2026-03-30T04:00:00Z"), "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z");
    let same = json!({ "cron": "0 6 * * *", "timezone": zone, "data": "same_day" });
    assert_eq!(interval(same, "2026-03-30T04:00:00Z"), "2026-03-29T22:00:00Z 2026-03-30T22:00:00Z");
    // The Tuesday after Easter answers for the Thursday before it: the exchange is closed on Good Friday; New York
    // opens on Easter Monday, Brussels does not.
    let business = |calendar: &str| {
        json!({ "cron": "0 6 * * *", "timezone": zone, "days": "business", "calendar": calendar,
            "data": "previous_business_day" })
    };
    assert_eq!(
        interval(business("TSX"), "2026-04-06T04:00:00Z"),
        "2026-04-01T22:00:00Z 2026-04-02T22:00:00Z"
    );
    assert_eq!(interval(business("BE"), "2026-04-07T04:00:00Z"), "2026-04-02T22:00:00Z 2026-04-03T22:00:00Z");
    let since = json!({ "cron": "0 6 * * *", "timezone": zone, "days": "business", "data": "since_last" });
    assert_eq!(interval(since, "2026-11-30T05:00:00Z"), "2026-11-27T05:00:00Z 2026-11-30T05:00:00Z");
    // Before its first fire, a schedule is continued backwards.
    let first = json!({ "every": "15m", "from": "2026-01-01", "data": "since_last" });
    assert_eq!(interval(first, "2026-01-01T00:00:00Z"), "2025-12-31T23:45:00Z 2026-01-01T00:00:00Z");
}

#[test]
fn with_business_days_every_business_day_is_answered_for_once() {
    for calendar in ["FR", "BE", "CA-QC", "US", "TSX", "NYSE"] {
        let rule = rule(json!({ "cron": "30 7 * * *", "timezone": "America/Toronto", "days": "business",
            "calendar": calendar, "data": "previous_business_day" }));
        let dates: Vec<Date> = rule
            .fires(at("2020-01-02T12:30:00Z"), at("2031-01-01T00:00:00Z"))
            .map(|fire| rule.interval(fire).unwrap().logical_date())
            .collect();
        let first = dates[0];
        let all = first.series(jiff::ToSpan::days(1)).take_while(|date| date <= dates.last().unwrap());
        let expected: Vec<Date> = all.filter(|date| rule.calendar().is_business_day(*date)).collect();
        assert_eq!(dates, expected, "{calendar}");
    }
}

#[test]
fn bounds_are_included() {
    let rule = rule(json!({ "cron": "0 6 * * *", "from": "2026-01-02", "until": "2026-01-03T06:00" }));
    let fires: Vec<Timestamp> =
        rule.next_fires(Timestamp::UNIX_EPOCH, 9).iter().map(|fire| fire.at).collect();
    assert_eq!(fires, [at("2026-01-02T06:00:00Z"), at("2026-01-03T06:00:00Z")]);
    assert_eq!(rule.last_before(at("2030-01-01T00:00:00Z")), Some(fires[1]));
    assert_eq!(rule.last_before(fires[0]), None);
    let once = spec(json!({ "at": "2026-12-24T18:00", "timezone": "Europe/Paris" }));
    let once = once.rule(Calendars::built_in()).unwrap();
    assert_eq!(once.next(Timestamp::UNIX_EPOCH), Some(at("2026-12-24T17:00:00Z")));
    assert_eq!(once.next(at("2026-12-24T17:00:00Z")), None);
}

#[test]
fn every_problem_is_named_with_a_way_out() {
    for (value, paths) in [
        (
            json!({ "cron": "61 9 * *", "timezone": "Europe/Bruxelles" }),
            vec!["/schedule/cron", "/schedule/timezone"],
        ),
        (json!({}), vec!["/schedule"]),
        (json!({ "cron": "0 6 * * *", "every": "1h" }), vec!["/schedule/every"]),
        (json!({ "cron": "0 6 31 2 *" }), vec!["/schedule/cron"]),
        (json!({ "every": "0" }), vec!["/schedule/every"]),
        (json!({ "at": "2026-11-28", "days": "business" }), vec!["/schedule/at"]),
        (
            json!({ "after": ["a", "a", ""], "data": "same_day" }),
            vec!["/schedule/after/1", "/schedule/after/2", "/schedule/data"],
        ),
        (
            json!({ "files": { "path": "", "look": 0 }, "data": "since_last" }),
            vec!["/schedule/files/path", "/schedule/files/look", "/schedule/data"],
        ),
        (
            json!({ "cron": "0 6 * * *", "days": [], "calendar": "FR", "from": "2026-02-01", "until": "2026-01-01" }),
            vec!["/schedule/days", "/schedule/calendar", "/schedule/until"],
        ),
        (
            json!({ "cron": "@daily", "catch_up": "all", "overlap": "cancel_previous", "stagger": "2d", "timeout": 0 }),
            vec!["/schedule/overlap", "/schedule/stagger", "/schedule/timeout"],
        ),
        (
            json!({ "cron": "@daily", "retries": { "max": 101, "factor": 0.5, "first": "1h", "longest": "1m" } }),
            vec!["/schedule/retries/max", "/schedule/retries/factor", "/schedule/retries/longest"],
        ),
    ] {
        let problems = spec(value.clone()).problems();
        let found: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(found, paths, "{value}");
        assert!(problems.iter().all(|problem| problem.hint.is_some()), "{value}");
    }
    let own = spec(json!({ "cron": "0 6 * * *", "days": "business", "calendar": "plant" }));
    assert_eq!(own.problems(), vec![]);
    assert_eq!(own.rule(Calendars::built_in()).unwrap_err()[0].path, "/schedule/calendar");
}

#[test]
fn schedules_of_before_are_still_right_and_unknown_settings_are_refused() {
    let old = spec(json!({ "cron": "0 9,14 * * *", "timezone": "Europe/Brussels", "days": "business" }));
    assert_eq!(old.problems(), vec![]);
    let again: ScheduleSpec = serde_json::from_value(serde_json::to_value(&old).unwrap()).unwrap();
    assert_eq!(again, old);
    for (value, says) in [
        (json!({ "cron": "0 6 * * *", "overlaps": "skip" }), "overlaps"),
        (json!({ "every": 15 }), "a length of time such as"),
        (json!({ "every": "1d12h" }), "mixes days"),
        (json!({ "cron": "0 6 * * *", "days": "busines" }), "`all`, `business` or a list"),
        (json!({ "cron": "0 6 * * *", "days": ["mno"] }), "unknown day `mno`"),
        (json!({ "at": "tomorrow" }), "is not a day or a time of a day"),
    ] {
        let error = serde_json::from_value::<ScheduleSpec>(value).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn schedules_are_described_in_english_and_french() {
    let mut text = String::new();
    for value in [
        json!({ "cron": "0 9,14 * * *", "timezone": "Europe/Brussels", "days": "business", "calendar": "BE" }),
        json!({ "cron": "30 7 * * 1-5", "timezone": "America/Montreal", "data": "previous_business_day" }),
        json!({ "cron": "*/15 * * * *", "data": "since_last" }),
        json!({ "cron": "0 * * * *", "data": "same_day" }),
        json!({ "cron": "5 */6 * * *" }),
        json!({ "cron": "*/10 8-18 * * mon,wed,fri" }),
        json!({ "cron": "* * * * *" }),
        json!({ "cron": "*/10 * * * * *" }),
        json!({ "cron": "15 30 6 1,15 * *" }),
        json!({ "cron": "0 6 1 1,4,7,10 *" }),
        json!({ "cron": "0 6 L * *" }),
        json!({ "every": "90m", "days": ["sat", "sun"] }),
        json!({ "every": "1d", "from": "2026-01-01T06:30", "until": "2026-12-31", "timezone": "Europe/Paris" }),
        json!({ "at": "2026-12-24T18:00" }),
        json!({ "after": ["orders", "customers"] }),
        json!({ "files": { "connection": "drop", "path": "in/*.csv" }, "data": "same_day" }),
    ] {
        let rule = rule(value.clone());
        text += &format!(
            "{value}\n  {}\n  {}\n",
            rule.describe(Language::English),
            rule.describe(Language::French)
        );
    }
    let golden = include_str!("tests.txt");
    if std::env::var_os("TOWPATH_BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/schedule/tests.txt"), &text).unwrap();
    }
    assert_eq!(text, golden);
}

#[test]
fn a_zone_that_loses_a_whole_day_keeps_its_schedules() {
    // Samoa went from 29 to 31 December 2011.
    let rule = rule(json!({ "cron": "0 9 * * *", "timezone": "Pacific/Apia" }));
    let fires = rule.next_fires(at("2011-12-29T19:30:00Z"), 2);
    let texts: Vec<String> = fires
        .iter()
        .map(|fire| fire.at.to_zoned(rule.zone().clone()).strftime("%d %H:%M").to_string())
        .collect();
    assert_eq!(texts, ["31 00:00", "31 09:00"]);
    assert_eq!(rule.interval(fires[1].at).unwrap().logical_date().to_string(), "2011-12-29");
}
