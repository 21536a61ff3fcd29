//! Looks for files that schedules wait for.
//!
//! A file has arrived when two looks in a row saw it unchanged: what is still being written is left alone. After a look
//! that saw something new, the next one comes soon. Of all workers one looks at a time; what was seen is in the store.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use towpath_model::schedule::ScheduleSpec;
use towpath_store::arrivals::{self, Arrival, Glance, Known};
use towpath_store::facts::{self, ScheduleMark};
use towpath_store::{Error, commit, schedules};

use super::Core;
use super::ports::{Place, Seen};
use crate::REMEMBERED;

/// How soon something new is looked at again.
const SOON: SignedDuration = SignedDuration::from_secs(5);
/// How long somebody else waits for a look that was taken.
const PATIENT: SignedDuration = SignedDuration::from_mins(2);
/// How often it is looked which looks are due.
const PAUSE: Duration = Duration::from_secs(2);
/// The same when no schedule waits for files.
const LONG_PAUSE: Duration = Duration::from_secs(10);
/// Files of a place that are remembered.
const MOST_FILES: usize = 10_000;

/// A schedule that waits for files.
struct Waiting {
    place: Place,
    look: SignedDuration,
}

/// Goes on until it is dropped.
pub(super) async fn run(core: &Core) {
    if core.lookout.is_none() {
        std::future::pending::<()>().await;
    }
    let mut known = Kept::default();
    let mut is_away = false;
    loop {
        let pause = match round(core, &mut known).await {
            Ok(count) => {
                is_away = false;
                if count == 0 { LONG_PAUSE } else { PAUSE }
            }
            Err(error) => {
                if !std::mem::replace(&mut is_away, true) {
                    tracing::warn!("nobody looks for files while the store is away: {error}");
                }
                LONG_PAUSE
            }
        };
        core.clock.sleep(pause).await;
    }
}

/// Schedules that wait for files, by identity, with the revisions that they were read at; the others are empty.
#[derive(Default)]
struct Kept(BTreeMap<String, (Revisions, Option<Waiting>)>);

type Revisions = (i64, i64, i64);

async fn round(core: &Core, kept: &mut Kept) -> Result<usize, Error> {
    let mut conn = core.store.read().await?;
    let mut tx = core.store.snapshot(&mut conn).await?;
    let now = core.clock.now(&mut tx).await?;
    let marks = facts::schedule_marks(&mut tx).await?;
    kept.refresh(&mut tx, &marks).await?;
    let times: BTreeMap<String, Timestamp> =
        arrivals::next_looks(&mut tx).await?.into_iter().map(|next| (next.schedule_id, next.at)).collect();
    drop(tx);
    drop(conn);
    let waiting: Vec<&Waiting> = kept.0.values().filter_map(|(_, waiting)| waiting.as_ref()).collect();
    for one in &waiting {
        if times.get(&one.place.schedule_id).is_none_or(|at| *at <= now) {
            look(core, one).await?;
        }
    }
    Ok(waiting.len())
}

impl Kept {
    async fn refresh(&mut self, conn: &mut towpath_store::Conn, marks: &[ScheduleMark]) -> Result<(), Error> {
        let is_new = |mark: &&ScheduleMark| {
            self.0.get(&mark.id).is_none_or(|(revisions, _)| *revisions != mark.revisions)
        };
        let new: Vec<&ScheduleMark> = marks.iter().filter(is_new).collect();
        for chunk in new.chunks(500) {
            let ids: Vec<String> = chunk.iter().map(|mark| mark.id.clone()).collect();
            let rows = schedules::some(conn, &ids).await?;
            for mark in chunk {
                let row = rows.iter().find(|row| row.id.as_str() == mark.id);
                let waiting = row.filter(|row| !row.paused).and_then(waiting);
                self.0.insert(mark.id.clone(), (mark.revisions, waiting));
            }
        }
        let alive: HashSet<&str> = marks.iter().map(|mark| mark.id.as_str()).collect();
        self.0.retain(|id, _| alive.contains(id.as_str()));
        Ok(())
    }
}

fn waiting(row: &schedules::Schedule) -> Option<Waiting> {
    let spec: ScheduleSpec = serde_json::from_value(row.spec.clone()).ok()?;
    let files = spec.files?;
    let place = Place {
        workspace_id: row.workspace_id.to_string(),
        schedule_id: row.id.to_string(),
        pipeline_id: row.pipeline_id.to_string(),
        connection: files.connection,
        path: files.path,
    };
    Some(Waiting { place, look: files.look.duration() })
}

async fn look(core: &Core, waiting: &Waiting) -> Result<(), Error> {
    let Some(lookout) = &core.lookout else { return Ok(()) };
    let schedule = waiting.place.schedule_id.as_str();
    let mut tx = core.store.begin().await?;
    let now = core.clock.now(&mut tx).await?;
    if !arrivals::take_look(&mut tx, schedule, now, now + PATIENT).await? {
        return Ok(());
    }
    let glance = arrivals::last_look(&mut tx, schedule).await?;
    commit(tx).await?;
    let Some(mut glance) = glance else { return Ok(()) };
    let mut arrived = Vec::new();
    match lookout.look(&waiting.place).await {
        Ok(seen) => {
            let found = compare(&glance.known, seen);
            let is_new = found.known.values().any(|file| !file.arrived);
            glance.again_at = now + if is_new { SOON.min(waiting.look) } else { waiting.look };
            (glance.known, glance.fault) = (found.known, None);
            arrived = found.arrived;
        }
        Err(fault) => {
            let message = fault.to_string();
            if glance.fault.as_ref() != Some(&message) {
                tracing::warn!(
                    schedule.id = schedule,
                    "nobody can look for `{}`: {message}",
                    waiting.place.path
                );
            }
            (glance.again_at, glance.fault) = (now + waiting.look, Some(message));
        }
    }
    write(core, &glance, arrived).await
}

async fn write(core: &Core, glance: &Glance, arrived: Vec<String>) -> Result<(), Error> {
    let mut tx = core.store.begin().await?;
    let now = core.clock.now(&mut tx).await?;
    if !arrivals::put_look(&mut tx, glance).await? {
        return Ok(());
    }
    let has_arrived = !arrived.is_empty();
    if has_arrived {
        let arrival = Arrival {
            id: format!("ar_{}", uuid::Uuid::now_v7().simple()),
            schedule_id: glance.schedule_id.clone(),
            at: now,
            files: arrived,
        };
        arrivals::insert(&mut tx, &arrival).await?;
        arrivals::sweep(&mut tx, now - REMEMBERED).await?;
    }
    commit(tx).await?;
    if has_arrived {
        core.work.notify_one();
    }
    Ok(())
}

/// What a look gives: what is known from now on, and what arrived.
#[derive(Debug, Default, PartialEq)]
struct Found {
    known: BTreeMap<String, Known>,
    arrived: Vec<String>,
}

fn compare(before: &BTreeMap<String, Known>, seen: Vec<Seen>) -> Found {
    let mut found = Found::default();
    for file in seen.into_iter().take(MOST_FILES) {
        let same = before.get(&file.name).filter(|known| known.stamp == file.stamp);
        if same.is_some_and(|known| !known.arrived) {
            found.arrived.push(file.name.clone());
        }
        found.known.insert(file.name, Known { stamp: file.stamp, arrived: same.is_some() });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(files: &[(&str, &str)]) -> Vec<Seen> {
        files.iter().map(|(name, stamp)| Seen { name: (*name).into(), stamp: (*stamp).into() }).collect()
    }

    #[test]
    fn a_file_arrives_once_when_it_is_no_longer_written_and_again_when_it_is_replaced() {
        let mut known = BTreeMap::new();
        let mut arrived = Vec::new();
        for files in [
            &[("a", "1")][..],
            &[("a", "2"), ("b", "1")],
            &[("a", "2"), ("b", "1")],
            &[("a", "2"), ("b", "1")],
            &[("b", "2")],
            &[("a", "2"), ("b", "2")],
            &[("a", "2"), ("b", "2")],
        ] {
            let found = compare(&known, seen(files));
            (known, arrived) = (found.known, [arrived, vec![found.arrived]].concat());
        }
        let names: Vec<String> = arrived.iter().map(|names| names.join(" ")).collect();
        assert_eq!(names, ["", "", "a b", "", "", "b", "a"]);
    }
}
