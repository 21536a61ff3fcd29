//! Opens nodes: checks their settings, makes sources and destinations, and asks sources what they hold.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use futures::{FutureExt, StreamExt};
use serde_json::{Map, Value, json};
use towpath_connect::{Connector, Intake, Settlement, Source, StreamInfo};
use towpath_model::landing::LANDING_KEYS;
use towpath_model::pipeline::{NODE_KEYS, NodeSpec, Role};
use towpath_model::problem::join;
use towpath_model::scope::Scope;
use towpath_model::{Fault, FaultKind, PipelineSpec, Problem, schema, suggest};

use crate::connections::{Connection, read};
use crate::fault::from_datafusion;
use crate::graph::{Compiler, GivenRows, Opened, Workshop};
use crate::incremental;
use crate::intake::{Columns, Memory, Taken};
use crate::scan::SourceTable;
use crate::transform::Transform;

impl Compiler<'_> {
    /// Checks every node's settings, makes sources and destinations, and asks the sources what they hold.
    pub(crate) async fn open(&mut self, mut given: HashMap<String, GivenRows>) -> HashMap<String, Opened> {
        let mut opened = HashMap::new();
        let mut sources = Vec::new();
        let nodes: Vec<NodeSpec> = self.spec.nodes.values().cloned().collect();
        for node in nodes {
            if let Some(rows) = given.remove(&node.name) {
                opened.insert(node.name.clone(), Opened::Given(rows));
                continue;
            }
            let result = match node.role {
                Role::Transform => self.open_transform(&node).map(Some),
                Role::Source => self.open_source(&node).map(|source| {
                    sources.push((node.name.clone(), source));
                    None
                }),
                Role::Destination => self.open_destination(&node).map(Some),
            };
            match result {
                Ok(Some(ready)) => drop(opened.insert(node.name.clone(), ready)),
                Ok(None) => {}
                Err(problems) => self.problems.extend(problems),
            }
        }
        let is_run = self.workshop.positions.is_some();
        let mut descriptions = Vec::new();
        for (node, source) in sources {
            let settings = self.spec.nodes[&node].config.clone();
            let memory = self.workshop.memories.get(&node).cloned().unwrap_or_default();
            let description = async move {
                source.recall(memory.recall(&settings, is_run));
                let info = describe(source.as_ref(), &memory).await;
                let taken = match is_run {
                    true => take(&node, source.as_ref(), info.as_ref().ok(), &settings).await,
                    false => Ok(None),
                };
                (node, source, info, taken)
            };
            descriptions.push(description.boxed());
        }
        let described = futures::stream::iter(descriptions).buffered(4).collect::<Vec<_>>().await;
        for (node, source, info, taken) in described {
            self.sources.push((node.clone(), Arc::clone(&source)));
            match taken {
                Ok(taken) => self.taken.extend(taken),
                // Its description failed as well, and says why.
                Err(_) if info.is_err() => {}
                Err(fault) => self.fail(&node, fault),
            }
            match info {
                Ok(info) => {
                    let table = Arc::new(SourceTable { node: node.clone(), source, info });
                    match self.new_rows(&node, &table).await {
                        Ok(condition) => drop(opened.insert(node, Opened::Source(table, condition))),
                        Err(fault) => self.fail(&node, fault),
                    }
                }
                Err(fault) => self.fail(&node, fault),
            }
        }
        opened
    }

    /// The condition that new rows of an incremental source meet.
    async fn new_rows(&mut self, node: &str, table: &Arc<SourceTable>) -> Result<Option<Expr>, Fault> {
        let Some(rules) = &self.spec.nodes[node].incremental else { return Ok(None) };
        let Some(positions) = &self.workshop.positions else { return Ok(None) };
        let position = positions.get(node).cloned().unwrap_or_default();
        let scan = scan(node, table).map_err(from_datafusion)?;
        let (condition, delta) = incremental::new_rows(&self.state, node, scan, rules, &position).await?;
        self.deltas.push(delta);
        Ok(Some(condition))
    }

    /// A fault of the configuration is a problem of the document; every other is the outside's.
    fn fail(&mut self, node: &str, fault: Fault) {
        if fault.kind() == FaultKind::Config {
            self.problems.push(problem_of(&join("/nodes", node), &fault));
        } else {
            self.faults.push((node.to_owned(), fault.at("node", node)));
        }
    }

    fn open_transform(&self, node: &NodeSpec) -> Result<Opened, Vec<Problem>> {
        let transform = transform_of(self.workshop, node)?;
        let config = config_of(self.scope, node, &transform.spec().config)?;
        Ok(Opened::Transform { transform: Arc::clone(transform), config })
    }

    fn open_source(&self, node: &NodeSpec) -> Result<Arc<dyn Source>, Vec<Problem>> {
        let connector = connector_of(self.workshop, node)?;
        let config = config_of(self.scope, node, &connector.spec().source);
        let (connection, config) = both(self.connection(node), config)?;
        connector
            .source(&connection, &config, &self.workshop.context)
            .map_err(|fault| vec![problem_of(&node.path(), &fault)])
    }

    fn open_destination(&self, node: &NodeSpec) -> Result<Opened, Vec<Problem>> {
        let connector = connector_of(self.workshop, node)?;
        let mut problems: Vec<Problem> = mode_problem(connector.as_ref(), node).into_iter().collect();
        let config = config_of(self.scope, node, &connector.spec().destination);
        let ready = both(self.connection(node), config);
        let (connection, config) = match ready {
            Ok(ready) => ready,
            Err(more) => {
                problems.extend(more);
                return Err(problems);
            }
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        connector
            .destination(&connection, &config, &self.workshop.context)
            .map(Opened::Destination)
            .map_err(|fault| vec![problem_of(&node.path(), &fault)])
    }

    fn connection(&self, node: &NodeSpec) -> Result<Value, Vec<Problem>> {
        let path = join(&node.path(), "connection");
        let found: Result<Connection, Fault> = match &node.connection {
            None => {
                let empty = Value::Object(Map::new());
                let schema = self.workshop.registry.get(&node.kind).map(|c| c.spec().connection.clone());
                if schema.is_some_and(|schema| schema::check(&empty, &schema, "").is_empty()) {
                    return Ok(empty);
                }
                let hint = "name one: `connection: …` (see `towpath connectors`)";
                return Err(vec![
                    Problem::new(node.path(), format!("node `{}` has no connection", node.name)).hint(hint),
                ]);
            }
            Some(Value::String(text)) => {
                let text = self.scope.resolve(&Value::String(text.clone()), &Value::Null, &path)?;
                let text = text.as_str().unwrap_or_default().to_owned();
                match text.contains("://") {
                    true => read(&Value::String(text), &self.workshop.registry),
                    false => self.workshop.connections.find(&text).cloned(),
                }
            }
            Some(inline) => {
                let mut inline = self.scope.resolve(inline, &Value::Null, &path)?;
                if let Some(map) = inline.as_object_mut() {
                    map.entry("connector").or_insert(Value::String(node.kind.clone()));
                }
                read(&inline, &self.workshop.registry)
            }
        };
        let connection = found.map_err(|fault| vec![problem_of(&path, &fault)])?;
        if connection.connector != node.kind {
            let name = node.connection.as_ref().and_then(Value::as_str).unwrap_or("here");
            let message = format!(
                "connection `{name}` is of `{}`, but the node is of `{}`",
                connection.connector, node.kind
            );
            let hint =
                format!("write `{}: {}`, or name another connection", node.role.key(), connection.connector);
            return Err(vec![Problem::new(path, message).hint(hint)]);
        }
        Ok(connection.settings)
    }
}

/// Problems of kinds, modes and settings of every node, as far as they show without connections.
pub fn check_nodes(spec: &PipelineSpec, workshop: &Workshop, scope: &Scope) -> Vec<Problem> {
    let check = |node: &NodeSpec| -> Result<Vec<Problem>, Vec<Problem>> {
        let kind = match node.role {
            Role::Transform => &transform_of(workshop, node)?.spec().config,
            Role::Source => &connector_of(workshop, node)?.spec().source,
            Role::Destination => &connector_of(workshop, node)?.spec().destination,
        };
        let mut problems = config_of(scope, node, kind).err().unwrap_or_default();
        if node.role == Role::Destination {
            problems.extend(mode_problem(connector_of(workshop, node)?.as_ref(), node));
        }
        Ok(problems)
    };
    spec.nodes.values().flat_map(|node| check(node).unwrap_or_else(|problems| problems)).collect()
}

/// Problems of the kinds of nodes alone: connectors and transforms that do not exist.
pub fn check_kinds(spec: &PipelineSpec, workshop: &Workshop) -> Vec<Problem> {
    let check = |node: &NodeSpec| match node.role {
        Role::Transform => transform_of(workshop, node).err(),
        Role::Source | Role::Destination => connector_of(workshop, node).err(),
    };
    spec.nodes.values().filter_map(check).flatten().collect()
}

fn transform_of<'a>(workshop: &'a Workshop, node: &NodeSpec) -> Result<&'a Arc<dyn Transform>, Vec<Problem>> {
    let names = workshop.transforms.iter().map(|transform| transform.spec().name);
    workshop.transform(&node.kind).ok_or_else(|| vec![unknown_kind(node, "transforms", names)])
}

fn connector_of<'a>(workshop: &'a Workshop, node: &NodeSpec) -> Result<&'a Arc<dyn Connector>, Vec<Problem>> {
    let names = workshop.registry.all().iter().map(|connector| connector.spec().name);
    workshop.registry.get(&node.kind).ok_or_else(|| vec![unknown_kind(node, "connectors", names)])
}

/// The node's settings with references replaced, checked against the schema of its kind.
fn config_of(scope: &Scope, node: &NodeSpec, kind: &Value) -> Result<Value, Vec<Problem>> {
    let config = scope.resolve(&node.config, kind, &node.path())?;
    let mut kind = kind.clone();
    if let Some(properties) = kind.get_mut("properties").and_then(Value::as_object_mut) {
        // Keys that every node may have were taken out before; here they serve as suggestions.
        let landing: &[&str] = if node.role == Role::Destination { &LANDING_KEYS } else { &[] };
        let own: &[&str] = if node.role == Role::Source { &["incremental"] } else { landing };
        for key in NODE_KEYS.iter().chain(own) {
            properties.entry(*key).or_insert(json!({}));
        }
    }
    let problems = schema::check(&config, &kind, &node.path());
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

fn mode_problem(connector: &dyn Connector, node: &NodeSpec) -> Option<Problem> {
    let modes = &connector.spec().capabilities.write_modes;
    if modes.contains(&node.landing.mode) {
        return None;
    }
    let names: Vec<String> = modes.iter().map(|mode| format!("`{}`", mode.name())).collect();
    let hint = match names.is_empty() {
        true => "it only reads".to_owned(),
        false => format!("it can {}", names.join(", ")),
    };
    let message = format!("`{}` cannot write with `mode: {}`", node.kind, node.landing.mode.name());
    Some(Problem::new(join(&node.path(), "mode"), message).hint(hint))
}

/// Describes a source, after what an earlier run left undone.
async fn describe(source: &dyn Source, memory: &Memory) -> Result<StreamInfo, Fault> {
    let mut late = match memory.unsettled.as_slice() {
        [] => Vec::new(),
        items => source.settle(items, Settlement::Done).await?,
    };
    let mut info = source.describe().await?;
    info.notes.append(&mut late);
    Ok(info)
}

/// What a run takes from a source, with what is to be remembered of it.
async fn take(
    node: &str,
    source: &dyn Source,
    info: Option<&StreamInfo>,
    settings: &Value,
) -> Result<Option<Taken>, Fault> {
    let Some(Intake { items, settles }) = source.intake().await? else { return Ok(None) };
    let columns = info.and_then(|info| Columns::new(settings, &info.schema));
    Ok(Some(Taken { node: node.to_owned(), items, settles, columns }))
}

/// Everything of a source.
pub(crate) fn scan(node: &str, table: &Arc<SourceTable>) -> datafusion::common::Result<LogicalPlan> {
    let provider = provider_as_source(Arc::clone(table) as Arc<dyn datafusion::catalog::TableProvider>);
    LogicalPlanBuilder::scan(node, provider, None)?.build()
}

fn unknown_kind<'a>(node: &NodeSpec, group: &str, names: impl Iterator<Item = &'a str>) -> Problem {
    let path = join(&node.path(), node.role.key());
    let role = match node.role {
        Role::Transform => "transform",
        _ => "connector",
    };
    Problem::new(path, format!("unknown {role} `{}`", node.kind))
        .maybe_hint(suggest::hint(&node.kind, group, names))
}

/// A fault as a problem of the document.
pub(crate) fn problem_of(path: &str, fault: &Fault) -> Problem {
    Problem::new(path, fault.to_string()).maybe_hint(fault.hint_text().map(str::to_owned))
}

fn both<A, B>(a: Result<A, Vec<Problem>>, b: Result<B, Vec<Problem>>) -> Result<(A, B), Vec<Problem>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut a), Err(b)) => {
            a.extend(b);
            Err(a)
        }
        (Err(problems), Ok(_)) | (Ok(_), Err(problems)) => Err(problems),
    }
}
