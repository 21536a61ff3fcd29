//! PostgreSQL, versions 12 to 18.
//!
//! The definition ties the parts together: settings ([`config`]), sessions (`session`, over `wire` and `tls`), the
//! catalogs (`catalog`), types (`types`, `numeric`), the reading role (`source`, with `split`, `held`, `reading`,
//! `decode` and `filters`) and the writing role (`destination`). A load is planned (`plan`, `shape`, `own`, `stage`), comes as one stream (`load`) or
//! in chunks (`chunked`, `chunks`) through a copy (`copying`, `encode`), and is put in place by one transaction (`place`,
//! `merging`, `dialect`, `misfits`, `preview`, `undo`, `ledger`).
//!
//! Invariants: values reach SQL only as bound values or copied rows; names only through `name`; every server error
//! becomes a fault through the one table in `fault`.

mod catalog;
mod chunked;
mod chunks;
pub mod config;
mod copying;
mod decode;
mod destination;
mod dialect;
mod encode;
mod fault;
mod feed;
mod filters;
mod held;
mod ledger;
mod load;
mod merging;
mod misfits;
mod name;
mod numeric;
mod own;
mod place;
mod plan;
mod preview;
mod protocol;
mod reading;
mod render;
mod room;
mod session;
mod shape;
mod source;
mod split;
mod stage;
mod tls;
mod types;
mod undo;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use towpath_connect::bounds::Step;
use towpath_connect::{Address, Capabilities, Catalog, ConnectorDef, Context, Destination, Source};
use towpath_model::{Fault, WriteMode};

use config::{Connection, DestinationSettings, SourceSettings, Tls};
use destination::PostgresDestination;
use name::{MAX_NAME, TableName};
use session::Session;
use source::{PostgresSource, Stream};

/// The PostgreSQL connector.
#[derive(Debug)]
pub struct Postgres;

#[async_trait]
impl ConnectorDef for Postgres {
    type Connection = Connection;
    type Source = SourceSettings;
    type Destination = DestinationSettings;

    const NAME: &'static str = "postgres";
    const TITLE: &'static str = "PostgreSQL";
    const SUMMARY: &'static str = "Reads tables, views and queries of PostgreSQL, and loads tables.";
    const DOCS: &'static str = include_str!("README.md");
    const SCHEMES: &'static [&'static str] = &["postgresql", "postgres"];
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("copy-table.yaml", include_str!("examples/copy-table.yaml")),
        ("load-query.yaml", include_str!("examples/load-query.yaml")),
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
            commits_together: true,
            diffs: true,
            undoes: true,
            widens: true,
            creates: true,
            adds_columns: true,
            accounts: true,
            max_identifier: Some(MAX_NAME),
        }
    }

    fn address(url: &str, with_stream: bool) -> Result<Address, Fault> {
        config::address(url, with_stream)
    }

    async fn check(connection: &Connection, cx: &Context) -> Result<(), Fault> {
        let connection = Arc::new(connection.clone().settle(cx)?);
        Session::open(&connection).await.map(drop)
    }

    fn steps(connection: &Connection) -> Vec<Step> {
        if connection.host.starts_with('/') {
            return vec![Step::Connect, Step::SignIn];
        }
        let mut steps = vec![Step::Resolve, Step::Connect, Step::Encrypt, Step::SignIn];
        steps.retain(|step| *step != Step::Encrypt || connection.tls != Tls::Disable);
        steps
    }

    async fn glance(connection: &Connection, cx: &Context) -> Result<Option<u64>, Fault> {
        let session = Session::open(&Arc::new(connection.clone().settle(cx)?)).await?;
        catalog::count(&session).await.map(Some)
    }

    async fn discover(connection: &Connection, cx: &Context) -> Result<Catalog, Fault> {
        source::discover(&Arc::new(connection.clone().settle(cx)?)).await
    }

    fn source(
        connection: Connection,
        settings: SourceSettings,
        cx: &Context,
    ) -> Result<Arc<dyn Source>, Fault> {
        let stream = match (settings.table, settings.query) {
            (Some(table), None) => Stream::Table(TableName::parse(&table)?),
            (None, Some(query)) => Stream::Query(query),
            _ => return Err(Fault::config("a PostgreSQL source needs either `table` or `query`")),
        };
        Ok(Arc::new(PostgresSource::new(Arc::new(connection.settle(cx)?), stream)))
    }

    fn destination(
        connection: Connection,
        settings: DestinationSettings,
        cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault> {
        let table = TableName::parse(&settings.table)?;
        Ok(Arc::new(PostgresDestination::new(Arc::new(connection.settle(cx)?), table)))
    }
}
