//! One row per group.

use async_trait::async_trait;
use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;
use towpath_model::problem::join;
use towpath_model::sql::SqlText;

use super::common::{OrProblem, Problems, col, comparable, one, out, project};
use crate::expr::{self, Place};
use crate::reject::HELPER;
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Makes one row per group of rows, with sums, counts and the like.
///
/// Missing values form a group of their own; functions pass over missing values, but for `count(*)`. Without `by`
/// the whole input is one group and gives exactly one row. The average of whole numbers has decimals (`float64`); a
/// sum of decimals is exact. Groups are kept in memory and moved to disk when they do not fit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that make a group, for example `[country, year]`.
    #[serde(default)]
    pub(super) by: Vec<String>,
    /// Columns to compute, for example `{ total: sum(amount), orders: count(*), share: sum(paid) / sum(amount) }`.
    /// Functions: `count`, `sum`, `avg`, `min`, `max`, `median`, `stddev`, `first_value(x order by y)`,
    /// `string_agg(x, ', ')`, `count(distinct x)` and more, each also with `filter (where …)`.
    #[serde(default)]
    pub(super) compute: IndexMap<String, SqlText>,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Aggregate;

#[async_trait]
impl TransformDef for Aggregate {
    type Config = Config;
    const NAME: &'static str = "aggregate";
    const TITLE: &'static str = "Aggregate";
    const SUMMARY: &'static str = "Makes one row per group, with sums, counts and the like.";
    const GROUP: &'static str = "shape";
    const TOGETHER: Option<&'static str> = Some("puts rows together");
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-aggregate
nodes:
  orders: { source: file, path: orders.csv }
  per_country:
    transform: aggregate
    from: orders
    by: [country]
    compute: { orders: count(*), total: sum(amount), mean: sum(amount) / count(amount) }
tests:
  - name: missing countries are a group
    given:
      orders:
        - { country: be, amount: 10 }
        - { country: be, amount: 20 }
        - { country: null, amount: 7 }
        - { country: fr, amount: null }
    expect:
      per_country:
        - { country: be, orders: 2, total: 30, mean: 15 }
        - { country: null, orders: 1, total: 7, mean: 7 }
        - { country: fr, orders: 1, total: null, mean: null }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        let groups = problems.take(expr::columns(plan.schema(), &config.by, "/by")).unwrap_or_default();
        problems.take(comparable(plan.schema(), &groups, "/by"));
        if config.by.is_empty() && config.compute.is_empty() {
            problems.push(Problem::new(
                "",
                "say what makes a group with `by`, or what to compute with `compute`",
            ));
        }

        // Each distinct function call is computed once and named; expressions around the calls come after.
        let mut calls: Vec<(Expr, String)> = Vec::new();
        let mut results: IndexMap<String, Expr> =
            groups.iter().map(|column| (column.name.clone(), Expr::Column(column.clone()))).collect();
        for (name, sql) in &config.compute {
            let path = join("/compute", name);
            if name.is_empty() || name.starts_with(HELPER) {
                problems.push(Problem::new(&path, format!("`{name}` cannot be the name of a column")));
            }
            if results.contains_key(name) {
                problems.push(
                    Problem::new(&path, format!("there is already a column `{name}`"))
                        .hint("choose another name"),
                );
            }
            let Some(computed) = problems.take(cx.expr_at(sql, plan.schema(), &path, Place::Group)) else {
                continue;
            };
            if let Some(loose) = loose_column(&computed, &groups) {
                problems
                    .push(Problem::new(&path, format!("`{loose}` has many values in a group")).hint(format!(
                    "add it to `by`, or choose one value: `min({loose})`, `first_value({loose} order by …)`"
                )));
                continue;
            }
            let computed = computed.transform_down(|node| {
                if !matches!(node, Expr::AggregateFunction(_)) {
                    return Ok(Transformed::no(node));
                }
                let known = calls.iter().find(|(call, _)| *call == node).map(|(_, name)| name.clone());
                let name = known.unwrap_or_else(|| {
                    let name = format!("{HELPER}{}", calls.len());
                    calls.push((node.clone(), name.clone()));
                    name
                });
                Ok(Transformed::new(col(name), true, TreeNodeRecursion::Jump))
            });
            results.insert(name.clone(), computed.or_problem(&path)?.data);
        }
        problems.none()?;

        let groups: Vec<Expr> = groups.into_iter().map(Expr::Column).collect();
        let calls: Vec<Expr> = calls.into_iter().map(|(call, name)| call.alias(name)).collect();
        let plan = LogicalPlanBuilder::new(plan).aggregate(groups, calls).and_then(LogicalPlanBuilder::build);
        out(project(plan.or_problem("")?, results.into_iter().map(|(name, expr)| expr.alias(name)))?)
    }
}

/// A column outside every function that is not part of the group.
fn loose_column(expr: &Expr, groups: &[Column]) -> Option<String> {
    let mut loose = None;
    let _ = expr.apply(|node| {
        Ok(match node {
            Expr::AggregateFunction(_) => TreeNodeRecursion::Jump,
            Expr::Column(column) if !groups.iter().any(|group| group.name == column.name) => {
                loose = Some(column.name.clone());
                TreeNodeRecursion::Stop
            }
            _ => TreeNodeRecursion::Continue,
        })
    });
    loose
}
