//! How much memory a run holds, and the most that it held.
//!
//! Counted is what the run itself asks for: what sorts, joins and aggregates reserve of the pool, and the batches that are on
//! their way into a destination. Not counted is what belongs to nobody in particular: buffers of drivers, the program itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{
    FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

use crate::budget::Share;

/// Bytes that a run holds.
#[derive(Debug, Default)]
pub struct Usage {
    now: AtomicUsize,
    peak: AtomicUsize,
}

impl Usage {
    /// The most bytes that the run held at once.
    pub fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed) as u64
    }

    /// Counts bytes for as long as the answer lives.
    pub(crate) fn hold(self: &Arc<Self>, bytes: usize) -> Holding {
        self.add(bytes);
        Holding { usage: Arc::clone(self), bytes }
    }

    fn add(&self, bytes: usize) {
        let now = self.now.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        self.peak.fetch_max(now, Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) {
        self.now.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Bytes that are held until it is dropped.
pub(crate) struct Holding {
    usage: Arc<Usage>,
    bytes: usize,
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.usage.take(self.bytes);
    }
}

/// The memory of sorts, joins and aggregates: shared fairly, and counted; within what all runs share, where they do.
#[derive(Debug)]
pub(crate) struct CountedPool {
    pool: FairSpillPool,
    usage: Arc<Usage>,
    share: Option<Share>,
}

impl CountedPool {
    pub(crate) fn new(bytes: usize, usage: Arc<Usage>, share: Option<Share>) -> Self {
        CountedPool { pool: FairSpillPool::new(bytes), usage, share }
    }

    fn follow(&self) {
        if let Some(share) = &self.share {
            share.follow(|| self.pool.reserved());
        }
    }
}

impl fmt::Display for CountedPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pool.fmt(f)
    }
}

impl MemoryPool for CountedPool {
    fn name(&self) -> &str {
        self.pool.name()
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.pool.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.pool.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.pool.grow(reservation, additional);
        self.follow();
        self.usage.add(additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.pool.shrink(reservation, shrink);
        self.follow();
        self.usage.take(shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.pool.try_grow(reservation, additional)?;
        if let Some(share) = &self.share
            && !share.try_follow(|| self.pool.reserved())
        {
            self.pool.shrink(reservation, additional);
            let name = reservation.consumer().name();
            return Err(DataFusionError::ResourcesExhausted(format!(
                "{name} asks for {additional} bytes more while other runs hold what is common to all"
            )));
        }
        self.usage.add(additional);
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.pool.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.pool.memory_limit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;

    #[test]
    fn the_peak_is_the_most_that_was_held_at_once() {
        let usage = Arc::new(Usage::default());
        let pool: Arc<dyn MemoryPool> = Arc::new(CountedPool::new(1000, Arc::clone(&usage), None));
        let sort = MemoryConsumer::new("sort").register(&pool);
        sort.try_grow(600).unwrap();
        let batch = usage.hold(50);
        assert!(sort.try_grow(600).is_err(), "the limit holds");
        drop(batch);
        sort.shrink(500);
        sort.grow(200);
        assert_eq!((usage.peak(), pool.reserved()), (650, 300));
        drop(sort);
        assert_eq!(usage.now.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_runs_share_limits_each_of_them() {
        let budget = Budget::new(800, 4);
        let pool = || -> Arc<dyn MemoryPool> {
            Arc::new(CountedPool::new(1000, Arc::default(), Some(budget.share())))
        };
        let (first, second) = (pool(), pool());
        let sort = MemoryConsumer::new("sort").with_can_spill(true).register(&first);
        let other = MemoryConsumer::new("other").with_can_spill(true).register(&second);
        sort.try_grow(500).unwrap();
        assert!(sort.try_grow(1).is_err(), "all that is common is taken");
        assert_eq!(first.reserved(), 500, "what was refused is not held");
        assert!(other.try_grow(101).is_err());
        other.try_grow(100).unwrap();
        sort.free();
        other.try_grow(400).unwrap();
        drop((sort, other, first, second));
        assert!(budget.share().try_follow(|| 500), "all of it came back");
    }
}
