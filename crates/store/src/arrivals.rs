//! Files that schedules wait for: what was seen at the last look, and what arrived.
//!
//! One server looks at a time: it takes the look first, and writes down what it saw if nobody looked since.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, json, sql};

/// A file as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Known {
    /// Changes when the file does.
    pub stamp: String,
    /// It belongs to an arrival.
    pub arrived: bool,
}

/// The last look of a schedule.
#[derive(Debug, Clone)]
pub struct Glance {
    /// The schedule.
    pub schedule_id: String,
    /// When somebody looked.
    pub looked_at: Timestamp,
    /// When it is time to look again.
    pub again_at: Timestamp,
    /// What was seen, by name.
    pub known: BTreeMap<String, Known>,
    /// Why the last look failed.
    pub fault: Option<String>,
}

impl Read for Glance {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Glance {
            schedule_id: row.text("schedule_id")?,
            looked_at: row.time("looked_at")?,
            again_at: row.time("again_at")?,
            known: row.json("known")?,
            fault: row.maybe_text("fault")?,
        })
    }
}

/// The last look of a schedule.
pub async fn last_look(conn: &mut Conn, schedule: &str) -> Result<Option<Glance>, Error> {
    sql("SELECT * FROM looks WHERE schedule_id = $1").bind(schedule).first(conn).await
}

/// When it is time to look for each schedule that was looked for.
#[derive(Debug, Clone)]
pub struct NextLook {
    /// The schedule.
    pub schedule_id: String,
    /// When.
    pub at: Timestamp,
}

impl Read for NextLook {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(NextLook { schedule_id: row.text("schedule_id")?, at: row.time("again_at")? })
    }
}

/// When it is time for the next looks.
pub async fn next_looks(conn: &mut Conn) -> Result<Vec<NextLook>, Error> {
    sql("SELECT schedule_id, again_at FROM looks ORDER BY schedule_id").all(conn).await
}

/// Takes the look that is due now; false when somebody else has it. Should the look come to nothing, the next one is due
/// at `again`.
pub async fn take_look(
    conn: &mut Conn,
    schedule: &str,
    now: Timestamp,
    again: Timestamp,
) -> Result<bool, Error> {
    let taken = sql("INSERT INTO looks (schedule_id, looked_at, again_at, known) VALUES ($1, $2, $3, '{}')
                     ON CONFLICT (schedule_id) DO UPDATE SET looked_at = $2, again_at = $3 WHERE looks.again_at <= $2");
    Ok(taken.bind(schedule).bind(now).bind(again).run(conn).await? == 1)
}

/// Writes down what a look saw, if nobody looked since; false otherwise.
pub async fn put_look(conn: &mut Conn, glance: &Glance) -> Result<bool, Error> {
    let written = sql("UPDATE looks SET again_at = $3, known = $4, fault = $5
                       WHERE schedule_id = $1 AND looked_at = $2");
    let written = written.bind(&glance.schedule_id).bind(glance.looked_at).bind(glance.again_at);
    Ok(written.bind(json(&glance.known)?).bind(glance.fault.as_deref()).run(conn).await? == 1)
}

/// Files that arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its identity.
    pub id: String,
    /// The schedule that waits for them.
    pub schedule_id: String,
    /// When they were found.
    pub at: Timestamp,
    /// Their names.
    pub files: Vec<String>,
}

impl Read for Arrival {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Arrival {
            id: row.text("id")?,
            schedule_id: row.text("schedule_id")?,
            at: row.time("at")?,
            files: row.json("files")?,
        })
    }
}

/// Adds an arrival.
pub async fn insert(conn: &mut Conn, arrival: &Arrival) -> Result<(), Error> {
    sql("INSERT INTO arrivals (id, schedule_id, at, files) VALUES ($1, $2, $3, $4)")
        .bind(&arrival.id)
        .bind(&arrival.schedule_id)
        .bind(arrival.at)
        .bind(json(&arrival.files)?)
        .run(conn)
        .await
        .map(drop)
}

/// Arrivals since then, the oldest first.
pub async fn since(conn: &mut Conn, since: Timestamp) -> Result<Vec<Arrival>, Error> {
    sql("SELECT * FROM arrivals WHERE at >= $1 ORDER BY at, id").bind(since).all(conn).await
}

/// Removes arrivals that are older than that; returns how many.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM arrivals WHERE at < $1").bind(before).run(conn).await
}
