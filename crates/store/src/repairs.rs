//! Runs that send corrected rows of an earlier run on.
//!
//! A row of a quarantine is on its way with at most one of them: [`put`] takes the rows while they are as they were seen.

use jiff::Timestamp;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql};

/// What a run sends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The run that repairs.
    pub run_id: String,
    /// The run whose rows they are.
    pub of_run_id: String,
    /// The node that rejected them.
    pub node: String,
    /// The corrected rows, in the form that whoever carries the run out reads.
    pub content: String,
}

impl Read for Repair {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Repair {
            run_id: row.text("run_id")?,
            of_run_id: row.text("of_run_id")?,
            node: row.text("node")?,
            content: row.text("content")?,
        })
    }
}

/// A row that is sent on: its number, and the run that was to repair it before, as it was seen.
pub type Seen = (i64, Option<String>);

/// Writes down what a run sends on, and takes the rows for it. Returns the number of a row that is not as it was seen, when there
/// is one; then the transaction must not be committed.
pub async fn put(
    conn: &mut Conn,
    repair: &Repair,
    rows: &[Seen],
    by: &str,
    now: Timestamp,
) -> Result<Option<i64>, Error> {
    sql("INSERT INTO repairs (run_id, of_run_id, node, content) VALUES ($1, $2, $3, $4)")
        .bind(&repair.run_id)
        .bind(&repair.of_run_id)
        .bind(&repair.node)
        .bind(&repair.content)
        .run(conn)
        .await?;
    for (number, before) in rows {
        let taken = sql("UPDATE rejects SET repair_run_id = $3, marked_by = $4, marked_at = $5
                         WHERE run_id = $1 AND number = $2 AND COALESCE(repair_run_id, '') = $6
                         AND dismissed_at IS NULL")
        .bind(&repair.of_run_id)
        .bind(*number)
        .bind(&repair.run_id)
        .bind(by)
        .bind(now)
        .bind(before.as_deref().unwrap_or_default())
        .run(conn)
        .await?;
        if taken != 1 {
            return Ok(Some(*number));
        }
    }
    Ok(None)
}

/// What a run sends on.
pub async fn of_run(conn: &mut Conn, run: &str) -> Result<Option<Repair>, Error> {
    sql("SELECT * FROM repairs WHERE run_id = $1").bind(run).first(conn).await
}

/// Whether all rows of a repair are still its own: those of one that failed may be on their way with another.
pub async fn is_whole(conn: &mut Conn, repair: &Repair, rows: u64) -> Result<bool, Error> {
    let own =
        sql("SELECT count(*) FROM rejects WHERE run_id = $1 AND repair_run_id = $2 AND dismissed_at IS NULL")
            .bind(&repair.of_run_id)
            .bind(&repair.run_id)
            .number(conn)
            .await?;
    Ok(own.unsigned_abs() == rows)
}
