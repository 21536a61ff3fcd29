//! `towpath inspect`: what a file or table holds, how that was found out, and the settings that say the same.

use std::path::Path;

use serde_json::{Value, json};
use towpath_connect::StreamInfo;
use towpath_connect::types::describe;
use towpath_model::{Document, Fault, yaml};

use super::Stop;
use crate::cli::{InspectArgs, Options};
use crate::endpoint::Endpoint;
use crate::inspection::{self, Inspection, REJECTS, Sink, Tally, pinned};
use crate::output::{Console, Outcome, Tone, bytes, count, tables};
use crate::project::workshop;

pub(crate) async fn inspect(
    args: &InspectArgs,
    options: &Options,
    console: &Console,
) -> Result<Outcome, Stop> {
    let tools = workshop(options, Path::new("."))?;
    let end = Endpoint::parse(&args.source, true, &tools.registry, &tools.connections)?;
    let connector =
        tools.registry.get(&end.kind).ok_or_else(|| Fault::internal("a source without connector"))?;
    let connection = match &end.connection {
        Some(Value::String(name)) => tools.connections.find(name)?.settings.clone(),
        Some(settings) => settings.clone(),
        None => json!({}),
    };
    let mut settings = end.stream.clone();
    for (key, text) in &args.with {
        settings.insert(key.clone(), value_of(text));
    }
    let source = connector.source(&connection, &Value::Object(settings.clone()), &tools.context)?;
    let Inspection { info, tally, rejects, .. } = inspection::inspect(source.as_ref(), None).await?;
    let node = pinned(end.without_secrets(&tools.registry, "SOURCE").node("source"), &settings, &info.facts);
    let found = Found { info: &info, tally: &tally, rejects: &rejects, node };
    if console.json {
        console.json_line(&found.as_json());
    } else {
        found.show(&args.source, console);
    }
    Ok(if rejects.count() > 0 { Outcome::Quarantined } else { Outcome::Done })
}

/// Everything that is shown.
struct Found<'a> {
    info: &'a StreamInfo,
    tally: &'a Tally,
    rejects: &'a Sink,
    /// The source node that says what was found.
    node: Value,
}

impl Found<'_> {
    fn as_json(&self) -> Value {
        let columns = self.info.schema.fields().iter().zip(&self.tally.columns).map(|(field, column)| {
            let fact = self.info.facts.iter().find(|fact| fact.column.as_ref() == Some(field.name()));
            json!({
                "name": field.name(),
                "type": describe(field),
                "evidence": fact.map(|fact| fact.evidence.as_str()),
                "empty": column.nulls,
                "examples": column.examples,
            })
        });
        json!({
            "rows": self.tally.rows,
            "bytes": self.info.bytes,
            "facts": self.info.facts,
            "columns": columns.collect::<Vec<_>>(),
            "notes": self.info.notes,
            "alerts": self.info.alerts.iter().map(|alert| alert.what.as_str()).collect::<Vec<_>>(),
            "quarantined": self.rejects.count(),
            "rejects": self.rejects.first.all(),
            "node": self.node,
        })
    }

    fn show(&self, name: &str, console: &Console) {
        let title = |text: &str| console.result(&console.tone_out(Tone::Strong, text));
        let size = self.info.bytes.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
        title(&format!("{name}: {}{size}", rows(self.tally.rows)));
        self.show_facts(console);
        title("columns");
        let lines: Vec<Vec<String>> = self
            .info
            .schema
            .fields()
            .iter()
            .zip(&self.tally.columns)
            .map(|(field, column)| {
                let fact = self.info.facts.iter().find(|fact| fact.column.as_ref() == Some(field.name()));
                let empty = if column.nulls == 0 { "·".to_owned() } else { count(column.nulls) };
                let why = fact.map(|fact| fact.evidence.clone()).unwrap_or_default();
                vec![format!("  {}", field.name()), describe(field), empty, column.examples.join(", "), why]
            })
            .collect();
        let right = [false, false, true, false, false];
        for line in tables::layout(&["  name", "type", "empty", "examples", "why"], &lines, &right) {
            console.result(&line);
        }
        if !self.info.notes.is_empty() {
            title("remarks");
            for note in &self.info.notes {
                console.result(&format!("  {note}"));
            }
        }
        if self.rejects.count() > 0 {
            title(&format!("quarantine: {}", rows(self.rejects.count())));
            for reject in self.rejects.first.all() {
                let column = reject.column.map(|column| format!("{column}: ")).unwrap_or_default();
                console.result(&format!("  {}: {column}{}", reject.place, reject.reason));
            }
            let more = self.rejects.count().saturating_sub(REJECTS);
            if more > 0 {
                console.result(&format!("  and {} more", rows(more)));
            }
        }
        title("as a node of a pipeline");
        for line in yaml::write(&json!({ "rows": self.node })).trim_end().lines() {
            console.result(&format!("  {line}"));
        }
    }

    /// Facts that are not about columns, file by file where files differ.
    fn show_facts(&self, console: &Console) {
        let mut lines: Vec<Vec<String>> = Vec::new();
        let mut files: Vec<&str> = Vec::new();
        for fact in self.info.facts.iter().filter(|fact| fact.column.is_none()) {
            if let Some(file) = &fact.file
                && !files.contains(&file.as_str())
            {
                files.push(file);
            }
            let what = if files.len() > 1 {
                format!("  {} ({})", fact.what, fact.file.as_deref().unwrap_or_default())
            } else {
                format!("  {}", fact.what)
            };
            lines.push(vec![what, fact.found.clone(), fact.evidence.clone()]);
        }
        if !lines.is_empty() {
            for line in tables::layout(&["", "", ""], &lines, &[]).split_off(1) {
                console.result(&line);
            }
        }
    }
}

/// A value as a pipeline file would hold it; characters such as `,` and `#` are no YAML, and mean themselves.
fn value_of(text: &str) -> Value {
    match Document::parse("", text) {
        Ok(document) if !document.value.is_null() => document.value,
        _ => json!(text),
    }
}

fn rows(number: u64) -> String {
    if number == 1 { "1 row".to_owned() } else { format!("{} rows", count(number)) }
}
