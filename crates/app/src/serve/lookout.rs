//! Looks for files that schedules wait for, with the connector of files.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde_json::{Value, json};
use towpath_api::workbench::with_secrets;
use towpath_connectors::file;
use towpath_model::Fault;
use towpath_scheduler::service::{Lookout, Place, Seen};
use towpath_store::audit::{self, NewEntry};
use towpath_store::connections::{self, Connection};
use towpath_store::seal::Keys;
use towpath_store::{Store, commit, secrets, workspaces};

use super::bench::Bench;

/// Name of the connector of files.
const FILE: &str = "file";

/// Looks for files in the folders of workspaces, and on the servers of their connections.
pub(crate) struct FileLookout {
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) bench: Bench,
    pub(crate) noted: Noted,
}

/// Connections whose secrets the lookout uses, and what was written down of that.
///
/// It looks every few seconds. An entry for every look would bury the others, so one is written when it begins to use a
/// connection, and when the connection was changed, at most one an hour.
#[derive(Debug, Default)]
pub(crate) struct Noted(Mutex<HashMap<String, (i64, Instant)>>);

/// Least time between two entries about one connection.
const PAUSE: Duration = Duration::from_secs(3600);

impl Noted {
    /// Whether the use of a connection is to be written down now.
    fn is_due(&self, connection: &str, revision: i64, now: Instant) -> bool {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get(connection).is_none_or(|(known, at)| *known != revision && now.duration_since(*at) >= PAUSE)
    }

    /// That it was written down.
    fn done(&self, connection: &str, revision: i64, now: Instant) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.insert(connection.to_owned(), (revision, now));
    }
}

impl FileLookout {
    /// Tells the audit that secrets are used, before they are.
    async fn note(&self, place: &Place, connection: &Connection) -> Result<(), Fault> {
        let (id, now) = (connection.id.as_str(), Instant::now());
        if !self.noted.is_due(id, connection.revision, now) {
            return Ok(());
        }
        let entry = NewEntry {
            detail: Some(json!({ "schedule": place.schedule_id, "pipeline": place.pipeline_id })),
            ..NewEntry::of("secret.use").within(&place.workspace_id).on("connection", id, &connection.name)
        };
        let mut tx = self.store.begin().await?;
        audit::write(&self.store, &mut tx, vec![entry]).await?;
        commit(tx).await?;
        self.noted.done(id, connection.revision, now);
        Ok(())
    }
}

#[async_trait]
impl Lookout for FileLookout {
    async fn look(&self, place: &Place) -> Result<Vec<Seen>, Fault> {
        let mut conn = self.store.read().await?;
        let workspace = workspaces::find(&mut conn, &place.workspace_id).await?;
        let workspace = workspace.ok_or_else(|| Fault::not_found("the workspace does not exist any more"))?;
        let settings = match &place.connection {
            None => Value::Null,
            Some(name) => {
                let all = connections::all(&mut conn, &place.workspace_id).await?;
                let found = all.into_iter().find(|connection| connection.name == *name).ok_or_else(|| {
                    Fault::config(format!("there is no connection `{name}`"))
                        .hint("change `files` in the schedule, or add the connection")
                })?;
                if found.connector != FILE {
                    return Err(Fault::config(format!(
                        "connection `{name}` has the connector `{}`; files arrive on connections of `{FILE}`",
                        found.connector
                    )));
                }
                let secrets = secrets::open(&mut conn, &self.keys, found.id.as_str()).await?;
                if !secrets.is_empty() {
                    self.note(place, &found).await?;
                }
                with_secrets(&found, &secrets).settings
            }
        };
        drop(conn);
        let context = self.bench.context(&workspace)?;
        let found = file::look(&settings, &place.path, &context).await?;
        Ok(found.into_iter().map(|file| Seen { name: file.name, stamp: file.stamp }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_use_of_secrets_is_noted_at_first_and_when_they_change_but_not_often() {
        let (noted, begin) = (Noted::default(), Instant::now());
        let after = |seconds: u64| begin + Duration::from_secs(seconds);
        assert!(noted.is_due("cn_1", 1, begin));
        assert!(noted.is_due("cn_1", 1, begin), "what could not be written is due again");
        noted.done("cn_1", 1, begin);
        assert!(noted.is_due("cn_2", 1, begin), "every connection for itself");
        assert!(!noted.is_due("cn_1", 1, after(9000)), "nothing is new");
        assert!(!noted.is_due("cn_1", 2, after(60)), "once an hour at most");
        assert!(noted.is_due("cn_1", 2, after(3600)));
    }
}
