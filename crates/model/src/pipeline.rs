//! The pipeline document: nodes, edges between named ports, parameters, schedule, contract, tests.
//!
//! A node names its role and kind in one key (`source: mysql`), where its rows come from in `from`, and keeps the
//! kind's own settings beside them. The structure is checked here ([`PipelineSpec::from_document`]): roles, edges,
//! cycles, parameters. Whether a kind exists and its settings are right is the engine's to know.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::contract::Contract;
use crate::document::Document;
use crate::expectations::insert_checks;
use crate::incremental::Incremental;
use crate::landing::{LANDING_KEYS, Landing};
use crate::params::ParamSpec;
use crate::problem::{Problem, join};
use crate::schedule::ScheduleSpec;
use crate::suggest;

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
        let mut reader = Reader { problems: Vec::new(), unreadable: Vec::new(), expected: IndexMap::new() };
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

struct Reader {
    problems: Vec<Problem>,
    /// Nodes with problems of their own; edges to them are not called wrong as well.
    unreadable: Vec<String>,
    /// What destinations expect of their rows.
    expected: IndexMap<String, Value>,
}

impl Reader {
    fn add(&mut self, path: impl Into<String>, message: impl Into<String>, hint: Option<String>) {
        self.problems.push(Problem::new(path, message).maybe_hint(hint));
    }

    fn pipeline(&mut self, value: &Value) -> Option<PipelineSpec> {
        let Some(map) = value.as_object() else {
            self.add("", "a pipeline is a mapping with `towpath`, `name` and `nodes`", None);
            return None;
        };
        for key in map.keys().filter(|key| !TOP_KEYS.contains(&key.as_str())) {
            let hint = suggest::hint(key, "known keys", TOP_KEYS);
            self.add(join("", key), format!("unknown key `{key}`"), hint);
        }
        match map.get("towpath") {
            Some(Value::Number(number)) if number.as_i64() == Some(VERSION) => {}
            Some(other) => {
                let hint = "this program reads version 1; a newer file needs a newer towpath";
                self.add("/towpath", format!("unknown version `{other}`"), Some(hint.into()));
            }
            None => self.add("", "`towpath` is missing", Some("start the file with `towpath: 1`".into())),
        }
        let name = match map.get("name") {
            Some(Value::String(name)) if !name.is_empty() => name.clone(),
            Some(_) => {
                self.add("/name", "the name must be text", None);
                String::new()
            }
            None => {
                self.add(
                    "",
                    "`name` is missing",
                    Some("give the pipeline a name, for example `name: orders`".into()),
                );
                String::new()
            }
        };
        let params = self.section::<IndexMap<String, ParamSpec>>(map, "params").unwrap_or_default();
        let schedule = self.section::<ScheduleSpec>(map, "schedule");
        if let Some(schedule) = &schedule {
            self.problems.extend(schedule.problems());
        }
        let contract = self.section::<Contract>(map, "contract").unwrap_or_default();
        let tests = self.section::<Vec<TestSpec>>(map, "tests").unwrap_or_default();
        let description = map.get("description").and_then(Value::as_str).map(str::to_owned);
        let mut nodes = IndexMap::new();
        match map.get("nodes") {
            Some(Value::Object(written)) if !written.is_empty() => {
                for (name, node) in written {
                    match self.node(name, node, &contract) {
                        Some(node) => drop(nodes.insert(name.clone(), node)),
                        None => self.unreadable.push(name.clone()),
                    }
                }
            }
            Some(Value::Object(_)) | None => {
                let hint = "add at least a source and a destination under `nodes`";
                self.add("", "the pipeline has no nodes", Some(hint.into()));
            }
            Some(_) => self.add("/nodes", "`nodes` is a mapping from names to nodes", None),
        }
        let mut nodes = insert_checks(nodes, std::mem::take(&mut self.expected));
        for node in nodes.values_mut() {
            // The node that gives the scope of a mirror is read like any other.
            if let Some(reference) = &node.landing.mirror.of {
                let path = join(&join(&node.place, "mirror"), "of");
                node.from.push(Edge::to(Some(SCOPE), reference, path));
            }
        }
        Some(PipelineSpec { name, description, params, nodes, schedule, tests })
    }

    fn section<T: for<'de> Deserialize<'de>>(&mut self, map: &Map<String, Value>, key: &str) -> Option<T> {
        let value = map.get(key).filter(|value| !value.is_null())?;
        match T::deserialize(value) {
            Ok(section) => Some(section),
            Err(error) => {
                self.add(format!("/{key}"), format!("`{key}`: {error}"), None);
                None
            }
        }
    }

    fn node(&mut self, name: &str, value: &Value, contract: &Contract) -> Option<NodeSpec> {
        let path = join("/nodes", name);
        if name.is_empty() || name.contains(['.', '/', ':', ' ']) {
            let hint = "use letters, digits, `_` and `-`";
            self.add(&path, format!("`{name}` cannot name a node"), Some(hint.into()));
        }
        let Some(map) = value.as_object() else {
            self.add(&path, format!("node `{name}` must be a mapping"), None);
            return None;
        };
        let roles: Vec<Role> = [Role::Source, Role::Transform, Role::Destination]
            .into_iter()
            .filter(|role| map.contains_key(role.key()))
            .collect();
        let [role] = roles[..] else {
            let likely =
                map.keys().find_map(|key| suggest::nearest(key, ["source", "transform", "destination"]));
            let hint = match (roles.len(), likely) {
                (0, Some(key)) => format!("did you mean `{key}`?"),
                _ => "name exactly one of `source`, `transform`, `destination`".into(),
            };
            self.add(&path, format!("it is not clear what node `{name}` does"), Some(hint));
            return None;
        };
        let kind = match map.get(role.key()) {
            Some(Value::String(kind)) => kind.clone(),
            _ => {
                self.add(join(&path, role.key()), format!("`{}` takes a name", role.key()), None);
                return None;
            }
        };
        let from = self.from(map.get("from"), &join(&path, "from"));
        match (role, from.is_empty()) {
            (Role::Source, false) => self.add(join(&path, "from"), "a source reads no other node", None),
            (Role::Transform | Role::Destination, true) if !map.contains_key("from") => {
                let hint = "name the node whose rows it takes: `from: node`";
                self.add(&path, format!("node `{name}` has no `from`"), Some(hint.into()));
            }
            _ => {}
        }
        // Transforms have settings of these names for themselves, which their schemas know.
        for key in LANDING_KEYS {
            if role == Role::Source && map.contains_key(key) {
                self.add(join(&path, key), format!("`{key}` belongs to a destination"), None);
            }
        }
        if role == Role::Transform && map.contains_key("connection") {
            self.add(join(&path, "connection"), "a transform has no connection", None);
        }
        if role == Role::Destination
            && let Some(expect) = map.get("expect").filter(|expect| !expect.is_null())
        {
            self.expected.insert(name.to_owned(), expect.clone());
        }
        let landing = match role {
            Role::Destination => Landing::read(map, &path, contract, &mut self.problems),
            _ => Landing::default(),
        };
        let incremental = match (role, map.get("incremental")) {
            (Role::Source, Some(value)) if !value.is_null() => Incremental::deserialize(value)
                .map_err(|error| {
                    self.add(join(&path, "incremental"), format!("`incremental`: {error}"), None)
                })
                .ok(),
            (Role::Destination, Some(_)) => {
                self.add(join(&path, "incremental"), "`incremental` belongs to a source", None);
                None
            }
            _ => None,
        };
        let own = |key: &str| match role {
            _ if NODE_KEYS.contains(&key) => false,
            Role::Transform => true,
            Role::Source | Role::Destination => key != "incremental" && !LANDING_KEYS.contains(&key),
        };
        let config =
            map.iter().filter(|(key, _)| own(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
        Some(NodeSpec {
            name: name.to_owned(),
            role,
            kind,
            connection: map.get("connection").cloned(),
            from,
            landing,
            incremental,
            description: map.get("description").and_then(Value::as_str).map(str::to_owned),
            config: Value::Object(config),
            place: path,
        })
    }

    fn from(&mut self, value: Option<&Value>, path: &str) -> Vec<Edge> {
        let mut edges = Vec::new();
        let mut wrong = Vec::new();
        match value {
            None => {}
            Some(Value::String(reference)) => edges.push(Edge::to(None, reference, path.to_owned())),
            Some(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}/{index}");
                    match item.as_str() {
                        Some(reference) => edges.push(Edge::to(None, reference, path)),
                        None => wrong.push(path),
                    }
                }
            }
            Some(Value::Object(map)) => {
                for (port, item) in map {
                    let path = join(path, port);
                    match item.as_str() {
                        Some(reference) => edges.push(Edge::to(Some(port), reference, path)),
                        None => wrong.push(path),
                    }
                }
            }
            Some(_) => wrong.push(path.to_owned()),
        }
        for path in wrong {
            let hint = "write `from: node`, `from: [a, b]` or `from: { left: a, right: b }`";
            self.add(path, "`from` names nodes", Some(hint.into()));
        }
        edges
    }

    /// Edges lead to existing nodes that have outputs, and never in a circle.
    fn edges(&mut self, spec: &PipelineSpec) {
        let outputs: Vec<&str> = spec
            .nodes
            .values()
            .filter(|node| node.role != Role::Destination)
            .map(|node| node.name.as_str())
            .collect();
        for node in spec.nodes.values() {
            for edge in &node.from {
                match spec.nodes.get(&edge.node) {
                    None if self.unreadable.contains(&edge.node) => {}
                    None => {
                        let hint = suggest::hint(&edge.node, "nodes", outputs.iter().copied());
                        self.add(&edge.path, format!("unknown node `{}`", edge.node), hint);
                    }
                    Some(read) if read.role == Role::Destination => {
                        let hint = "read the node that the destination reads";
                        let message = format!("`{}` is a destination and has no output", edge.node);
                        self.add(&edge.path, message, Some(hint.into()));
                    }
                    Some(_) => {}
                }
            }
        }
        for cycle in cycles(spec) {
            let hint = "remove one of these edges";
            let path = join(&join("/nodes", cycle[0]), "from");
            self.add(path, format!("the nodes run in a circle: {}", cycle.join(" → ")), Some(hint.into()));
        }
        for (index, test) in spec.tests.iter().enumerate() {
            let names = test.given.keys().map(|name| ("given", name));
            let names = names.chain(test.expect.keys().map(|name| ("expect", name)));
            let names = names.chain(test.quarantined.keys().map(|name| ("quarantined", name)));
            for (section, name) in names {
                if !spec.nodes.contains_key(name.split('.').next().unwrap_or_default()) {
                    let hint = suggest::hint(name, "nodes", outputs.iter().copied());
                    let path = join(&format!("/tests/{index}/{section}"), name);
                    self.add(path, format!("unknown node `{name}`"), hint);
                }
            }
        }
    }
}

/// One list of names for each circle, in the direction of the rows, ending where it starts.
fn cycles(spec: &PipelineSpec) -> Vec<Vec<&str>> {
    let ordered: HashSet<&str> = spec.in_order().into_iter().collect();
    let known = |edge: &&Edge| spec.nodes.contains_key(&edge.node);
    let mut seen: HashSet<&str> = HashSet::new();
    let mut found = Vec::new();
    for start in spec.nodes.keys().map(String::as_str).filter(|name| !ordered.contains(name)) {
        // Walk against the edges; every node left out of the order has at least one such edge or an unknown one.
        let mut trail: Vec<&str> = Vec::new();
        let mut index: HashMap<&str, usize> = HashMap::new();
        let mut at = start;
        loop {
            if seen.contains(at) {
                break;
            }
            if let Some(&first) = index.get(at) {
                let mut cycle: Vec<&str> = trail[first..].to_vec();
                cycle.reverse();
                cycle.push(cycle[0]);
                found.push(cycle);
                break;
            }
            index.insert(at, trail.len());
            trail.push(at);
            let next =
                spec.nodes[at].from.iter().filter(known).find(|edge| !ordered.contains(edge.node.as_str()));
            match next {
                Some(edge) => at = &edge.node,
                None => break,
            }
        }
        seen.extend(trail);
    }
    found
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
