//! The transaction in which rows are put in place: a load's own, or one that several loads share.
//!
//! Loads that commit together fill their staging tables through one session, because only that session sees them. A
//! connection carries one copy at a time, so loads take turns ([`Room::turn`]); a load of its own has the only turn.
//! Whoever fails in the middle of a turn leaves the room unusable, and the others stop without a reason of their own.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;
use towpath_model::Fault;

use super::config::Connection;
use super::session::Session;

/// A session with a transaction that ends once.
pub(super) struct Room {
    session: Session,
    is_shared: bool,
    turns: Arc<tokio::sync::Mutex<()>>,
    state: Mutex<State>,
    /// Tables that must be locked before they change, in the order in which all loads lock them.
    wanted: Mutex<BTreeSet<String>>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// No transaction yet.
    Idle,
    /// A transaction is under way.
    Open,
    /// Somebody has the turn, or failed in it.
    Busy,
    /// The transaction has ended.
    Ended,
}

impl Room {
    /// A session for one load.
    pub(super) fn own(session: Session) -> Arc<Self> {
        Arc::new(Room::over(session, false))
    }

    /// A session for loads that commit together, with its transaction.
    pub(super) async fn shared(connection: &Arc<Connection>) -> Result<Self, Fault> {
        let room = Room::over(Session::open(connection).await?, true);
        room.begin().await?;
        Ok(room)
    }

    fn over(session: Session, is_shared: bool) -> Self {
        Room {
            session,
            is_shared,
            turns: Arc::default(),
            state: Mutex::new(State::Idle),
            wanted: Mutex::default(),
        }
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Whether other loads wait for turns.
    pub(super) fn is_shared(&self) -> bool {
        self.is_shared
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the transaction, once.
    pub(super) async fn begin(&self) -> Result<(), Fault> {
        if *self.state() == State::Idle {
            self.session.batch("starting a load", "BEGIN ISOLATION LEVEL READ COMMITTED").await?;
            *self.state() = State::Open;
        }
        Ok(())
    }

    /// Waits until nobody else uses the session.
    pub(super) async fn turn(self: &Arc<Self>) -> Result<Turn, Fault> {
        let guard = Arc::clone(&self.turns).lock_owned().await;
        match *self.state() {
            // The reason is with the load that failed; this one was only stopped by it.
            State::Busy | State::Ended => return Err(Fault::cancelled()),
            State::Idle | State::Open => {}
        }
        *self.state() = State::Busy;
        Ok(Turn { room: Arc::clone(self), _guard: guard })
    }

    /// Notes a table to be locked by [`Room::lock`].
    pub(super) fn want(&self, table: String) {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).insert(table);
    }

    /// Keeps others from writing to the noted tables until the transaction ends; readers go on.
    pub(super) async fn lock(&self) -> Result<(), Fault> {
        let wanted = std::mem::take(&mut *self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        for table in wanted {
            let sql = format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE");
            self.session.batch("waiting for other loads and writers", &sql).await?;
        }
        Ok(())
    }

    /// Makes everything visible, once.
    pub(super) async fn commit(&self) -> Result<(), Fault> {
        if *self.state() == State::Open {
            *self.state() = State::Busy;
            self.session.batch("making the rows visible", "COMMIT").await?;
            *self.state() = State::Ended;
        }
        Ok(())
    }

    /// Takes everything back, once. A session in the middle of a turn is lost, and the server does it.
    pub(super) async fn roll_back(&self) -> Result<(), Fault> {
        if *self.state() == State::Open {
            *self.state() = State::Ended;
            self.session.batch("taking the load back", "ROLLBACK").await?;
        }
        Ok(())
    }
}

/// The right to use the session. Dropping it without [`Turn::done`] leaves the room unusable.
pub(super) struct Turn {
    room: Arc<Room>,
    _guard: OwnedMutexGuard<()>,
}

impl Turn {
    /// Ends the turn with the session in order.
    pub(super) fn done(self) {
        *self.room.state() = State::Open;
    }
}
