//! `towpath check`.

use std::sync::Arc;

use serde_json::json;
use towpath_engine::context::MemoryQuarantine;
use towpath_engine::drift::{Drift, Effect, drift};
use towpath_engine::graph::Graph;
use towpath_model::{Fault, suggest};

use super::{Stop, wrong};
use crate::cli::{CheckArgs, Options};
use crate::output::{Console, Outcome, Tone};
use crate::project::Project;

/// The word for every destination.
const ALL: &str = "all";

pub(crate) async fn check(args: &CheckArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    let project = Project::load_with_problems(&args.file, options)?;
    let graph = project.compile(Arc::new(MemoryQuarantine::default()), options).await?;
    if let Some(outcome) = wrong(&project, &graph, console) {
        return Ok(outcome);
    }
    if let Some(destination) = &args.against {
        return against(&project, &graph, destination, console).await;
    }
    if console.json {
        console.json_line(&json!({ "event": "checked", "pipeline": project.spec.name, "valid": true }));
    }
    let nodes =
        project.document.value.get("nodes").and_then(|nodes| nodes.as_object()).map_or(0, |map| map.len());
    console.say(&format!(
        "{} {} is right: {nodes} nodes, {} tests",
        console.tone(Tone::Good, "ok:"),
        args.file.display(),
        project.spec.tests.len()
    ));
    Ok(Outcome::Done)
}

/// Compares what destinations would be given with their tables as they are now.
async fn against(
    project: &Project,
    graph: &Graph,
    destination: &str,
    console: &Console,
) -> Result<Outcome, Stop> {
    let all = || graph.nodes.iter().filter(|(_, node)| node.destination.is_some());
    if destination != ALL && !all().any(|(name, _)| name == destination) {
        let names = all().map(|(name, _)| name.as_str()).chain([ALL]);
        let fault = Fault::config(format!("there is no destination `{destination}`"));
        let hint = suggest::hint(destination, "destinations", names);
        return Err(fault.hint(hint.unwrap_or_else(|| "the pipeline has none".into())).into());
    }
    let mut refused = false;
    for (name, node) in all().filter(|(name, _)| destination == ALL || *name == destination) {
        let (Some(writes), Some(schema)) = (&node.destination, node.schema("in")) else { continue };
        let spec = &graph.spec.nodes[name];
        let can =
            project.workshop.registry.get(&spec.kind).map(|connector| connector.spec().capabilities.clone());
        let target = writes.target().await.map_err(|fault| fault.at("node", name))?;
        let found = drift(&schema, target.as_ref(), &spec.landing, &can.unwrap_or_default());
        refused |= found.refuses();
        if console.json {
            console.json_line(&json!({
                "event": "drift", "node": name, "exists": target.is_some(),
                "refused": found.refuses(), "findings": found.findings,
            }));
        } else {
            show(name, &found, console);
        }
    }
    Ok(if refused { Outcome::Invalid } else { Outcome::Done })
}

fn show(node: &str, found: &Drift, console: &Console) {
    let strong = console.tone_out(Tone::Strong, node);
    match found.findings.len() {
        0 => console.result(&format!("{strong}: the table takes the rows as they are")),
        1 => console.result(&format!("{strong}: 1 difference")),
        many => console.result(&format!("{strong}: {many} differences")),
    }
    for finding in &found.findings {
        let (tone, word) = match finding.effect {
            Effect::Nothing => (Tone::Quiet, "note"),
            Effect::Changes => (Tone::Good, "change"),
            Effect::LeavesOut => (Tone::Warn, "left out"),
            Effect::Quarantines => (Tone::Warn, "quarantine"),
            Effect::Refuses => (Tone::Bad, "refused"),
        };
        let column = finding.column.as_ref().map(|column| format!("`{column}`: ")).unwrap_or_default();
        let word = console.tone_out(tone, &format!("{word}:"));
        console.result(&format!("  {word} {column}{} → {}", finding.difference, finding.outcome));
    }
}
