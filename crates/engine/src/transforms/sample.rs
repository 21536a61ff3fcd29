//! Draws rows at random, the same rows each time.

use async_trait::async_trait;
use datafusion::logical_expr::{LogicalPlanBuilder, lit};
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;

use super::common::{OrProblem, Problems, col, one, out, without_helpers};
use crate::functions::hash::draw;
use crate::ordinal::{ORDINAL, ordinal};
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Draws rows at random: a number of rows, or a share of all.
///
/// The same input in the same order with the same seed gives the same rows, in their order. A share draws each row
/// by itself, so the number of rows is near the share, not exactly it. Rows that are not drawn are counted as
/// filtered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// How many rows to draw, for example `1000`; all when there are fewer. They are held in memory.
    #[serde(default)]
    pub(super) rows: Option<u32>,
    /// Share of the rows to draw, between 0 and 1, for example `0.1`.
    #[serde(default)]
    pub(super) fraction: Option<f64>,
    /// Another seed draws other rows.
    #[serde(default)]
    pub(super) seed: u64,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Sample;

#[async_trait]
impl TransformDef for Sample {
    type Config = Config;
    const NAME: &'static str = "sample";
    const TITLE: &'static str = "Sample";
    const SUMMARY: &'static str = "Draws rows at random, the same rows each time.";
    const GROUP: &'static str = "shape";
    const EFFECT: RowEffect = RowEffect::Filters;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-sample
nodes:
  people: { source: file, path: people.csv }
  everybody: { transform: sample, from: people, rows: 100 }
  nobody: { transform: sample, from: people, fraction: 0 }
tests:
  - name: all when there are fewer, none of a share of nothing
    given:
      people: [{ id: 1 }, { id: 2 }]
    expect:
      everybody: [{ id: 1 }, { id: 2 }]
      nobody: []
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.rows.is_some() == config.fraction.is_some() {
            problems.push(Problem::new("", "say either how many `rows` to draw or which `fraction` of them"));
        }
        if let Some(fraction) = config.fraction
            && !(0.0..=1.0).contains(&fraction)
        {
            problems.push(Problem::new("/fraction", format!("`{fraction}` is not between 0 and 1")));
        }
        problems.none()?;

        let plan = LogicalPlanBuilder::new(ordinal(plan).or_problem("")?);
        let number = draw(config.seed, col(ORDINAL));
        let plan = match (config.rows, config.fraction) {
            (Some(rows), _) => plan
                .sort_with_limit(
                    vec![number.sort(true, false), col(ORDINAL).sort(true, false)],
                    Some(rows as usize),
                )
                .and_then(|plan| plan.sort(vec![col(ORDINAL).sort(true, false)])),
            (None, Some(fraction)) if fraction < 1.0 => {
                // Numbers are even between 0 and 2^64.
                let threshold = (fraction * 2f64.powi(64)) as u64;
                plan.filter(number.lt(lit(threshold)))
            }
            _ => Ok(plan),
        };
        out(without_helpers(plan.and_then(LogicalPlanBuilder::build).or_problem("")?)?)
    }
}
