//! Runs for a range of the past, cut into pieces.
//!
//! The pieces are cut once, when the backfill is made. A piece gets one run, and stands as that run stands; when the
//! backfill is over, it is written down how each piece ended, as runs are not kept for ever.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{BackfillId, PipelineId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, json, sql, words};

words! {
    /// How a backfill stands.
    BackfillState {
        /// Its pieces run, or wait for it.
        Running = "running",
        /// No further piece begins.
        Paused = "paused",
        /// Every piece ended.
        Done = "done",
        /// Somebody stopped it.
        Cancelled = "cancelled",
    }
}

/// Runs of a pipeline for a range of past intervals.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Backfill {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: BackfillId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// The pipeline.
    #[schema(value_type = String)]
    pub pipeline_id: PipelineId,
    /// What was asked for: range, step, order, parameters.
    #[schema(value_type = Object)]
    pub spec: Value,
    /// How it stands.
    pub state: BackfillState,
    /// How many pieces it has.
    pub pieces: i64,
    /// Who asked for it.
    pub created_by: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Read for Backfill {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Backfill {
            id: BackfillId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            pipeline_id: PipelineId::from_text(row.text("pipeline_id")?),
            spec: row.json("spec")?,
            state: row.word("state", BackfillState::of)?,
            pieces: row.int("pieces")?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
        })
    }
}

impl Listed for Backfill {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.created_at.as_microsecond().into(), self.id.as_str().to_owned())
    }
}

/// Adds a backfill.
pub async fn insert(conn: &mut Conn, backfill: &Backfill) -> Result<(), Error> {
    sql("INSERT INTO backfills (id, workspace_id, pipeline_id, spec, state, pieces, created_by, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(backfill.id.as_str())
    .bind(backfill.workspace_id.as_str())
    .bind(backfill.pipeline_id.as_str())
    .bind(json(&backfill.spec)?)
    .bind(backfill.state.word())
    .bind(backfill.pieces)
    .bind(backfill.created_by.as_deref())
    .bind(backfill.created_at)
    .bind(backfill.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// The backfill with that identity.
pub async fn find(conn: &mut Conn, workspace: &str, id: &str) -> Result<Option<Backfill>, Error> {
    sql("SELECT * FROM backfills WHERE workspace_id = $1 AND id = $2")
        .bind(workspace)
        .bind(id)
        .first(conn)
        .await
}

/// The backfill with that identity, in whatever workspace.
pub async fn by_id(conn: &mut Conn, id: &str) -> Result<Option<Backfill>, Error> {
    sql("SELECT * FROM backfills WHERE id = $1").bind(id).first(conn).await
}

/// Backfills of a workspace, the newest first.
pub async fn list(
    conn: &mut Conn,
    workspace: &str,
    pipeline: Option<&str>,
    visible_to: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Backfill>, Error> {
    let orders = [Order::number("created", "created_at")];
    List::of("SELECT * FROM backfills")
        .only_if("workspace_id = ?", workspace)
        .maybe("pipeline_id = ?", pipeline)
        .maybe(
            "pipeline_id IN (SELECT id FROM pipelines WHERE restricted = 0 OR id IN
              (SELECT object_id FROM grants WHERE user_id = ?))",
            visible_to,
        )
        .page(conn, page, &orders, "id", true)
        .await
}

/// Changes how a backfill stands, if it stands as expected; false when somebody else was faster.
pub async fn set_state(
    conn: &mut Conn,
    id: &str,
    from: BackfillState,
    to: BackfillState,
    now: Timestamp,
) -> Result<bool, Error> {
    let changed = sql("UPDATE backfills SET state = $3, updated_at = $4 WHERE id = $1 AND state = $2");
    Ok(changed.bind(id).bind(from.word()).bind(to.word()).bind(now).run(conn).await? == 1)
}

words! {
    /// How a piece stands.
    PieceState {
        /// It waits.
        Waiting = "waiting",
        /// A run answers for it.
        Active = "active",
        /// It succeeded.
        Done = "done",
        /// Its run failed, or was cancelled.
        Failed = "failed",
    }
}

/// A piece of a backfill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Piece {
    /// Its number, from 0; the order in which pieces run.
    pub number: i64,
    /// Begin of the data interval.
    pub interval_start: Timestamp,
    /// End of the data interval; it is not part of it.
    pub interval_end: Timestamp,
    /// How it stands.
    pub state: PieceState,
    /// The run that answers for it.
    pub run_id: Option<String>,
}

impl Read for Piece {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Piece {
            number: row.int("number")?,
            interval_start: row.time("interval_start")?,
            interval_end: row.time("interval_end")?,
            state: row.word("state", PieceState::of)?,
            run_id: row.maybe_text("run_id")?,
        })
    }
}

impl Listed for Piece {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.number.into(), String::new())
    }
}

/// Pieces that are written by one statement.
const AT_ONCE: usize = 200;

/// Adds the pieces of a backfill, in the order in which they run.
pub async fn insert_pieces(
    conn: &mut Conn,
    backfill: &str,
    intervals: &[(Timestamp, Timestamp)],
) -> Result<(), Error> {
    for (chunk, intervals) in intervals.chunks(AT_ONCE).enumerate() {
        let places =
            |at: usize| format!("($1, ${}, ${}, ${}, 'waiting')", at * 3 + 2, at * 3 + 3, at * 3 + 4);
        let rows: Vec<String> = (0..intervals.len()).map(places).collect();
        let text = format!(
            "INSERT INTO pieces (backfill_id, number, interval_start, interval_end, state) VALUES {}",
            rows.join(", ")
        );
        let mut statement = sql(text).bind(backfill);
        for (at, (start, end)) in intervals.iter().enumerate() {
            statement = statement.bind((chunk * AT_ONCE + at) as u64).bind(*start).bind(*end);
        }
        statement.run(conn).await?;
    }
    Ok(())
}

/// Every piece with how it stands: as its run does, while that is kept.
const PIECES: &str =
    "SELECT * FROM (SELECT p.number, p.backfill_id, p.interval_start, p.interval_end, p.run_id,
    CASE WHEN r.id IS NULL THEN p.state WHEN r.ended_at IS NULL THEN 'active'
    WHEN r.state IN ('done', 'quarantined') THEN 'done' ELSE 'failed' END AS state
    FROM pieces p LEFT JOIN runs r ON r.id = p.run_id) AS standing";

/// Pieces of a backfill, in their order; those that stand so, or all.
pub async fn pieces(
    conn: &mut Conn,
    backfill: &str,
    state: Option<PieceState>,
    page: &PageRequest,
) -> Result<Page<Piece>, Error> {
    let orders = [Order::unique("number", "number")];
    List::of(PIECES)
        .only_if("backfill_id = ?", backfill)
        .maybe("state = ?", state.map(PieceState::word))
        .page(conn, page, &orders, "number", false)
        .await
}

struct Count(PieceState, i64);

impl Read for Count {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Count(row.word("state", PieceState::of)?, row.int("pieces")?))
    }
}

/// How many pieces stand how.
pub async fn progress(conn: &mut Conn, backfill: &str) -> Result<Vec<(PieceState, i64)>, Error> {
    let text = format!(
        "SELECT state, count(*) AS pieces FROM ({PIECES} WHERE backfill_id = $1) AS mine GROUP BY state"
    );
    let counts: Vec<Count> = sql(text).bind(backfill).all(conn).await?;
    Ok(counts.into_iter().map(|Count(state, pieces)| (state, pieces)).collect())
}

/// The first pieces that wait, at most so many.
pub async fn waiting(conn: &mut Conn, backfill: &str, most: u32) -> Result<Vec<Piece>, Error> {
    sql(format!(
        "SELECT number, interval_start, interval_end, run_id, 'waiting' AS state FROM pieces
         WHERE backfill_id = $1 AND run_id IS NULL ORDER BY number LIMIT {most}"
    ))
    .bind(backfill)
    .all(conn)
    .await
}

/// Makes a run answer for a piece that waits, while fewer than so many are under way and the backfill goes on; false
/// when that is not so any more.
pub async fn give(
    conn: &mut Conn,
    backfill: &str,
    number: i64,
    at_once: i64,
    run: &str,
) -> Result<bool, Error> {
    // The row of the backfill is locked by the change, so that its pieces are counted right.
    let goes_on = sql("UPDATE backfills SET state = state WHERE id = $1 AND state = 'running'");
    if goes_on.bind(backfill).run(conn).await? != 1 {
        return Ok(false);
    }
    let under_way = sql("SELECT count(*) FROM runs WHERE backfill_id = $1 AND ended_at IS NULL");
    if under_way.bind(backfill).number(conn).await? >= at_once {
        return Ok(false);
    }
    let given = sql("UPDATE pieces SET run_id = $3, state = 'active'
                     WHERE backfill_id = $1 AND number = $2 AND run_id IS NULL");
    Ok(given.bind(backfill).bind(number).bind(run).run(conn).await? == 1)
}

/// Ends a backfill of which nothing waits and nothing is under way, and writes down how its pieces ended; false when it
/// is not so.
pub async fn finish(conn: &mut Conn, backfill: &str, now: Timestamp) -> Result<bool, Error> {
    let done = sql("UPDATE backfills SET state = 'done', updated_at = $2 WHERE id = $1 AND state = 'running'
                    AND NOT EXISTS (SELECT 1 FROM pieces WHERE backfill_id = $1 AND run_id IS NULL)
                    AND NOT EXISTS (SELECT 1 FROM runs WHERE backfill_id = $1 AND ended_at IS NULL)");
    if done.bind(backfill).bind(now).run(conn).await? != 1 {
        return Ok(false);
    }
    sql("UPDATE pieces SET state = CASE WHEN EXISTS (SELECT 1 FROM runs WHERE id = pieces.run_id
         AND state IN ('done', 'quarantined')) THEN 'done' ELSE 'failed' END WHERE backfill_id = $1")
    .bind(backfill)
    .run(conn)
    .await?;
    Ok(true)
}

/// Runs of a backfill that have not ended.
pub async fn open_runs(conn: &mut Conn, backfill: &str) -> Result<Vec<String>, Error> {
    sql("SELECT id FROM runs WHERE backfill_id = $1 AND ended_at IS NULL ORDER BY id")
        .bind(backfill)
        .all(conn)
        .await
}
