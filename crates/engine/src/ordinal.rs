//! The operator that numbers rows in the order in which they arrive.
//!
//! Some transforms speak of source order: the first of several equal rows, the value of the row before. Other
//! operators (hash joins, sorts by key) lose that order, so it is written down first, as a column.
//!
//! Invariant: when the input is sorted, the numbers follow that order; the sort below is required, so DataFusion
//! cannot drop it as useless.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchema, DFSchemaRef};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore,
};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{
    EquivalenceProperties, LexOrdering, OrderingRequirements, PhysicalExpr, PhysicalSortExpr,
};
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties,
    InputDistributionRequirements, Partitioning, PlanProperties,
};
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};
use futures::StreamExt;

use crate::operator::{self, Visit, no_expressions, only};
use crate::reject::HELPER;

/// The name of the column with the number of the row, from 1.
pub const ORDINAL: &str = "__towpath_row";

/// The node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ordinal {
    input: LogicalPlan,
    schema: DFSchemaRef,
}

impl PartialOrd for Ordinal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.input.partial_cmp(&other.input)
    }
}

/// Adds the column [`ORDINAL`] to a plan.
pub fn ordinal(input: LogicalPlan) -> Result<LogicalPlan> {
    Ok(LogicalPlan::Extension(Extension { node: Arc::new(Ordinal::new(input)?) }))
}

impl Ordinal {
    fn new(input: LogicalPlan) -> Result<Self> {
        debug_assert!(ORDINAL.starts_with(HELPER), "the column must stay out of quarantine");
        let mut fields: Vec<_> =
            input.schema().iter().map(|(table, field)| (table.cloned(), Arc::clone(field))).collect();
        fields.push((None, Arc::new(field())));
        let schema = DFSchema::new_with_metadata(fields, input.schema().metadata().clone())?;
        Ok(Ordinal { input, schema: Arc::new(schema) })
    }
}

fn field() -> Field {
    Field::new(ORDINAL, DataType::Int64, false)
}

impl UserDefinedLogicalNodeCore for Ordinal {
    fn name(&self) -> &str {
        "Ordinal"
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

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ordinal")
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        Ordinal::new(only(inputs)?)
    }

    fn necessary_children_exprs(&self, output: &[usize]) -> Option<Vec<Vec<usize>>> {
        let width = self.input.schema().fields().len();
        Some(vec![output.iter().copied().filter(|index| *index < width).collect()])
    }
}

/// Makes ordinal nodes run.
#[derive(Debug)]
pub struct OrdinalPlanner;

#[async_trait]
impl ExtensionPlanner for OrdinalPlanner {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        _: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        if !node.as_any().is::<Ordinal>() {
            return Ok(None);
        }
        let input = only(physical_inputs.to_vec())?;
        let order = input.output_ordering().cloned();
        Ok(Some(Arc::new(OrdinalExec::new(input, order))))
    }
}

#[derive(Debug)]
struct OrdinalExec {
    input: Arc<dyn ExecutionPlan>,
    /// The order that the input had when the plan was made.
    order: Option<LexOrdering>,
    properties: Arc<PlanProperties>,
}

impl OrdinalExec {
    fn new(input: Arc<dyn ExecutionPlan>, order: Option<LexOrdering>) -> Self {
        let mut fields: Vec<_> = input.schema().fields().iter().cloned().collect();
        fields.push(Arc::new(field()));
        let schema: SchemaRef =
            Arc::new(Schema::new_with_metadata(fields, input.schema().metadata().clone()));
        let properties = PlanProperties::new(
            numbered(schema),
            Partitioning::UnknownPartitioning(1),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        OrdinalExec { input, order, properties: Arc::new(properties) }
    }
}

/// The rows are in the order of their numbers, so that nothing sorts them by it again.
fn numbered(schema: SchemaRef) -> EquivalenceProperties {
    let number: Arc<dyn PhysicalExpr> = Arc::new(Column::new(ORDINAL, schema.fields().len() - 1));
    EquivalenceProperties::new_with_orderings(schema, [[PhysicalSortExpr::new_default(number)]])
}

impl DisplayAs for OrdinalExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrdinalExec")
    }
}

impl ExecutionPlan for OrdinalExec {
    fn name(&self) -> &str {
        "OrdinalExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        InputDistributionRequirements::new(vec![Distribution::SinglePartition])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![self.order.clone().map(OrderingRequirements::from)]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
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
        Ok(Arc::new(OrdinalExec::new(only(children)?, self.order.clone())))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let schema = self.schema();
        let target = Arc::clone(&schema);
        let mut next: i64 = 1;
        let stream = self.input.execute(partition, context)?.map(move |batch| {
            let batch = batch?;
            let end = next + i64::try_from(batch.num_rows()).unwrap_or(i64::MAX - next);
            let numbers = Int64Array::from_iter_values(next..end);
            next = end;
            let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
            columns.push(Arc::new(numbers));
            Ok(RecordBatch::try_new(Arc::clone(&target), columns)?)
        });
        Ok(operator::stream(schema, stream))
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}
