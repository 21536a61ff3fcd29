//! What the nodes of a document give, without running it.

use std::sync::Arc;

use serde_json::Value;
use towpath_api::workbench::{Checked, NodeFault, NodeOutline, PortOutline, Room};
use towpath_engine::context::MemoryQuarantine;
use towpath_engine::intake::Memories;
use towpath_engine::lineage::Lineage;
use towpath_model::Fault;

use super::bench::Bench;
use super::trials::lineage_of;
use super::views::columns;

impl Bench {
    /// The nodes of a document with their columns, and where these come from; with the plans of destinations on request.
    pub(super) async fn outlined(
        &self,
        room: &Room,
        text: &str,
        params: &Value,
        plans: bool,
    ) -> Result<Checked, Fault> {
        let prepared = match self.prepare(room, text, params, None) {
            Ok(prepared) => prepared,
            Err(problems) => return Ok(Checked { problems, ..Checked::default() }),
        };
        let graph =
            prepared.ready.compile(Arc::new(MemoryQuarantine::default()), None, Memories::new()).await?;
        let mut checked =
            Checked { problems: prepared.located(graph.problems.clone()), ..Checked::default() };
        for (node, fault) in &graph.faults {
            let hint = fault.hint_text().map(str::to_owned);
            checked.faults.push(NodeFault { node: node.clone(), message: fault.to_string(), hint });
        }
        let lineage = Lineage::of(&graph);
        for (name, node) in &graph.nodes {
            let spec = &graph.spec.nodes[name];
            let outputs = node.outputs.iter().map(|(port, plan)| PortOutline {
                port: port.clone(),
                columns: columns(plan.schema().as_arrow()),
                lineage: lineage_of(&lineage, name, port),
            });
            let plan = match node.outputs.values().next().filter(|_| plans && node.destination.is_some()) {
                Some(plan) => Some(towpath_engine::run::explain(&graph, plan)?),
                None => None,
            };
            checked.nodes.push(NodeOutline {
                node: name.clone(),
                role: spec.role.key().to_owned(),
                kind: spec.kind.clone(),
                outputs: outputs.collect(),
                plan,
            });
        }
        Ok(checked)
    }
}
