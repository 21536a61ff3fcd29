//! Drops rows with missing values.

use async_trait::async_trait;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;

use super::common::{OrProblem, columns_or_all, one, out};
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Drops rows in which values are missing.
///
/// Dropped rows are counted as filtered. To keep them aside instead, use `validate` with `not_null`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns to look at, for example `[email, phone]`. Without it, all columns.
    #[serde(default)]
    pub(super) columns: Vec<String>,
    /// How many of them must be missing.
    #[serde(default)]
    pub(super) how: How,
}

/// How many values must be missing for a row to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum How {
    /// One is enough.
    #[default]
    Any,
    /// All of them.
    All,
}

/// The transform.
#[derive(Debug)]
pub(super) struct RemoveNulls;

#[async_trait]
impl TransformDef for RemoveNulls {
    type Config = Config;
    const NAME: &'static str = "remove_nulls";
    const TITLE: &'static str = "Remove rows with missing values";
    const SUMMARY: &'static str = "Drops rows in which values are missing.";
    const GROUP: &'static str = "clean";
    const EFFECT: RowEffect = RowEffect::Filters;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-remove-nulls
nodes:
  people: { source: file, path: people.csv }
  reachable: { transform: remove_nulls, from: people, columns: [email, phone], how: all }
tests:
  - name: one of two is enough
    given:
      people:
        - { id: 1, email: ann@example.org, phone: null }
        - { id: 2, email: null, phone: null }
    expect:
      reachable: [{ id: 1, email: ann@example.org, phone: null }]
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let columns = columns_or_all(plan.schema(), &config.columns, "/columns")?;
        let present = columns.into_iter().map(|column| Expr::Column(column).is_not_null());
        let condition = match config.how {
            How::Any => present.reduce(Expr::and),
            How::All => present.reduce(Expr::or),
        };
        let Some(condition) = condition else { return out(plan) };
        out(LogicalPlanBuilder::new(plan)
            .filter(condition)
            .and_then(LogicalPlanBuilder::build)
            .or_problem("")?)
    }
}
