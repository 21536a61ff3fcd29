//! Which side of a join is kept in memory.
//!
//! DataFusion keeps the left side of a hash join in memory and lets the right flow past. People write the table with
//! many rows first and look things up in the second. So where the sizes are not known, the sides are swapped; where
//! they are, DataFusion's own rule keeps the smaller side.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::{ExecutionPlan, StatisticsArgs, StatisticsContext};

/// DataFusion's rules for physical plans, with the swap before the selection of joins.
pub fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let place = rules.iter().position(|rule| rule.name() == "join_selection").unwrap_or(0);
    rules.insert(place, Arc::new(HoldRight));
    rules
}

#[derive(Debug)]
struct HoldRight;

impl PhysicalOptimizerRule for HoldRight {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let swapped = match swapped(plan.as_ref())? {
                Some(swapped) => swapped,
                None => return Ok(Transformed::no(plan)),
            };
            Ok(Transformed::yes(swapped))
        })
        .map(|transformed| transformed.data)
    }

    fn name(&self) -> &str {
        "hold_right"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn swapped(plan: &dyn ExecutionPlan) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
        // `NOT IN` looks at the whole of one particular side.
        if join.null_aware || !join.join_type().supports_swap() || sizes_known(join.left(), join.right()) {
            return Ok(None);
        }
        return join.swap_inputs(*join.partition_mode()).map(Some);
    }
    if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
        if !join.join_type().supports_swap() || sizes_known(join.left(), join.right()) {
            return Ok(None);
        }
        return join.swap_inputs().map(Some);
    }
    if let Some(join) = plan.downcast_ref::<CrossJoinExec>() {
        if sizes_known(join.left(), join.right()) {
            return Ok(None);
        }
        return join.swap_inputs().map(Some);
    }
    Ok(None)
}

/// Whether DataFusion itself can tell which side is smaller.
fn sizes_known(left: &Arc<dyn ExecutionPlan>, right: &Arc<dyn ExecutionPlan>) -> bool {
    let statistics = |plan: &Arc<dyn ExecutionPlan>| {
        StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).ok()
    };
    let (Some(left), Some(right)) = (statistics(left), statistics(right)) else { return false };
    let bytes = left.total_byte_size.get_value().is_some() && right.total_byte_size.get_value().is_some();
    let rows = left.num_rows.get_value().is_some() && right.num_rows.get_value().is_some();
    bytes || rows
}
