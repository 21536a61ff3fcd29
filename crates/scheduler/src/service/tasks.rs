//! The attempts of this worker: each can be told to stop, and each has a lease that was renewed at some moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;
use towpath_store::runs::lease::Held;

use super::ports::Stop;

/// The attempts that are under way.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    by_run: Mutex<HashMap<String, UnderWay>>,
}

#[derive(Debug)]
struct UnderWay {
    held: Held,
    stop: watch::Sender<Stop>,
    /// Before the lease was renewed last, on the clock that never jumps.
    renewed_at: Duration,
    /// When it was first seen that it is to stop.
    told_at: Option<Duration>,
    /// Ends it where it does not stop by itself.
    end: Option<AbortHandle>,
}

/// Takes its attempt out of the list when it is dropped, however the attempt ends.
#[derive(Debug)]
pub(super) struct Place {
    tasks: Arc<Tasks>,
    held: Held,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut tasks = self.tasks.lock();
        if tasks.get(&self.held.run_id).is_some_and(|task| task.held == self.held) {
            tasks.remove(&self.held.run_id);
        }
    }
}

impl Tasks {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, UnderWay>> {
        self.by_run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Adds an attempt whose lease was taken at a moment.
    pub(super) fn add(self: &Arc<Self>, held: Held, taken_at: Duration) -> (Place, watch::Receiver<Stop>) {
        let (stop, told) = watch::channel(Stop::No);
        let task = UnderWay { held: held.clone(), stop, renewed_at: taken_at, told_at: None, end: None };
        // An earlier attempt of the same run that is still here lost it.
        if let Some(earlier) = self.lock().insert(held.run_id.clone(), task) {
            tell(&earlier.stop, &Stop::Lost);
        }
        (Place { tasks: Arc::clone(self), held }, told)
    }

    /// Keeps what ends an attempt, unless it is over already.
    pub(super) fn can_end(&self, held: &Held, end: AbortHandle) {
        if let Some(task) = self.lock().get_mut(&held.run_id).filter(|task| task.held == *held) {
            task.end = Some(end);
        }
    }

    /// Ends attempts that were told to stop so long ago, and did not; returns how many. Their leases end as well, and
    /// with them their runs.
    pub(super) fn end_deaf(&self, now: Duration, after: Duration) -> usize {
        let mut tasks = self.lock();
        let mut count = 0;
        for task in tasks.values_mut() {
            if !matches!(*task.stop.borrow(), Stop::Cancel(_) | Stop::Timeout(_)) {
                continue;
            }
            let told_at = *task.told_at.get_or_insert(now);
            if now.saturating_sub(told_at) >= after {
                tell(&task.stop, &Stop::Lost);
                task.end.iter().for_each(AbortHandle::abort);
                count += 1;
            }
        }
        count
    }

    /// Tells the attempt of a run to stop, if it is here.
    pub(super) fn stop(&self, run: &str, why: &Stop) {
        if let Some(task) = self.lock().get(run) {
            tell(&task.stop, why);
        }
    }

    pub(super) fn stop_all(&self, why: &Stop) {
        self.lock().values().for_each(|task| tell(&task.stop, why));
    }

    /// Attempts that are still ours as far as we know.
    pub(super) fn held(&self) -> Vec<Held> {
        let tasks = self.lock();
        let ours = tasks.values().filter(|task| *task.stop.borrow() != Stop::Lost);
        ours.map(|task| task.held.clone()).collect()
    }

    /// Notes that leases were renewed at a moment.
    pub(super) fn renewed(&self, run: &str, attempt: i64, at: Duration) {
        if let Some(task) = self.lock().get_mut(run).filter(|task| task.held.attempt == attempt) {
            task.renewed_at = at;
        }
    }

    /// Tells attempts to stop whose lease could not be renewed for so long; returns how many.
    pub(super) fn give_up(&self, now: Duration, after: Duration) -> usize {
        let tasks = self.lock();
        let late = tasks
            .values()
            .filter(|task| now.saturating_sub(task.renewed_at) >= after && *task.stop.borrow() != Stop::Lost);
        late.map(|task| tell(&task.stop, &Stop::Lost)).count()
    }

    /// When the first lease was renewed that is still ours.
    pub(super) fn oldest_renewal(&self) -> Option<Duration> {
        let tasks = self.lock();
        let ours = tasks.values().filter(|task| *task.stop.borrow() != Stop::Lost);
        ours.map(|task| task.renewed_at).min()
    }
}

/// A wish that is less pressing than the one before changes nothing.
fn tell(stop: &watch::Sender<Stop>, why: &Stop) {
    stop.send_if_modified(|told| {
        let is_new = why.rank() > told.rank();
        if is_new {
            *told = why.clone();
        }
        is_new
    });
}
