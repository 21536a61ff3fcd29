//! `towpath undo`.

use std::sync::Arc;

use towpath_connect::Undone;
use towpath_engine::context::MemoryQuarantine;
use towpath_engine::graph::Graph;
use towpath_engine::run::load_id;
use towpath_model::{Fault, RunId};

use super::{Stop, wrong};
use crate::cli::{Options, UndoArgs};
use crate::output::{Console, Outcome, Tone, count};
use crate::project::Project;
use crate::state::{Standing, StateStore};

pub(crate) async fn undo(args: &UndoArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    let project = Project::load_with_problems(&args.file, options)?;
    let store = StateStore::open(&project.state_folder())?;
    let run = which(args, &store, &project)?;
    let graph = project.compile(Arc::new(MemoryQuarantine::default()), options).await?;
    // Sources that are gone do not keep anybody from taking a load back.
    if !graph.problems.is_empty() || !project.problems.is_empty() {
        return Ok(wrong(&project, &graph, console).unwrap_or(Outcome::Failed));
    }
    let undone = take_back(&graph, &run, &|node| args.node.as_ref().is_none_or(|only| only == node)).await?;
    let mut kept = 0;
    for (name, undone) in undone {
        if console.json {
            console.json_line(
                &serde_json::json!({ "event": "undone", "run": run, "node": name, "undone": undone }),
            );
        }
        let back = undone.reverted;
        console.say(&format!(
            "{} {name}: {} inserted rows removed, {} updated rows restored, {} deleted rows put back",
            console.tone(Tone::Good, "undone:"),
            count(back.inserted),
            count(back.updated),
            count(back.deleted)
        ));
        kept += undone.kept;
        if undone.kept > 0 {
            console.say(&format!(
                "  {} {} rows were changed since by somebody else and stay as they are:",
                console.tone(Tone::Warn, "kept:"),
                count(undone.kept)
            ));
            for sample in &undone.kept_samples {
                console.say(&format!("    {sample}"));
            }
        }
    }
    if args.node.is_none() {
        store.undone(&run)?;
    }
    Ok(if kept > 0 { Outcome::Quarantined } else { Outcome::Done })
}

/// Takes the loads of a run back, of the destinations that are wanted, those that were committed last first. Returns what
/// happened, by node.
pub(crate) async fn take_back(
    graph: &Graph,
    run: &RunId,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<(String, Undone)>, Fault> {
    let mut loads = graph.moments();
    for moment in &mut loads {
        moment.retain(|(name, _)| wanted(name));
    }
    loads.retain(|moment| !moment.is_empty());
    if loads.is_empty() {
        return Err(Fault::config("the pipeline has no such destination that can be reached"));
    }
    let mut done = Vec::new();
    for moment in loads.into_iter().rev() {
        let names: Vec<&str> = moment.iter().map(|(name, _)| *name).collect();
        let members: Vec<_> = moment
            .iter()
            .filter_map(|(name, destination)| Some((destination.commits_with()?.table, load_id(run, name))))
            .collect();
        let undone = match moment.as_slice() {
            [(name, destination)] => {
                let undone = destination.undo(&load_id(run, name)).await;
                vec![undone.map_err(|fault| fault.at("node", name))?]
            }
            [(_, destination), ..] => {
                let undone = destination.undo_together(&members).await;
                undone.map_err(|fault| fault.at("nodes", names.join(", ")))?
            }
            [] => Vec::new(),
        };
        done.extend(names.into_iter().map(str::to_owned).zip(undone).rev());
    }
    Ok(done)
}

fn which(args: &UndoArgs, store: &StateStore, project: &Project) -> Result<RunId, Fault> {
    if let Some(run) = &args.run {
        return Ok(RunId::from_text(run.clone()));
    }
    let runs = store.runs(Some(&project.spec.name), 100)?;
    let last = runs.into_iter().find(|run| run.standing == Standing::Done);
    last.map(|run| run.run).ok_or_else(|| {
        Fault::not_found("no run of this pipeline is remembered that could be taken back")
            .hint("see `towpath state show`, or name one with `--run`")
    })
}
