//! Which happenings a channel is told of.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{ChannelId, RuleId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, json, sql};

/// A rule of a channel.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rule {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: RuleId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// The channel that is told.
    #[schema(value_type = String)]
    pub channel_id: ChannelId,
    /// Its name.
    pub name: String,
    /// What the channel is told of; what is left out restricts nothing. `pipelines` are identities.
    #[schema(value_type = Object)]
    pub spec: Value,
    /// Whether it counts.
    pub active: bool,
    /// Grows with every change.
    pub revision: i64,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Read for Rule {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Rule {
            id: RuleId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            channel_id: ChannelId::from_text(row.text("channel_id")?),
            name: row.text("name")?,
            spec: row.json("spec")?,
            active: row.flag("active")?,
            revision: row.int("revision")?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
        })
    }
}

/// Adds a rule.
pub async fn insert(conn: &mut Conn, rule: &Rule) -> Result<(), Error> {
    sql("INSERT INTO rules (id, workspace_id, channel_id, name, spec, active, revision, created_by, created_at,
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(rule.id.as_str())
    .bind(rule.workspace_id.as_str())
    .bind(rule.channel_id.as_str())
    .bind(&rule.name)
    .bind(json(&rule.spec)?)
    .bind(rule.active)
    .bind(rule.revision)
    .bind(rule.created_by.as_deref())
    .bind(rule.created_at)
    .bind(rule.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// The rule with that identity.
pub async fn find(conn: &mut Conn, workspace: &str, id: &str) -> Result<Option<Rule>, Error> {
    sql("SELECT * FROM rules WHERE workspace_id = $1 AND id = $2").bind(workspace).bind(id).first(conn).await
}

/// Rules of a workspace, by name.
pub async fn all(conn: &mut Conn, workspace: &str) -> Result<Vec<Rule>, Error> {
    sql("SELECT * FROM rules WHERE workspace_id = $1 ORDER BY name, id").bind(workspace).all(conn).await
}

/// Writes a rule whose revision is still that one.
pub async fn update(conn: &mut Conn, rule: &Rule) -> Result<(), Error> {
    sql("UPDATE rules SET channel_id = $2, name = $3, spec = $4, active = $5, revision = revision + 1,
         updated_at = $6 WHERE id = $1 AND revision = $7")
    .bind(rule.id.as_str())
    .bind(rule.channel_id.as_str())
    .bind(&rule.name)
    .bind(json(&rule.spec)?)
    .bind(rule.active)
    .bind(Timestamp::now())
    .bind(rule.revision)
    .change(conn)
    .await
}

/// Removes a rule.
pub async fn remove(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("DELETE FROM rules WHERE id = $1").bind(id).change(conn).await
}
