//! How much memory a run holds, and the most that it held.
//!
//! Counted is what the run itself asks for: what sorts, joins and aggregates reserve of the pool, and the batches that are on
//! their way into a destination. Not counted is what belongs to nobody in particular: buffers of drivers, the program itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::Result;
use datafusion::execution::memory_pool::{
    FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

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

/// The memory of sorts, joins and aggregates: shared fairly, and counted.
#[derive(Debug)]
pub(crate) struct CountedPool {
    pool: FairSpillPool,
    usage: Arc<Usage>,
}

impl CountedPool {
    pub(crate) fn new(bytes: usize, usage: Arc<Usage>) -> Self {
        CountedPool { pool: FairSpillPool::new(bytes), usage }
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
        self.usage.add(additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.pool.shrink(reservation, shrink);
        self.usage.take(shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.pool.try_grow(reservation, additional)?;
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

    #[test]
    fn the_peak_is_the_most_that_was_held_at_once() {
        let usage = Arc::new(Usage::default());
        let pool: Arc<dyn MemoryPool> = Arc::new(CountedPool::new(1000, Arc::clone(&usage)));
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
}
