//! Files: CSV, JSON, Parquet and Arrow, on the machine's own disks.
//!
//! Three questions are kept apart, so that files on other machines and other formats can join: where files are
//! ([`store`], [`place`], [`stage`]), how their bytes are packed ([`bytes`], [`writing`]) and encoded ([`text`]), and
//! what they hold ([`csv`], [`json`],
//! [`columnar`], and by way of [`walks`] the formats whose rows are walked one by one). [`infer`] decides the types of text, [`values`] and [`column`] read it, [`cells`] writes it;
//! [`pieces`] spreads the work over processors, and [`source`] and [`destination`] put it all together.

mod append;
mod bytes;
mod cells;
mod chunks;
mod column;
mod columnar;
mod config;
mod csv;
mod describe;
mod destination;
mod discover;
mod fixed;
mod format;
mod given;
mod infer;
mod json;
mod load;
mod pieces;
mod place;
mod reading;
mod rows;
mod source;
mod spool;
mod stage;
#[allow(dead_code, reason = "servers come next")]
mod store;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod walks;
mod writing;

use std::sync::Arc;

use async_trait::async_trait;
use percent_encoding::percent_decode_str;
use serde_json::json;
use towpath_connect::{Address, Capabilities, Catalog, ConnectorDef, Context, Destination, Source};
use towpath_model::{Fault, WriteMode};

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
    const SUMMARY: &'static str =
        "Reads and writes CSV, JSON, Parquet and Arrow files, one or many at a time.";
    const DOCS: &'static str = include_str!("README.md");
    const SCHEMES: &'static [&'static str] = &["file"];
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("csv-to-parquet.yaml", include_str!("examples/csv-to-parquet.yaml")),
        ("json-dump.yaml", include_str!("examples/json-dump.yaml")),
        ("partitions.yaml", include_str!("examples/partitions.yaml")),
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
        let path = match url.strip_prefix("file:") {
            None => url.to_owned(),
            Some(rest) => {
                let path = rest
                    .strip_prefix("//")
                    .map_or(rest, |rest| rest.strip_prefix("localhost").unwrap_or(rest));
                if rest.starts_with("//") && !path.starts_with('/') {
                    return Err(Fault::config(format!("`{url}` names a file on another machine")).hint(
                        "write `file:///` with three slashes for a path of this machine, or only the path",
                    ));
                }
                percent_decode_str(path).decode_utf8_lossy().into_owned()
            }
        };
        if path.is_empty() {
            return Err(Fault::config(format!("`{url}` names no file")));
        }
        Ok(if with_stream {
            Address { connection: json!({}), stream: Some(json!({ "path": path })) }
        } else {
            Address { connection: json!({ "root": path }), stream: None }
        })
    }

    async fn check(connection: &Self::Connection, cx: &Context) -> Result<(), Fault> {
        Place::new(connection, cx).store().check().await
    }

    async fn discover(connection: &Self::Connection, cx: &Context) -> Result<Catalog, Fault> {
        discover::discover(&Place::new(connection, cx)).await
    }

    fn source(
        connection: Self::Connection,
        settings: Self::Source,
        cx: &Context,
    ) -> Result<Arc<dyn Source>, Fault> {
        Ok(Arc::new(source::FileSource::new(Place::new(&connection, cx), settings)?))
    }

    fn destination(
        connection: Self::Connection,
        settings: Self::Destination,
        cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault> {
        Ok(Arc::new(destination::FileDestination::new(Place::new(&connection, cx), settings)?))
    }
}
