//! Rows that somebody looked at, kept for moments: who goes through a pipeline node by node asks for the same ones again.
//!
//! What is kept is named by everything that it depends on, and ends by itself. Sources change without saying so, so the age of
//! what is kept belongs into every answer.

use jiff::Timestamp;
use towpath_model::ids::PreviewId;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::sql;

/// Previews that are kept of one workspace; the oldest ones go first.
pub const MOST: i64 = 200;

/// What is kept under a name since that time or a later one.
pub async fn find(
    conn: &mut Conn,
    workspace: &str,
    name: &str,
    since: Timestamp,
) -> Result<Option<String>, Error> {
    sql("SELECT content FROM previews WHERE workspace_id = $1 AND name = $2 AND created_at > $3")
        .bind(workspace)
        .bind(name)
        .bind(since)
        .first(conn)
        .await
}

/// Keeps something under a name until then, in the place of what is kept there.
pub async fn put(
    conn: &mut Conn,
    workspace: &str,
    name: &str,
    content: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), Error> {
    sql("INSERT INTO previews (id, workspace_id, name, content, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id, name) DO UPDATE SET content = $4, created_at = $5, expires_at = $6")
    .bind(PreviewId::generate().as_str())
    .bind(workspace)
    .bind(name)
    .bind(content)
    .bind(now)
    .bind(until)
    .run(conn)
    .await?;
    sql(format!(
        "DELETE FROM previews WHERE workspace_id = $1 AND id NOT IN
         (SELECT id FROM previews WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC LIMIT {MOST})"
    ))
    .bind(workspace)
    .run(conn)
    .await
    .map(drop)
}

/// Removes what is kept under a name.
pub async fn remove(conn: &mut Conn, workspace: &str, name: &str) -> Result<u64, Error> {
    sql("DELETE FROM previews WHERE workspace_id = $1 AND name = $2")
        .bind(workspace)
        .bind(name)
        .run(conn)
        .await
}

/// Removes what has ended; returns how many.
pub async fn sweep(conn: &mut Conn, now: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM previews WHERE expires_at <= $1").bind(now).run(conn).await
}
