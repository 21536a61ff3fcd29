//! What runs said: bounded, in order, searchable.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::{Conn, Store};
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, sql, words};

/// Most lines that are kept of one run; what is left out is counted in a last line.
pub const MOST_LINES: i64 = 10_000;

words! {
    /// Who must act on a line.
    Level {
        /// Nobody: a step of its life.
        Info = "info",
        /// Nobody yet: it went on.
        Warn = "warn",
        /// Somebody.
        Error = "error",
    }
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Line {
    /// Its number within the run.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who must act.
    pub level: Level,
    /// The node it is about.
    pub node: Option<String>,
    /// What it says.
    pub message: String,
    /// More, as fields.
    #[schema(value_type = Option<Object>)]
    pub detail: Option<Value>,
}

impl Read for Line {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Line {
            number: row.int("number")?,
            at: row.time("at")?,
            level: row.word("level", Level::of)?,
            node: row.maybe_text("node")?,
            message: row.text("message")?,
            detail: row.maybe_json("detail")?,
        })
    }
}

impl Listed for Line {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.number.into(), String::new())
    }
}

/// Adds lines behind those that are there, up to [`MOST_LINES`]; gives back what was added, with its numbers.
///
/// What a worker says that hands a run over may meet what the next one says: one of them waits for the other.
pub async fn append(
    store: &Store,
    conn: &mut Conn,
    run: &str,
    mut lines: Vec<Line>,
) -> Result<Vec<Line>, Error> {
    store.lock(conn, &format!("towpath-log-{run}")).await?;
    let mut last = sql("SELECT max(number) FROM run_logs WHERE run_id = $1").bind(run).number(conn).await?;
    let room = usize::try_from(MOST_LINES - last).unwrap_or_default();
    if lines.len() > room {
        lines.truncate(room);
        if let Some(line) = lines.last_mut() {
            line.message = format!("the log is full: it keeps {MOST_LINES} lines of a run");
            line.level = Level::Warn;
        }
    }
    for line in &mut lines {
        last += 1;
        line.number = last;
        sql("INSERT INTO run_logs (run_id, number, at, level, node, message, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(run)
            .bind(line.number)
            .bind(line.at)
            .bind(line.level.word())
            .bind(line.node.as_deref())
            .bind(&line.message)
            .bind(line.detail.as_ref().map(Value::to_string))
            .run(conn)
            .await?;
    }
    Ok(lines)
}

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// At least of that level.
    pub level: Option<Level>,
    /// About that node.
    pub node: Option<String>,
    /// With that text.
    pub search: Option<String>,
    /// After that number.
    pub after: Option<i64>,
}

/// Lines of a run, in their order.
pub async fn list(
    conn: &mut Conn,
    run: &str,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<Line>, Error> {
    let orders = [Order::unique("number", "number")];
    let levels: Vec<String> = match filter.level {
        None | Some(Level::Info) => Vec::new(),
        Some(least) => {
            Level::ALL.iter().filter(|level| **level >= least).map(|level| level.word().into()).collect()
        }
    };
    List::of("SELECT * FROM run_logs")
        .only_if("run_id = ?", run)
        .one_of("level", &levels)
        .maybe("node = ?", filter.node.as_deref())
        .maybe(
            "lower(message) LIKE ?",
            filter.search.as_ref().map(|text| format!("%{}%", text.to_lowercase())),
        )
        .maybe("number > ?", filter.after)
        .page(conn, page, &orders, "run_id", false)
        .await
}

/// Removes lines that are older than that; returns how many.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM run_logs WHERE at < $1").bind(before).run(conn).await
}
