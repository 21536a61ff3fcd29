//! The first rows that the destinations of a run got, for people who look at what it did. They are kept as long as the logs.

use jiff::Timestamp;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql};

/// The first rows that a destination got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The destination node.
    pub node: String,
    /// The rows, in the form that whoever shows them reads.
    pub content: String,
    /// When they were written.
    pub created_at: Timestamp,
}

impl Read for Output {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Output {
            node: row.text("node")?,
            content: row.text("content")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// Keeps rows, in the place of those of an earlier attempt.
pub async fn put(conn: &mut Conn, run: &str, output: &Output) -> Result<(), Error> {
    sql("INSERT INTO outputs (run_id, node, content, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (run_id, node) DO UPDATE SET content = $3, created_at = $4")
    .bind(run)
    .bind(&output.node)
    .bind(&output.content)
    .bind(output.created_at)
    .run(conn)
    .await
    .map(drop)
}

/// What the destinations of a run got.
pub async fn of_run(conn: &mut Conn, run: &str) -> Result<Vec<Output>, Error> {
    sql("SELECT * FROM outputs WHERE run_id = $1 ORDER BY node").bind(run).all(conn).await
}

/// Removes what was kept before that time; returns how many.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM outputs WHERE created_at < $1").bind(before).run(conn).await
}
