//! Files that people gave to the server. Their content is in the folder of the workspace; here is what it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{UploadId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, sql};

/// A file.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Upload {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: UploadId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// Its name, as it was given.
    pub name: String,
    /// Where it is, for `path` in pipelines.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
    /// What it says it is.
    pub media_type: String,
    /// Who gave it.
    pub created_by: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

impl Read for Upload {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Upload {
            id: UploadId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            name: row.text("name")?,
            path: row.text("path")?,
            size: row.count("size")?,
            sha256: row.text("sha256")?,
            media_type: row.text("media_type")?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
        })
    }
}

impl Listed for Upload {
    fn standing(&self, order: &str) -> (Value, String) {
        let value = match order {
            "name" => self.name.as_str().into(),
            "size" => self.size.into(),
            _ => self.created_at.as_microsecond().into(),
        };
        (value, self.id.as_str().to_owned())
    }
}

/// Adds a file.
pub async fn insert(conn: &mut Conn, upload: &Upload) -> Result<(), Error> {
    sql("INSERT INTO uploads (id, workspace_id, name, path, size, sha256, media_type, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(upload.id.as_str())
    .bind(upload.workspace_id.as_str())
    .bind(&upload.name)
    .bind(&upload.path)
    .bind(upload.size)
    .bind(&upload.sha256)
    .bind(&upload.media_type)
    .bind(upload.created_by.as_deref())
    .bind(upload.created_at)
    .run(conn)
    .await
    .map(drop)
}

/// The file with that identity.
pub async fn find(conn: &mut Conn, workspace: &str, id: &str) -> Result<Option<Upload>, Error> {
    sql("SELECT * FROM uploads WHERE workspace_id = $1 AND id = $2")
        .bind(workspace)
        .bind(id)
        .first(conn)
        .await
}

/// Files of a workspace, the newest first.
pub async fn list(
    conn: &mut Conn,
    workspace: &str,
    search: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Upload>, Error> {
    let orders =
        [Order::number("created", "created_at"), Order::text("name", "name"), Order::number("size", "size")];
    List::of("SELECT * FROM uploads")
        .only_if("workspace_id = ?", workspace)
        .maybe("lower(name) LIKE ?", search.map(|text| format!("%{}%", text.to_lowercase())))
        .page(conn, page, &orders, "id", true)
        .await
}

/// Removes a file from the list; false when it is not there.
pub async fn remove(conn: &mut Conn, id: &str) -> Result<bool, Error> {
    Ok(sql("DELETE FROM uploads WHERE id = $1").bind(id).run(conn).await? == 1)
}
