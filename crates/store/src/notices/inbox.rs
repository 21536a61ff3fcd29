//! What one person sees in the pages: notices, until they are read.
//!
//! While a notice is unread, further ones of its group and kind are counted in it instead of standing beside it. A person
//! sees only what they may see now: notices of a workspace that they left, or of a pipeline that was hidden from
//! them, are not there for them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{NoticeId, WorkspaceId};

use super::happenings::Happening;
use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, json, sql};

/// A notice to one person.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Notice {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: NoticeId,
    /// Where it happened.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// The pipeline it is about.
    pub pipeline_id: Option<String>,
    /// The run it is about.
    pub run_id: Option<String>,
    /// What sort of thing it is.
    pub kind: String,
    /// How bad it is: `info`, `warning` or `error`.
    pub severity: String,
    /// What was found out.
    #[schema(value_type = Object)]
    pub notice: Value,
    /// How often it happened since the person last looked.
    pub times: i64,
    /// When it happened first.
    pub created_at: Timestamp,
    /// When it happened last.
    pub updated_at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

impl Read for Notice {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Notice {
            id: NoticeId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            pipeline_id: row.maybe_text("pipeline_id")?,
            run_id: row.maybe_text("run_id")?,
            kind: row.text("kind")?,
            severity: row.text("severity")?,
            notice: row.json("notice")?,
            times: row.int("times")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            read_at: row.maybe_time("read_at")?,
        })
    }
}

impl Listed for Notice {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.updated_at.as_microsecond().into(), self.id.as_str().to_owned())
    }
}

/// Which notices are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of that workspace.
    pub workspace: Option<String>,
    /// Only those that were not read.
    pub unread: bool,
    /// Of that kind.
    pub kind: Option<String>,
}

/// What somebody may see; `?` is the person.
const SEEN: &str =
    "EXISTS (SELECT 1 FROM members m WHERE m.user_id = ? AND m.workspace_id = notices.workspace_id
    AND (notices.pipeline_id IS NULL OR m.role IN ('admin', 'owner') OR EXISTS (SELECT 1 FROM pipelines p
        WHERE p.id = notices.pipeline_id AND (p.restricted = 0 OR EXISTS (SELECT 1 FROM grants g
            WHERE g.object_kind = 'pipeline' AND g.object_id = p.id AND g.user_id = m.user_id)))))";

/// Tells a person; returns the identity of the notice, which may be one that stands there unread.
pub async fn tell(conn: &mut Conn, user: &str, happening: &Happening) -> Result<NoticeId, Error> {
    let unread: Option<String> = sql("SELECT id FROM notices WHERE user_id = $1 AND workspace_id = $2
                                      AND group_key = $3 AND kind = $4 AND read_at IS NULL")
    .bind(user)
    .bind(&happening.workspace_id)
    .bind(&happening.group)
    .bind(&happening.kind)
    .first(conn)
    .await?;
    if let Some(id) = unread {
        sql("UPDATE notices SET notice = $2, severity = $3, run_id = $4, times = times + 1, updated_at = $5
             WHERE id = $1")
        .bind(&id)
        .bind(json(&happening.notice)?)
        .bind(&happening.severity)
        .bind(happening.run_id.as_deref())
        .bind(happening.at)
        .change(conn)
        .await?;
        return Ok(NoticeId::from_text(id));
    }
    let id = NoticeId::generate();
    sql("INSERT INTO notices (id, workspace_id, user_id, pipeline_id, run_id, kind, severity, group_key, notice,
         times, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10)")
    .bind(id.as_str())
    .bind(&happening.workspace_id)
    .bind(user)
    .bind(happening.pipeline_id.as_deref())
    .bind(happening.run_id.as_deref())
    .bind(&happening.kind)
    .bind(&happening.severity)
    .bind(&happening.group)
    .bind(json(&happening.notice)?)
    .bind(happening.at)
    .run(conn)
    .await?;
    Ok(id)
}

/// Notices to a person, the newest first.
pub async fn list(
    conn: &mut Conn,
    user: &str,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<Notice>, Error> {
    let list = List::of("SELECT * FROM notices")
        .only_if("user_id = ?", user)
        .only_if(SEEN, user)
        .maybe("workspace_id = ?", filter.workspace.as_deref())
        .maybe("kind = ?", filter.kind.as_deref());
    let list = if filter.unread { list.only("read_at IS NULL") } else { list };
    list.page(conn, page, &[Order::number("updated", "updated_at")], "id", true).await
}

/// How many a person has not read.
pub async fn unread(conn: &mut Conn, user: &str) -> Result<i64, Error> {
    let seen = SEEN.replace('?', "$1");
    sql(format!("SELECT count(*) FROM notices WHERE user_id = $1 AND read_at IS NULL AND {seen}"))
        .bind(user)
        .number(conn)
        .await
}

/// Notes that a person read a notice; false when there is no such notice to that person.
pub async fn read(conn: &mut Conn, user: &str, id: &str) -> Result<bool, Error> {
    let read = sql("UPDATE notices SET read_at = COALESCE(read_at, $3) WHERE user_id = $1 AND id = $2");
    Ok(read.bind(user).bind(id).bind(Timestamp::now()).run(conn).await? == 1)
}

/// Notes that a person read everything, or everything of a workspace; returns how many.
pub async fn read_all(conn: &mut Conn, user: &str, workspace: Option<&str>) -> Result<u64, Error> {
    sql("UPDATE notices SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL
         AND ($3 = '' OR workspace_id = $3)")
    .bind(user)
    .bind(Timestamp::now())
    .bind(workspace.unwrap_or_default())
    .run(conn)
    .await
}
