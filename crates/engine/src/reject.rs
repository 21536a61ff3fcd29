//! The operator that sends rows to quarantine.

#[derive(Debug)]
pub(crate) struct RejectPlanner;

#[async_trait::async_trait]
impl datafusion::physical_planner::ExtensionPlanner for RejectPlanner {
    async fn plan_extension(
        &self,
        _planner: &dyn datafusion::physical_planner::PhysicalPlanner,
        _node: &dyn datafusion::logical_expr::UserDefinedLogicalNode,
        _logical_inputs: &[&datafusion::logical_expr::LogicalPlan],
        _physical_inputs: &[std::sync::Arc<dyn datafusion::physical_plan::ExecutionPlan>],
        _session: &dyn datafusion::catalog::Session,
        _planning_ctx: &datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext,
    ) -> datafusion::common::Result<Option<std::sync::Arc<dyn datafusion::physical_plan::ExecutionPlan>>>
    {
        Ok(None)
    }
}
