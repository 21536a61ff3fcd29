//! Orders rows.

use async_trait::async_trait;
use datafusion::logical_expr::LogicalPlanBuilder;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;

use super::common::{OrProblem, one, out, sort_keys};
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Orders rows by columns.
///
/// Missing values come last, in both directions, unless a key says `nulls first`. Text is ordered by its
/// characters' codes: capital letters before small ones, accented letters after `z`. Rows that do not fit in memory
/// are sorted on disk. Only `limit`, files and the steps that follow directly see the order; a join or an aggregate
/// makes its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns to order by, the most important first, each with `asc` or `desc` and `nulls first` or `nulls last`
    /// if need be, for example `[day desc, id]`.
    pub(super) by: Vec<String>,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Sort;

#[async_trait]
impl TransformDef for Sort {
    type Config = Config;
    const NAME: &'static str = "sort";
    const TITLE: &'static str = "Sort";
    const SUMMARY: &'static str = "Orders rows by columns.";
    const GROUP: &'static str = "shape";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-sort
nodes:
  orders: { source: file, path: orders.csv }
  latest: { transform: sort, from: orders, by: [year desc, id] }
tests:
  - name: the latest first, missing years last
    given:
      orders: [{ id: 2, year: 2024 }, { id: 3, year: null }, { id: 4, year: 2025 }, { id: 1, year: 2024 }]
    expect:
      latest: [{ id: 4, year: 2025 }, { id: 1, year: 2024 }, { id: 2, year: 2024 }, { id: 3, year: null }]
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        if config.by.is_empty() {
            return Err(vec![Problem::new("/by", "name at least one column to sort by")]);
        }
        let keys = sort_keys(plan.schema(), &config.by, "/by")?;
        out(LogicalPlanBuilder::new(plan).sort(keys).and_then(LogicalPlanBuilder::build).or_problem("/by")?)
    }
}
