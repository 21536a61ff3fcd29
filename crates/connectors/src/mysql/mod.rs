//! MySQL and MariaDB: tables and queries as sources, tables as destinations.
//!
//! Reading: `source` streams a prepared statement, `decode` makes Arrow columns of it, `binds` carries parameters and
//! filters. Writing: `plan` decides everything from the request and the target, `load` drives one load, `writer`
//! streams rows that `encode` wrote, `commit` puts them in place, `ledger` remembers load ids. Below both: `session`,
//! `catalog`, `types`, `names`, `fault`.
//!
//! Invariants: SQL is built only from names in backticks, types that parsed, and our own text; values are bound or
//! encoded by `encode`. Rows land in a staging table first, so nothing is visible before a commit.

mod binds;
mod catalog;
mod chunks;
mod civil;
mod commit;
mod config;
mod contract;
mod create;
mod decode;
mod destination;
mod dialect;
mod encode;
mod evolve;
mod fault;
mod fits;
mod images;
mod lane;
mod ledger;
mod load;
mod names;
mod own;
mod plan;
mod preview;
mod reader;
mod ready;
mod refuse;
mod session;
mod shape;
mod source;
mod split;
mod staging;
mod types;
mod undo;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use towpath_connect::bounds::Step;
use towpath_connect::{
    Address, Capabilities, Catalog, CatalogEntry, ConnectorDef, Context, Destination, Source,
};
use towpath_model::{Fault, WriteMode};

use session::{Access, Purpose, close};

pub use config::{Connection, DestinationSettings, LoadMethod, SourceSettings, TlsMode};

/// The connector for MySQL and MariaDB.
#[derive(Debug)]
pub struct Mysql;

#[async_trait]
impl ConnectorDef for Mysql {
    type Connection = Connection;
    type Source = SourceSettings;
    type Destination = DestinationSettings;

    const NAME: &'static str = "mysql";
    const TITLE: &'static str = "MySQL and MariaDB";
    const SUMMARY: &'static str =
        "Reads tables and queries of MySQL and MariaDB, and loads tables atomically.";
    const DOCS: &'static str = include_str!("README.md");
    const SCHEMES: &'static [&'static str] = &["mysql", "mariadb"];
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("copy-table.yaml", include_str!("examples/copy-table.yaml")),
        ("query-with-values.yaml", include_str!("examples/query-with-values.yaml")),
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
            accounts: true,
            max_identifier: Some(64),
        }
    }

    fn address(url: &str, with_stream: bool) -> Result<Address, Fault> {
        config::address(url, with_stream)
    }

    async fn check(connection: &Connection, cx: &Context) -> Result<(), Fault> {
        let access = Access::new(connection, cx)?;
        let conn = access.connect(Purpose::Read).await?;
        close(conn).await;
        Ok(())
    }

    fn steps(connection: &Connection) -> Vec<Step> {
        let mut steps = vec![Step::Resolve, Step::Connect, Step::Encrypt, Step::SignIn];
        steps.retain(|step| *step != Step::Encrypt || connection.tls != TlsMode::Disable);
        steps
    }

    async fn glance(connection: &Connection, cx: &Context) -> Result<Option<u64>, Fault> {
        let access = Access::new(connection, cx)?;
        let mut conn = access.connect(Purpose::Read).await?;
        let count = catalog::count(&mut conn, &access.place, access.database()).await;
        close(conn).await;
        count.map(Some)
    }

    async fn discover(connection: &Connection, cx: &Context) -> Result<Catalog, Fault> {
        let access = Access::new(connection, cx)?;
        let mut conn = access.connect(Purpose::Read).await?;
        let server = access.server(&mut conn).await?;
        let tables = catalog::tables(&mut conn, &access.place, &server, access.database(), None).await?;
        close(conn).await;
        let visible = tables.iter().filter(|table| !table.name.table.starts_with("_towpath_"));
        let streams = visible.map(|table| CatalogEntry {
            name: names::written(&table.name.table),
            kind: if table.view { "view" } else { "table" },
            info: source::table_info(table, false),
        });
        Ok(Catalog { streams: streams.collect() })
    }

    fn source(
        connection: Connection,
        settings: SourceSettings,
        cx: &Context,
    ) -> Result<Arc<dyn Source>, Fault> {
        Ok(Arc::new(source::MysqlSource::new(&connection, settings, cx)?))
    }

    fn destination(
        connection: Connection,
        settings: DestinationSettings,
        cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault> {
        Ok(Arc::new(destination::MysqlDestination::new(&connection, &settings, cx)?))
    }
}
