//! `towpath plan --lineage`.

use serde_json::json;
use towpath_engine::graph::Graph;
use towpath_engine::lineage::{How, Lineage, Origin};

use crate::output::{Console, Tone};

/// Shows from which columns of sources each column of a destination comes; as JSON, the lineage of every node.
pub(super) fn lineage(graph: &Graph, console: &Console) {
    let lineage = Lineage::of(graph);
    for (name, node) in &graph.nodes {
        for port in node.outputs.keys() {
            let Some(sources) = lineage.from_sources(name, port) else { continue };
            if console.json {
                let steps = lineage.step(name, port).unwrap_or_default();
                let columns = steps.iter().zip(&sources).map(|(step, traced)| {
                    json!({ "column": step.column, "from": step.origins, "sources": traced.origins })
                });
                let columns: Vec<_> = columns.collect();
                console.json_line(
                    &json!({ "event": "lineage", "node": name, "port": port, "columns": columns }),
                );
                continue;
            }
            if node.destination.is_none() {
                continue;
            }
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
