//! Keeps the rows for which a condition holds.

use async_trait::async_trait;
use datafusion::logical_expr::LogicalPlanBuilder;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;
use towpath_model::sql::SqlText;

use super::common::{OrProblem, one, out};
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Keeps the rows for which a condition holds and drops the others.
///
/// A row for which the condition is neither true nor false, because a value in it is missing, is dropped too; say
/// `amount > 0 or amount is null` to keep it. Dropped rows are counted as filtered. Simple conditions are handed to
/// the source, which then reads less.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The condition, for example `amount > 0 and status <> 'cancelled'`.
    #[serde(rename = "where")]
    pub(super) condition: SqlText,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Filter;

#[async_trait]
impl TransformDef for Filter {
    type Config = Config;
    const NAME: &'static str = "filter";
    const TITLE: &'static str = "Filter";
    const SUMMARY: &'static str = "Keeps the rows for which a condition holds.";
    const GROUP: &'static str = "clean";
    const EFFECT: RowEffect = RowEffect::Filters;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-filter
nodes:
  orders: { source: file, path: orders.csv }
  paid: { transform: filter, from: orders, where: status = 'paid' and amount > 10 }
tests:
  - name: keeps paid orders above ten
    given:
      orders:
        - { id: 1, status: paid, amount: 25 }
        - { id: 2, status: open, amount: 25 }
        - { id: 3, status: paid, amount: 5 }
        - { id: 4, status: paid, amount: null }
    expect:
      paid:
        - { id: 1, status: paid, amount: 25 }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let condition = cx.condition(&config.condition, plan.schema(), "/where")?;
        out(LogicalPlanBuilder::new(plan)
            .filter(condition)
            .and_then(LogicalPlanBuilder::build)
            .or_problem("/where")?)
    }
}
