//! Reads the structure of a document, and says everything that is wrong with it.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Edge, NODE_KEYS, NodeSpec, PipelineSpec, Role, SCOPE, TOP_KEYS, TestSpec, VERSION};
use crate::contract::Contract;
use crate::expectations::insert_checks;
use crate::incremental::Incremental;
use crate::landing::{LANDING_KEYS, Landing};
use crate::params::ParamSpec;
use crate::problem::{Problem, join};
use crate::schedule::ScheduleSpec;
use crate::suggest;

#[derive(Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
    /// Nodes with problems of their own; edges to them are not called wrong as well.
    unreadable: Vec<String>,
    /// What destinations expect of their rows.
    expected: IndexMap<String, Value>,
}

impl Reader {
    fn add(&mut self, path: impl Into<String>, message: impl Into<String>, hint: Option<String>) {
        self.problems.push(Problem::new(path, message).maybe_hint(hint));
    }

    pub(super) fn pipeline(&mut self, value: &Value) -> Option<PipelineSpec> {
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
    pub(super) fn edges(&mut self, spec: &PipelineSpec) {
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
