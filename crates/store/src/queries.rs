//! SQL that people keep beside a connection, to ask it again. It belongs to everybody who may look into the connection, and goes with it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{ConnectionId, QueryId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, sql};

/// A query that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SavedQuery {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: QueryId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// The connection that it asks.
    #[schema(value_type = String)]
    pub connection_id: ConnectionId,
    /// Its name; no other query of the connection has it.
    pub name: String,
    /// The SQL, as it was written.
    pub sql: String,
    /// Grows with every change.
    pub revision: i64,
    /// Who made it.
    pub created_by: Option<String>,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Read for SavedQuery {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(SavedQuery {
            id: QueryId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            connection_id: ConnectionId::from_text(row.text("connection_id")?),
            name: row.text("name")?,
            sql: row.text("sql")?,
            revision: row.int("revision")?,
            created_by: row.maybe_text("created_by")?,
            updated_by: row.maybe_text("updated_by")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
        })
    }
}

impl Listed for SavedQuery {
    fn standing(&self, order: &str) -> (Value, String) {
        let value = match order {
            "created" => self.created_at.as_microsecond().into(),
            "updated" => self.updated_at.as_microsecond().into(),
            _ => self.name.as_str().into(),
        };
        (value, self.id.as_str().to_owned())
    }
}

/// Adds a query. Fails with [`Error::Exists`] when the name is taken.
pub async fn insert(conn: &mut Conn, query: &SavedQuery) -> Result<(), Error> {
    sql("INSERT INTO queries (id, workspace_id, connection_id, name, sql, revision, created_by, updated_by, created_at,
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(query.id.as_str())
    .bind(query.workspace_id.as_str())
    .bind(query.connection_id.as_str())
    .bind(&query.name)
    .bind(&query.sql)
    .bind(query.revision)
    .bind(query.created_by.as_deref())
    .bind(query.updated_by.as_deref())
    .bind(query.created_at)
    .bind(query.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// The query of a connection with that identity.
pub async fn find(conn: &mut Conn, connection: &str, id: &str) -> Result<Option<SavedQuery>, Error> {
    sql("SELECT * FROM queries WHERE connection_id = $1 AND id = $2")
        .bind(connection)
        .bind(id)
        .first(conn)
        .await
}

/// How many queries a connection has.
pub async fn count(conn: &mut Conn, connection: &str) -> Result<i64, Error> {
    sql("SELECT count(*) FROM queries WHERE connection_id = $1").bind(connection).number(conn).await
}

/// Queries of a connection, page by page.
pub async fn list(
    conn: &mut Conn,
    connection: &str,
    search: Option<&str>,
    page: &PageRequest,
) -> Result<Page<SavedQuery>, Error> {
    let orders = [
        Order::text("name", "name"),
        Order::number("created", "created_at"),
        Order::number("updated", "updated_at"),
    ];
    List::of("SELECT * FROM queries")
        .only_if("connection_id = ?", connection)
        .maybe(
            "(lower(name) LIKE ? OR lower(sql) LIKE ?)",
            search.map(|text| format!("%{}%", text.to_lowercase())),
        )
        .page(conn, page, &orders, "id", false)
        .await
}

/// Writes a query whose revision is still that one.
pub async fn update(conn: &mut Conn, query: &SavedQuery) -> Result<(), Error> {
    sql("UPDATE queries SET name = $2, sql = $3, updated_by = $4, updated_at = $5, revision = revision + 1
         WHERE id = $1 AND revision = $6")
    .bind(query.id.as_str())
    .bind(&query.name)
    .bind(&query.sql)
    .bind(query.updated_by.as_deref())
    .bind(query.updated_at)
    .bind(query.revision)
    .change(conn)
    .await
}

/// Removes a query.
pub async fn remove(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("DELETE FROM queries WHERE id = $1").bind(id).change(conn).await
}
