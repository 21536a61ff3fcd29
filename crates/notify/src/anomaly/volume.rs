//! A rule about rows: a run that moves far more or fewer than the runs before it.
//!
//! Usual is the median of the last runs, and far is measured in their median distance from it, so that one odd run among
//! them changes nothing. Runs of Saturdays and Sundays are compared with each other when there are enough of them,
//! since many systems rest then.

use jiff::civil::{Date, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Finding;
use crate::notice::{Detail, NoticeKind};

/// How far a number of rows may be from the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VolumeSettings {
    /// Runs that are needed to know what is usual, for example `8`.
    pub min_history: u32,

    /// Runs that are looked back on, for example `40`.
    pub max_history: u32,

    /// How many times the usual distance is too far, for example `5`. Less tells more, and more in vain.
    pub distances: f64,

    /// Least share by which a number must differ, for example `0.25` for a quarter, however alike the others are.
    pub min_share: f64,
}

impl Default for VolumeSettings {
    fn default() -> Self {
        VolumeSettings { min_history: 8, max_history: 40, distances: 5.0, min_share: 0.25 }
    }
}

/// Rows of a run that ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunVolume {
    /// The logical date of the run.
    pub date: Date,
    /// Rows that it wrote.
    pub rows: u64,
}

/// From the median distance to the standard deviation of values that spread as chance spreads them.
const SPREAD: f64 = 1.4826;

/// Compares a run with those before it, the latest of which stand last.
pub fn volume(history: &[RunVolume], run: RunVolume, settings: &VolumeSettings) -> Option<Finding> {
    let enough = settings.min_history.max(3) as usize;
    let latest = |wanted: &dyn Fn(&&RunVolume) -> bool| -> Vec<f64> {
        let most = (settings.max_history as usize).max(enough);
        history.iter().rev().filter(wanted).take(most).map(|run| run.rows as f64).collect()
    };
    let weekend = is_weekend(run.date);
    let alike = latest(&|other| is_weekend(other.date) == weekend);
    let (mut rows, weekend) = match alike.len() >= enough {
        true => (alike, Some(weekend)),
        // Of a pipeline that ran on weekdays only, nothing is known of weekends.
        false if weekend => return None,
        false => (latest(&|_| true), None),
    };
    if rows.len() < enough {
        return None;
    }
    let usual = median(&mut rows);
    let mut distances: Vec<f64> = rows.iter().map(|rows| (rows - usual).abs()).collect();
    let far = (settings.distances.max(1.0) * SPREAD * median(&mut distances))
        .max(settings.min_share.max(0.0) * usual)
        // A run of three rows instead of two is no news.
        .max(1.0);
    let (least, most) = ((usual - far).max(0.0), usual + far);
    let here = run.rows as f64;
    (here < least || here > most || (run.rows == 0 && least >= 1.0)).then(|| {
        let detail = Detail::Volume {
            rows: run.rows,
            usual: usual.round() as u64,
            range: (least.ceil() as u64, most.floor() as u64),
            compared: rows.len() as u64,
            weekend,
        };
        Finding::of(NoticeKind::Volume, detail)
    })
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    /// Runs of successive days from a Monday on.
    fn runs(rows: &[u64]) -> Vec<RunVolume> {
        let monday: Date = "2026-01-05".parse().unwrap();
        let date = |day: usize| monday + (day as i64).days();
        rows.iter().enumerate().map(|(day, rows)| RunVolume { date: date(day), rows: *rows }).collect()
    }

    fn look(rows: &[u64], next: u64) -> Option<Detail> {
        let mut runs = runs(&[rows, &[next]].concat());
        let last = runs.pop().unwrap();
        volume(&runs, last, &VolumeSettings::default()).map(|finding| finding.detail)
    }

    #[test]
    fn a_run_unlike_the_others_is_found_and_one_odd_run_before_hides_nothing() {
        // Four weeks; weekends are small.
        let mut weeks: Vec<u64> =
            [1000, 1040, 980, 1010, 1005, 50, 40].iter().cycle().take(56).copied().collect();
        assert_eq!(look(&weeks, 1020), None, "a usual Monday");
        let Some(Detail::Volume { rows, usual, range, compared, weekend }) = look(&weeks, 400) else {
            panic!("a Monday with less than half");
        };
        assert_eq!((rows, usual, compared, weekend), (400, 1005, 40, Some(false)));
        assert!(range.0 > 700 && range.1 < 1300, "{range:?}");
        assert!(look(&weeks, 0).is_some() && look(&weeks, 45).is_some() && look(&weeks, 5000).is_some());
        weeks[50] = 90_000;
        assert!(look(&weeks, 400).is_some());
        weeks.extend([1000, 1000, 1000, 1000, 1000]);
        assert_eq!(look(&weeks, 47), None, "a usual Saturday");
        assert!(look(&weeks, 1000).is_some(), "a Saturday like a Monday");
    }

    #[test]
    fn a_short_history_says_nothing() {
        assert_eq!(look(&[100; 4], 100_000), None);
        assert!(look(&[100; 11], 100_000).is_some());
        // The first Saturday of a pipeline that ran on weekdays.
        let mut weekdays = runs(&[100; 19]);
        weekdays.retain(|run| !is_weekend(run.date));
        let saturday = RunVolume { date: "2026-01-24".parse().unwrap(), rows: 0 };
        assert_eq!(volume(&weekdays, saturday, &VolumeSettings::default()), None);
    }

    #[test]
    fn a_pipeline_that_moves_nothing_or_always_the_same_is_no_alarm() {
        assert_eq!(look(&[0; 28], 0), None);
        assert_eq!(look(&[2; 28], 3), None);
        assert_eq!(look(&[500; 28], 560), None);
        assert!(look(&[500; 28], 0).is_some());
    }

    proptest! {
        #[test]
        fn what_lies_between_the_others_is_never_unusual(
            rows in proptest::collection::vec(0u64..1_000_000, 10..60), pick in 0usize..1000
        ) {
            let mut sorted = rows.clone();
            sorted.sort_unstable();
            // The middle half of what is compared with all days is within any range around the median.
            let next = sorted[sorted.len() / 4 + pick % (sorted.len() / 2).max(1)];
            let settings = VolumeSettings { max_history: 1000, ..VolumeSettings::default() };
            let monday = "2026-01-05".parse::<Date>().unwrap();
            // All on one day of the week.
            let history: Vec<RunVolume> = rows
                .iter()
                .enumerate()
                .map(|(week, rows)| RunVolume { date: monday + (week as i64).weeks(), rows: *rows })
                .collect();
            let run = RunVolume { date: monday + 100.weeks(), rows: next };
            let usual = {
                let mut values: Vec<f64> = rows.iter().map(|rows| *rows as f64).collect();
                median(&mut values)
            };
            let distance = {
                let mut values: Vec<f64> = rows.iter().map(|rows| (*rows as f64 - usual).abs()).collect();
                median(&mut values)
            };
            if (next as f64 - usual).abs() <= distance {
                prop_assert_eq!(volume(&history, run, &settings), None);
            }
        }
    }
}
