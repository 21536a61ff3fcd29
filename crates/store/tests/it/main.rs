//! The store on both databases: one body per behaviour, SQLite and PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod lists;
mod moves;
mod notices;
mod passing;
mod people;
mod retention;
mod runs;
mod sealed;
mod shape;

use tempfile::TempDir;
use towpath_store::seal::Keys;
use towpath_store::{Error, Store, commit};
use towpath_testkit::{Postgres, postgres};

/// A store that is gone when the value is dropped.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    _folder: TempDir,
    _database: Option<Postgres>,
}

/// The key of every store here.
pub(crate) fn keys() -> Keys {
    Keys::parse(&"07".repeat(32)).unwrap()
}

pub(crate) async fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_file(&folder.path().join("towpath.db")).await.unwrap().signing(keys());
    Fresh { store, _folder: folder, _database: None }
}

pub(crate) async fn postgresql() -> Fresh {
    let database = postgres();
    let store = Store::open_postgres(&database.url()).await.unwrap().signing(keys());
    Fresh { store, _folder: tempfile::tempdir().unwrap(), _database: Some(database) }
}

/// Runs one body on both databases.
macro_rules! on_both {
    ($(#[doc = $doc:literal])* async fn $name:ident($store:ident: &Store) $body:block) => {
        mod $name {
            use super::*;

            async fn body($store: &Store) -> Result<(), Error> $body

            #[tokio::test]
            async fn on_sqlite() {
                let fresh = crate::sqlite().await;
                body(&fresh.store).await.unwrap();
            }

            #[tokio::test]
            async fn on_postgres() {
                let fresh = crate::postgresql().await;
                body(&fresh.store).await.unwrap();
            }
        }
    };
}
pub(crate) use on_both;

/// A workspace and its owner.
pub(crate) async fn workspace(store: &Store) -> Result<(String, String), Error> {
    use jiff::Timestamp;
    use towpath_model::{Role, ids::WorkspaceId};
    use towpath_store::{accounts, members, workspaces};
    let mut tx = store.begin().await?;
    let user = accounts::User::new("Ada@example.org", "Ada", "en");
    accounts::insert(&mut tx, &user, Some("hash")).await?;
    let workspace = workspaces::Workspace {
        id: WorkspaceId::generate(),
        slug: "house".into(),
        name: "House".into(),
        settings: serde_json::json!({}),
        revision: 1,
        created_at: Timestamp::now(),
        updated_at: Timestamp::now(),
        closed_at: None,
    };
    workspaces::insert(&mut tx, &workspace).await?;
    members::put(&mut tx, workspace.id.as_str(), user.id.as_str(), Role::Owner, "invited").await?;
    commit(tx).await?;
    Ok((workspace.id.as_str().to_owned(), user.id.as_str().to_owned()))
}
