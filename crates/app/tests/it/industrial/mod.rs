//! The factory: its shipped pipelines, from its systems to its production database.

mod factory;
mod machines;
mod model;
mod orders;
mod rows;

const PIPELINES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../solutions/industrial/pipelines");
