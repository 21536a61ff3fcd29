//! Meters: operators that count the rows and bytes that leave a node.
//!
//! Every output port of every node is wrapped in one. A meter lets projections and limits through, so that
//! sources still read only what is needed, but no filter: rows that a filter drops must have been counted before.
//! (Filters reach sources by their own rule, [`crate::pushdown`].) The schema of a meter has no qualifiers.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore,
};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};
use futures::StreamExt;

use crate::fault::{carry, from_datafusion};
use crate::operator::{self, Visit, no_expressions, only};

/// Rows and bytes that left one output port.
#[derive(Debug, Default)]
pub struct Meter {
    rows: AtomicU64,
    bytes: AtomicU64,
    started: OnceLock<Instant>,
    /// Microseconds from the start to the latest batch.
    latest: AtomicU64,
}

impl Meter {
    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Bytes of the rows in memory so far; an estimate for progress.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Time from the first request for rows to the latest batch.
    pub fn elapsed(&self) -> Duration {
        Duration::from_micros(self.latest.load(Ordering::Relaxed))
    }

    /// When the first rows were asked for.
    pub(crate) fn began(&self) -> Option<Instant> {
        self.started.get().copied()
    }

    /// Adds rows that another attempt counted.
    pub(crate) fn add_rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    fn start(&self) {
        self.started.get_or_init(Instant::now);
    }

    fn add(&self, batch: &RecordBatch) {
        if let Some(started) = self.started.get() {
            let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.latest.store(micros, Ordering::Relaxed);
        }
        self.rows.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        self.bytes.fetch_add(batch.get_array_memory_size() as u64, Ordering::Relaxed);
    }
}

/// An output port: node and port name.
pub type Port = (String, String);

/// The meters of one run.
#[derive(Debug, Default)]
pub struct Meters(Mutex<HashMap<Port, Arc<Meter>>>);

impl Meters {
    /// The meter of a port; made when first asked for.
    pub fn of(&self, port: &Port) -> Arc<Meter> {
        let mut meters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(meters.entry(port.clone()).or_default())
    }

    /// Node, port and rows of every meter.
    pub(crate) fn all(&self) -> Vec<(String, String, u64)> {
        let meters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        meters.iter().map(|((node, port), meter)| (node.clone(), port.clone(), meter.rows())).collect()
    }

    /// Rows that left the port.
    pub fn rows(&self, port: &Port) -> u64 {
        self.of(port).rows()
    }
}

/// Wraps the plan of an output port in a meter.
pub(crate) fn metered(port: Port, input: LogicalPlan) -> Result<LogicalPlan> {
    let schema = unqualified(&input)?;
    Ok(LogicalPlan::Extension(Extension { node: Arc::new(MeterNode { port, input, schema }) }))
}

fn unqualified(input: &LogicalPlan) -> Result<DFSchemaRef> {
    Ok(Arc::new(DFSchema::try_from(input.schema().as_arrow().clone())?))
}

/// The port of a meter, when the plan node is one.
pub(crate) fn port_of(plan: &LogicalPlan) -> Option<&Port> {
    match plan {
        LogicalPlan::Extension(extension) => {
            extension.node.as_any().downcast_ref::<MeterNode>().map(|meter| &meter.port)
        }
        _ => None,
    }
}

/// Equality and order ignore the schema, which follows from the input.
struct MeterNode {
    port: Port,
    input: LogicalPlan,
    schema: DFSchemaRef,
}

impl PartialEq for MeterNode {
    fn eq(&self, other: &Self) -> bool {
        self.port == other.port && self.input == other.input
    }
}

impl Eq for MeterNode {}

impl std::hash::Hash for MeterNode {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.port.hash(state);
        self.input.hash(state);
    }
}

impl PartialOrd for MeterNode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match self.port.partial_cmp(&other.port) {
            Some(std::cmp::Ordering::Equal) => self.input.partial_cmp(&other.input),
            order => order,
        }
    }
}

impl fmt::Debug for MeterNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Meter({}.{})", self.port.0, self.port.1)
    }
}

impl UserDefinedLogicalNodeCore for MeterNode {
    fn name(&self) -> &str {
        "Meter"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self:?}")
    }

    fn with_exprs_and_inputs(&self, _exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = only(inputs)?;
        let schema = unqualified(&input)?;
        Ok(MeterNode { port: self.port.clone(), input, schema })
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![output_columns.to_vec()])
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }
}

/// Plans meters.
#[derive(Debug)]
pub(crate) struct MeterPlanner;

#[async_trait]
impl ExtensionPlanner for MeterPlanner {
    async fn plan_extension(
        &self,
        _planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        _session: &dyn Session,
        _planning_ctx: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(meter) = node.as_any().downcast_ref::<MeterNode>() else { return Ok(None) };
        let input = only(physical_inputs.to_vec())?;
        Ok(Some(Arc::new(MeterExec { port: meter.port.clone(), input })))
    }
}

#[derive(Debug)]
struct MeterExec {
    port: Port,
    input: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for MeterExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Meter: {}.{}", self.port.0, self.port.1)
    }
}

impl ExecutionPlan for MeterExec {
    fn name(&self) -> &str {
        "MeterExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(&self, _: &mut Visit<'_>) -> Result<TreeNodeRecursion> {
        no_expressions()
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(MeterExec { port: self.port.clone(), input: only(children)? }))
    }

    fn execute(&self, partition: usize, task: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let meter = operator::run_of(&task)?.meters.of(&self.port);
        meter.start();
        let input = self.input.execute(partition, task)?;
        let schema = input.schema();
        let node = self.port.0.clone();
        let counted = input.map(move |batch| match batch {
            Ok(batch) => {
                meter.add(&batch);
                Ok(batch)
            }
            // The first meter that a failure passes is that of the node in which it happened.
            Err(error) => Err(carry(from_datafusion(error).at_node(&node))),
        });
        Ok(operator::stream(schema, counted))
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }
}
