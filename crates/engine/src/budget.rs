//! Memory that several runs share.
//!
//! Each run has a part of its own that nobody can take, and may hold more of what is common while there is some. So one
//! large run uses what small ones leave, and none of them starves.

use std::sync::{Arc, Mutex, PoisonError};

/// What all runs of a process may hold together.
#[derive(Debug)]
pub struct Budget {
    /// Bytes that each run may hold whatever the others do.
    own: usize,
    /// Bytes of the common part that nobody holds.
    free: Mutex<usize>,
}

impl Budget {
    /// Bytes for so many runs: half of them is dealt out evenly, half is common.
    pub fn new(bytes: usize, runs: usize) -> Arc<Budget> {
        let runs = runs.max(1);
        let own = bytes / 2 / runs;
        Arc::new(Budget { own, free: Mutex::new(bytes.saturating_sub(own * runs)) })
    }

    /// The share of one run.
    pub(crate) fn share(self: &Arc<Self>) -> Share {
        Share { budget: Arc::clone(self), common: Mutex::new(0) }
    }
}

/// What a run holds of the common part; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Arc<Budget>,
    common: Mutex<usize>,
}

impl Share {
    /// Follows what the run holds; false, and nothing is changed, when the common part has no room for it.
    /// `held` is asked under the lock, so that the last answer is the one that counts.
    pub(crate) fn try_follow(&self, held: impl Fn() -> usize) -> bool {
        self.settle(held, false)
    }

    /// Follows what the run holds, also where there is no room: what could not be refused is there.
    pub(crate) fn follow(&self, held: impl Fn() -> usize) {
        self.settle(held, true);
    }

    fn settle(&self, held: impl Fn() -> usize, is_forced: bool) -> bool {
        let mut common = self.common.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = held().saturating_sub(self.budget.own);
        let mut free = self.budget.free.lock().unwrap_or_else(PoisonError::into_inner);
        let room = *free + *common;
        // What was forced beyond the room is not counted: it is given back by nobody.
        let taken = wanted.min(room);
        if wanted > room && !is_forced {
            return false;
        }
        *free = room - taken;
        *common = taken;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.settle(|| 0, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(budget: &Budget) -> usize {
        *budget.free.lock().unwrap()
    }

    #[test]
    fn one_run_uses_what_others_leave_and_nobody_starves() {
        let budget = Budget::new(800, 4);
        let (large, small) = (budget.share(), budget.share());
        assert!(large.try_follow(|| 100), "its own part");
        assert_eq!(free(&budget), 400);
        assert!(large.try_follow(|| 500), "its own and all that is common");
        assert!(!large.try_follow(|| 501));
        assert!(!small.try_follow(|| 101), "nothing common is left");
        assert!(small.try_follow(|| 100), "but its own part is");
        large.follow(|| 300);
        assert!(small.try_follow(|| 300));
        drop(large);
        drop(small);
        assert_eq!(free(&budget), 400, "all of it came back");
    }

    #[test]
    fn what_was_forced_beyond_the_room_never_comes_back_as_more() {
        let budget = Budget::new(800, 4);
        let run = budget.share();
        run.follow(|| 5000);
        assert_eq!(free(&budget), 0);
        drop(run);
        assert_eq!(free(&budget), 400);
    }
}
