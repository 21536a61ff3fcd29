//! Keys with which programs sign in, for one workspace. Only their hashes are kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use towpath_model::ids::{KeyId, UserId, WorkspaceId};

use crate::accounts::User;
use crate::db::Conn;
use crate::error::Error;
use crate::page::List;
use crate::sql::{Read, Row, json, sql};
use crate::workspaces::{BESIDE, Membership, beside, read_beside};

/// An API key, without the key.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApiKey {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: KeyId,
    /// The workspace it works in.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// Whose it is; it never may more than its owner.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// How the key begins, to tell keys apart.
    pub beginning: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub used_at: Option<Timestamp>,
}

impl Read for ApiKey {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(ApiKey {
            id: KeyId::from_text(row.text("key_id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            user_id: UserId::from_text(row.text("user_id")?),
            name: row.text("key_name")?,
            beginning: row.text("beginning")?,
            scopes: row.json("scopes")?,
            created_at: row.time("key_created_at")?,
            expires_at: row.maybe_time("expires_at")?,
            used_at: row.maybe_time("used_at")?,
        })
    }
}

const COLUMNS: &str = "k.id AS key_id, k.workspace_id, k.user_id, k.name AS key_name, k.beginning, k.scopes,
    k.created_at AS key_created_at, k.expires_at, k.used_at";

/// A key with its person.
#[derive(Debug, Clone)]
pub struct Owned {
    /// The key.
    pub key: ApiKey,
    /// Whose it is.
    pub user: User,
    /// The role of the person in the workspace that was asked for.
    pub member: Option<Membership>,
}

impl Read for Owned {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Owned { key: ApiKey::read(row)?, user: User::read(row)?, member: read_beside(row)? })
    }
}

/// Adds a key with its hash.
pub async fn insert(conn: &mut Conn, key: &ApiKey, hash: &str) -> Result<(), Error> {
    sql("INSERT INTO api_keys (id, workspace_id, user_id, name, beginning, hash, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(key.id.as_str())
    .bind(key.workspace_id.as_str())
    .bind(key.user_id.as_str())
    .bind(&key.name)
    .bind(&key.beginning)
    .bind(hash)
    .bind(json(&key.scopes)?)
    .bind(key.created_at)
    .bind(key.expires_at)
    .run(conn)
    .await
    .map(drop)
}

/// The live key of that hash, with its person and that person's role in a workspace, by identity or name in addresses.
pub async fn by_hash(conn: &mut Conn, hash: &str, workspace: Option<&str>) -> Result<Option<Owned>, Error> {
    let text = format!(
        "SELECT {COLUMNS}, u.*, {BESIDE} FROM api_keys k JOIN users u ON u.id = k.user_id {}
         WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.active = 1",
        beside("$3")
    );
    sql(text).bind(hash).bind(Timestamp::now()).bind(workspace).first(conn).await
}

/// Keys of a workspace that were not revoked; of one person or of all.
pub async fn list(conn: &mut Conn, workspace: &str, user: Option<&str>) -> Result<Vec<ApiKey>, Error> {
    List::of(&format!("SELECT {COLUMNS} FROM api_keys k"))
        .only("k.revoked_at IS NULL")
        .only_if("k.workspace_id = ?", workspace)
        .maybe("k.user_id = ?", user)
        .all(conn, "k.created_at, k.id")
        .await
}

/// A key of a workspace that was not revoked.
pub async fn find(conn: &mut Conn, workspace: &str, id: &str) -> Result<Option<ApiKey>, Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM api_keys k WHERE k.id = $1 AND k.workspace_id = $2 AND k.revoked_at IS NULL"
    );
    sql(text).bind(id).bind(workspace).first(conn).await
}

/// Whether a key still works.
pub async fn is_live(conn: &mut Conn, id: &str) -> Result<bool, Error> {
    let live = sql("SELECT count(*) FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = $1
                    AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.active = 1");
    Ok(live.bind(id).bind(Timestamp::now()).number(conn).await? > 0)
}

/// Keys of a person in every workspace, also those that were revoked.
pub async fn of_user(conn: &mut Conn, user: &str) -> Result<Vec<ApiKey>, Error> {
    let text = format!("SELECT {COLUMNS} FROM api_keys k WHERE k.user_id = $1 ORDER BY k.created_at, k.id");
    sql(text).bind(user).all(conn).await
}

/// Notes that a key was used.
pub async fn used(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("UPDATE api_keys SET used_at = $2 WHERE id = $1")
        .bind(id)
        .bind(Timestamp::now())
        .run(conn)
        .await
        .map(drop)
}

/// Ends a key; false when there is none.
pub async fn revoke(conn: &mut Conn, workspace: &str, id: &str) -> Result<bool, Error> {
    let revoked =
        sql("UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND workspace_id = $2 AND revoked_at IS NULL");
    Ok(revoked.bind(id).bind(workspace).bind(Timestamp::now()).run(conn).await? == 1)
}
