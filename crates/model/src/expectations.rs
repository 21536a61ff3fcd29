//! The key `expect` of a destination, as the `check` node that it stands for.
//!
//! `expect: […]` at a destination means the same as a node `{ transform: check, expect: […] }` before it, so the
//! document is rewritten to that and nothing else needs to know. Expectations may name other nodes to compare with;
//! those become inputs of the check node. What an expectation may say is the engine's to know.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::landing::Landing;
use crate::pipeline::{Edge, NodeSpec, Role};
use crate::problem::join;

/// The transform that checks rows.
pub const CHECK: &str = "check";

/// The name of the check node that stands before a destination. Documents cannot use it: node names have no colon.
pub fn check_before(destination: &str) -> String {
    format!("{destination}:expect")
}

/// Puts check nodes before destinations, and gives check nodes the inputs that their expectations name.
pub(crate) fn insert_checks(
    nodes: IndexMap<String, NodeSpec>,
    mut expected: IndexMap<String, Value>,
) -> IndexMap<String, NodeSpec> {
    let mut all = IndexMap::new();
    for (name, mut node) in nodes {
        // A destination with another number of inputs is wrong by itself.
        if let Some(expect) = expected.shift_remove(&name).filter(|_| node.from.len() == 1) {
            let check = check_node(&node, expect);
            let from =
                Edge { port: None, node: check.name.clone(), output: None, path: join(&node.path(), "from") };
            node.from = vec![from];
            all.insert(check.name.clone(), check);
        }
        if node.role == Role::Transform && node.kind == CHECK {
            add_inputs(&mut node);
        }
        all.insert(name, node);
    }
    all
}

fn check_node(destination: &NodeSpec, expect: Value) -> NodeSpec {
    let mut node = NodeSpec {
        name: check_before(&destination.name),
        role: Role::Transform,
        kind: CHECK.to_owned(),
        connection: None,
        from: destination.from.clone(),
        landing: Landing::default(),
        incremental: None,
        description: None,
        config: json!({ "expect": expect }),
        place: destination.place.clone(),
    };
    add_inputs(&mut node);
    node
}

/// Adds an edge for each node that an expectation names and that is no input yet.
fn add_inputs(node: &mut NodeSpec) {
    for (reference, path) in named_nodes(&node.config, &node.path()) {
        let is_port = node.from.iter().any(|edge| edge.port.as_deref() == Some(reference.as_str()));
        let edge = Edge::to(None, &reference, path);
        let is_input = node.from.iter().any(|known| known.node == edge.node && known.output == edge.output);
        if !is_port && !is_input {
            node.from.push(edge);
        }
    }
}

/// References to nodes inside expectations, each with its place.
fn named_nodes(config: &Value, path: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let expectations = config.get("expect").and_then(Value::as_array).into_iter().flatten();
    for (index, expectation) in expectations.enumerate() {
        let Some(map) = expectation.as_object() else { continue };
        let path = format!("{path}/expect/{index}");
        for (rule, key) in [("exists_in", "node"), ("equal_sum", "node"), ("row_count", "of")] {
            if let Some(text) = text_at(map, rule, key) {
                found.push((text.to_owned(), format!("{path}/{rule}/{key}")));
            }
        }
        let with = map.get("with").and_then(Value::as_array).into_iter().flatten().enumerate();
        found.extend(
            with.filter_map(|(at, name)| Some((name.as_str()?.to_owned(), format!("{path}/with/{at}")))),
        );
    }
    found
}

fn text_at<'a>(map: &'a Map<String, Value>, rule: &str, key: &str) -> Option<&'a str> {
    map.get(rule)?.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, PipelineSpec};

    #[test]
    fn expectations_of_a_destination_are_a_check_node_before_it() {
        let text = "
towpath: 1
name: t
nodes:
  orders: { source: file, path: a.csv }
  people: { source: file, path: b.csv }
  load:
    destination: sqlite
    from: orders
    table: t
    expect: [{ column: person, exists_in: { node: people, column: id } }]
";
        let document = Document::parse("p.yaml", text).unwrap();
        let (spec, problems) = PipelineSpec::from_document(&document);
        assert_eq!(problems, vec![]);
        let spec = spec.unwrap();
        assert_eq!(spec.in_order(), ["orders", "people", "load:expect", "load"]);
        let check = &spec.nodes["load:expect"];
        assert_eq!((check.kind.as_str(), check.path().as_str()), ("check", "/nodes/load"));
        let read: Vec<&str> = check.from.iter().map(|edge| edge.node.as_str()).collect();
        assert_eq!(read, ["orders", "people"]);
        assert_eq!(spec.nodes["load"].from[0].node, "load:expect");
        assert_eq!(spec.nodes["load"].config, json!({ "table": "t" }));
    }

    #[test]
    fn a_node_that_an_expectation_names_must_exist() {
        let text = "towpath: 1
name: t
nodes:
  orders: { source: file, path: a.csv }
  load: { destination: sqlite, from: orders, table: t, expect: [{ row_count: { of: order } }] }
";
        let document = Document::parse("p.yaml", text).unwrap();
        let (_, problems) = PipelineSpec::from_document(&document);
        let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["p.yaml:5:80: unknown node `order`"]);
    }
}
