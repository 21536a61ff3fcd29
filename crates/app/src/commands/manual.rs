//! `towpath connectors`, `towpath transforms`, `towpath schema`.

use std::path::Path;

use towpath_engine::manual::{connections_schema, document_schema};
use towpath_model::{Fault, suggest};

use super::Stop;
use crate::cli::{NameArgs, Options, SchemaArgs, SchemaOf};
use crate::output::manual::{settings, wrap};
use crate::output::tables::layout;
use crate::output::{Console, Outcome, Tone};
use crate::project::workshop;

pub(crate) fn connectors(args: &NameArgs, console: &Console) -> Result<Outcome, Stop> {
    let registry = towpath_connectors::all();
    let Some(name) = &args.name else {
        if console.json {
            registry.all().iter().for_each(|connector| console.json_line(connector.spec()));
            return Ok(Outcome::Done);
        }
        let rows: Vec<Vec<String>> = registry
            .all()
            .iter()
            .map(|connector| {
                let spec = connector.spec();
                let modes: Vec<&str> = spec.capabilities.write_modes.iter().map(|mode| mode.name()).collect();
                vec![spec.name.to_owned(), spec.summary.to_owned(), modes.join(", ")]
            })
            .collect();
        layout(&["connector", "", "write modes"], &rows, &[]).iter().for_each(|line| console.result(line));
        console.say("\nthe manual of one: towpath connectors NAME");
        return Ok(Outcome::Done);
    };
    let connector = registry.get(name).ok_or_else(|| {
        let names = registry.all().iter().map(|connector| connector.spec().name);
        unknown("connector", name, names)
    })?;
    let spec = connector.spec();
    if console.json {
        console.json_line(spec);
        return Ok(Outcome::Done);
    }
    let heading = |text: &str| console.result(&format!("\n{}", console.tone_out(Tone::Strong, text)));
    console.result(spec.docs.trim());
    let urls: Vec<String> = spec.schemes.iter().map(|scheme| format!("{scheme}://…")).collect();
    console.result(&format!("\nURLs: {}", urls.join(", ")));
    heading("Connection");
    settings(&spec.connection).iter().for_each(|line| console.result(line));
    heading(&format!("Settings of `source: {}`", spec.name));
    settings(&spec.source).iter().for_each(|line| console.result(line));
    if !spec.capabilities.write_modes.is_empty() {
        heading(&format!("Settings of `destination: {}`, besides mode, key and contract", spec.name));
        settings(&spec.destination).iter().for_each(|line| console.result(line));
    }
    for (file, text) in spec.examples {
        heading(&format!("Example: {file}"));
        console.result(text.trim());
    }
    Ok(Outcome::Done)
}

pub(crate) fn transforms(args: &NameArgs, console: &Console) -> Result<Outcome, Stop> {
    let all = towpath_engine::transforms::all();
    let Some(name) = &args.name else {
        if console.json {
            all.iter().for_each(|transform| console.json_line(transform.spec()));
            return Ok(Outcome::Done);
        }
        let mut rows: Vec<Vec<String>> = all
            .iter()
            .map(|transform| transform.spec())
            .map(|spec| vec![spec.group.to_owned(), spec.name.to_owned(), spec.summary.to_owned()])
            .collect();
        rows.sort();
        layout(&["group", "transform", ""], &rows, &[]).iter().for_each(|line| console.result(line));
        console.say("\nthe manual of one: towpath transforms NAME");
        return Ok(Outcome::Done);
    };
    let transform = all.iter().find(|transform| transform.spec().name == name).ok_or_else(|| {
        let names = all.iter().map(|transform| transform.spec().name);
        unknown("transform", name, names)
    })?;
    let spec = transform.spec();
    if console.json {
        console.json_line(spec);
        return Ok(Outcome::Done);
    }
    console.result(&console.tone_out(Tone::Strong, &format!("{} — {}", spec.name, spec.title)));
    let text = spec.config.get("description").and_then(serde_json::Value::as_str).unwrap_or(spec.summary);
    wrap(text, 0).iter().for_each(|line| console.result(line));
    console.result(&format!("\n{}", console.tone_out(Tone::Strong, "Settings")));
    settings(&spec.config).iter().for_each(|line| console.result(line));
    console.result(&format!("\n{}", console.tone_out(Tone::Strong, "Example, with its tests")));
    console.result(spec.example.trim());
    Ok(Outcome::Done)
}

pub(crate) fn schema(args: &SchemaArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    let schema = match args.of {
        SchemaOf::Pipelines => document_schema(&workshop(options, Path::new("."))?),
        SchemaOf::Connections => connections_schema(&towpath_connectors::all()),
        SchemaOf::Notifications => towpath_notify::forms::document_schema(),
    };
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Fault::internal(format!("the schema cannot be written: {error}")))?;
    console.result(&text);
    Ok(Outcome::Done)
}

fn unknown<'a>(group: &str, name: &str, names: impl Iterator<Item = &'a str>) -> Fault {
    let hint = suggest::hint(name, &format!("{group}s"), names).unwrap_or_default();
    Fault::config(format!("unknown {group} `{name}`")).hint(hint)
}
