//! Looks for files that schedules wait for, with the connector of files.

use async_trait::async_trait;
use serde_json::Value;
use towpath_api::workbench::with_secrets;
use towpath_connectors::file;
use towpath_model::Fault;
use towpath_scheduler::service::{Lookout, Place, Seen};
use towpath_store::seal::Keys;
use towpath_store::{Store, connections, secrets, workspaces};

use super::bench::Bench;

/// Name of the connector of files.
const FILE: &str = "file";

/// Looks for files in the folders of workspaces, and on the servers of their connections.
pub(crate) struct FileLookout {
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) bench: Bench,
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
                with_secrets(&found, &secrets).settings
            }
        };
        drop(conn);
        let context = self.bench.context(&workspace)?;
        let found = file::look(&settings, &place.path, &context).await?;
        Ok(found.into_iter().map(|file| Seen { name: file.name, stamp: file.stamp }).collect())
    }
}
