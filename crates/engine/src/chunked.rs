//! Plans that can be computed chunk by chunk.
//!
//! A plan is divisible when every operator looks at one row at a time and one source feeds it: then the rows of a
//! chunk of the source give a part of the plan's rows, and the parts together are all of them. Such a load can be
//! resumed after the last chunk that is durable; any other starts anew.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::{SendableRecordBatchStream, SessionState, TaskContext};
use datafusion::physical_plan::execution_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use towpath_connect::{Chunk, Source};
use towpath_model::Fault;

use crate::context::RunShared;
use crate::fault::from_datafusion;
use crate::scan::ScanExec;

/// Operators that look at one row at a time.
const ROW_WISE: [&str; 5] =
    ["ProjectionExec", "FilterExec", "CoalesceBatchesExec", "MeterExec", "RejectExec"];

/// The source that feeds a divisible plan.
pub(crate) fn divisible(plan: &Arc<dyn ExecutionPlan>) -> Option<&Arc<dyn Source>> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return scan.undivided();
    }
    match plan.children().as_slice() {
        [input] if ROW_WISE.contains(&plan.name()) && plan.fetch().is_none() => divisible(input),
        _ => None,
    }
}

/// The plan for one chunk of its source.
pub(crate) fn for_chunk(plan: &Arc<dyn ExecutionPlan>, chunk: &Chunk) -> Result<Arc<dyn ExecutionPlan>> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return Ok(Arc::new(scan.for_chunk(chunk.clone())));
    }
    let children = plan.children().into_iter().map(|child| for_chunk(child, chunk)).collect::<Result<_>>()?;
    let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
    Arc::clone(plan).replace_children(children, options)
}

/// Runs a plan with its own counters.
pub(crate) fn execute(
    plan: Arc<dyn ExecutionPlan>,
    state: &SessionState,
    shared: RunShared,
) -> std::result::Result<SendableRecordBatchStream, Fault> {
    let config = state.config().clone().with_extension(Arc::new(shared));
    let task = TaskContext::from(state).with_session_config(config);
    execute_stream(plan, Arc::new(task)).map_err(from_datafusion)
}
