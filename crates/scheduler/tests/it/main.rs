//! The scheduler in virtual time: single decisions, and whole systems over years with everything that goes wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backfills;
mod decisions;
mod load;
mod sim;
mod simulations;
mod turns;
mod world;
