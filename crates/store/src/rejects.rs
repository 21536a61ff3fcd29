//! Rows in quarantine: what each was, where it stood, why it was rejected, and what became of it.
//!
//! A row that was corrected names the run that sent it on ([`crate::repairs`]). Whether it is in place follows from how that run
//! stands, so it is said nowhere else: a repair that fails or is taken back leaves its rows open again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::plain;

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, sql, words};

words! {
    /// What became of a row in quarantine.
    RejectStanding {
        /// Nothing yet.
        Open = "open",
        /// A run is under way that sends it on, corrected.
        Repairing = "repairing",
        /// It was corrected and sent on.
        Repaired = "repaired",
        /// It was corrected and sent on, and is in the quarantine of that run.
        Again = "again",
        /// Somebody said that it is not needed.
        Dismissed = "dismissed",
    }
}

/// A row in quarantine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
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
    /// Its values by column, as texts in plain notation; none where it could not be taken apart.
    #[schema(value_type = Option<Object>)]
    pub values: Option<Value>,
    /// What became of it.
    pub standing: RejectStanding,
    /// The run that sent it on after it was corrected.
    pub repair_run_id: Option<String>,
    /// Why that run rejected it again.
    pub again: Option<String>,
    /// The person or key that corrected or dismissed it.
    pub marked_by: Option<String>,
    /// When.
    pub marked_at: Option<Timestamp>,
    /// Number of the row that it was corrected from, in the quarantine of the run that this run repairs.
    pub corrects: Option<i64>,
}

impl Read for Reject {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        let original = row.text("original")?;
        let plain = row.maybe_text("plain_values")?;
        let values = plain::texts(plain.as_deref().unwrap_or(&original));
        let values = values.map(|values| {
            let text = |value: Option<String>| value.map_or(Value::Null, Value::String);
            Value::Object(values.into_iter().map(|(name, value)| (name, text(value))).collect())
        });
        Ok(Reject {
            number: row.int("number")?,
            node: row.text("node")?,
            at: row.time("at")?,
            place: row.text("place")?,
            column: row.maybe_text("column_name")?,
            value: row.maybe_text("value")?,
            reason: row.text("reason")?,
            original,
            value_only: row.flag("value_only")?,
            values,
            standing: row.word("standing", RejectStanding::of)?,
            repair_run_id: row.maybe_text("repair_run_id")?,
            again: row.maybe_text("again")?,
            marked_by: row.maybe_text("marked_by")?,
            marked_at: row.maybe_time("marked_at")?,
            corrects: row.maybe_int("corrects")?,
        })
    }
}

impl Listed for Reject {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.number.into(), String::new())
    }
}

/// A row on its way into quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReject {
    /// Its number within the run.
    pub number: i64,
    /// The node that rejects it.
    pub node: String,
    /// The part of the stream that it came with.
    pub chunk: String,
    /// When.
    pub at: Timestamp,
    /// Where it stood.
    pub place: String,
    /// The column that did not fit.
    pub column: Option<String>,
    /// The value that did not fit.
    pub value: Option<String>,
    /// Why.
    pub reason: String,
    /// The row as it was.
    pub original: String,
    /// Only the value was left out; the row goes on.
    pub value_only: bool,
    /// Its values by column as a JSON object, where `original` is no such object.
    pub values: Option<String>,
    /// Number of the row that it was corrected from.
    pub corrects: Option<i64>,
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
    /// How many of them nothing was done about yet.
    pub open: i64,
}

impl Read for Group {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Group {
            node: row.text("node")?,
            column: row.maybe_text("column_name")?,
            reason: row.text("reason")?,
            rows: row.int("how_many")?,
            open: row.int("how_open")?,
        })
    }
}

/// Rows with what became of them.
const STANDING: &str = "SELECT rejects.*,
    (SELECT min(later.reason) FROM rejects later
     WHERE later.run_id = rejects.repair_run_id AND later.corrects = rejects.number) AS again,
    CASE WHEN rejects.dismissed_at IS NOT NULL THEN 'dismissed'
     WHEN rejects.repair_run_id IS NULL THEN 'open'
     WHEN repair.id IS NULL THEN 'repaired'
     WHEN repair.ended_at IS NULL THEN 'repairing'
     WHEN repair.undone_at IS NOT NULL OR repair.state NOT IN ('done', 'quarantined') THEN 'open'
     WHEN EXISTS (SELECT 1 FROM rejects later
      WHERE later.run_id = rejects.repair_run_id AND later.corrects = rejects.number) THEN 'again'
     ELSE 'repaired' END AS standing
    FROM rejects LEFT JOIN runs repair ON repair.id = rejects.repair_run_id";

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one node.
    pub node: Option<String>,
    /// With that text in the row or in the reason.
    pub search: Option<String>,
    /// With one of these standings.
    pub standings: Vec<RejectStanding>,
}

/// The number of the last row of a run.
pub async fn last(conn: &mut Conn, run: &str) -> Result<i64, Error> {
    sql("SELECT max(number) FROM rejects WHERE run_id = $1").bind(run).number(conn).await
}

/// Adds rows; their numbers follow each other.
pub async fn append(conn: &mut Conn, run: &str, rejects: &[NewReject]) -> Result<(), Error> {
    for reject in rejects {
        sql("INSERT INTO rejects (run_id, number, node, chunk, at, place, column_name, value, reason, original, value_only,
             plain_values, corrects) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
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
        .bind(reject.values.as_deref())
        .bind(reject.corrects)
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
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<Reject>, Error> {
    let orders = [Order::unique("number", "number")];
    let standings: Vec<String> = filter.standings.iter().map(|one| one.word().to_owned()).collect();
    List::of(&format!("SELECT * FROM ({STANDING} WHERE rejects.run_id = $1) kept"))
        .bound(run)
        .maybe("node = ?", filter.node.as_deref())
        .maybe(
            "(lower(original) LIKE ? OR lower(reason) LIKE ?)",
            filter.search.as_deref().map(|text| format!("%{}%", text.to_lowercase())),
        )
        .one_of("standing", &standings)
        .page(conn, page, &orders, "number", false)
        .await
}

/// These rows of a run, in their order.
pub async fn these(conn: &mut Conn, run: &str, numbers: &[i64]) -> Result<Vec<Reject>, Error> {
    let mut found = Vec::with_capacity(numbers.len());
    // Databases take so many values in one statement.
    for some in numbers.chunks(500) {
        let places: Vec<String> = (2..some.len() + 2).map(|at| format!("${at}")).collect();
        let text = format!(
            "{STANDING} WHERE rejects.run_id = $1 AND rejects.number IN ({}) ORDER BY number",
            places.join(", ")
        );
        let asked = some.iter().fold(sql(text).bind(run), |asked, number| asked.bind(*number));
        found.extend(asked.all::<Reject>(conn).await?);
    }
    found.sort_by_key(|row| row.number);
    Ok(found)
}

/// How often each reason occurs, most frequent first.
pub async fn groups(conn: &mut Conn, run: &str) -> Result<Vec<Group>, Error> {
    sql(format!(
        "SELECT node, column_name, min(reason) AS reason, count(*) AS how_many,
         count(CASE WHEN standing = 'open' THEN 1 END) AS how_open
         FROM ({STANDING} WHERE rejects.run_id = $1) kept
         GROUP BY node, column_name, replace(reason, coalesce(value, ''), '')
         ORDER BY 4 DESC, 1, 2 LIMIT 50"
    ))
    .bind(run)
    .all(conn)
    .await
}

/// Rows of one node in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCount {
    /// The node.
    pub node: String,
    /// How many rows.
    pub rows: i64,
    /// How many of them nothing was done about yet.
    pub open: i64,
}

impl Read for NodeCount {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(NodeCount { node: row.text("node")?, rows: row.int("how_many")?, open: row.int("how_open")? })
    }
}

/// How many rows of each node are in quarantine.
pub async fn by_node(conn: &mut Conn, run: &str) -> Result<Vec<NodeCount>, Error> {
    sql(format!(
        "SELECT node, count(*) AS how_many, count(CASE WHEN standing = 'open' THEN 1 END) AS how_open
         FROM ({STANDING} WHERE rejects.run_id = $1) kept GROUP BY node ORDER BY node"
    ))
    .bind(run)
    .all(conn)
    .await
}

/// Says of rows that they are not needed, or takes that back; returns how many that changed. Rows that were sent on stay as
/// they are.
pub async fn dismiss(
    conn: &mut Conn,
    run: &str,
    numbers: &[i64],
    dismissed: bool,
    by: &str,
    now: Timestamp,
) -> Result<u64, Error> {
    let mut changed = 0;
    for number in numbers {
        let set = match dismissed {
            true => "dismissed_at = $3, marked_by = $4, marked_at = $3",
            false => "dismissed_at = NULL, marked_by = $4, marked_at = $3",
        };
        let is = if dismissed { "NULL" } else { "NOT NULL" };
        changed += sql(format!(
            "UPDATE rejects SET {set} WHERE run_id = $1 AND number = $2 AND dismissed_at IS {is}
             AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = rejects.repair_run_id AND runs.undone_at IS NULL
              AND (runs.ended_at IS NULL OR runs.state IN ('done', 'quarantined')))"
        ))
        .bind(run)
        .bind(*number)
        .bind(now)
        .bind(by)
        .run(conn)
        .await?;
    }
    Ok(changed)
}

/// Removes the rows of a run; returns how many.
pub async fn clear(conn: &mut Conn, run: &str) -> Result<u64, Error> {
    sql("DELETE FROM rejects WHERE run_id = $1").bind(run).run(conn).await
}

/// Removes rows in quarantine, and what was corrected of them, of runs that ended before that time, also of those that are
/// kept; returns how many rows that were.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    let old = "run_id IN (SELECT id FROM runs WHERE ended_at < $1)";
    sql(format!("DELETE FROM repairs WHERE {old}")).bind(before).run(conn).await?;
    sql(format!("DELETE FROM rejects WHERE {old}")).bind(before).run(conn).await
}
