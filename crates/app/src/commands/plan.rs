//! `towpath plan`.

use std::sync::Arc;

use serde_json::json;
use towpath_connect::types::describe;
use towpath_engine::context::MemoryQuarantine;

use super::lineage;
use super::{Stop, wrong};
use crate::cli::{Options, PlanArgs};
use crate::output::{Console, Outcome, Tone, tables};
use crate::project::Project;

pub(crate) async fn plan(args: &PlanArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    let project = Project::load_with_problems(&args.file, options)?;
    let graph = project.compile(Arc::new(MemoryQuarantine::default()), options).await?;
    for (name, node) in &graph.nodes {
        let spec = &graph.spec.nodes[name];
        for (port, plan) in &node.outputs {
            let schema = plan.schema().as_arrow();
            if console.json {
                let columns: Vec<_> = schema
                    .fields()
                    .iter()
                    .map(|field| json!({ "name": field.name(), "type": describe(field), "nullable": field.is_nullable() }))
                    .collect();
                console.json_line(&json!({
                    "node": name, "role": spec.role.key(), "kind": spec.kind, "port": port, "columns": columns,
                }));
                continue;
            }
            let reads: Vec<&str> = node.reads.iter().map(|(node, _)| node.as_str()).collect();
            let from = if reads.is_empty() { String::new() } else { format!(" ← {}", reads.join(", ")) };
            let port = if node.outputs.len() > 1 { format!(".{port}") } else { String::new() };
            let mode = match node.destination {
                Some(_) => format!(", {}", spec.landing.mode.name()),
                None => String::new(),
            };
            let title = console.tone_out(Tone::Strong, &format!("{name}{port}"));
            console.result(&format!("{title} ({} {}{mode}){from}", spec.role.key(), spec.kind));
            let key = match &node.info {
                Some(info) => &info.primary_key,
                None => &spec.landing.key,
            };
            for line in tables::columns(schema, key) {
                console.result(&line);
            }
            for note in node.info.iter().flat_map(|info| &info.notes) {
                console.result(&console.tone_out(Tone::Quiet, &format!("  note: {note}")));
            }
        }
    }
    if args.lineage {
        lineage::show(&graph, console);
    }
    if args.explain {
        for (name, node) in graph.nodes.iter().filter(|(_, node)| node.destination.is_some()) {
            for plan in node.outputs.values() {
                let text = towpath_engine::run::explain(&graph, plan)?;
                console.result(&format!(
                    "\n{}\n{text}",
                    console.tone_out(Tone::Strong, &format!("plan of {name}"))
                ));
            }
        }
    }
    Ok(wrong(&project, &graph, console).unwrap_or(Outcome::Done))
}
