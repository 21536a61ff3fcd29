//! The routes, by area. Each handler stands beside what it takes and answers.

pub(crate) mod backfills;
pub(crate) mod connections;
pub(crate) mod health;
pub(crate) mod hooks;
pub(crate) mod looks;
pub(crate) mod nodes;
pub(crate) mod outcomes;
pub(crate) mod pipelines;
mod room;
pub(crate) mod runs;
pub(crate) mod schedules;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod uploads;
pub(crate) mod versions;
