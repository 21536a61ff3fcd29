//! Workspaces: the boundary of ownership and rights.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::Role;
use towpath_model::ids::WorkspaceId;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, json, sql};

/// A workspace.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Workspace {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: WorkspaceId,
    /// Its name in addresses: small letters, digits and `-`.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its settings.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// Grows with every change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

impl Read for Workspace {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Workspace {
            id: WorkspaceId::from_text(row.text("id")?),
            slug: row.text("slug")?,
            name: row.text("name")?,
            settings: row.json("settings")?,
            revision: row.int("revision")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            closed_at: row.maybe_time("closed_at")?,
        })
    }
}

/// Adds a workspace.
pub async fn insert(conn: &mut Conn, workspace: &Workspace) -> Result<(), Error> {
    sql("INSERT INTO workspaces (id, slug, name, settings, revision, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(workspace.id.as_str())
    .bind(&workspace.slug)
    .bind(&workspace.name)
    .bind(json(&workspace.settings)?)
    .bind(workspace.revision)
    .bind(workspace.created_at)
    .bind(workspace.updated_at)
    .run(conn)
    .await
    .map(drop)
}

/// The workspace with that identity or that name in addresses.
pub async fn find(conn: &mut Conn, id_or_slug: &str) -> Result<Option<Workspace>, Error> {
    sql("SELECT * FROM workspaces WHERE id = $1 OR slug = $1").bind(id_or_slug).first(conn).await
}

/// Every workspace, by name.
pub async fn all(conn: &mut Conn) -> Result<Vec<Workspace>, Error> {
    sql("SELECT * FROM workspaces WHERE closed_at IS NULL ORDER BY name, id").all(conn).await
}

/// A workspace with the role that a person has in it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Membership {
    /// The workspace.
    #[serde(flatten)]
    pub workspace: Workspace,
    /// The role of the person.
    #[schema(value_type = String)]
    pub role: Role,
    /// Where the role comes from: `invited`, or the name of a provider whose groups give it.
    pub origin: String,
}

impl Read for Membership {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Membership {
            workspace: Workspace::read(row)?,
            role: row.word("role", Role::of)?,
            origin: row.text("origin")?,
        })
    }
}

/// The open workspace with that identity or that name in addresses, if a person is a member of it.
pub async fn membership(conn: &mut Conn, id_or_slug: &str, user: &str) -> Result<Option<Membership>, Error> {
    sql("SELECT w.*, m.role, m.origin FROM workspaces w JOIN members m ON m.workspace_id = w.id
         WHERE (w.id = $1 OR w.slug = $1) AND m.user_id = $2 AND w.closed_at IS NULL")
    .bind(id_or_slug)
    .bind(user)
    .first(conn)
    .await
}

/// Those that a person is a member of, by name.
pub async fn of_user(conn: &mut Conn, user: &str) -> Result<Vec<Membership>, Error> {
    sql("SELECT w.*, m.role, m.origin FROM workspaces w JOIN members m ON m.workspace_id = w.id
         WHERE m.user_id = $1 AND w.closed_at IS NULL ORDER BY w.name, w.id")
    .bind(user)
    .all(conn)
    .await
}

/// Those of which a person is the only owner who can sign in.
pub async fn owned_alone(conn: &mut Conn, user: &str) -> Result<Vec<Workspace>, Error> {
    sql("SELECT w.* FROM workspaces w JOIN members m ON m.workspace_id = w.id
         WHERE m.user_id = $1 AND m.role = 'owner' AND w.closed_at IS NULL AND NOT EXISTS (
             SELECT 1 FROM members o JOIN users u ON u.id = o.user_id
             WHERE o.workspace_id = w.id AND o.role = 'owner' AND o.user_id <> $1 AND u.active = 1)
         ORDER BY w.name, w.id")
    .bind(user)
    .all(conn)
    .await
}

/// Writes name and settings of a workspace whose revision is still that one.
pub async fn update(conn: &mut Conn, workspace: &Workspace) -> Result<(), Error> {
    sql("UPDATE workspaces SET slug = $2, name = $3, settings = $4, closed_at = $5, revision = revision + 1,
         updated_at = $6 WHERE id = $1 AND revision = $7")
    .bind(workspace.id.as_str())
    .bind(&workspace.slug)
    .bind(&workspace.name)
    .bind(json(&workspace.settings)?)
    .bind(workspace.closed_at)
    .bind(Timestamp::now())
    .bind(workspace.revision)
    .change(conn)
    .await
}

/// A name for addresses that is made of a name for people.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'à' | 'â' | 'ä' => slug.push('a'),
            'é' | 'è' | 'ê' | 'ë' => slug.push('e'),
            'î' | 'ï' => slug.push('i'),
            'ô' | 'ö' => slug.push('o'),
            'ù' | 'û' | 'ü' => slug.push('u'),
            'ç' => slug.push('c'),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "workspace".into() } else { slug.chars().take(60).collect() }
}
