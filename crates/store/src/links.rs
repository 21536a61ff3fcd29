//! Links that work once. Only the hash of the secret part is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use towpath_model::Role;
use towpath_model::ids::{LinkId, UserId, WorkspaceId};

use crate::accounts::email_key;
use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql, words};

words! {
    /// What a link is for.
    LinkKind {
        /// Makes the first account.
        Setup = "setup",
        /// Lets somebody into a workspace.
        Invitation = "invitation",
        /// Lets somebody choose a new password.
        Password = "password",
    }
}

/// A link, without its secret part.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Link {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: LinkId,
    /// What it is for.
    pub kind: LinkKind,
    /// The workspace of an invitation.
    #[schema(value_type = Option<String>)]
    pub workspace_id: Option<WorkspaceId>,
    /// Whose password it changes.
    #[schema(value_type = Option<String>)]
    pub user_id: Option<UserId>,
    /// Who is invited.
    pub email: Option<String>,
    /// The role of an invitation.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Read for Link {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        let role = row.maybe_text("role")?;
        Ok(Link {
            id: LinkId::from_text(row.text("id")?),
            kind: row.word("kind", LinkKind::of)?,
            workspace_id: row.maybe_text("workspace_id")?.map(WorkspaceId::from_text),
            user_id: row.maybe_text("user_id")?.map(UserId::from_text),
            email: row.maybe_text("email")?,
            role: role.as_deref().and_then(Role::of),
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
            expires_at: row.time("expires_at")?,
        })
    }
}

/// Adds a link with the hash of its secret part.
pub async fn insert(conn: &mut Conn, link: &Link, hash: &str) -> Result<(), Error> {
    sql("INSERT INTO links (id, kind, hash, workspace_id, user_id, email, role, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(link.id.as_str())
    .bind(link.kind.word())
    .bind(hash)
    .bind(link.workspace_id.as_ref().map(WorkspaceId::as_str))
    .bind(link.user_id.as_ref().map(UserId::as_str))
    .bind(link.email.as_deref())
    .bind(link.role.map(Role::word))
    .bind(link.created_by.as_deref())
    .bind(link.created_at)
    .bind(link.expires_at)
    .run(conn)
    .await
    .map(drop)
}

/// The link of that hash, if it can still be used.
pub async fn find(conn: &mut Conn, kind: LinkKind, hash: &str) -> Result<Option<Link>, Error> {
    sql("SELECT * FROM links WHERE hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3")
        .bind(hash)
        .bind(kind.word())
        .bind(Timestamp::now())
        .first(conn)
        .await
}

/// The link of that hash, of any kind, if it can still be used.
pub async fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<Link>, Error> {
    sql("SELECT * FROM links WHERE hash = $1 AND used_at IS NULL AND expires_at > $2")
        .bind(hash)
        .bind(Timestamp::now())
        .first(conn)
        .await
}

/// Uses a link up; false when somebody did already.
pub async fn take(conn: &mut Conn, id: &LinkId) -> Result<bool, Error> {
    let used = sql("UPDATE links SET used_at = $2 WHERE id = $1 AND used_at IS NULL");
    Ok(used.bind(id.as_str()).bind(Timestamp::now()).run(conn).await? == 1)
}

/// Invitations of a workspace that wait to be accepted.
pub async fn invitations(conn: &mut Conn, workspace: &str) -> Result<Vec<Link>, Error> {
    sql("SELECT * FROM links WHERE workspace_id = $1 AND kind = 'invitation' AND used_at IS NULL AND expires_at > $2
         ORDER BY created_at, id")
    .bind(workspace)
    .bind(Timestamp::now())
    .all(conn)
    .await
}

/// Takes an invitation back; false when there is none.
pub async fn withdraw(conn: &mut Conn, workspace: &str, id: &str) -> Result<bool, Error> {
    let gone = sql(
        "DELETE FROM links WHERE id = $1 AND workspace_id = $2 AND kind = 'invitation' AND used_at IS NULL",
    );
    Ok(gone.bind(id).bind(workspace).run(conn).await? == 1)
}

/// Removes links of a kind, of one person or of all, so that only the newest works.
pub async fn forget(conn: &mut Conn, kind: LinkKind, user: Option<&str>) -> Result<u64, Error> {
    sql("DELETE FROM links WHERE kind = $1 AND used_at IS NULL AND ($2 = '' OR user_id = $2)")
        .bind(kind.word())
        .bind(user.unwrap_or_default())
        .run(conn)
        .await
}

/// Removes every link for a mail address, also those that were used.
pub async fn erase(conn: &mut Conn, email: &str) -> Result<u64, Error> {
    sql("DELETE FROM links WHERE lower(email) = $1").bind(email_key(email)).run(conn).await
}

/// Removes links that ended before that time; returns how many.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM links WHERE expires_at < $1 OR used_at < $1").bind(before).run(conn).await
}
