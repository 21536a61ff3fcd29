//! The DataFusion session of a run, and the way from a logical to a physical plan.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{FunctionRegistry, SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};
use datafusion::prelude::SessionConfig;

use crate::budget::Budget;
use crate::context::RunShared;
use crate::expr::overflow::CheckedArithmetic;
use crate::meter::MeterPlanner;
use crate::pushdown::push_filters;
use crate::reject::RejectPlanner;
use crate::usage::CountedPool;

/// Limits of a run.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Rows per batch.
    pub batch_rows: usize,
    /// Bytes that sorts, joins and aggregates may hold before they spill to disk.
    pub memory_bytes: usize,
    /// What the run shares with others, where it does.
    pub budget: Option<Arc<Budget>>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { batch_rows: 8192, memory_bytes: 512 << 20, budget: None }
    }
}

/// The session of a run. One partition: rows keep their order, and the same input gives the same rows.
pub fn session(shared: RunShared, limits: Limits) -> Result<SessionState> {
    let pool = CountedPool::new(
        limits.memory_bytes,
        Arc::clone(&shared.usage),
        limits.budget.as_ref().map(Budget::share),
    );
    let config = crate::expr::session_config()
        .with_target_partitions(1)
        .with_batch_size(limits.batch_rows)
        .with_extension(Arc::new(shared));
    let runtime: Arc<RuntimeEnv> = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).build_arc()?;
    let mut state = build(config, runtime);
    state.register_udaf(crate::functions::sum::sum())?;
    Ok(state)
}

fn build(config: SessionConfig, runtime: Arc<RuntimeEnv>) -> SessionState {
    SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_analyzer_rule(Arc::new(CheckedArithmetic))
        .with_physical_optimizer_rules(crate::joins::physical_rules())
        .with_query_planner(Arc::new(Planner))
        .build()
}

#[derive(Debug)]
struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![
            Arc::new(MeterPlanner),
            Arc::new(RejectPlanner),
            Arc::new(crate::checks::CheckPlanner),
            Arc::new(crate::ordinal::OrdinalPlanner),
        ]);
        planner.create_physical_plan(plan, session).await
    }
}

/// Optimises a plan, moves filters into the sources that accept them, and makes it executable.
pub(crate) async fn physical_plan(state: &SessionState, plan: LogicalPlan) -> Result<Arc<dyn ExecutionPlan>> {
    let optimized = optimized(state, plan)?;
    state.query_planner().create_physical_plan(&optimized, state).await
}

/// The plan as it will run, for people to read.
pub(crate) fn optimized(state: &SessionState, plan: LogicalPlan) -> Result<LogicalPlan> {
    let (plan, pushed) = push_filters(state.optimize(&plan)?)?;
    if let Some(shared) = state.config().get_extension::<RunShared>()
        && let Ok(mut list) = shared.pushed.lock()
    {
        list.extend(pushed);
    }
    Ok(plan)
}
