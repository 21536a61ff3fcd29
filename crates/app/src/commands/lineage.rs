//! The lineage of a pipeline: `towpath plan --lineage`, and what a server keeps with every run.

use serde_json::{Value, json};
use towpath_engine::graph::Graph;
use towpath_engine::lineage::{How, Lineage, Origin};

use crate::output::{Console, Tone};

/// The lineage of every output port: for each column, the columns of the nodes before from which it comes, and those of the
/// sources.
pub(crate) fn lineage(graph: &Graph) -> Vec<Value> {
    let lineage = Lineage::of(graph);
    let mut ports = Vec::new();
    for (name, node) in &graph.nodes {
        for port in node.outputs.keys() {
            let Some(sources) = lineage.from_sources(name, port) else { continue };
            let steps = lineage.step(name, port).unwrap_or_default();
            let columns = steps.iter().zip(&sources).map(
                |(step, traced)| json!({ "column": step.column, "from": step.origins, "sources": traced.origins }),
            );
            ports.push(json!({ "node": name, "port": port, "columns": columns.collect::<Vec<_>>() }));
        }
    }
    ports
}

/// Shows from which columns of sources each column of a destination comes; as JSON, the lineage of every node.
pub(super) fn show(graph: &Graph, console: &Console) {
    if console.json {
        for mut port in lineage(graph) {
            if let Some(line) = port.as_object_mut() {
                line.shift_insert(0, "event".into(), json!("lineage"));
            }
            console.json_line(&port);
        }
        return;
    }
    let lineage = Lineage::of(graph);
    for (name, node) in graph.nodes.iter().filter(|(_, node)| node.destination.is_some()) {
        for port in node.outputs.keys() {
            let Some(sources) = lineage.from_sources(name, port) else { continue };
            console.result(&format!("\n{}", console.tone_out(Tone::Strong, &format!("lineage of {name}"))));
            for column in &sources {
                let origins: Vec<String> = column.origins.iter().map(|origin| shown(graph, origin)).collect();
                let from =
                    if origins.is_empty() { "nothing that is read".to_owned() } else { origins.join(", ") };
                console.result(&format!("  {} ← {from}", column.column));
            }
        }
    }
}

fn shown(graph: &Graph, origin: &Origin) -> String {
    let how = match origin.how {
        How::Copied => "copied",
        How::Computed => "computed",
    };
    let has_ports = graph.nodes.get(&origin.node).is_some_and(|node| node.outputs.len() > 1);
    let port = if has_ports { format!(".{}", origin.port) } else { String::new() };
    format!("{}{port}.{} ({how})", origin.node, origin.column)
}
