//! Rows in quarantine: what each was, where it stood, and why it was rejected.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, sql};

/// A row in quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reject {
    /// Its number within the run.
    pub number: i64,
    /// The node that rejected it.
    pub node: String,
    /// When.
    pub at: Timestamp,
    /// Where it stood: file and line, sheet and cell, row.
    pub place: String,
    /// The column that did not fit.
    pub column: Option<String>,
    /// The value that did not fit.
    pub value: Option<String>,
    /// Why.
    pub reason: String,
    /// The row as it was.
    pub original: String,
    /// Only the value was left out; the row went on.
    pub value_only: bool,
    /// The part of the stream that it came with.
    #[serde(skip)]
    #[schema(ignore)]
    pub chunk: String,
}

impl Read for Reject {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Reject {
            number: row.int("number")?,
            node: row.text("node")?,
            at: row.time("at")?,
            place: row.text("place")?,
            column: row.maybe_text("column_name")?,
            value: row.maybe_text("value")?,
            reason: row.text("reason")?,
            original: row.text("original")?,
            value_only: row.flag("value_only")?,
            chunk: row.text("chunk")?,
        })
    }
}

impl Listed for Reject {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.number.into(), String::new())
    }
}

/// How often something was rejected for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Group {
    /// The node.
    pub node: String,
    /// The column.
    pub column: Option<String>,
    /// One of the reasons.
    pub reason: String,
    /// How many rows.
    pub rows: i64,
}

impl Read for Group {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Group {
            node: row.text("node")?,
            column: row.maybe_text("column_name")?,
            reason: row.text("reason")?,
            rows: row.int("how_many")?,
        })
    }
}

/// The number of the last row of a run.
pub async fn last(conn: &mut Conn, run: &str) -> Result<i64, Error> {
    sql("SELECT max(number) FROM rejects WHERE run_id = $1").bind(run).number(conn).await
}

/// Adds rows; their numbers follow each other.
pub async fn append(conn: &mut Conn, run: &str, rejects: &[Reject]) -> Result<(), Error> {
    for reject in rejects {
        sql("INSERT INTO rejects (run_id, number, node, chunk, at, place, column_name, value, reason, original, value_only)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(run)
        .bind(reject.number)
        .bind(&reject.node)
        .bind(&reject.chunk)
        .bind(reject.at)
        .bind(&reject.place)
        .bind(reject.column.as_deref())
        .bind(reject.value.as_deref())
        .bind(&reject.reason)
        .bind(&reject.original)
        .bind(reject.value_only)
        .run(conn)
        .await?;
    }
    Ok(())
}

/// How many whole rows of a node are in quarantine.
pub async fn kept(conn: &mut Conn, run: &str, node: &str) -> Result<i64, Error> {
    sql("SELECT count(*) FROM rejects WHERE run_id = $1 AND node = $2 AND value_only = 0")
        .bind(run)
        .bind(node)
        .number(conn)
        .await
}

/// Forgets the rows of one part of a stream, which is going to be read again.
pub async fn forget(conn: &mut Conn, run: &str, chunk: &str) -> Result<u64, Error> {
    sql("DELETE FROM rejects WHERE run_id = $1 AND chunk = $2").bind(run).bind(chunk).run(conn).await
}

/// Rows of a run, in their order.
pub async fn list(
    conn: &mut Conn,
    run: &str,
    node: Option<&str>,
    search: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Reject>, Error> {
    let orders = [Order::unique("number", "number")];
    List::of("SELECT * FROM rejects")
        .only_if("run_id = ?", run)
        .maybe("node = ?", node)
        .maybe(
            "(lower(original) LIKE ? OR lower(reason) LIKE ?)",
            search.map(|text| format!("%{}%", text.to_lowercase())),
        )
        .page(conn, page, &orders, "number", false)
        .await
}

/// How often each reason occurs, most frequent first.
pub async fn groups(conn: &mut Conn, run: &str) -> Result<Vec<Group>, Error> {
    sql("SELECT node, column_name, min(reason) AS reason, count(*) AS how_many FROM rejects WHERE run_id = $1
         GROUP BY node, column_name, replace(reason, coalesce(value, ''), '')
         ORDER BY 4 DESC, 1, 2 LIMIT 50")
    .bind(run)
    .all(conn)
    .await
}

/// Removes the rows of a run; returns how many.
pub async fn clear(conn: &mut Conn, run: &str) -> Result<u64, Error> {
    sql("DELETE FROM rejects WHERE run_id = $1").bind(run).run(conn).await
}
