//! The changes of a dry run as files: Parquet, CSV, or any other form that the `file` connector writes.
//!
//! Changes come one by one while a load is open, so they wait in a temporary file of JSON lines, and a small
//! pipeline writes the file that was asked for. Its columns: `_change` (`inserted`, `updated` or `deleted`), then each
//! column of the table with the value that comes, and with the suffix `_before` the value that was there.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use towpath_connect::{Change, ChangeSink};
use towpath_engine::dry::DryRun;
use towpath_model::pipeline::Role;
use towpath_model::{Document, Fault, PipelineSpec};

use crate::cli::Options;
use crate::commands::Stop;
use crate::commands::run::{Order, carry_out};
use crate::output::{Console, Outcome};
use crate::project::Project;

/// Where the changes of each destination go.
#[derive(Debug)]
pub(crate) struct DiffFiles {
    folder: TempDir,
    /// Destination node and the file that was asked for.
    wanted: Vec<(String, PathBuf)>,
}

impl DiffFiles {
    /// Files for the destinations of a pipeline; without `out`, nothing is written. With several destinations, each
    /// gets a file of its own, with the node's name before the ending.
    pub(crate) fn new(out: Option<PathBuf>, spec: &PipelineSpec) -> Result<Self, Fault> {
        let folder = tempfile::tempdir().map_err(|error| {
            Fault::unavailable(format!("no temporary folder for the changes: {error}")).hint("make room")
        })?;
        let nodes: Vec<&String> = spec
            .nodes
            .iter()
            .filter(|(_, node)| node.role == Role::Destination)
            .map(|(name, _)| name)
            .collect();
        let wanted = match out {
            None => Vec::new(),
            Some(out) if nodes.len() == 1 => {
                nodes.into_iter().map(|node| (node.clone(), out.clone())).collect()
            }
            Some(out) => nodes.into_iter().map(|node| (node.clone(), beside(&out, node))).collect(),
        };
        Ok(DiffFiles { folder, wanted })
    }

    fn waiting(folder: &Path, node: &str) -> PathBuf {
        folder.join(format!("{node}.ndjson"))
    }

    /// What the engine does with changes.
    pub(crate) fn dry_run(&self) -> DryRun {
        let folder = self.folder.path().to_owned();
        let nodes: Vec<String> = self.wanted.iter().map(|(node, _)| node.clone()).collect();
        let sink = move |node: &str| {
            let path = DiffFiles::waiting(&folder, node);
            nodes
                .iter()
                .any(|wanted| wanted == node)
                .then(|| Box::new(Lines { path, columns: Vec::new(), file: None }) as Box<dyn ChangeSink>)
        };
        DryRun { sink: Arc::new(sink) }
    }

    /// Writes the files that were asked for; returns those that were written.
    pub(crate) async fn finish(self, options: &Options, console: &Console) -> Result<Vec<PathBuf>, Stop> {
        let mut written = Vec::new();
        let quiet = console.silent();
        for (node, target) in &self.wanted {
            let waiting = DiffFiles::waiting(self.folder.path(), node);
            if std::fs::metadata(&waiting).map_or(0, |waiting| waiting.len()) == 0 {
                console.say(&format!("  `{node}` changes no row, so `{}` is not written", target.display()));
                continue;
            }
            let target = std::path::absolute(target)
                .map_err(|error| Fault::config(format!("`{}`: {error}", target.display())))?;
            let document = json!({ "towpath": 1, "name": "diff", "nodes": {
                "changes": { "source": "file", "path": waiting },
                "load": { "destination": "file", "path": target, "from": "changes", "mode": "overwrite" },
            }});
            let project = Project::of(Document::from_value("", document), Path::new("."), options)?;
            let outcome = Box::pin(carry_out(&project, options, &quiet, Order::once("", 0))).await?;
            if outcome != Outcome::Done {
                return Err(Fault::unavailable(format!(
                    "the changes could not be written to `{}`",
                    target.display()
                ))
                .hint("see the error above")
                .into());
            }
            written.push(target);
        }
        Ok(written)
    }
}

fn beside(out: &Path, node: &str) -> PathBuf {
    match (out.file_stem(), out.extension()) {
        (Some(stem), Some(ending)) => {
            out.with_file_name(format!("{}.{node}.{}", stem.to_string_lossy(), ending.to_string_lossy()))
        }
        _ => out.join(node),
    }
}

/// Writes changes as JSON lines.
struct Lines {
    path: PathBuf,
    columns: Vec<String>,
    file: Option<BufWriter<File>>,
}

impl Lines {
    fn fault(&self, error: &std::io::Error) -> Fault {
        Fault::unavailable(format!("the changes cannot be kept in `{}`: {error}", self.path.display()))
            .hint("make room in the folder for temporary files")
    }
}

impl ChangeSink for Lines {
    fn columns(&mut self, columns: &[String], _key: &[String]) -> Result<(), Fault> {
        self.columns = columns.to_vec();
        let file = File::create(&self.path).map_err(|error| self.fault(&error))?;
        self.file = Some(BufWriter::new(file));
        Ok(())
    }

    fn change(&mut self, change: Change) -> Result<(), Fault> {
        let mut row = Map::new();
        row.insert("_change".into(), change.kind.word().into());
        let value = |side: &Option<Vec<Option<String>>>, place: usize| {
            let text = side.as_ref().and_then(|values| values.get(place).cloned().flatten());
            text.map_or(Value::Null, Value::String)
        };
        for (place, column) in self.columns.iter().enumerate() {
            row.insert(column.clone(), value(&change.after, place));
        }
        for (place, column) in self.columns.iter().enumerate() {
            row.insert(format!("{column}_before"), value(&change.before, place));
        }
        let line = serde_json::to_string(&row)
            .map_err(|error| Fault::internal(format!("a change cannot be written: {error}")))?;
        let Some(file) = &mut self.file else { return Err(Fault::internal("changes before their columns")) };
        let written = writeln!(file, "{line}");
        written.map_err(|error| self.fault(&error))
    }

    fn finish(&mut self) -> Result<(), Fault> {
        let flushed = self.file.as_mut().map_or(Ok(()), Write::flush);
        flushed.map_err(|error| self.fault(&error))
    }
}
