//! Connections of a workspace. Their settings hold no secrets: those are kept by [`crate::secrets`], owned by the connection.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{ConnectionId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, json, sql};

/// A connection, without its secrets.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Connection {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: ConnectionId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// The name by which pipelines refer to it.
    pub name: String,
    /// Its connector.
    pub connector: String,
    /// What it is for.
    pub description: String,
    /// The settings of the connector; secrets are left out.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// Only administrators and people with a grant see and use it.
    pub restricted: bool,
    /// Most runs that use it at the same time.
    pub max_runs: Option<i64>,
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

impl Read for Connection {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Connection {
            id: ConnectionId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            name: row.text("name")?,
            connector: row.text("connector")?,
            description: row.text("description")?,
            settings: row.json("settings")?,
            restricted: row.flag("restricted")?,
            max_runs: row.maybe_int("max_runs")?,
            revision: row.int("revision")?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            tested_at: row.maybe_time("tested_at")?,
            test_fault: row.maybe_json("test_fault")?,
        })
    }
}

impl Listed for Connection {
    fn standing(&self, order: &str) -> (Value, String) {
        let value = match order {
            "created" => self.created_at.as_microsecond().into(),
            "updated" => self.updated_at.as_microsecond().into(),
            _ => self.name.as_str().into(),
        };
        (value, self.id.as_str().to_owned())
    }
}

/// Which connections are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name or description.
    pub search: Option<String>,
    /// Of that connector.
    pub connector: Option<String>,
    /// Only those that everybody sees, or on which this person has a grant.
    pub visible_to: Option<String>,
}

/// Adds a connection. Fails with [`Error::Exists`] when the name is taken.
pub async fn insert(conn: &mut Conn, connection: &Connection) -> Result<(), Error> {
    sql("INSERT INTO connections (id, workspace_id, name, connector, description, settings, restricted, max_runs,
         revision, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
    .bind(connection.id.as_str())
    .bind(connection.workspace_id.as_str())
    .bind(&connection.name)
    .bind(&connection.connector)
    .bind(&connection.description)
    .bind(json(&connection.settings)?)
    .bind(connection.restricted)
    .bind(connection.max_runs)
    .bind(connection.revision)
    .bind(connection.created_by.as_deref())
    .bind(connection.created_at)
    .bind(connection.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// The connection with that identity or name.
pub async fn find(conn: &mut Conn, workspace: &str, id_or_name: &str) -> Result<Option<Connection>, Error> {
    sql("SELECT * FROM connections WHERE workspace_id = $1 AND (id = $2 OR name = $2)")
        .bind(workspace)
        .bind(id_or_name)
        .first(conn)
        .await
}

/// Every connection of a workspace, by name.
pub async fn all(conn: &mut Conn, workspace: &str) -> Result<Vec<Connection>, Error> {
    sql("SELECT * FROM connections WHERE workspace_id = $1 ORDER BY name").bind(workspace).all(conn).await
}

/// Connections, page by page.
pub async fn list(
    conn: &mut Conn,
    workspace: &str,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<Connection>, Error> {
    let orders = [
        Order::text("name", "name"),
        Order::number("created", "created_at"),
        Order::number("updated", "updated_at"),
    ];
    List::of("SELECT * FROM connections")
        .only_if("workspace_id = ?", workspace)
        .maybe("connector = ?", filter.connector.as_deref())
        .maybe(
            "(lower(name) LIKE ? OR lower(description) LIKE ?)",
            filter.search.as_ref().map(|text| format!("%{}%", text.to_lowercase())),
        )
        .maybe(
            "(restricted = 0 OR id IN (SELECT object_id FROM grants WHERE user_id = ?))",
            filter.visible_to.as_deref(),
        )
        .page(conn, page, &orders, "id", false)
        .await
}

/// Writes a connection whose revision is still that one.
pub async fn update(conn: &mut Conn, connection: &Connection) -> Result<(), Error> {
    sql("UPDATE connections SET name = $2, connector = $3, description = $4, settings = $5, restricted = $6,
         max_runs = $7, tested_at = NULL, test_fault = NULL, revision = revision + 1, updated_at = $8
         WHERE id = $1 AND revision = $9")
    .bind(connection.id.as_str())
    .bind(&connection.name)
    .bind(&connection.connector)
    .bind(&connection.description)
    .bind(json(&connection.settings)?)
    .bind(connection.restricted)
    .bind(connection.max_runs)
    .bind(Timestamp::now())
    .bind(connection.revision)
    .change(conn)
    .await
}

/// Notes how a test went.
pub async fn tested(conn: &mut Conn, id: &str, fault: Option<&Value>) -> Result<(), Error> {
    sql("UPDATE connections SET tested_at = $2, test_fault = $3 WHERE id = $1")
        .bind(id)
        .bind(Timestamp::now())
        .bind(fault.map(Value::to_string))
        .run(conn)
        .await
        .map(drop)
}

/// Removes a connection with its secrets and grants.
pub async fn remove(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("DELETE FROM secrets WHERE owner = $1").bind(id).run(conn).await?;
    sql("DELETE FROM grants WHERE object_kind = 'connection' AND object_id = $1").bind(id).run(conn).await?;
    sql("DELETE FROM connections WHERE id = $1").bind(id).change(conn).await
}

/// Connections of a workspace that a member without a grant does not know of.
pub async fn hidden_from(conn: &mut Conn, workspace: &str, user: &str) -> Result<Vec<String>, Error> {
    sql("SELECT id FROM connections WHERE workspace_id = $1 AND restricted = 1 AND id NOT IN
         (SELECT object_id FROM grants WHERE object_kind = 'connection' AND user_id = $2)")
    .bind(workspace)
    .bind(user)
    .all(conn)
    .await
}
