//! Leaves out files that somebody is still writing.
//!
//! A file whose last change lies far enough back is taken at once. The others are waited for, all together and once, and
//! looked at again.

use std::time::{Duration, SystemTime};

use towpath_model::Fault;

use super::super::place::Place;
use super::{Candidate, item_of};

/// The longest that a run may wait.
const LONGEST: Duration = Duration::from_secs(3600);

/// A length of time as settings have it.
pub(super) fn length(text: &str) -> Result<Duration, Fault> {
    let wrong = || {
        Fault::config(format!("`settled: {text}` is no length of time up to an hour"))
            .hint("write seconds or minutes, for example `30s` or `5m`")
    };
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    seconds.map(Duration::from_secs).filter(|length| *length <= LONGEST).ok_or_else(wrong)
}

/// The files that nobody has changed for that long, and a remark on each of the others.
pub(super) async fn wait(
    place: &Place,
    found: Vec<Candidate>,
    span: Duration,
) -> Result<(Vec<Candidate>, Vec<String>), Fault> {
    let now = SystemTime::now();
    // A time in the future, or none, tells nothing: such a file must stand the whole wait.
    let age = |one: &Candidate| one.file.modified.and_then(|at| now.duration_since(at).ok());
    let left = |one: &Candidate| span.saturating_sub(age(one).unwrap_or_default());
    let longest = found.iter().map(left).max().unwrap_or_default();
    if longest.is_zero() {
        return Ok((found, Vec::new()));
    }
    tokio::time::sleep(longest).await;
    let (mut settled, mut notes) = (Vec::new(), Vec::new());
    for one in found {
        if left(&one).is_zero() {
            settled.push(one);
            continue;
        }
        match place.again(&one.file).await? {
            Some(again) if item_of(&again) == item_of(&one.file) => settled.push(one),
            Some(_) => {
                notes.push(format!("`{}` is still being written: the next run reads it", one.file.name))
            }
            None => notes.push(format!("`{}` is gone again", one.file.name)),
        }
    }
    Ok((settled, notes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        assert_eq!(length("30s").unwrap(), Duration::from_secs(30));
        assert_eq!(length("5m").unwrap(), Duration::from_secs(300));
        for wrong in ["", "30", "s", "2d", "-1s", "61m", "é"] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }
}
