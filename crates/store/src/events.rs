//! What happens, told to whoever watches: numbered, for a while.
//!
//! Events are written in the transaction of what they tell. Numbers follow each other without holes for every reader: on
//! PostgreSQL a lock keeps the order of numbers and of commits the same, so that nobody reads past an event that
//! becomes visible later. What each kind says is in [`kinds`].

pub mod bodies;
pub mod kinds;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::{Conn, Store};
use crate::error::Error;
use crate::notices::facts;
use crate::sql::{Read, Row, sql};

/// Something to be told.
#[derive(Debug, Clone, Default)]
pub struct NewEvent {
    /// Where it happened.
    pub workspace_id: Option<String>,
    /// Only this person is told.
    pub user_id: Option<String>,
    /// The pipeline it is about.
    pub pipeline_id: Option<String>,
    /// The connection it is about.
    pub connection_id: Option<String>,
    /// The run it is about.
    pub run_id: Option<String>,
    /// What happened: a noun and a verb, for example `run.started`.
    pub kind: String,
    /// What is told.
    pub body: Value,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Event {
    /// Its number; later events have higher ones.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Where it happened.
    pub workspace_id: Option<String>,
    /// Only this person is told.
    #[serde(skip)]
    #[schema(ignore)]
    pub user_id: Option<String>,
    /// The pipeline it is about.
    pub pipeline_id: Option<String>,
    /// The connection it is about.
    pub connection_id: Option<String>,
    /// The run it is about.
    pub run_id: Option<String>,
    /// What happened.
    pub kind: String,
    /// What is told.
    #[schema(value_type = Object)]
    pub body: Value,
}

impl Read for Event {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Event {
            number: row.int("number")?,
            at: row.time("at")?,
            workspace_id: row.maybe_text("workspace_id")?,
            user_id: row.maybe_text("user_id")?,
            pipeline_id: row.maybe_text("pipeline_id")?,
            connection_id: row.maybe_text("connection_id")?,
            run_id: row.maybe_text("run_id")?,
            kind: row.text("kind")?,
            body: row.json("body")?,
        })
    }
}

/// Columns of an event, and events that are written by one statement.
const COLUMNS: usize = 9;
const AT_ONCE: usize = 50;

/// The newest event of a kind about a run since then.
pub async fn newest_of_run(
    conn: &mut Conn,
    run: &str,
    kind: &str,
    since: Timestamp,
) -> Result<Option<Event>, Error> {
    sql("SELECT * FROM events WHERE at >= $3 AND run_id = $1 AND kind = $2 ORDER BY number DESC LIMIT 1")
        .bind(run)
        .bind(kind)
        .bind(since)
        .first(conn)
        .await
}

/// Writes events behind all others, in the transaction of what they tell.
pub async fn write(store: &Store, conn: &mut Conn, events: Vec<NewEvent>) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    // What was promised is kept by tests: whatever happens in them is looked at here.
    if cfg!(debug_assertions)
        && let Some(why) = events.iter().find_map(|event| kinds::fits(&event.kind, &event.body).err())
    {
        return Err(Error::Corrupt(why));
    }
    store.lock(conn, "towpath-events").await?;
    let mut number = last(conn).await?;
    // Numbers go on after a sweep: the clock keeps them growing.
    if number == 0 {
        number = Timestamp::now().as_microsecond();
    }
    let at = Timestamp::now();
    for events in events.chunks(AT_ONCE) {
        let places = |row: usize| {
            let first = row * COLUMNS;
            let places: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", first + column)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..events.len()).map(places).collect();
        let mut statement = sql(format!(
            "INSERT INTO events (number, at, workspace_id, user_id, pipeline_id, connection_id, run_id, kind, body)
             VALUES {}",
            rows.join(", ")
        ));
        for event in events {
            number += 1;
            statement = statement
                .bind(number)
                .bind(at)
                .bind(event.workspace_id.as_deref())
                .bind(event.user_id.as_deref())
                .bind(event.pipeline_id.as_deref())
                .bind(event.connection_id.as_deref())
                .bind(event.run_id.as_deref())
                .bind(&event.kind)
                .bind(event.body.to_string());
        }
        statement.run(conn).await?;
    }
    Ok(())
}

/// Number of the last event.
pub async fn last(conn: &mut Conn) -> Result<i64, Error> {
    sql("SELECT max(number) FROM events").number(conn).await
}

/// Number of the first event that is still kept.
pub async fn first(conn: &mut Conn) -> Result<i64, Error> {
    sql("SELECT min(number) FROM events").number(conn).await
}

/// Events after that number, in their order.
pub async fn after(conn: &mut Conn, number: i64, limit: u32) -> Result<Vec<Event>, Error> {
    sql(format!("SELECT * FROM events WHERE number > $1 ORDER BY number LIMIT {limit}"))
        .bind(number)
        .all(conn)
        .await
}

/// Removes events that are older than that; returns how many. The end of a run stays until notifications have read it.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM events WHERE at < $1 AND (kind <> 'run.ended' OR number <=
         COALESCE((SELECT CAST(value AS BIGINT) FROM settings WHERE name = $2), number))")
    .bind(before)
    .bind(facts::THROUGH)
    .run(conn)
    .await
}
