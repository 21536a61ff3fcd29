//! The words of Towpath: pipeline documents, faults, problems, parameters, schedules.
//!
//! Everything configured passes four phases: `parse` (text to [`Document`]), `validate` (pure, returns every
//! [`Problem`] with its place), `open` (may connect), `run`. This crate holds the first two and the values the
//! others exchange.
//!
//! Invariants:
//! - no I/O beyond reading the files a document names, no async, no clock: the caller passes the time in;
//! - substitution happens on parsed values, never on text ([`scope`]);
//! - a [`Secret`] shows itself only to code that asks for it by name ([`Secret::expose`]).

pub mod calendar;
pub mod confine;
pub mod contract;
pub mod document;
pub mod expectations;
pub mod fault;
pub mod fingerprint;
pub mod ids;
pub mod incremental;
pub mod landing;
pub mod mode;
pub mod params;
pub mod pipeline;
pub mod plain;
pub mod problem;
pub mod rights;
pub mod schedule;
pub mod schema;
pub mod scope;
pub mod secret;
pub mod settings;
pub mod sql;
pub mod suggest;
pub mod yaml;

pub use document::Document;
pub use fault::{Fault, FaultKind};
pub use fingerprint::fingerprint;
pub use ids::{LoadId, RunId};
pub use mode::WriteMode;
pub use pipeline::PipelineSpec;
pub use problem::{Place, Problem};
pub use rights::{Right, Role};
pub use secret::Secret;
pub use sql::SqlText;
