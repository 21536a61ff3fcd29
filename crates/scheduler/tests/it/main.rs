//! The scheduler in virtual time: single decisions, and whole systems over years with everything that goes wrong. And its
//! loop on real stores.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backfills;
mod decisions;
mod load;
mod service;
mod sim;
mod simulations;
mod turns;
mod world;
