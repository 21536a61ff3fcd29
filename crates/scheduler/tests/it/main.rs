//! The scheduler in virtual time: single decisions, and whole systems over years with everything that goes wrong.

mod backfills;
mod decisions;
mod load;

mod turns;
mod world;
