//! From a document to plans: opens sources, plans transforms, prepares destinations.
//!
//! Every problem of the document is collected; a node that failed is skipped with all that read it, so that the
//! rest is still checked. Failures of the outside (no such table, no connection) are faults, kept apart from
//! problems. Nodes that are read more than once are found by planning once, counting, and planning again with the
//! rows of those nodes shared ([`crate::share`]).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use futures::StreamExt;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use towpath_connect::{Context, Destination, Registry, StreamInfo};
use towpath_model::landing::LANDING_KEYS;
use towpath_model::pipeline::{NODE_KEYS, NodeSpec, Role};
use towpath_model::problem::join;
use towpath_model::scope::Scope;
use towpath_model::{Fault, FaultKind, PipelineSpec, Problem, WriteMode, schema, suggest};

use crate::connections::{Connection, ConnectionBook, read};
use crate::context::RunShared;
use crate::fault::from_datafusion;
use crate::incremental::{self, Delta, Positions};
use crate::meter::{Port, metered, port_of};
use crate::scan::SourceTable;
use crate::share::SharedTable;
use crate::transform::{InputPorts, Inputs, OUT, PlanContext, RowEffect, Transform};

/// What compiling needs besides the document.
#[derive(Debug, Clone)]
pub struct Workshop {
    /// Connectors.
    pub registry: Registry,
    /// Transforms.
    pub transforms: Vec<Arc<dyn Transform>>,
    /// Named connections.
    pub connections: ConnectionBook,
    /// Folders for relative paths and temporary files.
    pub context: Context,
    /// Where incremental reads begin; `None` when nothing is going to run, and sources show all they have.
    pub positions: Option<Positions>,
}

impl Workshop {
    /// The transform of that name.
    pub fn transform(&self, name: &str) -> Option<&Arc<dyn Transform>> {
        self.transforms.iter().find(|transform| transform.spec().name == name)
    }
}

/// Rows that stand in for a node.
pub type GivenRows = (SchemaRef, Vec<RecordBatch>);

/// A compiled pipeline.
#[derive(Debug)]
pub struct Graph {
    /// The document.
    pub spec: PipelineSpec,
    /// The session whose functions and limits the plans use.
    pub state: SessionState,
    /// Counters and quarantine of the run.
    pub shared: RunShared,
    /// What became of each node, in an order in which every node follows those it reads.
    pub nodes: IndexMap<String, Node>,
    /// Problems of the document.
    pub problems: Vec<Problem>,
    /// Failures of the outside, by node.
    pub faults: Vec<(String, Fault)>,
    /// What incremental sources read in this run.
    pub deltas: Vec<Delta>,
}

/// A node that could be opened.
#[derive(Debug)]
pub struct Node {
    /// The plan of each output port that could be planned; a destination has its input under `in`.
    pub outputs: IndexMap<String, LogicalPlan>,
    /// Ports that are read, in the order of the document.
    pub reads: Vec<Port>,
    /// Plans behind ports that are computed once for several readers.
    behind: Vec<LogicalPlan>,
    /// What happens to rows.
    pub effect: RowEffect,
    /// What the source said of its stream.
    pub info: Option<StreamInfo>,
    /// The destination, ready to begin.
    pub destination: Option<Arc<dyn Destination>>,
    /// The destination takes rows in chunks.
    pub resumes: bool,
}

impl Node {
    /// Schema of a port.
    pub fn schema(&self, port: &str) -> Option<SchemaRef> {
        self.outputs.get(port).map(|plan| Arc::new(plan.schema().as_arrow().clone()))
    }
}

enum Opened {
    /// A source, and the condition that its new rows meet.
    Source(Arc<SourceTable>, Option<Expr>),
    Given(GivenRows),
    Transform {
        transform: Arc<dyn Transform>,
        config: Value,
    },
    Destination(Arc<dyn Destination>),
}

/// Compiles a pipeline. `given` replaces nodes by rows, for tests.
pub async fn compile(
    spec: PipelineSpec,
    workshop: &Workshop,
    scope: &Scope,
    state: SessionState,
    shared: RunShared,
    given: HashMap<String, GivenRows>,
) -> Graph {
    let problems = incremental::problems(&spec);
    let mut compiler =
        Compiler { spec, workshop, scope, state, problems, faults: Vec::new(), deltas: Vec::new() };
    let opened = compiler.open(given).await;
    let mut shared_ports: HashSet<Port> = HashSet::new();
    let nodes = loop {
        let before = (compiler.problems.len(), compiler.faults.len());
        let nodes = compiler.plan(&opened, &shared_ports).await;
        match compiler.read_twice(&nodes, &shared_ports) {
            // Planning again finds the same problems again.
            Some(port) => {
                shared_ports.insert(port);
                compiler.problems.truncate(before.0);
                compiler.faults.truncate(before.1);
            }
            None => break nodes,
        }
    };
    let Compiler { spec, state, problems, faults, deltas, .. } = compiler;
    Graph { spec, state, shared, nodes, problems, faults, deltas }
}

struct Compiler<'a> {
    spec: PipelineSpec,
    workshop: &'a Workshop,
    scope: &'a Scope,
    state: SessionState,
    problems: Vec<Problem>,
    faults: Vec<(String, Fault)>,
    deltas: Vec<Delta>,
}

impl Compiler<'_> {
    /// Checks every node's settings, makes sources and destinations, and asks the sources what they hold.
    async fn open(&mut self, mut given: HashMap<String, GivenRows>) -> HashMap<String, Opened> {
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
        let described = futures::stream::iter(sources)
            .map(|(node, source)| async move {
                let info = source.describe().await;
                (node, source, info)
            })
            .buffered(4)
            .collect::<Vec<_>>()
            .await;
        for (node, source, info) in described {
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
        let Some(transform) = self.workshop.transform(&node.kind) else {
            let names = self.workshop.transforms.iter().map(|transform| transform.spec().name);
            return Err(vec![unknown_kind(node, "transforms", names)]);
        };
        let config = self.config(node, &transform.spec().config)?;
        Ok(Opened::Transform { transform: Arc::clone(transform), config })
    }

    fn open_source(&self, node: &NodeSpec) -> Result<Arc<dyn towpath_connect::Source>, Vec<Problem>> {
        let connector = self.connector(node)?;
        let (connection, config) = both(self.connection(node), self.config(node, &connector.spec().source))?;
        connector
            .source(&connection, &config, &self.workshop.context)
            .map_err(|fault| vec![problem_of(&node.path(), &fault)])
    }

    fn open_destination(&self, node: &NodeSpec) -> Result<Opened, Vec<Problem>> {
        let connector = self.connector(node)?;
        let modes = &connector.spec().capabilities.write_modes;
        let mut problems = Vec::new();
        if !modes.contains(&node.landing.mode) {
            let names: Vec<String> = modes.iter().map(|mode| format!("`{}`", mode.name())).collect();
            let hint = match names.is_empty() {
                true => "it only reads".to_owned(),
                false => format!("it can {}", names.join(", ")),
            };
            let message = format!("`{}` cannot write with `mode: {}`", node.kind, node.landing.mode.name());
            problems.push(Problem::new(join(&node.path(), "mode"), message).hint(hint));
        }
        let ready = both(self.connection(node), self.config(node, &connector.spec().destination));
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

    fn connector(&self, node: &NodeSpec) -> Result<&Arc<dyn towpath_connect::Connector>, Vec<Problem>> {
        let names = self.workshop.registry.all().iter().map(|connector| connector.spec().name);
        let unknown = || vec![unknown_kind(node, "connectors", names)];
        self.workshop.registry.get(&node.kind).ok_or_else(unknown)
    }

    /// The node's settings with references replaced, checked against the schema of its kind.
    fn config(&self, node: &NodeSpec, kind: &Value) -> Result<Value, Vec<Problem>> {
        let config = self.scope.resolve(&node.config, kind, &node.path())?;
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

    /// Plans every node in order; nodes that read a failed one are left out.
    async fn plan(
        &mut self,
        opened: &HashMap<String, Opened>,
        share: &HashSet<Port>,
    ) -> IndexMap<String, Node> {
        let mut nodes: IndexMap<String, Node> = IndexMap::new();
        let order: Vec<String> = self.spec.in_order().into_iter().map(str::to_owned).collect();
        for name in order {
            let Some(ready) = opened.get(&name) else { continue };
            let spec = self.spec.nodes[&name].clone();
            let Some((reads, inputs)) = self.inputs(&spec, ready, &nodes) else { continue };
            let planned = self.plan_node(&spec, ready, reads, inputs, share).await;
            match planned {
                Ok(node) => drop(nodes.insert(name, node)),
                Err(problems) => self.problems.extend(problems),
            }
        }
        nodes
    }

    async fn plan_node(
        &self,
        spec: &NodeSpec,
        ready: &Opened,
        reads: Vec<Port>,
        inputs: Inputs,
        share: &HashSet<Port>,
    ) -> Result<Node, Vec<Problem>> {
        let failed = |error| vec![problem_of(&spec.path(), &from_datafusion(error))];
        let mut behind = Vec::new();
        let mut wrap = |port: &str, plan: LogicalPlan| {
            let port = (spec.name.clone(), port.to_owned());
            let metered = metered(port.clone(), plan)?;
            if !share.contains(&port) {
                return Ok(metered);
            }
            behind.push(metered.clone());
            let table = SharedTable::new(format!("{}.{}", port.0, port.1), metered);
            LogicalPlanBuilder::scan(&port.0, provider_as_source(Arc::new(table)), None)?.build()
        };
        let (outputs, effect, info, destination) = match ready {
            Opened::Source(table, condition) => {
                let new = |plan: LogicalPlan| match condition {
                    Some(condition) => LogicalPlanBuilder::from(plan).filter(condition.clone())?.build(),
                    None => Ok(plan),
                };
                let plan =
                    scan(&spec.name, table).and_then(new).and_then(|plan| wrap(OUT, plan)).map_err(failed)?;
                (IndexMap::from([(OUT.to_owned(), plan)]), RowEffect::Keeps, Some(table.info.clone()), None)
            }
            Opened::Given((schema, batches)) => {
                let plan = MemTable::try_new(Arc::clone(schema), vec![batches.clone()])
                    .and_then(|table| {
                        LogicalPlanBuilder::scan(&spec.name, provider_as_source(Arc::new(table)), None)
                    })
                    .and_then(|plan| wrap(OUT, plan.build()?))
                    .map_err(failed)?;
                (IndexMap::from([(OUT.to_owned(), plan)]), RowEffect::Keeps, None, None)
            }
            Opened::Transform { transform, config } => {
                let cx = PlanContext { state: self.state.clone(), node: spec.name.clone() };
                let at_node = |problems: Vec<Problem>| {
                    let place = |problem: Problem| Problem {
                        path: format!("{}{}", spec.path(), problem.path),
                        ..problem
                    };
                    problems.into_iter().map(place).collect::<Vec<_>>()
                };
                let planned = transform.plan(config, inputs, &cx).await.map_err(at_node)?;
                let outputs = planned.into_iter().map(|(port, plan)| Ok((port.clone(), wrap(&port, plan)?)));
                let outputs = outputs.collect::<datafusion::common::Result<_>>().map_err(failed)?;
                (outputs, transform.spec().effect, None, None)
            }
            Opened::Destination(destination) => {
                let input = inputs.into_iter().next().map(|(_, plan)| plan);
                let Some(input) = input else { return Err(Vec::new()) };
                self.check_key(spec, &input)?;
                let outputs = IndexMap::from([("in".to_owned(), input)]);
                (outputs, RowEffect::Keeps, None, Some(Arc::clone(destination)))
            }
        };
        let connector = self.workshop.registry.get(&spec.kind).filter(|_| destination.is_some());
        let resumes = connector.is_some_and(|connector| connector.spec().capabilities.resumes);
        Ok(Node { outputs, reads, behind, effect, info, destination, resumes })
    }

    fn check_key(&self, spec: &NodeSpec, input: &LogicalPlan) -> Result<(), Vec<Problem>> {
        let schema = input.schema().as_arrow();
        let names = || schema.fields().iter().map(|field| field.name().as_str());
        let missing =
            spec.landing.key.iter().enumerate().filter(|(_, column)| !names().any(|name| name == *column));
        let problems: Vec<Problem> = missing
            .map(|(index, column)| {
                let path = join(&join(&spec.path(), "key"), &index.to_string());
                Problem::new(path, format!("the key column `{column}` does not arrive here"))
                    .maybe_hint(suggest::hint(column, "columns that arrive", names()))
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The plans at the input ports, or nothing when an input could not be planned or the ports are wrong.
    fn inputs(
        &mut self,
        spec: &NodeSpec,
        ready: &Opened,
        nodes: &IndexMap<String, Node>,
    ) -> Option<(Vec<Port>, Inputs)> {
        let ports = match ready {
            Opened::Source(..) | Opened::Given(_) => return Some((Vec::new(), Inputs::new())),
            Opened::Destination(_) => InputPorts::One,
            Opened::Transform { transform, .. } => transform.spec().inputs,
        };
        let named = self.name_ports(spec, ports)?;
        let (mut reads, mut inputs) = (Vec::new(), Inputs::new());
        for (port, edge) in named {
            let node = nodes.get(&edge.node)?;
            let output = match &edge.output {
                Some(output) => output.clone(),
                None => node.outputs.keys().next().cloned().unwrap_or_default(),
            };
            let Some(plan) = node.outputs.get(&output) else {
                let known = node.outputs.keys().map(String::as_str);
                let message = format!("node `{}` has no output `{output}`", edge.node);
                let hint = suggest::hint(&output, "its outputs", known);
                self.problems.push(Problem::new(&edge.path, message).maybe_hint(hint));
                return None;
            };
            if edge.output.is_none() && node.outputs.len() > 1 {
                let known: Vec<String> =
                    node.outputs.keys().map(|port| format!("`{}.{port}`", edge.node)).collect();
                let message = format!("node `{}` has several outputs", edge.node);
                let hint = format!("choose one: {}", known.join(", "));
                self.problems.push(Problem::new(&edge.path, message).hint(hint));
                return None;
            }
            inputs.insert(port, plan.clone());
            reads.push((edge.node.clone(), output));
        }
        Some((reads, inputs))
    }

    fn name_ports(
        &mut self,
        spec: &NodeSpec,
        ports: InputPorts,
    ) -> Option<Vec<(String, towpath_model::pipeline::Edge)>> {
        let path = join(&spec.path(), "from");
        let mut wrong = |message: String, hint: String| {
            self.problems.push(Problem::new(&path, message).hint(hint));
            None
        };
        match ports {
            InputPorts::One => match spec.from.as_slice() {
                [edge] => Some(vec![("in".to_owned(), edge.clone())]),
                edges => wrong(
                    format!("`{}` takes the rows of one node, found {}", spec.kind, edges.len()),
                    "combine nodes first with `union`, `join` or `sql`".to_owned(),
                ),
            },
            InputPorts::Named(names) => {
                let shape: Vec<String> = names.iter().map(|name| format!("{name}: …")).collect();
                let hint = format!("write `from: {{ {} }}`", shape.join(", "));
                let is_named = spec.from.iter().all(|edge| edge.port.is_some());
                if !is_named && spec.from.len() == names.len() {
                    let pairs = names.iter().zip(&spec.from);
                    return Some(pairs.map(|(name, edge)| ((*name).to_owned(), edge.clone())).collect());
                }
                let mut found = Vec::new();
                for name in names {
                    match spec.from.iter().find(|edge| edge.port.as_deref() == Some(name)) {
                        Some(edge) => found.push(((*name).to_owned(), edge.clone())),
                        None => return wrong(format!("`{}` misses its input `{name}`", spec.kind), hint),
                    }
                }
                match spec.from.len() == names.len() {
                    true => Some(found),
                    false => {
                        wrong(format!("`{}` has no other inputs than {}", spec.kind, names.join(", ")), hint)
                    }
                }
            }
            InputPorts::Many => {
                let name = |edge: &towpath_model::pipeline::Edge| {
                    edge.port.clone().unwrap_or_else(|| match &edge.output {
                        Some(output) => format!("{}_{output}", edge.node),
                        None => edge.node.clone(),
                    })
                };
                Some(spec.from.iter().map(|edge| (name(edge), edge.clone())).collect())
            }
        }
    }

    /// The port furthest down that stands more than once in what will run, when there is one.
    fn read_twice(&self, nodes: &IndexMap<String, Node>, share: &HashSet<Port>) -> Option<Port> {
        let mut counts: HashMap<Port, usize> = HashMap::new();
        let ends =
            nodes.values().filter(|node| node.destination.is_some()).flat_map(|node| node.outputs.values());
        for plan in ends.chain(nodes.values().flat_map(|node| &node.behind)) {
            // Visiting never fails: the closure returns no error.
            let _ = plan.apply_with_subqueries(|plan| {
                if let Some(port) = port_of(plan) {
                    *counts.entry(port.clone()).or_default() += 1;
                }
                Ok(TreeNodeRecursion::Continue)
            });
        }
        let is_twice =
            |port: &Port| counts.get(port).is_some_and(|count| *count > 1) && !share.contains(port);
        nodes.iter().rev().find_map(|(name, node)| {
            node.outputs.keys().map(|port| (name.clone(), port.clone())).find(|port| is_twice(port))
        })
    }
}

/// Everything of a source.
fn scan(node: &str, table: &Arc<SourceTable>) -> datafusion::common::Result<LogicalPlan> {
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

impl Graph {
    /// The write mode and key of a destination node.
    pub fn landing(&self, name: &str) -> (WriteMode, &[String]) {
        self.spec
            .nodes
            .get(name)
            .map_or((WriteMode::Append, &[]), |node| (node.landing.mode, node.landing.key.as_slice()))
    }
}
