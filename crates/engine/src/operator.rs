//! What operators of this crate share: their frame in DataFusion's plans, and the way to the run they are part of.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties};
use futures::Stream;

use datafusion::common::tree_node::TreeNodeRecursion;

use crate::context::RunShared;

/// Visits the expressions of an operator, in the way in which DataFusion asks for them.
pub(crate) type Visit<'a> = dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion> + 'a;

/// Properties of an operator that gives rows of its own, as they come.
pub(crate) fn first(schema: SchemaRef) -> Arc<PlanProperties> {
    Arc::new(PlanProperties::new(
        EquivalenceProperties::new(schema),
        Partitioning::UnknownPartitioning(1),
        EmissionType::Incremental,
        Boundedness::Bounded,
    ))
}

/// Properties of an operator that gives rows of its input in their order: what is known of values stays true.
pub(crate) fn passing(input: &Arc<dyn ExecutionPlan>) -> Arc<PlanProperties> {
    Arc::new(PlanProperties::new(
        input.equivalence_properties().clone(),
        input.output_partitioning().clone(),
        input.pipeline_behavior(),
        input.boundedness(),
    ))
}

/// The only input of an operator or plan node.
pub(crate) fn only<T>(mut inputs: Vec<T>) -> Result<T> {
    match (inputs.pop(), inputs.is_empty()) {
        (Some(input), true) => Ok(input),
        _ => internal_err!("an operator with one input got another number of them"),
    }
}

/// The run that a task is part of.
pub(crate) fn run_of(task: &TaskContext) -> Result<Arc<RunShared>> {
    let missing = || DataFusionError::Internal("a plan runs outside of a run".into());
    task.session_config().get_extension::<RunShared>().ok_or_else(missing)
}

/// Batches as the stream of an operator.
pub(crate) fn stream(
    schema: SchemaRef,
    batches: impl Stream<Item = Result<RecordBatch>> + Send + 'static,
) -> SendableRecordBatchStream {
    Box::pin(RecordBatchStreamAdapter::new(schema, batches))
}

/// What an operator without expressions answers when it is asked for them.
pub(crate) fn no_expressions() -> Result<TreeNodeRecursion> {
    Ok(TreeNodeRecursion::Continue)
}
