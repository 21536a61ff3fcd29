//! Files: CSV, JSON, Parquet, Arrow and Excel, on this machine's own disks and on servers.
//!
//! Three questions are kept apart, so that files on other machines and other formats can join: where files are
//! ([`store`], [`place`], [`stage`]) and which of them are meant ([`choose`], [`archive`], [`known`]), how their bytes
//! are packed ([`bytes`], [`writing`]) and encoded ([`text`]), and what they hold ([`csv`], [`json`], [`columnar`],
//! [`log`], and by way of [`walks`] the formats whose rows are walked one by one). [`infer`] decides the types of text, with
//! [`notation`] for what people write; [`values`] and [`column`] read it, [`cells`] writes it;
//! [`pieces`] spreads the work over processors, and [`source`] and [`destination`] put it all together.

mod append;
mod archive;
mod bytes;
mod cells;
mod choose;
mod chunks;
mod column;
mod columnar;
mod config;
mod csv;
mod describe;
mod destination;
mod discover;
mod excel;
mod fixed;
mod format;
mod geojson;
mod given;
mod html;
mod infer;
mod json;
mod known;
mod line_cut;
mod lines;
mod load;
mod log;
mod look;
mod names;
mod notation;
mod pieces;
mod place;
mod reading;
mod rows;
mod source;
mod spool;
mod stage;
#[allow(dead_code, reason = "moving and removing come next")]
mod store;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod walks;
mod writing;
mod xml;
mod yaml;

use std::sync::Arc;

use async_trait::async_trait;
use towpath_connect::bounds::Step;
use towpath_connect::{Address, Capabilities, Catalog, ConnectorDef, Context, Destination, Source};
use towpath_model::{Fault, FaultKind, WriteMode};

pub use look::{Glimpse, look};

use crate::trouble;
use place::Place;

/// The connector `file`.
#[derive(Debug)]
pub(crate) struct FileConnector;

#[async_trait]
impl ConnectorDef for FileConnector {
    type Connection = config::Connection;
    type Source = config::Source;
    type Destination = config::Destination;

    const NAME: &'static str = "file";
    const TITLE: &'static str = "Files";
    const SUMMARY: &'static str = "Reads and writes CSV, JSON, GeoJSON, Parquet, Arrow and Avro files and Excel workbooks, one or many at a time; reads text lines, XML, YAML and HTML tables.";
    const DOCS: &'static str = include_str!("README.md");
    const SCHEMES: &'static [&'static str] = &["file", "sftp", "s3", "https", "http"];
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("cross-tab.yaml", include_str!("examples/cross-tab.yaml")),
        ("csv-to-parquet.yaml", include_str!("examples/csv-to-parquet.yaml")),
        ("json-dump.yaml", include_str!("examples/json-dump.yaml")),
        ("partitions.yaml", include_str!("examples/partitions.yaml")),
        ("places.yaml", include_str!("examples/places.yaml")),
        ("web-log.yaml", include_str!("examples/web-log.yaml")),
    ];

    fn capabilities() -> Capabilities {
        Capabilities {
            write_modes: vec![WriteMode::Append, WriteMode::Overwrite],
            projection: true,
            filters: false,
            limit: true,
            queries: false,
            atomic: true,
            idempotent: false,
            splits: true,
            creates: true,
            adds_columns: false,
            accounts: false,
            max_identifier: None,
            ..Capabilities::default()
        }
    }

    fn address(url: &str, with_stream: bool) -> Result<Address, Fault> {
        store::root::address(url, with_stream)
    }

    async fn check(connection: &Self::Connection, cx: &Context) -> Result<(), Fault> {
        cx.steps().begin(Step::Open);
        Place::new(connection, cx)?.store().check().await?;
        cx.steps().done(Step::Open);
        Ok(())
    }

    fn steps(connection: &Self::Connection) -> Vec<Step> {
        let root = connection.root.as_deref().and_then(|root| root.split_once("://"));
        match root.map(|(scheme, _)| scheme) {
            Some("sftp") => vec![Step::Resolve, Step::Connect, Step::Encrypt, Step::SignIn, Step::Open],
            _ => vec![Step::Open],
        }
    }

    async fn glance(connection: &Self::Connection, cx: &Context) -> Result<Option<u64>, Fault> {
        match Place::new(connection, cx)?.store().list("").await {
            Ok(entries) => Ok(Some(entries.iter().filter(|entry| !entry.is_folder()).count() as u64)),
            // A web server may give files and no list of them.
            Err(fault) if fault.kind() == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn discover(connection: &Self::Connection, cx: &Context) -> Result<Catalog, Fault> {
        discover::discover(&Place::new(connection, cx)?).await
    }

    fn source(
        connection: Self::Connection,
        settings: Self::Source,
        cx: &Context,
    ) -> Result<Arc<dyn Source>, Fault> {
        Ok(Arc::new(source::FileSource::new(Place::new(&connection, cx)?, settings)?))
    }

    fn destination(
        connection: Self::Connection,
        settings: Self::Destination,
        cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault> {
        Ok(Arc::new(destination::FileDestination::new(Place::new(&connection, cx)?, settings)?))
    }
}
