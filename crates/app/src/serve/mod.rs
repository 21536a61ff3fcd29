//! `towpath serve`: the store, the interface, and the worker that carries out runs, in one process.
//!
//! [`config`] is how a server is set up, [`bench`] what the interface asks of the engine, [`runner`] one attempt of a run
//! with its memory in the store ([`memory`], [`rejects`]), and its journal ([`journal`]). [`worker`] puts it into the
//! scheduler's loop, with [`lookout`] that looks for files. [`tell`] is notifications, [`letters`] mail with links that work
//! once, [`telemetry`] traces, [`meters`] metrics.

pub(crate) mod bench;
pub(crate) mod config;
mod exporting;
mod inspecting;
mod journal;
mod letters;
mod looking;
mod lookout;
mod memory;
mod meters;
mod outline;
mod passage;
mod plain;
mod previews;
pub(crate) mod private;
mod rejects;
mod runner;
pub(crate) mod start;
mod telemetry;
mod tell;
mod trials;
mod upkeep;
mod views;
mod worker;
