//! Backfills: pieces, their order, and how many are under way.

use jiff::tz::TimeZone;
use serde_json::json;
use towpath_model::schedule::{Length, RetriesSpec};
use towpath_scheduler::backfill::{Cut, Order, PieceState, Progress, pieces};
use towpath_scheduler::{Backfill, Interval, NextPiece, decide};

use crate::decisions::short;
use crate::world::*;

fn range(from: &str, to: &str) -> Interval {
    Interval { start: at(from), end: at(to) }
}

#[test]
fn a_range_is_cut_as_the_schedule_would_have_run() {
    let november = range("2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z");
    let zone = json!({ "timezone": "Europe/Brussels" });
    let cut = |settings: serde_json::Value| {
        let rule = rule(with(settings, zone.clone()));
        pieces(november, Cut::Rule(&rule), Order::OldestFirst)
    };
    // Two runs a day answer for the same day: one piece.
    let daily = cut(json!({ "cron": "0 9,14 * * *" })).unwrap();
    assert_eq!(daily.len(), 30);
    assert!(daily.windows(2).all(|pair| pair[0].end == pair[1].start));
    let business =
        json!({ "cron": "0 6 * * *", "days": "business", "calendar": "BE", "data": "previous_business_day" });
    // 21 days from Monday to Friday, without 11 November.
    assert_eq!(cut(business).unwrap().len(), 20);
    let hourly = cut(json!({ "every": "1h", "data": "since_last", "from": "2027-01-01" })).unwrap();
    assert_eq!(hourly.len(), 720);
    assert!(cut(json!({ "cron": "0 0 1 1 *", "data": "since_last" })).is_err());
}

#[test]
fn steps_are_days_on_the_clocks_and_the_last_one_may_be_shorter() {
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let days = range("2026-03-27T23:00:00Z", "2026-03-30T10:00:00Z");
    let cut = pieces(days, Cut::Step(Length::Days(1), &zone), Order::OldestFirst).unwrap();
    let hours: Vec<i64> = cut.iter().map(|piece| piece.end.duration_since(piece.start).as_hours()).collect();
    assert_eq!(hours, [24, 23, 12]);
    let newest = pieces(days, Cut::Step(Length::Days(1), &zone), Order::NewestFirst).unwrap();
    assert!(newest.iter().rev().eq(cut.iter()));
    assert_eq!(pieces(days, Cut::Whole, Order::OldestFirst).unwrap(), [days]);
    assert!(
        pieces(
            range("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
            Cut::Step(Length::minutes(15), &zone),
            Order::OldestFirst
        )
        .is_err()
    );
    assert!(
        pieces(range("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"), Cut::Whole, Order::OldestFirst)
            .is_err()
    );
}

#[test]
fn as_many_pieces_are_under_way_as_were_asked_for() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    let next = |piece: u32, date: &str| NextPiece { piece, interval: day(date) };
    facts.backfills = vec![Backfill {
        id: id("b"),
        pipeline: pipeline("orders"),
        at_once: 3,
        active: 1,
        next: vec![next(1, "2026-10-02"), next(2, "2026-10-03"), next(3, "2026-10-04")],
        retries: RetriesSpec::default(),
        timeout: seconds(60),
    }];
    let expected = [
        "create orders at 2026-11-02T06:00:00Z for 2026-10-02T00:00:00Z and start",
        "create orders at 2026-11-02T06:00:00Z for 2026-10-03T00:00:00Z and start",
    ];
    assert_eq!(short(&decide(now, &facts)), expected);
    let progress =
        Progress::of([PieceState::Done, PieceState::Failed, PieceState::Active, PieceState::Waiting]);
    assert_eq!((progress.total(), progress.is_over()), (4, false));
}
