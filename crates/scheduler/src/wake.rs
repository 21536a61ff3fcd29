//! How long a loop may sleep.

use jiff::{SignedDuration, Timestamp};

use crate::decide::times_out_at;
use crate::world::{State, World};
use crate::{LEASE, PATIENCE};

/// The next moment at which [`crate::decide`] can have something new to say without any new fact. `None` when only a new
/// fact can bring it about.
///
/// To be asked after everything that was decided has been applied.
pub fn next_wake(now: Timestamp, world: &World) -> Option<Timestamp> {
    let mut wake: Option<Timestamp> = None;
    let mut add = |at: Timestamp| {
        if at > now {
            wake = Some(wake.map_or(at, |wake| wake.min(at)));
        }
    };
    for schedule in &world.schedules {
        schedule.upcoming().into_iter().for_each(&mut add);
    }
    let mut is_one_due = false;
    for run in &world.runs {
        match &run.state {
            State::Waiting => {
                add(run.not_before);
                add(run.not_before + PATIENCE);
                is_one_due |= run.not_before <= now;
            }
            State::Running(attempt) => {
                add(attempt.ends_at(now, world.watching_since));
                if run.stop.is_none() {
                    add(times_out_at(run, attempt));
                }
            }
            State::Failed { .. } => {}
        }
    }
    // A worker that falls silent leaves its hand to the others.
    for worker in world.workers.iter().filter(|worker| is_one_due && worker.takes_runs(now)) {
        add(worker.last_heartbeat + LEASE + SignedDuration::from_nanos(1));
    }
    wake
}
