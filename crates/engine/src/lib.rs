//! Graph to plan to tasks; the only crate that names DataFusion.
//!
//! A pipeline is a query plan. Each source is a table with projection, filter and limit push-down ([`scan`]);
//! each transform turns logical plans into logical plans ([`transforms`]); each destination drains a stream of
//! batches. The schema of every node is known before anything runs ([`graph`]), a preview is the same plan with a
//! limit, and memory is bounded because DataFusion spills.
//!
//! Invariants:
//! - no connector is named here; they arrive as [`towpath_connect::Registry`];
//! - every row is accounted for: nodes are wrapped in meters ([`meter`]), and rows leave only through a filter, a
//!   deduplication or the quarantine ([`reject`]);
//! - nothing here prints, and nothing survives the drop of a run.

pub mod budget;
pub mod cases;
pub mod checks;
mod chunked;
mod commit;
pub mod connections;
pub mod context;
pub mod drift;
pub mod dry;
pub mod entry;
pub mod expr;
mod fault;
pub mod functions;
pub mod graph;
pub mod incremental;
pub mod intake;
pub mod joins;
pub mod lineage;
pub mod manual;
pub mod meter;
mod open;
mod operator;
pub mod ordinal;
mod plan;
pub mod progress;
mod pushdown;
pub mod reject;
pub mod report;
pub mod run;
pub mod scan;
mod scope;
pub mod session;
mod share;
mod spool;
pub mod transform;
pub mod transforms;
pub mod usage;
mod writers;

#[cfg(test)]
mod drift_tests;
#[cfg(test)]
mod example_tests;
#[cfg(test)]
mod lineage_tests;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod trial;
