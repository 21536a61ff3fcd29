//! `towpath discover`.

use serde_json::json;
use towpath_connect::types::describe;
use towpath_engine::connections::read;
use towpath_model::Fault;

use super::Stop;
use crate::cli::{DiscoverArgs, Options};
use crate::output::{Console, Outcome, Tone, count, tables};
use crate::project::workshop;

pub(crate) async fn discover(
    args: &DiscoverArgs,
    options: &Options,
    console: &Console,
) -> Result<Outcome, Stop> {
    let base = std::path::Path::new(".");
    let workshop = workshop(options, base)?;
    let is_folder = std::path::Path::new(&args.connection).is_dir();
    let connection = match (args.connection.contains("://"), is_folder) {
        (true, _) => read(&json!(args.connection), &workshop.registry)?,
        (false, true) => read(&json!({ "connector": "file", "root": args.connection }), &workshop.registry)?,
        (false, false) => workshop.connections.find(&args.connection)?.clone(),
    };
    let connector = workshop
        .registry
        .get(&connection.connector)
        .ok_or_else(|| Fault::internal("a connection without connector"))?;
    let found = connector.discover(&connection.settings, &workshop.context).await;
    let catalog = found.map_err(|fault| match args.connection.contains("://") {
        true => fault,
        false => fault.at("connection", &args.connection),
    })?;
    for stream in &catalog.streams {
        let schema = &stream.info.schema;
        if console.json {
            let columns: Vec<_> = schema
                .fields()
                .iter()
                .map(|field| json!({ "name": field.name(), "type": describe(field), "nullable": field.is_nullable() }))
                .collect();
            console.json_line(&json!({
                "stream": stream.name, "kind": stream.kind, "rows": stream.info.rows,
                "primary_key": stream.info.primary_key, "columns": columns,
            }));
            continue;
        }
        let rows = stream.info.rows.map(|rows| format!(", about {} rows", count(rows))).unwrap_or_default();
        console.result(&format!("{} ({}{rows})", console.tone_out(Tone::Strong, &stream.name), stream.kind));
        for line in tables::columns(schema, &stream.info.primary_key) {
            console.result(&line);
        }
    }
    if catalog.streams.is_empty() {
        console.say("the connection works, and holds no tables or files that this user can see");
    } else {
        console.say(&format!("{} streams", catalog.streams.len()));
    }
    Ok(Outcome::Done)
}
