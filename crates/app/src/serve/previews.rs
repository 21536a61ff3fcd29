//! Rows of one node, read without the rest of its pipeline.
//!
//! Only what the rows depend on is compiled and opened: a system that is away, or a node that is still being written, is in
//! the way of nobody who looks at rows elsewhere. What else a document says does not count either, so that rows are found
//! again which were kept before it changed.

use std::sync::Arc;

use serde_json::Value;
use towpath_api::workbench::{Look, Room, Rows, Upstream};
use towpath_engine::context::MemoryQuarantine;
use towpath_engine::intake::Memories;
use towpath_engine::run::preview;
use towpath_model::{Document, Fault, PipelineSpec, suggest};

use super::bench::{Bench, DOCUMENT, first};
use super::views::rows;

/// Sections on which no row depends. The schedule is none of them: its time zone decides which day a preview is of.
const BESIDE: [&str; 4] = ["description", "layout", "tags", "tests"];

impl Bench {
    /// What the rows of a node depend on.
    pub(super) fn depends_on(&self, text: &str, node: &str) -> Option<Upstream> {
        let document = Document::parse(DOCUMENT, text).ok()?;
        let spec = PipelineSpec::from_document(&document).0?;
        let upstream = spec.upstream(node);
        if upstream.is_empty() {
            return None;
        }
        let mut value = document.value;
        let sections = value.as_object_mut()?;
        BESIDE.iter().for_each(|name| drop(sections.remove(*name)));
        sections.get_mut("nodes").and_then(Value::as_object_mut)?.retain(|name, _| upstream.contains(name));
        let nodes = spec.nodes.values().filter(|node| upstream.contains(&node.name));
        Some(Upstream { meaning: value.to_string(), connections: self.named(nodes) })
    }

    /// First rows of a node.
    pub(super) async fn looked_at(&self, room: &Room, text: &str, look: Look) -> Result<Rows, Fault> {
        let mut prepared =
            self.prepare(room, text, &look.params, None).map_err(|findings| first(&findings))?;
        let spec = &mut prepared.ready.spec;
        let upstream = spec.upstream(&look.node);
        if upstream.is_empty() {
            let names = spec.nodes.keys().map(String::as_str);
            let hint = suggest::hint(&look.node, "nodes", names).unwrap_or_default();
            return Err(Fault::config(format!("unknown node `{}`", look.node)).hint(hint));
        }
        spec.nodes.retain(|name, _| upstream.contains(name));
        let quarantine = MemoryQuarantine::default();
        let graph = prepared.ready.compile(Arc::new(quarantine.clone()), None, Memories::new()).await?;
        let Some(node) = graph.nodes.get(&look.node) else {
            return Err(match graph.faults.first() {
                Some((_, fault)) => fault.copied(),
                None => first(&prepared.located(graph.problems.clone())),
            });
        };
        let plan = match &look.port {
            Some(port) => node.outputs.get(port),
            None => node.outputs.values().next(),
        };
        let plan = plan.ok_or_else(|| Fault::config(format!("node `{}` has no such output", look.node)))?;
        let batches = preview(&graph, plan, look.limit + 1).await?;
        Ok(rows(plan.schema().as_arrow(), &batches, look.limit, quarantine.all().len() as u64))
    }
}
