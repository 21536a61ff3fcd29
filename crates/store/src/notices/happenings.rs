//! What happened and is to be told. Each thing is written once, however often and by however many servers it is found.

use jiff::Timestamp;
use serde_json::Value;

use crate::db::{Conn, Store};
use crate::error::Error;
use crate::page::List;
use crate::sql::{Read, Row, json, sql};

/// Who works on what is to be told holds this lock, so that nothing is found or told twice.
pub const LOCK: &str = "towpath-notices";

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// Its number; later ones are higher.
    pub number: i64,
    /// The same for the same thing.
    pub once: String,
    /// When it happened.
    pub at: Timestamp,
    /// Where.
    pub workspace_id: String,
    /// The pipeline it is about.
    pub pipeline_id: Option<String>,
    /// The run it is about.
    pub run_id: Option<String>,
    /// What sort of thing it is.
    pub kind: String,
    /// How bad it is.
    pub severity: String,
    /// Trouble, repetitions and end share this.
    pub group: String,
    /// What was found out.
    pub notice: Value,
}

impl Read for Happening {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Happening {
            number: row.int("number")?,
            once: row.text("once")?,
            at: row.time("at")?,
            workspace_id: row.text("workspace_id")?,
            pipeline_id: row.maybe_text("pipeline_id")?,
            run_id: row.maybe_text("run_id")?,
            kind: row.text("kind")?,
            severity: row.text("severity")?,
            group: row.text("group_key")?,
            notice: row.json("notice")?,
        })
    }
}

/// Writes happenings that are not known yet, behind all others; returns how many. Their numbers are given here.
pub async fn put(store: &Store, conn: &mut Conn, found: &[Happening]) -> Result<u64, Error> {
    if found.is_empty() {
        return Ok(0);
    }
    store.lock(conn, LOCK).await?;
    let mut number = sql("SELECT max(number) FROM happenings").number(conn).await?;
    let mut written = 0;
    for one in found {
        let new = sql(
            "INSERT INTO happenings (number, once, at, workspace_id, pipeline_id, run_id, kind, severity,
                       group_key, notice) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                       ON CONFLICT (once) DO NOTHING",
        )
        .bind(number + 1)
        .bind(&one.once)
        .bind(one.at)
        .bind(&one.workspace_id)
        .bind(one.pipeline_id.as_deref())
        .bind(one.run_id.as_deref())
        .bind(&one.kind)
        .bind(&one.severity)
        .bind(&one.group)
        .bind(json(&one.notice)?)
        .run(conn)
        .await?;
        number += new.cast_signed();
        written += new;
    }
    Ok(written)
}

/// The earliest that were not handled.
pub async fn open(conn: &mut Conn, limit: u32) -> Result<Vec<Happening>, Error> {
    sql(format!("SELECT * FROM happenings WHERE handled_at IS NULL ORDER BY number LIMIT {limit}"))
        .all(conn)
        .await
}

/// Notes that everything up to that number was handled.
pub async fn handled(conn: &mut Conn, through: i64) -> Result<u64, Error> {
    sql("UPDATE happenings SET handled_at = $2 WHERE number <= $1 AND handled_at IS NULL")
        .bind(through)
        .bind(Timestamp::now())
        .run(conn)
        .await
}

/// Whether it is known that this happened.
pub async fn is_known(conn: &mut Conn, once: &str) -> Result<bool, Error> {
    Ok(sql("SELECT count(*) FROM happenings WHERE once = $1").bind(once).number(conn).await? > 0)
}

/// A trouble that goes on: what was found last in its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What sort of thing it is.
    pub kind: String,
    /// What its end is to share with it.
    pub group: String,
}

impl Read for Open {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Open { kind: row.text("kind")?, group: row.text("group_key")? })
    }
}

/// Troubles of a pipeline that go on: those of these kinds after which nothing came in their group.
pub async fn going_on(conn: &mut Conn, pipeline: &str, kinds: &[&str]) -> Result<Vec<Open>, Error> {
    let kinds: Vec<String> = kinds.iter().map(|&kind| kind.to_owned()).collect();
    List::of("SELECT kind, group_key, number FROM happenings h")
        .only_if("h.pipeline_id = ?", pipeline)
        .one_of("h.kind", &kinds)
        .only(
            "NOT EXISTS (SELECT 1 FROM happenings later WHERE later.pipeline_id = h.pipeline_id
              AND later.group_key = h.group_key AND later.number > h.number)",
        )
        .all(conn, "number")
        .await
}
