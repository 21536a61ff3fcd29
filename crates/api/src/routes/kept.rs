//! Rows that were looked at a moment ago, for whoever asks for the same ones again.
//!
//! The name under which rows are kept holds all that they depend on: the part of the document that leads to their node, what is
//! wanted of it, the workspace with its settings, and the connections there that the caller may use, as they are now. Whoever may
//! not use a connection, or has another version of it, asks for something else. Only that a source itself changes is not noticed:
//! so rows are kept for minutes, the answer says when they were read, and `refresh` reads them anew.

use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};
use serde_json::json;
use towpath_store::connections::Connection;
use towpath_store::{commit, previews, settings};

use super::looks::Wanted;
use crate::caller::Within;
use crate::problem::{Answer, Problem};
use crate::server::Server;
use crate::workbench::Rows;

/// Bytes of an answer that is kept; larger ones are read anew each time.
const MOST_BYTES: usize = 512 << 10;

/// The name of what is wanted of a document, of which `meaning` is what the rows depend on.
pub(crate) fn name(
    server: &Server,
    within: &Within,
    connections: &[Connection],
    meaning: &str,
    wanted: &Wanted,
) -> String {
    let connections: Vec<_> = connections.iter().map(|one| json!([one.id, one.revision])).collect();
    // The day that `${run.date}` names begins at a full hour somewhere.
    let hour = Timestamp::now().as_second().div_euclid(3600);
    let all = json!([
        server.version,
        within.workspace.revision,
        connections,
        meaning,
        wanted.node,
        wanted.port,
        wanted.limit,
        wanted.params,
        hour
    ]);
    digest(&SHA256, all.to_string().as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Rows that are kept under a name, and not for longer than the server is told to.
pub(crate) async fn find(server: &Server, within: &Within, name: &str) -> Answer<Option<Rows>> {
    let mut conn = server.store.read().await?;
    let minutes = settings::retention(&mut conn).await?.previews_minutes;
    let since = Timestamp::now().saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX);
    let kept = previews::find(&mut conn, within.id(), name, since).await?;
    // What another version of this program kept is as good as nothing.
    Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
}

/// Keeps rows for as long as the server is told to, in the place of earlier ones.
pub(crate) async fn keep(server: &Server, within: &Within, name: &str, rows: &Rows) -> Answer<()> {
    let minutes = settings::retention(&mut *server.store.read().await?).await?.previews_minutes;
    let content = serde_json::to_string(rows).map_err(Problem::internal)?;
    let until = rows.read_at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(rows.read_at);
    let mut tx = server.store.begin().await?;
    server.store.lock(&mut tx, "towpath-previews").await?;
    if minutes == 0 || content.len() > MOST_BYTES {
        previews::remove(&mut tx, within.id(), name).await?;
    } else {
        previews::put(&mut tx, within.id(), name, &content, rows.read_at, until).await?;
    }
    Ok(commit(tx).await?)
}
