//! What a server remembers: people, connections, pipelines, runs, and what happened.
//!
//! [`Store`] is one SQLite file or one PostgreSQL database; everything above it is the same for both. Each aggregate has
//! a module of plain functions over a connection: read on [`Store::read`], change within [`Store::begin`], and read back
//! in the same transaction. There is no second way to the tables.
//!
//! Invariants:
//! - nothing is changed outside of a transaction, and a change that must be told (audit, events) is written in the
//!   transaction of what it tells;
//! - a change that depends on what was read says so (`revision`, states): [`Error::Changed`] when somebody was faster;
//! - secrets are sealed before they come here ([`seal`]); passwords and tokens are only kept as hashes;
//! - times are microseconds since 1970, in UTC.
//!
//! Deliberately absent: rules about who may do what, and when something runs. They are decided above.

pub mod accounts;
pub mod answers;
pub mod arrivals;
pub mod audit;
pub mod backfills;
pub mod connections;
mod db;
pub mod dump;
mod durable;
pub mod erasure;
mod error;
pub mod events;
pub mod facts;
pub mod keys;
pub mod links;
pub mod members;
mod migrate;
pub mod notices;
pub mod page;
pub mod pipelines;
pub mod previews;
pub mod progress;
pub mod queries;
mod readers;
pub mod rejects;
pub mod repairs;
pub mod runs;
pub mod schedules;
pub mod seal;
pub mod secrets;
pub mod sessions;
pub mod settings;
mod sql;
pub mod standing;
pub mod throttles;
pub mod uploads;
pub mod usage;
pub mod uses;
pub mod workers;
pub mod workspaces;

pub use db::{Conn, Engine, ReadTx, Store, Tx, commit, now};
pub use error::Error;
pub use readers::Reader;
