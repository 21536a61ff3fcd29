//! From a document to plans: the types, and the way through opening ([`crate::open`]) and planning ([`crate::plan`]).
//!
//! Every problem of the document is collected; a node that failed is skipped with all that read it, so that the
//! rest is still checked. Failures of the outside (no such table, no connection) are faults, kept apart from
//! problems. Nodes that are read more than once are found by planning once, counting, and planning again with the
//! rows of those nodes shared ([`crate::share`]).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan};
use futures::FutureExt;
use futures::future::BoxFuture;
use indexmap::IndexMap;
use serde_json::Value;
use towpath_connect::{Context, Destination, Member, Registry, Source, StreamInfo};
use towpath_model::scope::Scope;
use towpath_model::{Fault, PipelineSpec, Problem, WriteMode};

use crate::connections::ConnectionBook;
use crate::context::RunShared;
use crate::entry::{self, Entry};
use crate::incremental::{self, Delta, Positions};
use crate::intake::{Memories, Taken};
use crate::meter::Port;
pub use crate::open::{check_kinds, check_nodes};
use crate::scan::SourceTable;
use crate::transform::{RowEffect, Transform};

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
    /// What earlier runs took from sources that hand things out once.
    pub memories: Memories,
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
    /// What this run takes from sources that hand things out once.
    pub taken: Vec<Taken>,
    /// Every source, also one that could not be described.
    pub(crate) sources: Vec<(String, Arc<dyn Source>)>,
}

impl Graph {
    /// A graph that cannot run at all.
    fn refused(
        spec: PipelineSpec,
        state: SessionState,
        shared: RunShared,
        node: &str,
        fault: Fault,
    ) -> Graph {
        Graph {
            spec,
            state,
            shared,
            nodes: IndexMap::new(),
            problems: Vec::new(),
            faults: vec![(node.to_owned(), fault)],
            deltas: Vec::new(),
            taken: Vec::new(),
            sources: Vec::new(),
        }
    }
}

impl Graph {
    /// The destinations that could be opened, in the order of the document.
    pub fn destinations(&self) -> Vec<(&str, &Arc<dyn Destination>)> {
        let open = |name: &String| self.nodes.get(name)?.destination.as_ref();
        self.spec.nodes.keys().filter_map(|name| Some((name.as_str(), open(name)?))).collect()
    }

    /// The destinations that commit in one moment, in the order of the document; those of one place stand where the
    /// first of them does.
    pub fn moments(&self) -> Vec<Vec<(&str, &Arc<dyn Destination>)>> {
        let mut moments: Vec<(Option<Member>, Vec<_>)> = Vec::new();
        for (name, destination) in self.destinations() {
            let member = destination.commits_with();
            let same = |(known, _): &&mut (Option<Member>, Vec<_>)| matches!((known, &member), (Some(known), Some(member)) if known.place == member.place);
            match moments.iter_mut().find(same) {
                Some((_, moment)) => moment.push((name, destination)),
                None => moments.push((member, vec![(name, destination)])),
            }
        }
        moments.into_iter().map(|(_, moment)| moment).collect()
    }
}

/// A node that could be opened.
#[derive(Debug)]
pub struct Node {
    /// The plan of each output port that could be planned; a destination has its input under `in`.
    pub outputs: IndexMap<String, LogicalPlan>,
    /// Ports that are read, in the order of the document.
    pub reads: Vec<Port>,
    /// Plans behind ports that are computed once for several readers.
    pub(crate) behind: Vec<LogicalPlan>,
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

impl Graph {
    /// The write mode and key of a destination node.
    pub fn landing(&self, name: &str) -> (WriteMode, &[String]) {
        self.spec
            .nodes
            .get(name)
            .map_or((WriteMode::Append, &[]), |node| (node.landing.mode, node.landing.key.as_slice()))
    }
}

/// A node whose settings are right.
pub(crate) enum Opened {
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
pub fn compile<'a>(
    spec: PipelineSpec,
    workshop: &'a Workshop,
    scope: &'a Scope,
    state: SessionState,
    shared: RunShared,
    given: HashMap<String, GivenRows>,
) -> BoxFuture<'a, Graph> {
    // Boxed here, so that whoever spawns it need not see through all of it.
    compile_all(spec, workshop, scope, state, shared, given, None).boxed()
}

/// Compiles what rows pass that enter at a node; nothing else of the pipeline runs.
///
/// Sources are read as a whole where the rows
/// are compared with them, wherever incremental reads stand, and hand nothing out.
pub fn compile_entry<'a>(
    spec: PipelineSpec,
    workshop: &'a Workshop,
    scope: &'a Scope,
    state: SessionState,
    shared: RunShared,
    entry: &'a Entry,
) -> BoxFuture<'a, Graph> {
    async move {
        let part = match entry::part(&spec, &entry.node) {
            Ok(part) => part,
            Err(fault) => return Graph::refused(spec, state, shared, &entry.node, fault),
        };
        if let Err(fault) = shared.quarantine().forget(entry::CHUNK) {
            return Graph::refused(spec, state, shared, &entry.node, fault);
        }
        let compiled = compile_all(part, workshop, scope, state, shared, HashMap::new(), Some(entry));
        let mut graph = compiled.boxed().await;
        if graph.problems.is_empty()
            && graph.faults.is_empty()
            && let Err(fault) = entry::narrow(&mut graph, &entry.node)
        {
            graph.faults.push((entry.node.clone(), fault));
        }
        graph
    }
    .boxed()
}

async fn compile_all(
    spec: PipelineSpec,
    workshop: &Workshop,
    scope: &Scope,
    state: SessionState,
    shared: RunShared,
    given: HashMap<String, GivenRows>,
    entry: Option<&Entry>,
) -> Graph {
    let problems = incremental::problems(&spec);
    let mut compiler = Compiler {
        spec,
        workshop,
        scope,
        state,
        problems,
        faults: Vec::new(),
        deltas: Vec::new(),
        taken: Vec::new(),
        sources: Vec::new(),
        shared,
        entry,
        entered: None,
    };
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
    let Compiler { spec, state, shared, problems, faults, deltas, taken, sources, .. } = compiler;
    Graph { spec, state, shared, nodes, problems, faults, deltas, taken, sources }
}

/// What opening and planning share.
pub(crate) struct Compiler<'a> {
    pub(crate) spec: PipelineSpec,
    pub(crate) workshop: &'a Workshop,
    pub(crate) scope: &'a Scope,
    pub(crate) state: SessionState,
    pub(crate) problems: Vec<Problem>,
    pub(crate) faults: Vec<(String, Fault)>,
    pub(crate) deltas: Vec<Delta>,
    pub(crate) taken: Vec<Taken>,
    pub(crate) sources: Vec<(String, Arc<dyn Source>)>,
    pub(crate) shared: RunShared,
    /// Rows that enter at a node, in the place of all others.
    pub(crate) entry: Option<&'a Entry>,
    /// The same in the types of the columns there, once they are known.
    pub(crate) entered: Option<GivenRows>,
}
