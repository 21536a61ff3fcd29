//! Singer: streams of messages that any of some hundred programs (taps) write, as JSON lines.
//!
//! [`origin`] gives the messages as a file: the one that is named, or a temporary copy of what the standard input or a
//! tap ([`tap`]) says once. That file is read twice, line by line ([`lines`], [`message`]): first for the schemas of its
//! streams ([`survey`], [`property`], [`types`]), because a later schema may name more columns than the first; then
//! for the rows ([`rows`]). Nothing of it is held in memory but one batch.

mod config;
mod destination;
mod discover;
mod lines;
mod message;
mod origin;
mod property;
mod rows;
mod source;
mod survey;
mod tap;
#[cfg(test)]
mod tests;
mod types;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use towpath_connect::bounds::Step;
use towpath_connect::{Address, Capabilities, Catalog, ConnectorDef, Context, Destination, Source};
use towpath_model::Fault;

use self::origin::Origin;

/// The connector `singer`.
#[derive(Debug)]
pub(crate) struct Singer;

#[async_trait]
impl ConnectorDef for Singer {
    type Connection = config::Connection;
    type Source = config::Source;
    type Destination = config::Destination;

    const NAME: &'static str = "singer";
    const TITLE: &'static str = "Singer taps";
    const SUMMARY: &'static str = "Reads the streams of Singer taps, run as programs or saved as files.";
    const DOCS: &'static str = include_str!("README.md");
    const SCHEMES: &'static [&'static str] = &["singer"];
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("saved-messages.yaml", include_str!("examples/saved-messages.yaml")),
        ("run-a-tap.yaml", include_str!("examples/run-a-tap.yaml")),
    ];

    fn capabilities() -> Capabilities {
        Capabilities { projection: true, limit: true, ..Capabilities::default() }
    }

    fn address(url: &str, with_stream: bool) -> Result<Address, Fault> {
        let path = url.strip_prefix("singer://").unwrap_or(url);
        let (path, stream) = match (with_stream, path.rsplit_once('#')) {
            (true, Some((path, stream))) => (path, Some(json!({ "stream": stream }))),
            _ => (path, None),
        };
        if path.is_empty() || (with_stream && stream.is_none()) {
            return Err(Fault::config(format!("`{url}` does not name a file and a stream in it"))
                .hint("write the file, a `#` and the stream, for example `singer://messages.singer#users`"));
        }
        Ok(Address { connection: json!({ "path": path }), stream })
    }

    async fn check(connection: &Self::Connection, cx: &Context) -> Result<(), Fault> {
        cx.steps().begin(Step::Open);
        Origin::new(connection.clone(), cx)?.check().await?;
        cx.steps().done(Step::Open);
        Ok(())
    }

    async fn glance(_: &Self::Connection, _: &Context) -> Result<Option<u64>, Fault> {
        // The check has asked the tap for its streams; the streams of a file are found by reading all of it.
        Ok(None)
    }

    async fn discover(connection: &Self::Connection, cx: &Context) -> Result<Catalog, Fault> {
        discover::discover(&Origin::new(connection.clone(), cx)?).await
    }

    fn source(
        connection: Self::Connection,
        settings: Self::Source,
        cx: &Context,
    ) -> Result<Arc<dyn Source>, Fault> {
        Ok(Arc::new(source::SingerSource::new(Origin::new(connection, cx)?, settings)))
    }

    fn destination(
        _connection: Self::Connection,
        _settings: Self::Destination,
        _cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault> {
        Err(destination::only_reads())
    }
}
