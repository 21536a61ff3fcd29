//! The pipeline document: nodes, edges between named ports, parameters, schedule, contract, tests.
//!
//! A node names its role and kind in one key (`source: mysql`), where its rows come from in `from`, and keeps the
//! kind's own settings beside them. The structure is checked here ([`PipelineSpec::from_document`]): roles, edges,
//! cycles, parameters. Whether a kind exists and its settings are right is the engine's to know.

mod reader;

use std::collections::HashSet;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use self::reader::Reader;
use crate::document::Document;
use crate::incremental::Incremental;
use crate::landing::Landing;
use crate::params::ParamSpec;
use crate::problem::Problem;
use crate::schedule::ScheduleSpec;

/// The version of the document format that this program writes.
pub const VERSION: i64 = 1;

/// Keys at the top of a document.
pub const TOP_KEYS: [&str; 9] =
    ["towpath", "name", "description", "params", "nodes", "schedule", "contract", "tests", "layout"];

/// Keys of a node that mean the same for every kind; all others are the kind's own settings.
pub const NODE_KEYS: [&str; 6] = ["source", "transform", "destination", "connection", "from", "description"];

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads a stream.
    Source,
    /// Changes data.
    Transform,
    /// Writes a table or file.
    Destination,
}

impl Role {
    /// The key that names it in documents.
    pub fn key(self) -> &'static str {
        match self {
            Role::Source => "source",
            Role::Transform => "transform",
            Role::Destination => "destination",
        }
    }
}

/// Where rows of an input port come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Input port, when the document names it.
    pub port: Option<String>,
    /// Node that is read.
    pub node: String,
    /// Its output port; `None` is its only or default one.
    pub output: Option<String>,
    /// JSON pointer of the reference.
    pub path: String,
}

impl Edge {
    /// An edge from a reference as documents write it: `node`, or `node.output`.
    pub(crate) fn to(port: Option<&str>, reference: &str, path: String) -> Self {
        let (node, output) = match reference.split_once('.') {
            Some((node, output)) => (node, Some(output.to_owned())),
            None => (reference, None),
        };
        Edge { port: port.map(str::to_owned), node: node.to_owned(), output, path }
    }
}

/// The input port of a destination that takes the scope of a mirror.
pub const SCOPE: &str = "scope";

/// One node.
#[derive(Debug, Clone)]
pub struct NodeSpec {
    /// Name of the node.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// Connector or transform.
    pub kind: String,
    /// Name of the connection, or an inline connection.
    pub connection: Option<Value>,
    /// Where its rows come from, in the order of the document.
    pub from: Vec<Edge>,
    /// How rows land (destinations).
    pub landing: Landing,
    /// Which rows are new (sources).
    pub incremental: Option<Incremental>,
    /// Remark for people.
    pub description: Option<String>,
    /// The kind's own settings, references not yet replaced.
    pub config: Value,
    /// JSON pointer of what the node was made of.
    pub place: String,
}

impl NodeSpec {
    /// JSON pointer of the node.
    pub fn path(&self) -> String {
        self.place.clone()
    }
}

/// A test: small inputs and the rows they must give.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestSpec {
    /// What the test shows.
    pub name: String,
    /// Rows that stand in for nodes, mostly sources.
    #[serde(default)]
    pub given: IndexMap<String, Value>,
    /// Rows that nodes must give.
    #[serde(default)]
    pub expect: IndexMap<String, Value>,
    /// Number of rows that nodes must send to quarantine.
    #[serde(default)]
    pub quarantined: IndexMap<String, u64>,
    /// Values for parameters.
    #[serde(default)]
    pub params: IndexMap<String, Value>,
    /// Logical date of the test's run.
    #[serde(default)]
    pub date: Option<String>,
}

/// A pipeline whose structure is right.
#[derive(Debug, Clone)]
pub struct PipelineSpec {
    /// Name of the pipeline.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Declared parameters.
    pub params: IndexMap<String, ParamSpec>,
    /// Nodes in the order of the document.
    pub nodes: IndexMap<String, NodeSpec>,
    /// When it runs by itself.
    pub schedule: Option<ScheduleSpec>,
    /// Tests.
    pub tests: Vec<TestSpec>,
}

impl PipelineSpec {
    /// Reads the structure. Returns what could be read, if anything, and every problem.
    pub fn from_document(document: &Document) -> (Option<PipelineSpec>, Vec<Problem>) {
        let mut reader = Reader::default();
        let spec = reader.pipeline(&document.value);
        if let Some(spec) = &spec {
            reader.edges(spec);
        }
        document.locate(&mut reader.problems);
        (spec, reader.problems)
    }

    /// Names of the nodes, each after the nodes it reads. Nodes on a cycle are left out.
    pub fn in_order(&self) -> Vec<&str> {
        let mut done: HashSet<&str> = HashSet::new();
        let mut order: Vec<&str> = Vec::new();
        loop {
            let before = order.len();
            for (name, node) in &self.nodes {
                if !done.contains(name.as_str())
                    && node
                        .from
                        .iter()
                        .all(|edge| done.contains(edge.node.as_str()) || !self.nodes.contains_key(&edge.node))
                {
                    done.insert(name);
                    order.push(name);
                }
            }
            if order.len() == before {
                return order;
            }
        }
    }

    /// The node and every node that its rows come from, directly or through others; nothing if there is no such node.
    pub fn upstream(&self, node: &str) -> HashSet<String> {
        let mut found = HashSet::new();
        let mut open = vec![node];
        while let Some(name) = open.pop() {
            if let Some(spec) = self.nodes.get(name)
                && found.insert(name.to_owned())
            {
                open.extend(spec.from.iter().map(|edge| edge.node.as_str()));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let document = Document::parse("p.yaml", text).unwrap();
        let (_, problems) = PipelineSpec::from_document(&document);
        problems
            .into_iter()
            .map(|problem| {
                format!(
                    "{problem}{}",
                    problem.hint.as_ref().map(|hint| format!(" | {hint}")).unwrap_or_default()
                )
            })
            .collect()
    }

    #[test]
    fn a_right_pipeline_has_no_problems() {
        let text = "
towpath: 1
name: factory-orders
nodes:
  planned: { source: mysql, connection: erp, query: { file: orders.sql } }
  clean:   { transform: deduplicate, from: planned, by: [number, extension] }
  load:    { destination: postgres, connection: factory, from: clean, table: orders, mode: overwrite, key: [number] }
schedule: { cron: \"0 9,14 * * *\", timezone: Europe/Brussels, days: business }
";
        assert_eq!(problems(text), Vec::<String>::new());
        let document = Document::parse("p.yaml", text).unwrap();
        let spec = PipelineSpec::from_document(&document).0.unwrap();
        assert_eq!(spec.in_order(), ["planned", "clean", "load"]);
        assert_eq!(spec.nodes["load"].config, serde_json::json!({"table": "orders"}));
    }

    #[test]
    fn every_problem_comes_at_once_with_its_place() {
        let text = "towpath: 1
nam: x
nodes:
  a: { sorce: csv }
  b: { transform: filter, from: c }
  c: { transform: filter, from: b }
  d: { destination: sqlite, from: clena, mode: upsrt }
  clean: { transform: filter, from: a }
";
        assert_eq!(
            problems(text),
            [
                "p.yaml:1:1: `name` is missing | give the pipeline a name, for example `name: orders`",
                "p.yaml:2:1: unknown key `nam` | did you mean `name`?",
                "p.yaml:4:3: it is not clear what node `a` does | did you mean `source`?",
                "p.yaml:6:27: the nodes run in a circle: c → b → c | remove one of these edges",
                "p.yaml:7:29: unknown node `clena` | did you mean `clean`?",
                "p.yaml:7:42: unknown write mode `upsrt` | did you mean `upsert`?",
            ]
        );
    }
}
