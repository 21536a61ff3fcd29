//! Schedules of pipelines, with how far each is decided.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{PipelineId, ScheduleId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, json, sql};

/// A rule that starts runs of a pipeline.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Schedule {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: ScheduleId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// The pipeline that it runs.
    #[schema(value_type = String)]
    pub pipeline_id: PipelineId,
    /// Its name.
    pub name: String,
    /// The rule, as pipeline documents write it under `schedule`.
    #[schema(value_type = Object)]
    pub spec: Value,
    /// Values for parameters of the pipeline.
    #[schema(value_type = Object)]
    pub params: Value,
    /// It does not fire.
    pub paused: bool,
    /// Everything that was due up to then is decided.
    pub handled_through: Timestamp,
    /// When it fires next; none when it is paused, or never again.
    pub next_at: Option<Timestamp>,
    /// Grows with every change but that of how far it is decided.
    pub revision: i64,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Read for Schedule {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Schedule {
            id: ScheduleId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            pipeline_id: PipelineId::from_text(row.text("pipeline_id")?),
            name: row.text("name")?,
            spec: row.json("spec")?,
            params: row.json("params")?,
            paused: row.flag("paused")?,
            handled_through: row.time("handled_through")?,
            next_at: row.maybe_time("next_at")?,
            revision: row.int("revision")?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
        })
    }
}

impl Listed for Schedule {
    fn standing(&self, order: &str) -> (Value, String) {
        let value = match order {
            "created" => self.created_at.as_microsecond().into(),
            _ => self.name.as_str().into(),
        };
        (value, self.id.as_str().to_owned())
    }
}

/// Adds a schedule.
pub async fn insert(conn: &mut Conn, schedule: &Schedule) -> Result<(), Error> {
    sql("INSERT INTO schedules (id, workspace_id, pipeline_id, name, spec, params, paused, handled_through, next_at,
         revision, created_by, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
    .bind(schedule.id.as_str())
    .bind(schedule.workspace_id.as_str())
    .bind(schedule.pipeline_id.as_str())
    .bind(&schedule.name)
    .bind(json(&schedule.spec)?)
    .bind(json(&schedule.params)?)
    .bind(schedule.paused)
    .bind(schedule.handled_through)
    .bind(schedule.next_at)
    .bind(schedule.revision)
    .bind(schedule.created_by.as_deref())
    .bind(schedule.created_at)
    .bind(schedule.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// The schedule with that identity.
pub async fn find(conn: &mut Conn, workspace: &str, id: &str) -> Result<Option<Schedule>, Error> {
    sql("SELECT * FROM schedules WHERE workspace_id = $1 AND id = $2")
        .bind(workspace)
        .bind(id)
        .first(conn)
        .await
}

/// Schedules of a workspace, or of one of its pipelines.
pub async fn list(
    conn: &mut Conn,
    workspace: &str,
    pipeline: Option<&str>,
    visible_to: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Schedule>, Error> {
    let orders = [Order::text("name", "name"), Order::number("created", "created_at")];
    List::of("SELECT * FROM schedules")
        .only_if("workspace_id = ?", workspace)
        .maybe("pipeline_id = ?", pipeline)
        .maybe(
            "pipeline_id IN (SELECT id FROM pipelines WHERE restricted = 0 OR id IN
              (SELECT object_id FROM grants WHERE user_id = ?))",
            visible_to,
        )
        .page(conn, page, &orders, "id", false)
        .await
}

/// The schedules with these identities.
pub async fn some(conn: &mut Conn, ids: &[String]) -> Result<Vec<Schedule>, Error> {
    match ids.is_empty() {
        true => Ok(Vec::new()),
        false => List::of("SELECT * FROM schedules").one_of("id", ids).all(conn, "id").await,
    }
}

/// A schedule whose rule states something that leads elsewhere.
#[derive(Debug, Clone)]
pub struct Stating {
    /// Its identity.
    pub schedule_id: String,
    /// Its name.
    pub name: String,
    /// Identity of the pipeline that it runs.
    pub pipeline_id: String,
    /// Name of that pipeline.
    pub pipeline: String,
    /// That pipeline was put away.
    pub is_archived: bool,
    /// The rule.
    pub spec: Value,
}

impl Read for Stating {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Stating {
            schedule_id: row.text("id")?,
            name: row.text("name")?,
            pipeline_id: row.text("pipeline_id")?,
            pipeline: row.text("pipeline")?,
            is_archived: row.maybe_int("archived_at")?.is_some(),
            spec: row.json("spec")?,
        })
    }
}

/// Schedules of a workspace whose rules state that setting, by the name of their pipelines; also paused ones.
pub async fn stating(conn: &mut Conn, workspace: &str, setting: &str) -> Result<Vec<Stating>, Error> {
    sql("SELECT s.id, s.name, s.spec, s.pipeline_id, p.name AS pipeline, p.archived_at FROM schedules s
         JOIN pipelines p ON p.id = s.pipeline_id WHERE s.workspace_id = $1 AND s.spec LIKE $2 ORDER BY p.name, s.id")
    .bind(workspace)
    .bind(format!("%\"{setting}\":%"))
    .all(conn)
    .await
}

/// Writes a schedule whose revision is still that one. How far it is decided never goes back: a worker may have been
/// faster.
pub async fn update(conn: &mut Conn, schedule: &Schedule) -> Result<(), Error> {
    sql("UPDATE schedules SET name = $2, spec = $3, params = $4, paused = $5,
         handled_through = CASE WHEN handled_through > $6 THEN handled_through ELSE $6 END, next_at = $7,
         revision = revision + 1, updated_at = $8 WHERE id = $1 AND revision = $9")
    .bind(schedule.id.as_str())
    .bind(&schedule.name)
    .bind(json(&schedule.spec)?)
    .bind(json(&schedule.params)?)
    .bind(schedule.paused)
    .bind(schedule.handled_through)
    .bind(schedule.next_at)
    .bind(Timestamp::now())
    .bind(schedule.revision)
    .change(conn)
    .await
}

/// A schedule as it was seen by whoever decided about it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its identity.
    pub id: &'a str,
    /// Its revision.
    pub revision: i64,
    /// Up to where it was decided.
    pub handled_through: Timestamp,
}

/// Moves how far a schedule is decided, to the same place too; false when it is not as it was seen.
///
/// Nobody else changes the schedule until the transaction ends.
pub async fn advance(
    conn: &mut Conn,
    seen: Seen<'_>,
    through: Timestamp,
    next: Option<Timestamp>,
) -> Result<bool, Error> {
    let moved = sql("UPDATE schedules SET handled_through = $4, next_at = $5
                     WHERE id = $1 AND revision = $2 AND handled_through = $3");
    let moved = moved.bind(seen.id).bind(seen.revision).bind(seen.handled_through).bind(through).bind(next);
    Ok(moved.run(conn).await? == 1)
}

/// Removes a schedule.
pub async fn remove(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("DELETE FROM schedules WHERE id = $1").bind(id).change(conn).await
}
