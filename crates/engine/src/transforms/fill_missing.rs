//! Fills missing values.

use arrow::datatypes::DataType;
use async_trait::async_trait;
use datafusion::common::{Column, ScalarValue};
use datafusion::functions::expr_fn::coalesce;
use datafusion::functions_aggregate::average::avg_udaf;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::median::median_udaf;
use datafusion::functions_window::expr_fn::{first_value, last_value};
use datafusion::logical_expr::expr::{NullTreatment, Sort};
use datafusion::logical_expr::{
    Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, WindowFrame, WindowFrameBound, WindowFrameUnits,
    cast,
};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_connect::types;
use towpath_model::Problem;

use super::common::{
    OrProblem, Planned, Problems, col, comparable, one, out, over, sort_keys, with_columns, without_helpers,
};
use super::scalar::Scalar;
use crate::expr;
use crate::ordinal::{ORDINAL, ordinal};
use crate::reject::HELPER;
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Fills missing values: with a constant, with what is usual in the column, or with a neighbour's value.
///
/// `mean` and `median` of whole numbers may have decimals, so such a column becomes `float64`; a decimal column
/// stays as it is and the mean is rounded to its decimals. The mean, median and most frequent value are those of the
/// whole input, or of each group: the rows of one group are held in memory. Where a group has no value at all,
/// values stay missing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns to fill, for example `[price, discount]`.
    pub(super) columns: Vec<String>,
    /// What to fill with.
    pub(super) strategy: Strategy,
    /// The value of the strategy `constant`, for example `0`.
    #[serde(default)]
    pub(super) value: Option<Scalar>,
    /// Order of rows for `forward` and `backward`, for example `[day]`. Without it, the order of arrival.
    #[serde(default)]
    pub(super) order_by: Vec<String>,
    /// Columns whose values make a group, for example `[machine]`: values are filled from the same group only.
    #[serde(default)]
    pub(super) group_by: Vec<String>,
}

/// What a missing value is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Strategy {
    /// The value given.
    Constant,
    /// The average.
    Mean,
    /// The middle value.
    Median,
    /// The most frequent value; of equally frequent ones the smallest.
    Mode,
    /// The last value before.
    Forward,
    /// The next value after.
    Backward,
}

/// The transform.
#[derive(Debug)]
pub(super) struct FillMissing;

#[async_trait]
impl TransformDef for FillMissing {
    type Config = Config;
    const NAME: &'static str = "fill_missing";
    const TITLE: &'static str = "Fill missing values";
    const SUMMARY: &'static str = "Fills missing values with a constant, a usual value or a neighbour's.";
    const GROUP: &'static str = "clean";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-fill-missing
nodes:
  readings: { source: file, path: readings.csv }
  zeros: { transform: fill_missing, from: readings, columns: [value], strategy: constant, value: 0 }
  carried:
    transform: fill_missing
    from: readings
    columns: [value]
    strategy: forward
    order_by: [hour]
    group_by: [machine]
tests:
  - name: a constant, and the last value of the same machine
    given:
      readings:
        - { machine: a, hour: 1, value: 5 }
        - { machine: a, hour: 2, value: null }
        - { machine: b, hour: 1, value: null }
    expect:
      zeros:
        - { machine: a, hour: 1, value: 5 }
        - { machine: a, hour: 2, value: 0 }
        - { machine: b, hour: 1, value: 0 }
      carried:
        - { machine: a, hour: 1, value: 5 }
        - { machine: a, hour: 2, value: 5 }
        - { machine: b, hour: 1, value: null }
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.columns.is_empty() {
            problems.push(Problem::new("/columns", "name at least one column to fill"));
        }
        let columns =
            problems.take(expr::columns(plan.schema(), &config.columns, "/columns")).unwrap_or_default();
        let groups =
            problems.take(expr::columns(plan.schema(), &config.group_by, "/group_by")).unwrap_or_default();
        problems.take(comparable(plan.schema(), &groups, "/group_by"));
        let order =
            problems.take(sort_keys(plan.schema(), &config.order_by, "/order_by")).unwrap_or_default();
        check(&config, &plan, &columns, &mut problems);
        problems.none()?;

        let groups: Vec<Expr> = groups.into_iter().map(Expr::Column).collect();
        match config.strategy {
            Strategy::Constant => constant(plan, &columns, config.value.as_ref()),
            Strategy::Forward | Strategy::Backward => {
                neighbour(plan, &columns, groups, order, config.strategy)
            }
            Strategy::Mean | Strategy::Median => usual(plan, &columns, &groups, config.strategy),
            Strategy::Mode => most_frequent(plan, &columns, &groups),
        }
        .and_then(out)
    }
}

fn check(config: &Config, plan: &LogicalPlan, columns: &[Column], problems: &mut Problems) {
    let is_neighbour = matches!(config.strategy, Strategy::Forward | Strategy::Backward);
    match (config.strategy, &config.value) {
        (Strategy::Constant, None) => {
            problems.push(Problem::new("/value", "the strategy `constant` needs a `value`"))
        }
        (Strategy::Constant, Some(_)) | (_, None) => {}
        (_, Some(_)) => problems.push(Problem::new("/value", "only the strategy `constant` has a `value`")),
    }
    if !is_neighbour && !config.order_by.is_empty() {
        problems.push(Problem::new("/order_by", "only `forward` and `backward` have an order"));
    }
    if config.strategy == Strategy::Constant && !config.group_by.is_empty() {
        problems.push(Problem::new("/group_by", "a constant is the same in every group").hint("remove it"));
    }
    if matches!(config.strategy, Strategy::Mean | Strategy::Median | Strategy::Mode) {
        problems.take(comparable(plan.schema(), columns, "/columns"));
    }
    if matches!(config.strategy, Strategy::Mean | Strategy::Median) {
        for (index, column) in columns.iter().enumerate() {
            let Ok(field) = plan.schema().field_with_unqualified_name(&column.name) else { continue };
            if !field.data_type().is_numeric() && types::logical(field).is_none() {
                problems.push(
                    Problem::new(
                        format!("/columns/{index}"),
                        format!(
                            "`{}` is {}; only numbers have a mean or a median",
                            column.name,
                            types::describe(field)
                        ),
                    )
                    .hint("use the strategy `mode`, or `cast` the column to a number"),
                );
            }
        }
    }
}

fn constant(plan: LogicalPlan, columns: &[Column], value: Option<&Scalar>) -> Planned<LogicalPlan> {
    let mut filled = IndexMap::new();
    let mut problems = Problems::default();
    for column in columns {
        let field = plan.schema().field_with_unqualified_name(&column.name).or_problem("/columns")?;
        let Some(value) = value.and_then(|value| problems.take_one(value.of_type(field, "/value"))) else {
            continue;
        };
        filled.insert(column.name.clone(), coalesce(vec![Expr::Column(column.clone()), value]));
    }
    problems.none()?;
    let plan_fields = plan.clone();
    keep_types(with_columns(plan, filled)?, &plan_fields, columns)
}

/// Gives filled columns the logical types that they had.
fn keep_types(plan: LogicalPlan, before: &LogicalPlan, columns: &[Column]) -> Planned<LogicalPlan> {
    let mut kept = IndexMap::new();
    for column in columns {
        let field = before.schema().field_with_unqualified_name(&column.name).or_problem("")?;
        if !field.metadata().is_empty() {
            let metadata = Some(field.metadata().clone().into());
            kept.insert(column.name.clone(), col(&column.name).alias_with_metadata(&column.name, metadata));
        }
    }
    if kept.is_empty() { Ok(plan) } else { with_columns(plan, kept) }
}

fn neighbour(
    plan: LogicalPlan,
    columns: &[Column],
    groups: Vec<Expr>,
    mut order: Vec<Sort>,
    strategy: Strategy,
) -> Planned<LogicalPlan> {
    let before = plan.clone();
    let plan = ordinal(plan).or_problem("")?;
    order.push(col(ORDINAL).sort(true, false));
    if strategy == Strategy::Backward {
        for key in &mut order {
            key.asc = !key.asc;
            key.nulls_first = !key.nulls_first;
        }
    }
    let mut windows = Vec::new();
    let mut filled = IndexMap::new();
    for column in columns {
        let helper = format!("{HELPER}{}", column.name);
        // The row itself is the last of its frame: a value that is there fills itself.
        let window = last_value(Expr::Column(column.clone()))
            .partition_by(groups.clone())
            .order_by(order.clone())
            .window_frame(frame(WindowFrameBound::CurrentRow))
            .null_treatment(NullTreatment::IgnoreNulls)
            .build()
            .or_problem("")?;
        windows.push(window.alias(&helper));
        filled.insert(column.name.clone(), col(helper));
    }
    let plan =
        LogicalPlanBuilder::new(plan).window(windows).and_then(LogicalPlanBuilder::build).or_problem("")?;
    keep_types(without_helpers(with_columns(plan, filled)?)?, &before, columns)
}

fn frame(end: WindowFrameBound) -> WindowFrame {
    let start = WindowFrameBound::Preceding(ScalarValue::UInt64(None));
    WindowFrame::new_bounds(WindowFrameUnits::Rows, start, end)
}

fn usual(plan: LogicalPlan, columns: &[Column], groups: &[Expr], strategy: Strategy) -> Planned<LogicalPlan> {
    let mut windows = Vec::new();
    let mut filled = IndexMap::new();
    for column in columns {
        let field = plan.schema().field_with_unqualified_name(&column.name).or_problem("")?;
        let helper = format!("{HELPER}{}", column.name);
        let value = Expr::Column(column.clone());
        // The middle of two whole numbers need not be whole.
        let value = if field.data_type().is_integer() { cast(value, DataType::Float64) } else { value };
        let window = over(if strategy == Strategy::Mean { avg_udaf() } else { median_udaf() }, value.clone());
        windows.push(window.partition_by(groups.to_vec()).build().or_problem("")?.alias(&helper));
        let usual = match field.data_type() {
            data_type if data_type.is_integer() => col(helper),
            data_type => cast(col(helper), data_type.clone()),
        };
        filled.insert(column.name.clone(), coalesce(vec![value, usual]));
    }
    let plan =
        LogicalPlanBuilder::new(plan).window(windows).and_then(LogicalPlanBuilder::build).or_problem("")?;
    without_helpers(with_columns(plan, filled)?)
}

fn most_frequent(mut plan: LogicalPlan, columns: &[Column], groups: &[Expr]) -> Planned<LogicalPlan> {
    let before = plan.clone();
    let mut filled = IndexMap::new();
    for column in columns {
        let value = Expr::Column(column.clone());
        let (often, mode) =
            (format!("{HELPER}often_{}", column.name), format!("{HELPER}mode_{}", column.name));
        let mut partition = groups.to_vec();
        partition.push(value.clone());
        let counted =
            over(count_udaf(), value.clone()).partition_by(partition).build().or_problem("")?.alias(&often);
        // Missing values count as never, so they come last.
        let order = vec![col(&often).sort(false, false), value.clone().sort(true, false)];
        let chosen = first_value(value.clone())
            .partition_by(groups.to_vec())
            .order_by(order)
            .window_frame(frame(WindowFrameBound::Following(ScalarValue::UInt64(None))))
            .build()
            .or_problem("")?
            .alias(&mode);
        plan = LogicalPlanBuilder::new(plan)
            .window(vec![counted])
            .and_then(|plan| plan.window(vec![chosen]))
            .and_then(LogicalPlanBuilder::build)
            .or_problem("")?;
        filled.insert(column.name.clone(), coalesce(vec![value, col(mode)]));
    }
    keep_types(without_helpers(with_columns(plan, filled)?)?, &before, columns)
}
