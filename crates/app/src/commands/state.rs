//! `towpath state`.

use std::io::Read;
use std::path::{Path, PathBuf};

use towpath_model::Fault;
use towpath_model::scope::plain_io;

use super::Stop;
use crate::cli::{Options, StateArgs, StateCommand};
use crate::output::tables::layout;
use crate::output::{Console, Outcome, Tone, bytes, count};
use crate::project::{Project, state_folder};
use crate::state::{Ending, Exported, Standing, StateStore};

/// Runs that are shown.
const SHOWN: usize = 10;
/// Files that are shown, the last ones.
const FILES: usize = 20;

pub(crate) fn state(args: &StateArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    match &args.command {
        StateCommand::Show { file } => {
            let (store, pipeline) = store(file.as_ref(), options)?;
            show(&store, pipeline.as_deref(), console)?;
        }
        StateCommand::Reset { file, node } => {
            let (store, pipeline) = store(Some(file), options)?;
            let (checkpoints, items) = store.reset(&pipeline.unwrap_or_default(), node.as_deref())?;
            let told = counted(checkpoints, items);
            console.say(&format!("{told} forgotten; the next run begins anew there"));
        }
        StateCommand::Forget { file } => {
            let (mut store, pipeline) = store(Some(file), options)?;
            let last = store.runs(pipeline.as_deref(), 1)?.into_iter().next();
            match last.filter(|run| matches!(run.standing, Standing::Running | Standing::Failed)) {
                Some(run) => {
                    let ending = Ending {
                        standing: Standing::Forgotten,
                        resumable: false,
                        rows: run.rows,
                        orders: None,
                    };
                    store.end(&run.run, &ending)?;
                    console.say(&format!("run `{}` is forgotten; the next run begins anew", run.run));
                }
                None => console.say("no run of this pipeline waits to be resumed"),
            }
        }
        StateCommand::Export { file } => {
            let (store, pipeline) = store(file.as_ref(), options)?;
            let text = serde_json::to_string_pretty(&store.export(pipeline.as_deref())?)
                .map_err(|error| Fault::internal(format!("the checkpoints as JSON: {error}")))?;
            console.result(&text);
        }
        StateCommand::Import { export, folder } => {
            let exported = read_export(export)?;
            StateStore::open(&state_folder(folder))?.import(&exported)?;
            console.say(&format!("{} set", counted(exported.checkpoints.len(), exported.items.len())));
        }
    }
    Ok(Outcome::Done)
}

/// The store of a pipeline file with the pipeline's name, or the one of this folder.
fn store(file: Option<&PathBuf>, options: &Options) -> Result<(StateStore, Option<String>), Stop> {
    Ok(match file {
        Some(file) => {
            let project = Project::load_with_problems(file, options)?;
            (StateStore::open(&project.state_folder())?, Some(project.spec.name))
        }
        None => (StateStore::open(&state_folder(Path::new(".")))?, None),
    })
}

fn counted(checkpoints: usize, items: usize) -> String {
    match items {
        0 => format!("{checkpoints} checkpoints"),
        items => format!("{checkpoints} checkpoints and {items} files"),
    }
}

fn read_export(export: &Path) -> Result<Exported, Fault> {
    let mut text = String::new();
    let read = match export == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text).map(drop),
        false => std::fs::read_to_string(export).map(|read| text = read),
    };
    read.map_err(|error| Fault::not_found(format!("`{}`: {}", export.display(), plain_io(&error))))?;
    serde_json::from_str(&text).map_err(|error| {
        Fault::config(format!("`{}` is no export of the state: {error}", export.display()))
            .hint("make one with `towpath state export`")
    })
}

fn show(store: &StateStore, pipeline: Option<&str>, console: &Console) -> Result<(), Fault> {
    let checkpoints = store.checkpoints(pipeline)?;
    let mut items = store.items(pipeline)?;
    let runs = store.runs(pipeline, SHOWN)?;
    if console.json {
        console.json_line(&serde_json::json!({ "checkpoints": checkpoints, "items": items, "runs": runs }));
        return Ok(());
    }
    if checkpoints.is_empty() && runs.is_empty() {
        console.say("nothing has run here yet");
    }
    let print = |header: &[&str], cells: Vec<Vec<String>>, right: &[bool]| {
        for (index, line) in layout(header, &cells, right).iter().enumerate() {
            console.result(&if index == 0 { console.tone_out(Tone::Quiet, line) } else { line.clone() });
        }
    };
    if !checkpoints.is_empty() {
        let cells = checkpoints.into_iter().map(|at| {
            vec![at.pipeline, at.stream, format!("{} = {}", at.cursor, at.value), at.updated_at, at.run]
        });
        print(&["pipeline", "source", "loaded up to", "since", "by run"], cells.collect(), &[]);
        console.result("");
    }
    if !items.is_empty() {
        items.sort_by(|a, b| b.read_at.cmp(&a.read_at));
        let more = items.len().saturating_sub(FILES);
        items.truncate(FILES);
        let cells = items.into_iter().map(|read| {
            let hash = read.item.hash.map(|hash| hash.chars().take(12).collect()).unwrap_or_default();
            let rows = read.item.rows.map(count).unwrap_or_default();
            vec![
                read.pipeline,
                read.stream,
                read.item.name,
                bytes(read.item.size),
                rows,
                hash,
                read.read_at,
                read.run,
            ]
        });
        let header = ["pipeline", "source", "read once", "size", "rows", "sha-256", "at", "by run"];
        print(&header, cells.collect(), &[false, false, false, true, true]);
        if more > 0 {
            console.result(&format!("and {} more; `--json` shows all", count(more as u64)));
        }
        console.result("");
    }
    if !runs.is_empty() {
        let cells = runs.into_iter().map(|run| {
            let standing = match (run.standing, run.resumable) {
                (Standing::Failed, true) => "failed, can be resumed",
                (Standing::Running, _) => "running, or its process died",
                (standing, _) => standing.word(),
            };
            let ended = run.ended_at.unwrap_or_default();
            vec![
                run.run.to_string(),
                run.pipeline,
                standing.to_owned(),
                count(run.rows),
                run.started_at,
                ended,
            ]
        });
        let right = [false, false, false, true];
        print(&["run", "pipeline", "state", "rows", "began", "ended"], cells.collect(), &right);
    }
    Ok(())
}
