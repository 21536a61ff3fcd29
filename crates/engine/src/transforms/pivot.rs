//! Turns values of a column into columns.

use async_trait::async_trait;
use datafusion::functions_aggregate::expr_fn::{avg, count, first_value, last_value, max, min, sum};
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlanBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_connect::types;
use towpath_model::Problem;

use super::common::{OrProblem, Problems, col, comparable, one, out};
use super::scalar::Scalar;
use crate::expr;
use crate::ordinal::{ORDINAL, ordinal};
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Turns the values of one column into columns, with one row per group.
///
/// The values that become columns are listed, so that the columns are known before anything runs; rows with other
/// values do not count. A group without rows for a value has nothing there (`count` has 0).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that make a row of the result, for example `[customer_id]`. Without it there is one row.
    #[serde(default)]
    pub(super) index: Vec<String>,
    /// The column whose values become columns, for example `month`.
    pub(super) column: String,
    /// The column whose values fill them, for example `amount`.
    pub(super) value: String,
    /// The values that become columns, for example `[jan, feb, mar]`.
    pub(super) values: Vec<Scalar>,
    /// How several values for the same place become one.
    #[serde(default)]
    pub(super) aggregate: Aggregate,
    /// Start of the new names, for example `sales_`.
    #[serde(default)]
    pub(super) prefix: String,
}

/// How several values become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Aggregate {
    /// Their sum.
    #[default]
    Sum,
    /// How many there are.
    Count,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Their average.
    Avg,
    /// The first to arrive.
    First,
    /// The last to arrive.
    Last,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Pivot;

#[async_trait]
impl TransformDef for Pivot {
    type Config = Config;
    const NAME: &'static str = "pivot";
    const TITLE: &'static str = "Pivot";
    const SUMMARY: &'static str = "Turns the values of a column into columns.";
    const GROUP: &'static str = "shape";
    const TOGETHER: Option<&'static str> = Some("puts rows together");
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-pivot
nodes:
  sales: { source: file, path: sales.csv }
  by_year: { transform: pivot, from: sales, index: [shop], column: year, value: amount, values: [2024, 2025], prefix: y }
tests:
  - name: years become columns
    given:
      sales:
        - { shop: a, year: 2024, amount: 1 }
        - { shop: a, year: 2024, amount: 2 }
        - { shop: a, year: 2025, amount: 4 }
        - { shop: b, year: 2025, amount: 8 }
        - { shop: c, year: 1999, amount: 16 }
    expect:
      by_year:
        - { shop: a, y2024: 3, y2025: 4 }
        - { shop: b, y2024: null, y2025: 8 }
        - { shop: c, y2024: null, y2025: null }
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.values.is_empty() {
            problems.push(Problem::new("/values", "list the values that become columns"));
        }
        let schema = plan.schema();
        let index = problems.take(expr::columns(schema, &config.index, "/index")).unwrap_or_default();
        problems.take(comparable(schema, &index, "/index"));
        let column = problems.take_one(expr::column(schema, &config.column, "/column"));
        let value = problems.take_one(expr::column(schema, &config.value, "/value"));
        let (Some(column), Some(value)) = (column, value) else {
            return Err(problems.none().err().unwrap_or_default());
        };
        let place = schema.field_with_unqualified_name(&column.name).or_problem("/column")?;
        let filling = schema.field_with_unqualified_name(&value.name).or_problem("/value")?;
        let takes_any = matches!(config.aggregate, Aggregate::Count | Aggregate::First | Aggregate::Last);
        if !takes_any {
            problems.take(comparable(schema, std::slice::from_ref(&value), "/value"));
        }
        if matches!(config.aggregate, Aggregate::Sum | Aggregate::Avg)
            && !filling.data_type().is_numeric()
            && types::logical(filling).is_none()
        {
            let message =
                format!("`{}` is {}, and only numbers can be added", value.name, types::describe(filling));
            problems.push(
                Problem::new("/value", message).hint("choose `count`, `first` or `max` as `aggregate`"),
            );
        }

        let mut names: Vec<String> = index.iter().map(|column| column.name.clone()).collect();
        let mut columns = Vec::new();
        for (position, chosen) in config.values.iter().enumerate() {
            let path = format!("/values/{position}");
            let name = format!("{}{}", config.prefix, chosen.text());
            if names.contains(&name) {
                problems.push(
                    Problem::new(&path, format!("two columns would be called `{name}`"))
                        .hint("set a `prefix`"),
                );
            }
            names.push(name.clone());
            let Some(chosen) = problems.take_one(chosen.compared_with(place, &path)) else { continue };
            let here = Expr::Column(column.clone()).eq(chosen);
            let value = Expr::Column(value.clone());
            let arrival = || vec![col(ORDINAL).sort(true, false)];
            let call = match config.aggregate {
                Aggregate::Sum => sum(value),
                Aggregate::Count => count(value),
                Aggregate::Min => min(value),
                Aggregate::Max => max(value),
                Aggregate::Avg => avg(value),
                Aggregate::First => first_value(value, arrival()),
                Aggregate::Last => last_value(value, arrival()),
            };
            columns.push((call.filter(here).build().or_problem(&path)?, name));
        }
        problems.none()?;

        let plan = if matches!(config.aggregate, Aggregate::First | Aggregate::Last) {
            ordinal(plan).or_problem("")?
        } else {
            plan
        };
        let mut calls = Vec::new();
        for (call, name) in columns {
            calls.push(expr::coerced(call, plan.schema()).or_problem("/value")?.alias(name));
        }
        let index: Vec<Expr> = index.into_iter().map(Expr::Column).collect();
        let plan = LogicalPlanBuilder::new(plan).aggregate(index, calls).and_then(LogicalPlanBuilder::build);
        out(plan.or_problem("")?)
    }
}
