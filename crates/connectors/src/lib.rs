//! The built-in connectors, one folder each.
//!
//! Each folder holds the definition (`mod.rs`), the settings whose doc comments are the manual (`config.rs`), the
//! two roles (`source.rs`, `destination.rs`), the type mapping (`types.rs`), a README for users, working examples,
//! and tests that run the conformance laws. A connector never knows another one, and none knows DataFusion. What
//! connectors of files share stands beside the folders.

pub mod file;
pub mod guard;
pub mod mysql;
pub mod postgres;
pub mod singer;
pub mod sqlite;

mod blocking;
mod object;
mod scratch;
mod trouble;

use std::sync::Arc;

use towpath_connect::{Connector, Registry, erase};

/// Every built-in connector, in alphabetical order.
pub fn all() -> Registry {
    let connectors: Vec<Arc<dyn Connector>> = vec![
        erase::<file::FileConnector>(),
        erase::<mysql::Mysql>(),
        erase::<postgres::Postgres>(),
        erase::<singer::Singer>(),
        erase::<sqlite::Sqlite>(),
    ];
    Registry::new(connectors)
}
