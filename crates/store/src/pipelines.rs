//! Pipelines and their versions. A version never changes; a pipeline points at the one that runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{PipelineId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Columns, Read, Row, json, sql};
use crate::standing::{self, LastRun};

/// A pipeline.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Pipeline {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: PipelineId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// Its name; that of its document.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The number of the version that runs.
    pub version: i64,
    /// Only administrators and people with a grant see and use it.
    pub restricted: bool,
    /// Whether a signed web hook starts it.
    pub has_hook: bool,
    /// Grows with every change.
    pub revision: i64,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it was put away; it does not run any more.
    pub archived_at: Option<Timestamp>,
}

impl Read for Pipeline {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Pipeline {
            id: PipelineId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            name: row.text("name")?,
            description: row.text("description")?,
            tags: row.json("tags")?,
            version: row.int("version")?,
            restricted: row.flag("restricted")?,
            has_hook: row.maybe_text("hook")?.is_some(),
            revision: row.int("revision")?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            archived_at: row.maybe_time("archived_at")?,
        })
    }
}

/// A version of a pipeline.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Version {
    /// The pipeline.
    #[schema(value_type = String)]
    pub pipeline_id: PipelineId,
    /// Its number, from 1.
    pub number: i64,
    /// The document, as it was written.
    pub document: String,
    /// A short form that changes with the meaning of the document.
    pub fingerprint: String,
    /// Names of the connections that it uses.
    pub connections: Vec<String>,
    /// What it writes to, as `connection/table`.
    pub targets: Vec<String>,
    /// Why it was made.
    pub remark: String,
    /// Who made it.
    pub created_by: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

impl Read for Version {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Version {
            pipeline_id: PipelineId::from_text(row.text("pipeline_id")?),
            number: row.int("number")?,
            document: row.text("document")?,
            fingerprint: row.text("fingerprint")?,
            connections: row.json("uses_connections")?,
            targets: row.json("targets")?,
            remark: row.text("remark")?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
        })
    }
}

impl Listed for Version {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.number.into(), self.pipeline_id.as_str().to_owned())
    }
}

/// Which pipelines are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name or description.
    pub search: Option<String>,
    /// With that tag.
    pub tag: Option<String>,
    /// Put away, in use, or both.
    pub archived: Option<bool>,
    /// That use the connection of that name.
    pub connection: Option<String>,
    /// Only those that everybody sees, or on which this person has a grant.
    pub visible_to: Option<String>,
}

/// Adds a pipeline. Fails with [`Error::Exists`] when the name is taken.
pub async fn insert(conn: &mut Conn, pipeline: &Pipeline) -> Result<(), Error> {
    sql("INSERT INTO pipelines (id, workspace_id, name, description, tags, version, restricted, revision, created_by,
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(pipeline.id.as_str())
    .bind(pipeline.workspace_id.as_str())
    .bind(&pipeline.name)
    .bind(&pipeline.description)
    .bind(json(&pipeline.tags)?)
    .bind(pipeline.version)
    .bind(pipeline.restricted)
    .bind(pipeline.revision)
    .bind(pipeline.created_by.as_deref())
    .bind(pipeline.created_at)
    .bind(pipeline.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// Adds a version.
pub async fn insert_version(conn: &mut Conn, version: &Version) -> Result<(), Error> {
    sql("INSERT INTO pipeline_versions (pipeline_id, number, document, fingerprint, uses_connections, targets, remark,
         created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(version.pipeline_id.as_str())
    .bind(version.number)
    .bind(&version.document)
    .bind(&version.fingerprint)
    .bind(json(&version.connections)?)
    .bind(json(&version.targets)?)
    .bind(&version.remark)
    .bind(version.created_by.as_deref())
    .bind(version.created_at)
    .run(conn)
    .await
    .map(drop)
}

/// The highest number of a version.
pub async fn last_version(conn: &mut Conn, pipeline: &str) -> Result<i64, Error> {
    sql("SELECT max(number) FROM pipeline_versions WHERE pipeline_id = $1").bind(pipeline).number(conn).await
}

/// The pipeline with that identity or name.
pub async fn find(conn: &mut Conn, workspace: &str, id_or_name: &str) -> Result<Option<Pipeline>, Error> {
    sql("SELECT * FROM pipelines WHERE workspace_id = $1 AND (id = $2 OR name = $2)")
        .bind(workspace)
        .bind(id_or_name)
        .first(conn)
        .await
}

/// The pipeline with that identity, in whatever workspace.
pub async fn by_id(conn: &mut Conn, id: &str) -> Result<Option<Pipeline>, Error> {
    sql("SELECT * FROM pipelines WHERE id = $1").bind(id).first(conn).await
}

/// One version.
pub async fn version(conn: &mut Conn, pipeline: &str, number: i64) -> Result<Option<Version>, Error> {
    sql("SELECT * FROM pipeline_versions WHERE pipeline_id = $1 AND number = $2")
        .bind(pipeline)
        .bind(number)
        .first(conn)
        .await
}

/// Versions of a pipeline, the newest first.
pub async fn versions(conn: &mut Conn, pipeline: &str, page: &PageRequest) -> Result<Page<Version>, Error> {
    let orders = [Order::unique("number", "number")];
    List::of("SELECT * FROM pipeline_versions")
        .only_if("pipeline_id = ?", pipeline)
        .page(conn, page, &orders, "pipeline_id", true)
        .await
}

/// A pipeline in a list, with how it stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PipelineLine {
    /// The pipeline.
    #[serde(flatten)]
    pub pipeline: Pipeline,
    /// The last run.
    pub last_run: Option<LastRun>,
    /// When a schedule starts it next; missing when none does.
    pub next_at: Option<Timestamp>,
}

impl Read for PipelineLine {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        let pipeline = Pipeline::read(row)?;
        let (next_at, last_run) = standing::read(row)?;
        Ok(PipelineLine { pipeline, last_run, next_at })
    }
}

impl Listed for PipelineLine {
    fn standing(&self, order: &str) -> (Value, String) {
        let pipeline = &self.pipeline;
        let value = match order {
            "created" => pipeline.created_at.as_microsecond().into(),
            "updated" => pipeline.updated_at.as_microsecond().into(),
            _ => pipeline.name.as_str().into(),
        };
        (value, pipeline.id.as_str().to_owned())
    }
}

/// Of pipelines `p` with their last run `r`.
const LINE: &Columns = &[
    ("id", "p.id"),
    ("workspace_id", "p.workspace_id"),
    ("name", "p.name"),
    ("description", "p.description"),
    ("tags", "p.tags"),
    ("version", "p.version"),
    ("restricted", "p.restricted"),
    ("hook", "CASE WHEN p.hook IS NULL THEN NULL ELSE '' END"),
    ("revision", "p.revision"),
    ("created_by", "p.created_by"),
    ("created_at", "p.created_at"),
    ("updated_at", "p.updated_at"),
    ("archived_at", "p.archived_at"),
    ("run_id", "r.id"),
    ("run_cause", "r.cause"),
    ("run_state", "r.state"),
    ("run_created_at", "r.created_at"),
    ("run_started_at", "r.started_at"),
    ("run_ended_at", "r.ended_at"),
    ("run_seconds", "r.seconds"),
    ("run_rows_written", "r.rows_written"),
    ("run_rows_quarantined", "r.rows_quarantined"),
    ("next_at", "(SELECT min(s.next_at) FROM schedules s WHERE s.pipeline_id = p.id AND s.paused = 0)"),
];

/// Pipelines and how they stand, page by page.
pub async fn list(
    conn: &mut Conn,
    workspace: &str,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<PipelineLine>, Error> {
    let orders = [
        Order::text("name", "name"),
        Order::number("created", "created_at"),
        Order::number("updated", "updated_at"),
    ];
    let list = List::of("SELECT * FROM pipelines")
        .only_if("workspace_id = ?", workspace)
        .maybe(
            "(lower(name) LIKE ? OR lower(description) LIKE ?)",
            filter.search.as_ref().map(|text| format!("%{}%", text.to_lowercase())),
        )
        // Tags and connections are lists of JSON texts.
        .maybe("tags LIKE ?", filter.tag.as_ref().map(|tag| format!("%{}%", Value::from(tag.as_str()))))
        .maybe(
            "EXISTS (SELECT 1 FROM pipeline_versions v WHERE v.pipeline_id = pipelines.id
              AND v.number = pipelines.version AND v.uses_connections LIKE ?)",
            filter.connection.as_ref().map(|name| format!("%{}%", Value::from(name.as_str()))),
        )
        .maybe(
            "(restricted = 0 OR id IN (SELECT object_id FROM grants WHERE user_id = ?))",
            filter.visible_to.as_deref(),
        );
    let list = match filter.archived {
        Some(true) => list.only("archived_at IS NOT NULL"),
        Some(false) => list.only("archived_at IS NULL"),
        None => list,
    };
    list.beside(LINE, standing::LAST).page(conn, page, &orders, "id", false).await
}

/// The name of a pipeline.
#[derive(Debug, Clone)]
pub struct Named {
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// It was put away.
    pub is_archived: bool,
}

impl Read for Named {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Named {
            id: row.text("id")?,
            name: row.text("name")?,
            is_archived: row.maybe_int("archived_at")?.is_some(),
        })
    }
}

/// Names of all pipelines of a workspace, also of those that were put away.
pub async fn names(conn: &mut Conn, workspace: &str) -> Result<Vec<Named>, Error> {
    sql("SELECT id, name, archived_at FROM pipelines WHERE workspace_id = $1 ORDER BY name")
        .bind(workspace)
        .all(conn)
        .await
}

/// Writes a pipeline whose revision is still that one.
pub async fn update(conn: &mut Conn, pipeline: &Pipeline) -> Result<(), Error> {
    sql("UPDATE pipelines SET name = $2, description = $3, tags = $4, version = $5, restricted = $6, archived_at = $7,
         revision = revision + 1, updated_at = $8 WHERE id = $1 AND revision = $9")
    .bind(pipeline.id.as_str())
    .bind(&pipeline.name)
    .bind(&pipeline.description)
    .bind(json(&pipeline.tags)?)
    .bind(pipeline.version)
    .bind(pipeline.restricted)
    .bind(pipeline.archived_at)
    .bind(Timestamp::now())
    .bind(pipeline.revision)
    .change(conn)
    .await
}

/// Removes a pipeline with its versions, schedules and runs.
pub async fn remove(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("DELETE FROM secrets WHERE owner = $1").bind(id).run(conn).await?;
    sql("DELETE FROM grants WHERE object_kind = 'pipeline' AND object_id = $1").bind(id).run(conn).await?;
    sql("DELETE FROM pipelines WHERE id = $1").bind(id).change(conn).await
}

/// The sealed key that signs the web hook of a pipeline.
pub async fn hook(conn: &mut Conn, id: &str) -> Result<Option<String>, Error> {
    sql("SELECT hook FROM pipelines WHERE id = $1 AND hook IS NOT NULL").bind(id).first(conn).await
}

/// Sets the sealed key of the web hook; `None` closes it.
pub async fn set_hook(conn: &mut Conn, id: &str, sealed: Option<&str>) -> Result<(), Error> {
    sql("UPDATE pipelines SET hook = $2, revision = revision + 1, updated_at = $3 WHERE id = $1")
        .bind(id)
        .bind(sealed)
        .bind(Timestamp::now())
        .change(conn)
        .await
}

/// Pipelines of a workspace that a person does not see: restricted ones without a grant.
pub async fn hidden_from(conn: &mut Conn, workspace: &str, user: &str) -> Result<Vec<String>, Error> {
    sql("SELECT id FROM pipelines WHERE workspace_id = $1 AND restricted = 1 AND id NOT IN
         (SELECT object_id FROM grants WHERE object_kind = 'pipeline' AND user_id = $2)")
    .bind(workspace)
    .bind(user)
    .all(conn)
    .await
}
