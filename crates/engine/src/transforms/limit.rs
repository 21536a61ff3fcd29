//! Keeps the first rows.

use async_trait::async_trait;
use datafusion::logical_expr::LogicalPlanBuilder;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;

use super::common::{OrProblem, one, out};
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Keeps the first rows and stops reading after them.
///
/// Which rows come first is the order of the source, or of a `sort` before; after a join or an aggregate it is
/// arbitrary. Rows that are not read are not counted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// How many rows to keep, for example `100`.
    pub(super) count: u32,
    /// How many rows to skip before, for example `10`.
    #[serde(default)]
    pub(super) offset: u32,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Limit;

#[async_trait]
impl TransformDef for Limit {
    type Config = Config;
    const NAME: &'static str = "limit";
    const TITLE: &'static str = "Limit";
    const SUMMARY: &'static str = "Keeps the first rows.";
    const GROUP: &'static str = "shape";
    const TOGETHER: Option<&'static str> = Some("takes so many of all rows");
    const EFFECT: RowEffect = RowEffect::Filters;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-limit
nodes:
  scores: { source: file, path: scores.csv }
  ranked: { transform: sort, from: scores, by: [points desc] }
  podium: { transform: limit, from: ranked, count: 2 }
tests:
  - name: the two best
    given:
      scores: [{ who: a, points: 3 }, { who: b, points: 9 }, { who: c, points: 5 }]
    expect:
      podium: [{ who: b, points: 9 }, { who: c, points: 5 }]
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let (skip, fetch) = (config.offset as usize, Some(config.count as usize));
        out(LogicalPlanBuilder::new(plan)
            .limit(skip, fetch)
            .and_then(LogicalPlanBuilder::build)
            .or_problem("")?)
    }
}
