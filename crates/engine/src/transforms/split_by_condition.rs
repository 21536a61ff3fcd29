//! Sends each row to one of several outputs.

use async_trait::async_trait;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;
use towpath_model::problem::join;
use towpath_model::sql::SqlText;

use super::common::{OrProblem, Problems, one};
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Sends each row to one of several outputs: the first whose condition holds.
///
/// Other nodes read an output as `node.output`. A row for which no condition holds goes to the output named by
/// `default`; without one it is dropped and counted as filtered. A condition that is neither true nor false, because
/// a value is missing, does not hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Conditions by output, tried in this order, for example `{ large: amount >= 1000, small: amount > 0 }`.
    pub(super) outputs: IndexMap<String, SqlText>,
    /// Name of the output for all other rows, for example `rest`.
    #[serde(default)]
    pub(super) default: Option<String>,
}

/// The transform.
#[derive(Debug)]
pub(super) struct SplitByCondition;

#[async_trait]
impl TransformDef for SplitByCondition {
    type Config = Config;
    const NAME: &'static str = "split_by_condition";
    const TITLE: &'static str = "Split by condition";
    const SUMMARY: &'static str = "Sends each row to the first output whose condition holds.";
    const GROUP: &'static str = "shape";
    const EFFECT: RowEffect = RowEffect::Filters;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-split-by-condition
nodes:
  orders: { source: file, path: orders.csv }
  sized:
    transform: split_by_condition
    from: orders
    outputs: { large: amount >= 100, small: amount >= 0 }
    default: odd
  large_ids: { transform: select, from: sized.large, columns: [id] }
tests:
  - name: the first condition that holds
    given:
      orders: [{ id: 1, amount: 500 }, { id: 2, amount: 5 }, { id: 3, amount: null }]
    expect:
      sized.large: [{ id: 1, amount: 500 }]
      sized.small: [{ id: 2, amount: 5 }]
      sized.odd: [{ id: 3, amount: null }]
      large_ids: [{ id: 1 }]
";

    fn outputs(config: &Config) -> Vec<String> {
        config.outputs.keys().chain(&config.default).cloned().collect()
    }

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.outputs.is_empty() {
            problems.push(Problem::new("/outputs", "name at least one output and its condition"));
        }
        if let Some(default) = &config.default
            && config.outputs.contains_key(default)
        {
            problems.push(Problem::new("/default", format!("there is already an output `{default}`")));
        }
        let mut conditions: Vec<(String, Expr)> = Vec::new();
        for (name, sql) in &config.outputs {
            let path = join("/outputs", name);
            if name.is_empty() || name.contains('.') {
                problems.push(Problem::new(&path, format!("`{name}` cannot be the name of an output")));
            }
            if let Some(condition) = problems.take(cx.condition(sql, plan.schema(), &path)) {
                conditions.push((name.clone(), condition));
            }
        }
        problems.none()?;

        let mut outputs = Outputs::new();
        let mut none_before: Option<Expr> = None;
        let with = |before: &Option<Expr>, more: Expr| match before {
            Some(before) => before.clone().and(more),
            None => more,
        };
        for (name, condition) in conditions {
            let here = with(&none_before, condition.clone().is_true());
            let output =
                LogicalPlanBuilder::new(plan.clone()).filter(here).and_then(LogicalPlanBuilder::build);
            outputs.insert(name.clone(), output.or_problem(&join("/outputs", &name))?);
            none_before = Some(with(&none_before, condition.is_not_true()));
        }
        if let (Some(default), Some(rest)) = (config.default, none_before) {
            let output = LogicalPlanBuilder::new(plan).filter(rest).and_then(LogicalPlanBuilder::build);
            outputs.insert(default, output.or_problem("/default")?);
        }
        Ok(outputs)
    }
}
