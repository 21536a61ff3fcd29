//! Plans nodes in order: inputs to ports, transforms to plans, every output behind its meter.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use indexmap::IndexMap;
use towpath_model::pipeline::{Edge, NodeSpec, SCOPE};
use towpath_model::problem::join;
use towpath_model::{Fault, Problem, suggest};

use crate::entry::{self, ENTRY};
use crate::fault::from_datafusion;
use crate::graph::{Compiler, GivenRows, Node, Opened};
use crate::meter::{Port, metered, port_of};
use crate::open::{problem_of, scan};
use crate::scope;
use crate::share::SharedTable;
use crate::transform::{InputPorts, Inputs, OUT, PlanContext, RowEffect};

impl Compiler<'_> {
    /// Plans every node in order; nodes that read a failed one are left out.
    pub(crate) async fn plan(
        &mut self,
        opened: &HashMap<String, Opened>,
        share: &HashSet<Port>,
    ) -> IndexMap<String, Node> {
        let mut nodes: IndexMap<String, Node> = IndexMap::new();
        let order: Vec<String> = self.spec.in_order().into_iter().map(str::to_owned).collect();
        for name in order {
            let Some(ready) = opened.get(&name) else { continue };
            let spec = self.spec.nodes[&name].clone();
            let Some((mut reads, mut inputs)) = self.inputs(&spec, ready, &nodes) else { continue };
            let given;
            let ready = match self.entering(&spec, ready, &mut reads, &mut inputs) {
                Ok(None) => ready,
                Ok(Some(rows)) => {
                    given = Opened::Given(rows);
                    &given
                }
                Err(fault) => {
                    self.faults.push((name, fault));
                    continue;
                }
            };
            let planned = self.plan_node(&spec, ready, reads, inputs, share).await;
            match planned {
                Ok(node) => drop(nodes.insert(name, node)),
                Err(problems) => self.problems.extend(problems),
            }
        }
        nodes
    }

    /// Lets rows enter at the node where they do: in the place of its first input, or, for a source, of the node itself.
    fn entering(
        &mut self,
        spec: &NodeSpec,
        ready: &Opened,
        reads: &mut [Port],
        inputs: &mut Inputs,
    ) -> Result<Option<GivenRows>, Fault> {
        let Some(entry) = self.entry.filter(|entry| entry.node == spec.name) else { return Ok(None) };
        let (schema, is_source) = match (ready, inputs.first()) {
            (Opened::Source(table, _), _) => (Arc::clone(&table.info.schema), true),
            (_, Some((_, plan))) => (Arc::new(plan.schema().as_arrow().clone()), false),
            _ => return Err(Fault::internal("rows enter at a node without input")),
        };
        let rows = match &self.entered {
            Some(rows) => rows.clone(),
            None => {
                let sink = self.shared.labelled(entry::CHUNK).sink(&spec.name);
                let (rows, entered) = entry::typed(entry, &schema, is_source, sink.as_ref())?;
                // Those that do not fit were read all the same.
                let missing = entry.rows.len() - entered.rows.len();
                self.shared.meters.of(&(ENTRY.to_owned(), OUT.to_owned())).add_rows(missing as u64);
                self.shared.enter(entered);
                self.entered.insert(rows).clone()
            }
        };
        if is_source {
            return Ok(Some(rows));
        }
        let (Some(read), Some((_, input))) = (reads.first_mut(), inputs.first_mut()) else { return Ok(None) };
        *read = (ENTRY.to_owned(), OUT.to_owned());
        *input =
            table_of(ENTRY, &rows).and_then(|plan| metered(read.clone(), plan)).map_err(from_datafusion)?;
        Ok(None)
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
            Opened::Given(rows) => {
                let enters = self.entry.is_some_and(|entry| entry.node == spec.name);
                let name = if enters { ENTRY } else { spec.name.as_str() };
                let plan = table_of(name, rows).and_then(|plan| wrap(OUT, plan)).map_err(failed)?;
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
                let mut inputs = inputs.into_iter();
                let Some((port, input)) = inputs.next() else { return Err(Vec::new()) };
                self.check_key(spec, &input)?;
                let mut outputs = IndexMap::from([(port, input)]);
                if let Some((port, scope)) = inputs.next() {
                    outputs.insert(port, scope::groups(spec, scope)?);
                }
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
        let key = spec.landing.key.iter().enumerate().map(|(index, column)| ("key", "key", index, column));
        let within = spec.landing.mirror.within.iter().enumerate();
        let within = within.map(|(index, column)| ("scope", "mirror/within", index, column));
        let missing = key.chain(within).filter(|(_, _, _, column)| !names().any(|name| name == *column));
        let problems: Vec<Problem> = missing
            .map(|(what, place, index, column)| {
                let path = format!("{}/{place}/{index}", spec.path());
                Problem::new(path, format!("the {what} column `{column}` does not arrive here"))
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

    fn name_ports(&mut self, spec: &NodeSpec, ports: InputPorts) -> Option<Vec<(String, Edge)>> {
        let path = join(&spec.path(), "from");
        let mut wrong = |message: String, hint: String| {
            self.problems.push(Problem::new(&path, message).hint(hint));
            None
        };
        // The last input of a partial mirror is its scope.
        let (from, scope) = match (&spec.landing.mirror.of, spec.from.split_last()) {
            (Some(_), Some((scope, from))) => (from, Some((SCOPE.to_owned(), scope.clone()))),
            _ => (spec.from.as_slice(), None),
        };
        match ports {
            InputPorts::One => match from {
                [edge] => Some([("in".to_owned(), edge.clone())].into_iter().chain(scope).collect()),
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
                let name = |edge: &Edge| {
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
    pub(crate) fn read_twice(&self, nodes: &IndexMap<String, Node>, share: &HashSet<Port>) -> Option<Port> {
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

/// Rows as a table of the plan.
fn table_of(name: &str, (schema, batches): &GivenRows) -> datafusion::common::Result<LogicalPlan> {
    let table = MemTable::try_new(Arc::clone(schema), vec![batches.clone()])?;
    LogicalPlanBuilder::scan(name, provider_as_source(Arc::new(table)), None)?.build()
}
