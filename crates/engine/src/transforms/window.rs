//! Computes columns from rows around a row.

use async_trait::async_trait;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use datafusion::sql::sqlparser::ast;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;
use towpath_model::problem::join;
use towpath_model::sql::SqlText;

use super::common::{OrProblem, Problems, col, comparable, new_name, one, out, project, sort_keys};
use crate::expr::{self, Place};
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Computes columns from the rows around a row: ranks, neighbours' values, running totals, moving averages.
///
/// Every row stays. Rows are looked at in the groups of `partition_by` and in the order of `order_by`. With an order,
/// functions such as `sum` see the rows from the first of the group to the current one: a running total. Without an
/// order they see the whole group. `preceding` and `following` narrow that down. Rows are sorted, on disk when they
/// do not fit in memory.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that make a group, for example `[customer_id]`.
    #[serde(default)]
    pub(super) partition_by: Vec<String>,
    /// Order of rows in a group, for example `[day, id]`.
    #[serde(default)]
    pub(super) order_by: Vec<String>,
    /// How many rows before the current one functions see, for example `6`. Without it, all.
    #[serde(default)]
    pub(super) preceding: Option<u32>,
    /// How many rows after the current one functions see, for example `0`. Without it none where there is an order.
    #[serde(default)]
    pub(super) following: Option<u32>,
    /// Columns to compute, for example
    /// `{ position: rank(), before: lag(amount), running: sum(amount), share: amount / sum(amount) }`. Functions:
    /// `row_number`, `rank`, `dense_rank`, `ntile(4)`, `lag`, `lead`, `first_value`, `last_value` and all of
    /// `aggregate`. A function may say `over (…)` itself.
    pub(super) compute: IndexMap<String, SqlText>,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Window;

#[async_trait]
impl TransformDef for Window {
    type Config = Config;
    const NAME: &'static str = "window";
    const TITLE: &'static str = "Window";
    const SUMMARY: &'static str = "Computes ranks, neighbours' values and running totals.";
    const GROUP: &'static str = "compute";
    const TOGETHER: Option<&'static str> = Some("compares rows with each other");
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-window
nodes:
  sales: { source: file, path: sales.csv }
  running:
    transform: window
    from: sales
    partition_by: [shop]
    order_by: [day]
    compute: { n: row_number(), running: sum(amount), change: amount - lag(amount) }
tests:
  - name: totals start anew for each shop
    given:
      sales:
        - { shop: a, day: 1, amount: 5 }
        - { shop: a, day: 2, amount: 3 }
        - { shop: b, day: 1, amount: 7 }
    expect:
      running:
        - { shop: a, day: 1, amount: 5, n: 1, running: 5, change: null }
        - { shop: a, day: 2, amount: 3, n: 2, running: 8, change: -2 }
        - { shop: b, day: 1, amount: 7, n: 1, running: 7, change: null }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.compute.is_empty() {
            problems.push(Problem::new("/compute", "name at least one column and its expression"));
        }
        if config.order_by.is_empty() && (config.preceding.is_some() || config.following.is_some()) {
            problems.push(
                Problem::new("/order_by", "rows before and after need an order")
                    .hint("name the columns in `order_by`"),
            );
        }
        let groups = problems
            .take(expr::columns(plan.schema(), &config.partition_by, "/partition_by"))
            .unwrap_or_default();
        problems.take(comparable(plan.schema(), &groups, "/partition_by"));
        let order =
            problems.take(sort_keys(plan.schema(), &config.order_by, "/order_by")).unwrap_or_default();
        let window = ast::WindowSpec {
            window_name: None,
            partition_by: groups.iter().map(|column| name(&column.name)).collect(),
            order_by: order.iter().filter_map(order_key).collect(),
            window_frame: frame(&config),
        };

        // Each distinct window is computed once; expressions around the windows come after.
        let mut windows: Vec<Expr> = Vec::new();
        let mut results: IndexMap<String, Expr> = IndexMap::new();
        for (name, sql) in &config.compute {
            let path = join("/compute", name);
            problems.take_one(new_name(plan.schema(), name, &path));
            let place = Place::Window(window.clone());
            let Some(computed) = problems.take(cx.expr_at(sql, plan.schema(), &path, place)) else {
                continue;
            };
            let computed = computed.transform_down(|node| {
                if !matches!(node, Expr::WindowFunction(_)) {
                    return Ok(Transformed::no(node));
                }
                let result = col(node.schema_name().to_string());
                if !windows.contains(&node) {
                    windows.push(node);
                }
                Ok(Transformed::new(result, true, TreeNodeRecursion::Jump))
            });
            results.insert(name.clone(), computed.or_problem(&path)?.data);
        }
        problems.none()?;

        let kept: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        let plan = LogicalPlanBuilder::window_plan(plan, windows).or_problem("/compute")?;
        let results = results.into_iter().map(|(name, expr)| expr.alias(name));
        out(project(plan, kept.into_iter().chain(results))?)
    }
}

fn name(column: &str) -> ast::Expr {
    ast::Expr::Identifier(ast::Ident::with_quote('"', column))
}

fn order_key(key: &Sort) -> Option<ast::OrderByExpr> {
    let Expr::Column(column) = &key.expr else { return None };
    let options = ast::OrderByOptions { asc: Some(key.asc), nulls_first: Some(key.nulls_first) };
    Some(ast::OrderByExpr { expr: name(&column.name), options, with_fill: None })
}

fn frame(config: &Config) -> Option<ast::WindowFrame> {
    if config.order_by.is_empty() {
        return None;
    }
    let rows = |count: u32| Some(Box::new(ast::Expr::value(ast::Value::Number(count.to_string(), false))));
    let end = match config.following {
        None | Some(0) => ast::WindowFrameBound::CurrentRow,
        Some(count) => ast::WindowFrameBound::Following(rows(count)),
    };
    Some(ast::WindowFrame {
        units: ast::WindowFrameUnits::Rows,
        start_bound: ast::WindowFrameBound::Preceding(config.preceding.and_then(rows)),
        end_bound: Some(end),
    })
}
