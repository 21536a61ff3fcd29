//! The brain of the scheduler.
