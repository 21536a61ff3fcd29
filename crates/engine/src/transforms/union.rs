//! Puts the rows of several inputs below each other.

use async_trait::async_trait;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;

use super::common::{OrProblem, bare, out, project};
use super::unify::unify;
use crate::transform::{InputPorts, Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Puts the rows of several inputs below each other, by the names of their columns.
///
/// The result has every column of every input, in order of first appearance; a column that an input lacks is empty
/// there. Types that differ become the smallest type that holds both without loss: whole numbers widen, whole
/// numbers and decimals become decimals, a date and a timestamp become a timestamp. Text and numbers do not go
/// together: `cast` one of them. The order of rows between inputs is arbitrary.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Whether rows that are equal in every column stay several.
    #[serde(default)]
    pub(super) mode: Mode,
}

/// What happens to equal rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    /// Every row stays.
    #[default]
    All,
    /// One of equal rows stays.
    Distinct,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Union;

#[async_trait]
impl TransformDef for Union {
    type Config = Config;
    const NAME: &'static str = "union";
    const TITLE: &'static str = "Union";
    const SUMMARY: &'static str = "Puts the rows of several inputs below each other.";
    const GROUP: &'static str = "combine";
    const INPUTS: InputPorts = InputPorts::Many;
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-union
nodes:
  north: { source: file, path: north.csv }
  south: { source: file, path: south.csv }
  both: { transform: union, from: [north, south] }
tests:
  - name: by name, with gaps
    given:
      north: [{ id: 1, city: Oslo }]
      south: [{ city: Rome, id: 2.5, sunny: true }]
    expect:
      both: [{ id: 1.0, city: Oslo, sunny: null }, { id: 2.5, city: Rome, sunny: true }]
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        if inputs.is_empty() {
            return Err(vec![Problem::new("/from", "a union needs at least one input")]);
        }
        let mut plans: Vec<(String, LogicalPlan)> = Vec::new();
        for (name, plan) in inputs {
            plans.push((name, bare(plan)?));
        }
        let schemas: Vec<_> =
            plans.iter().map(|(name, plan)| (name.as_str(), plan.schema().as_ref())).collect();
        let fields = unify(&schemas, "/from")?;

        let mut parts = Vec::new();
        for (_, plan) in plans {
            let columns: Vec<Expr> = fields.iter().map(|field| field.take(plan.schema())).collect();
            parts.push(project(plan, columns)?);
        }
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { return out(LogicalPlan::default()) };
        let mut builder = LogicalPlanBuilder::new(first);
        for part in parts {
            builder = builder.union(part).or_problem("/from")?;
        }
        if config.mode == Mode::Distinct {
            builder = builder.distinct().or_problem("")?;
        }
        out(builder.build().or_problem("")?)
    }
}
