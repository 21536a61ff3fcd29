//! One state of the data for all chunks that a process reads.
//!
//! The session that cut the table, or looked at an earlier cut, keeps its transaction open; others take its state over
//! by the name of its snapshot. Sessions that have read a chunk wait for the next one: signing in takes longer than
//! the start of a read.

use std::sync::{Arc, Mutex, PoisonError};

use towpath_model::Fault;

use super::session::Session;
use super::source::Shape;

/// A session whose transaction keeps one state of the data alive for others to read.
#[derive(Clone)]
pub(super) struct Held {
    keeper: Arc<Keeper>,
    /// The stream as it is in that state. The lock of the session keeps it from changing.
    pub(super) shape: Arc<Shape>,
    pub(super) idle: Idle,
}

struct Keeper {
    session: Session,
    snapshot: String,
}

impl Held {
    /// Exports the state that the session, which is in a transaction, sees.
    pub(super) async fn export(session: Session, shape: Shape) -> Result<Self, Fault> {
        let rows = session.rows("sharing the state of the data", "SELECT pg_export_snapshot()", &[]).await?;
        let snapshot = rows.first().map(|row| row.get(0)).unwrap_or_default();
        let keeper = Arc::new(Keeper { session, snapshot });
        Ok(Held { keeper, shape: Arc::new(shape), idle: Idle::default() })
    }

    pub(super) fn session(&self) -> &Session {
        &self.keeper.session
    }

    /// The name under which other sessions take over the state.
    pub(super) fn snapshot(&self) -> &str {
        &self.keeper.snapshot
    }
}

/// Sessions that wait for the next chunk.
#[derive(Clone, Default)]
pub(super) struct Idle(Arc<Mutex<Vec<Session>>>);

impl Idle {
    pub(super) fn take(&self) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub(super) fn put(&self, session: Session) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(session);
    }
}
