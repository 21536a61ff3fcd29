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

/// Columns of the workspace that a request names and of the role that the person `u` has there, beside others.
pub(crate) const BESIDE: &str = "at_w.id AS at_id, at_w.slug AS at_slug, at_w.name AS at_name,
    at_w.settings AS at_settings, at_w.revision AS at_revision, at_w.created_at AS at_created_at,
    at_w.updated_at AS at_updated_at, at_w.closed_at AS at_closed_at, at_m.role AS at_role, at_m.origin AS at_origin";

/// The tables of [`BESIDE`]; the place is that of an identity or a name in addresses, or of nothing.
pub(crate) fn beside(place: &str) -> String {
    format!(
        "LEFT JOIN workspaces at_w ON (at_w.id = {place} OR at_w.slug = {place}) AND at_w.closed_at IS NULL
         LEFT JOIN members at_m ON at_m.workspace_id = at_w.id AND at_m.user_id = u.id"
    )
}

/// What [`BESIDE`] holds; nothing when there is no such workspace, or the person is no member of it.
pub(crate) fn read_beside(row: &Row<'_>) -> Result<Option<Membership>, Error> {
    let at = row.under("at_");
    at.maybe_text("role")?.map(|_| Membership::read(&at)).transpose()
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
