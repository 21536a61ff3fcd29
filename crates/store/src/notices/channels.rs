//! Ways to people and programs. Their settings hold no secrets: those are kept by [`crate::secrets`], owned by the channel.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{ChannelId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, json, sql};

/// A channel, without its secrets.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Channel {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: ChannelId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// What it is: `email`, `webhook`, `slack`, `teams`, `mattermost`.
    pub kind: String,
    /// The settings of its kind; secrets are left out.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// How often it is told.
    #[schema(value_type = Object)]
    pub pace: Value,
    /// The language of its messages: `en` or `fr`.
    pub language: String,
    /// Whether it is told.
    pub active: bool,
    /// Grows with every change.
    pub revision: i64,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it was tested last.
    pub tested_at: Option<Timestamp>,
    /// Why the last test failed; none when it went well.
    #[schema(value_type = Option<Object>)]
    pub test_fault: Option<Value>,
}

impl Read for Channel {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Channel {
            id: ChannelId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            name: row.text("name")?,
            kind: row.text("kind")?,
            settings: row.json("settings")?,
            pace: row.json("pace")?,
            language: row.text("language")?,
            active: row.flag("active")?,
            revision: row.int("revision")?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            tested_at: row.maybe_time("tested_at")?,
            test_fault: row.maybe_json("test_fault")?,
        })
    }
}

impl Listed for Channel {
    fn standing(&self, order: &str) -> (Value, String) {
        let value = match order {
            "created" => self.created_at.as_microsecond().into(),
            _ => self.name.as_str().into(),
        };
        (value, self.id.as_str().to_owned())
    }
}

/// Adds a channel. Fails with [`Error::Exists`] when the name is taken.
pub async fn insert(conn: &mut Conn, channel: &Channel) -> Result<(), Error> {
    sql("INSERT INTO channels (id, workspace_id, name, kind, settings, pace, language, active, revision, created_by,
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
    .bind(channel.id.as_str())
    .bind(channel.workspace_id.as_str())
    .bind(&channel.name)
    .bind(&channel.kind)
    .bind(json(&channel.settings)?)
    .bind(json(&channel.pace)?)
    .bind(&channel.language)
    .bind(channel.active)
    .bind(channel.revision)
    .bind(channel.created_by.as_deref())
    .bind(channel.created_at)
    .bind(channel.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// The channel with that identity or name.
pub async fn find(conn: &mut Conn, workspace: &str, id_or_name: &str) -> Result<Option<Channel>, Error> {
    sql("SELECT * FROM channels WHERE workspace_id = $1 AND (id = $2 OR name = $2)")
        .bind(workspace)
        .bind(id_or_name)
        .first(conn)
        .await
}

/// The channel with that identity, in whatever workspace.
pub async fn by_id(conn: &mut Conn, id: &str) -> Result<Option<Channel>, Error> {
    sql("SELECT * FROM channels WHERE id = $1").bind(id).first(conn).await
}

/// Channels that are told, of a workspace.
pub async fn active(conn: &mut Conn, workspace: &str) -> Result<Vec<Channel>, Error> {
    sql("SELECT * FROM channels WHERE workspace_id = $1 AND active = 1 ORDER BY name")
        .bind(workspace)
        .all(conn)
        .await
}

/// Channels, page by page.
pub async fn list(conn: &mut Conn, workspace: &str, page: &PageRequest) -> Result<Page<Channel>, Error> {
    let orders = [Order::text("name", "name"), Order::number("created", "created_at")];
    List::of("SELECT * FROM channels")
        .only_if("workspace_id = ?", workspace)
        .page(conn, page, &orders, "id", false)
        .await
}

/// Writes a channel whose revision is still that one.
pub async fn update(conn: &mut Conn, channel: &Channel) -> Result<(), Error> {
    sql("UPDATE channels SET name = $2, kind = $3, settings = $4, pace = $5, language = $6, active = $7,
         tested_at = NULL, test_fault = NULL, revision = revision + 1, updated_at = $8
         WHERE id = $1 AND revision = $9")
    .bind(channel.id.as_str())
    .bind(&channel.name)
    .bind(&channel.kind)
    .bind(json(&channel.settings)?)
    .bind(json(&channel.pace)?)
    .bind(&channel.language)
    .bind(channel.active)
    .bind(Timestamp::now())
    .bind(channel.revision)
    .change(conn)
    .await
}

/// Notes how a test went.
pub async fn tested(conn: &mut Conn, id: &str, fault: Option<&Value>) -> Result<(), Error> {
    sql("UPDATE channels SET tested_at = $2, test_fault = $3 WHERE id = $1")
        .bind(id)
        .bind(Timestamp::now())
        .bind(fault.map(Value::to_string))
        .run(conn)
        .await
        .map(drop)
}

/// Removes a channel with its secrets, its rules and what was on its way to it.
pub async fn remove(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("DELETE FROM secrets WHERE owner = $1").bind(id).run(conn).await?;
    sql("DELETE FROM channels WHERE id = $1").bind(id).change(conn).await
}
