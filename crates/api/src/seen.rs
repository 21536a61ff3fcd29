//! Names of the tables and other streams that connections were last seen to have, for the search.
//!
//! They are remembered when somebody looks into a connection, in memory only: what a search asks must not open systems. A
//! connection that was changed since may lead elsewhere, and is not known until somebody looks again.

use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use towpath_store::connections::Connection;

use crate::workbench::StreamOutline;

/// Connections that are remembered; who was looked into longest ago is forgotten first.
const CONNECTIONS: usize = 500;
/// Names of one connection.
const NAMES: usize = 10_000;

/// The names of one connection, at that revision of it.
type Names = (i64, Arc<Vec<String>>);

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen(Mutex<IndexMap<String, Names>>);

impl Seen {
    /// Remembers what a connection has.
    pub(crate) fn remember(&self, connection: &Connection, streams: &[StreamOutline]) {
        let names = streams.iter().take(NAMES).map(|stream| stream.name.clone()).collect();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = connection.id.as_str();
        seen.shift_remove(id);
        if seen.len() >= CONNECTIONS {
            seen.shift_remove_index(0);
        }
        seen.insert(id.to_owned(), (connection.revision, Arc::new(names)));
    }

    /// The names that a connection was seen to have, as it is now.
    pub(crate) fn of(&self, connection: &Connection) -> Arc<Vec<String>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.get(connection.id.as_str()).filter(|(revision, _)| *revision == connection.revision);
        known.map(|(_, names)| Arc::clone(names)).unwrap_or_default()
    }
}
