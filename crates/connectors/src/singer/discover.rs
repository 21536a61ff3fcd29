//! The streams of a tap: those that it lists by itself, or those of a file of messages.

use serde_json::Value;
use towpath_connect::{Catalog, CatalogEntry, StreamInfo};
use towpath_model::Fault;

use super::origin::Origin;
use super::source::look;
use super::survey::Stream;

/// Lists the streams.
pub(super) async fn discover(origin: &Origin) -> Result<Catalog, Fault> {
    let streams = match origin.tap() {
        Some(tap) => listed(&tap.catalog().await?, tap.name())?,
        None => {
            let known = look(origin).await?;
            let entry = |stream: &Stream| {
                let info = StreamInfo { rows: Some(stream.rows()), ..stream.info() };
                CatalogEntry { name: stream.name.clone(), kind: "stream", info }
            };
            known.survey.streams.iter().map(entry).collect()
        }
    };
    Ok(Catalog { streams })
}

/// The streams of a catalog that a tap printed.
fn listed(catalog: &Value, tap: &str) -> Result<Vec<CatalogEntry>, Fault> {
    let streams = catalog.get("streams").and_then(Value::as_array).ok_or_else(|| {
        Fault::data(format!("tap `{tap}`: what it prints with `--discover` has no list of `streams`"))
            .hint("see in the tap's manual whether it can list its streams")
    })?;
    let entry = |stream: &Value| {
        let name = stream.get("stream").or_else(|| stream.get("tap_stream_id"))?.as_str()?;
        let mut known = Stream::new(name);
        known.learn(stream.get("schema").unwrap_or(&Value::Null), key(stream));
        Some(CatalogEntry { name: name.to_owned(), kind: "stream", info: known.info() })
    };
    Ok(streams.iter().filter_map(entry).collect())
}

/// The key of a stream: its own, or the one in the metadata of the stream as a whole.
fn key(stream: &Value) -> Vec<String> {
    let whole = stream.get("metadata").and_then(Value::as_array).into_iter().flatten();
    let whole = whole.filter(|entry| entry["breadcrumb"].as_array().is_some_and(Vec::is_empty));
    let in_metadata = whole.filter_map(|entry| {
        let metadata = entry.get("metadata")?;
        metadata.get("table-key-properties").or_else(|| metadata.get("view-key-properties"))
    });
    let mut found = stream.get("key_properties").into_iter().chain(in_metadata).filter_map(Value::as_array);
    let names = found.find(|names| !names.is_empty()).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}
