//! The loop itself: round after round, until the worker is to stop.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;
use towpath_store::{Error, runs};

use super::Core;
use super::apply::{self, Applied};
use super::facts::Facts;
use super::meters;
use super::ports::{Stop, Task};
use crate::world::State;
use crate::{decide, next_wake};

/// How soon the loop looks again when others were faster with everything that was decided.
const REFUSED: Duration = Duration::from_millis(20);
/// The same after many times.
const REFUSED_LONGEST: Duration = Duration::from_secs(1);
/// How long the loop rests between two rounds at most, however long the first one took.
const LONGEST_REST: Duration = Duration::from_millis(50);
/// How soon a store that was away is asked again, at first and after many times.
const AWAY: Duration = Duration::from_millis(500);
const AWAY_LONGEST: Duration = Duration::from_secs(10);

/// Goes on until the worker is to stop, and ends between two rounds.
pub(super) async fn run(core: &Core, attempts: &mut JoinSet<()>, mut stopping: watch::Receiver<bool>) {
    let mut facts = Facts::default();
    let mut wishes = core.stops.subscribe();
    let mut away: Option<Duration> = None;
    let mut refused = REFUSED;
    loop {
        while attempts.try_join_next().is_some() {}
        if *stopping.borrow() {
            return;
        }
        let begun = core.clock.elapsed();
        let pause = match round(core, &mut facts, attempts).await {
            Ok(next) => {
                if away.take().is_some() {
                    tracing::info!("the store is back");
                }
                match next {
                    Next::Now => {
                        refused = REFUSED;
                        continue;
                    }
                    Next::Refused => {
                        let pause = refused;
                        refused = (refused * 2).min(REFUSED_LONGEST);
                        pause
                    }
                    Next::At(pause) => {
                        refused = REFUSED;
                        pause
                    }
                }
            }
            Err(error) => {
                if away.is_none() {
                    tracing::warn!("the scheduler waits for the store: {error}");
                }
                facts.lose_sight();
                let pause = away.map_or(AWAY, |pause| (pause * 2).min(AWAY_LONGEST));
                away = Some(pause);
                pause
            }
        };
        // As much rest as work: what ends meanwhile shares the next round. Whoever comes later waits for nothing.
        let spent = core.clock.elapsed().saturating_sub(begun);
        core.clock.sleep(spent.min(LONGEST_REST).min(pause)).await;
        // A store that is away is not asked more often because somebody wants something.
        let is_away = away.is_some();
        tokio::select! {
            () = core.clock.sleep(pause.min(core.settings.longest_pause.max(AWAY_LONGEST))) => {}
            () = core.work.notified(), if !is_away => {}
            () = wish_heard(&mut wishes), if !is_away => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

async fn wish_heard(wishes: &mut tokio::sync::broadcast::Receiver<towpath_model::RunId>) {
    // Which run it is stands in the store.
    if let Err(RecvError::Closed) = wishes.recv().await {
        std::future::pending::<()>().await;
    }
}

/// When the next round is due.
enum Next {
    Now,
    /// Something was decided, and others were faster with all of it.
    Refused,
    At(Duration),
}

async fn round(core: &Core, facts: &mut Facts, attempts: &mut JoinSet<()>) -> Result<Next, Error> {
    let begun = core.clock.elapsed();
    let (now, world) = facts.read(core, begun).await?;
    hear_wishes(core, facts);
    let waiting = world.runs.iter().filter(|run| run.state == State::Waiting).count();
    meters::standing(core.tasks.count(), waiting);
    let decisions = decide(now, &world);
    let mut applied = 0;
    for chunk in decisions.chunks(apply::AT_ONCE) {
        let done = apply::apply(core, facts, now, chunk).await?;
        applied += done.count;
        carry_out(core, attempts, begun, now, done);
    }
    applied += apply::finish_backfills(core, facts, now).await?;
    if applied > 0 {
        return Ok(Next::Now);
    }
    if !decisions.is_empty() {
        facts.doubt();
        return Ok(Next::Refused);
    }
    let pause = next_wake(now, &world).map_or(core.settings.longest_pause, |at| until(now, at));
    Ok(Next::At(pause.min(core.settings.longest_pause)))
}

/// From one moment to another, and a little longer than nothing.
fn until(now: Timestamp, at: Timestamp) -> Duration {
    let left = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    left.max(Duration::from_millis(1))
}

/// Tells attempts of this worker to stop whose runs are to.
fn hear_wishes(core: &Core, facts: &Facts) {
    for run in facts.runs.values() {
        if let (Some((stop, reason)), Some((worker, ..))) = (&run.stop, &run.held)
            && worker == core.id.as_str()
        {
            core.tasks.stop(&run.id, &wish(*stop, reason, run.timeout_seconds));
        }
    }
}

/// What an attempt is told.
pub(super) fn wish(stop: runs::Stop, reason: &str, timeout_seconds: i64) -> Stop {
    match stop {
        runs::Stop::TimedOut => Stop::Timeout(timeout_seconds),
        runs::Stop::Cancelled | runs::Stop::Superseded => Stop::Cancel(reason.to_owned()),
    }
}

/// Lets what was applied happen: attempts start, and stop.
fn carry_out(core: &Core, attempts: &mut JoinSet<()>, begun: Duration, now: Timestamp, done: Applied) {
    if done.is_told {
        (core.tell)();
    }
    for run in &done.ended {
        meters::ended(run);
    }
    for (run, stop) in done.stops {
        core.tasks.stop(&run, &stop);
    }
    for task in done.started {
        meters::started(&task.run, now);
        start(core, attempts, begun, task);
    }
}

fn start(core: &Core, attempts: &mut JoinSet<()>, begun: Duration, task: Task) {
    let (place, told) = core.tasks.add(task.held.clone(), begun);
    let (runner, work, store) = (Arc::clone(&core.runner), Arc::clone(&core.work), core.store.clone());
    let held = task.held.clone();
    let end = attempts.spawn(async move {
        let (run, attempt) = (task.held.run_id.clone(), task.held.attempt);
        // The place is left however the attempt ends, by a panic too: its lease is not renewed any more.
        let left = Leaving(Some(place), work);
        runner.carry_out(task, told).await;
        drop(left);
        meters::over(&store, &run, attempt).await;
    });
    core.tasks.can_end(&held, end);
}

/// Leaves a place and wakes the loop.
struct Leaving(Option<super::tasks::Place>, Arc<tokio::sync::Notify>);

impl Drop for Leaving {
    fn drop(&mut self) {
        drop(self.0.take());
        self.1.notify_one();
    }
}
