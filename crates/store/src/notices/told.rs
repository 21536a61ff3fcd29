//! What each listener was told, so that nobody hears the same five hundred times.

use jiff::Timestamp;
use serde_json::Value;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, json, sql};

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listener {
    /// A channel.
    Channel(String),
    /// A person by mail, of one workspace.
    Person {
        /// The workspace.
        workspace: String,
        /// The person.
        user: String,
    },
}

impl Listener {
    /// The identity under which it is kept.
    pub fn key(&self) -> String {
        match self {
            Listener::Channel(channel) => channel.clone(),
            Listener::Person { workspace, user } => format!("{workspace}/{user}"),
        }
    }

    pub(super) fn columns(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Listener::Channel(channel) => (Some(channel), None),
            Listener::Person { user, .. } => (None, Some(user)),
        }
    }

    pub(super) fn of(row: &Row<'_>) -> Result<Listener, Error> {
        match (row.maybe_text("channel_id")?, row.maybe_text("user_id")?) {
            (Some(channel), _) => Ok(Listener::Channel(channel)),
            (None, Some(user)) => Ok(Listener::Person { workspace: row.text("workspace_id")?, user }),
            (None, None) => Err(Error::Corrupt("a message or state is for nobody".into())),
        }
    }
}

/// What a listener was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Who.
    pub listener: Listener,
    /// The workspace.
    pub workspace_id: String,
    /// What follows from what was told.
    pub state: Value,
    /// Grows with every change; 0 when nothing was told yet.
    pub number: i64,
    /// When to decide again, should nothing happen before.
    pub wake_at: Option<Timestamp>,
}

impl Read for Told {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Told {
            listener: Listener::of(row)?,
            workspace_id: row.text("workspace_id")?,
            state: row.json("state")?,
            number: row.int("number")?,
            wake_at: row.maybe_time("wake_at")?,
        })
    }
}

/// What a listener was told; none when that is nothing.
pub async fn find(conn: &mut Conn, listener: &Listener) -> Result<Option<Told>, Error> {
    sql("SELECT * FROM told WHERE listener = $1").bind(listener.key()).first(conn).await
}

/// Those about which it is time to decide again.
pub async fn due(conn: &mut Conn, now: Timestamp, limit: u32) -> Result<Vec<Told>, Error> {
    sql(format!("SELECT * FROM told WHERE wake_at <= $1 ORDER BY wake_at, listener LIMIT {limit}"))
        .bind(now)
        .all(conn)
        .await
}

/// Writes what a listener was told, whose number is still that one. Fails with [`Error::Changed`] otherwise.
pub async fn put(conn: &mut Conn, told: &Told) -> Result<(), Error> {
    let state = json(&told.state)?;
    if told.number > 0 {
        return sql("UPDATE told SET state = $2, number = number + 1, wake_at = $3, updated_at = $4
                    WHERE listener = $1 AND number = $5")
        .bind(told.listener.key())
        .bind(state)
        .bind(told.wake_at)
        .bind(Timestamp::now())
        .bind(told.number)
        .change(conn)
        .await;
    }
    let (channel, user) = told.listener.columns();
    sql("INSERT INTO told (listener, workspace_id, channel_id, user_id, state, number, wake_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT (listener) DO NOTHING")
    .bind(told.listener.key())
    .bind(&told.workspace_id)
    .bind(channel)
    .bind(user)
    .bind(state)
    .bind(told.wake_at)
    .bind(Timestamp::now())
    .change(conn)
    .await
}

/// Forgets what a listener was told and is not told any more.
pub async fn forget(conn: &mut Conn, listener: &Listener) -> Result<(), Error> {
    sql("DELETE FROM told WHERE listener = $1").bind(listener.key()).run(conn).await.map(drop)
}
