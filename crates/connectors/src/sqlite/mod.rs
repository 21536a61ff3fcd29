//! SQLite: tables, views and queries of a database file; loads in one transaction.
//!
//! SQLite keeps any value in any column, so the types of a stream are found by looking at every value once
//! (`infer`), guided by the declared types (`types`). A load collects its rows in a staging place (`stage`), which
//! is a private temporary database, or for a load in chunks a file that outlives the process (`kept`). It touches the
//! real database only at commit, in a single transaction (`commit`): several loads of one run may write to the same
//! file, and nobody waits for a lock while a pipeline runs. What the rows change is said by the shared SQL of the
//! write modes (`place`), which `preview` shows and `undo` takes back.
//!
//! All calls of SQLite block, so each read and each load has a thread of its own (`session`), joined by bounded
//! channels. Dropping the stream or the load interrupts the thread.

mod address;
mod bind;
mod columns;
mod commit;
mod config;
mod create;
mod destination;
mod dialect;
mod fault;
mod images;
mod infer;
mod kept;
mod ledger;
mod load;
mod own;
mod place;
mod plan;
mod preview;
mod read;
mod references;
mod retype;
mod schema;
mod session;
mod source;
mod split;
mod stage;
mod types;
mod undo;
mod worker;

use std::sync::Arc;

use async_trait::async_trait;
use towpath_connect::bounds::Step;
use towpath_connect::{Address, Capabilities, Catalog, ConnectorDef, Context, Destination, Source};
use towpath_model::{Fault, WriteMode};

pub use self::config::{SqliteConnection, SqliteDestination, SqliteSource};
use self::session::Database;

/// The definition of the connector.
#[derive(Debug)]
pub struct Sqlite;

#[async_trait]
impl ConnectorDef for Sqlite {
    type Connection = SqliteConnection;
    type Source = SqliteSource;
    type Destination = SqliteDestination;

    const NAME: &'static str = "sqlite";
    const TITLE: &'static str = "SQLite";
    const SUMMARY: &'static str = "Reads and writes tables of a SQLite database file.";
    const DOCS: &'static str = include_str!("README.md");
    const SCHEMES: &'static [&'static str] = &["sqlite"];
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("copy-orders.yaml", include_str!("examples/copy-orders.yaml")),
        ("query.yaml", include_str!("examples/query.yaml")),
    ];

    fn capabilities() -> Capabilities {
        Capabilities {
            write_modes: WriteMode::ALL.to_vec(),
            projection: true,
            filters: true,
            limit: true,
            queries: true,
            atomic: true,
            idempotent: true,
            splits: true,
            resumes: true,
            commits_together: false,
            diffs: true,
            undoes: true,
            creates: true,
            adds_columns: true,
            widens: true,
            accounts: false,
            max_identifier: None,
        }
    }

    fn address(url: &str, with_stream: bool) -> Result<Address, Fault> {
        address::address(url, with_stream)
    }

    async fn check(connection: &SqliteConnection, cx: &Context) -> Result<(), Fault> {
        cx.steps().begin(Step::Open);
        source::check(Database::new(connection, cx)?).await?;
        cx.steps().done(Step::Open);
        Ok(())
    }

    async fn glance(connection: &SqliteConnection, cx: &Context) -> Result<Option<u64>, Fault> {
        source::count(Database::new(connection, cx)?).await.map(Some)
    }

    async fn discover(connection: &SqliteConnection, cx: &Context) -> Result<Catalog, Fault> {
        source::discover(Database::new(connection, cx)?).await
    }

    fn source(
        connection: SqliteConnection,
        settings: SqliteSource,
        cx: &Context,
    ) -> Result<Arc<dyn Source>, Fault> {
        Ok(Arc::new(source::SqliteStream::new(Database::new(&connection, cx)?, settings)?))
    }

    fn destination(
        connection: SqliteConnection,
        settings: SqliteDestination,
        cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault> {
        Ok(Arc::new(destination::SqliteTable::new(Database::new(&connection, cx)?, settings)?))
    }
}

#[cfg(test)]
mod tests;
