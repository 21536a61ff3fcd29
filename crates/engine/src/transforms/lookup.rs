//! Adds columns from a table by key.

use async_trait::async_trait;
use datafusion::common::{Column, JoinType};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, lit, when};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;
use towpath_model::problem::join;

use super::common::{
    OnError, OrProblem, Planned, Problems, col, named, new_name, out, over, project, sort_keys,
};
use super::keys::{Keys, keys};
use super::scalar::Scalar;
use crate::expr;
use crate::ordinal::{ORDINAL, ordinal};
use crate::reject::{HELPER, RejectRule, reject};
use crate::transform::{InputPorts, Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Adds columns from a table by key; every row stays exactly one row.
///
/// Missing keys match nothing. When several rows of the table have the same key, the first counts: by `order_by`, or
/// else by their order of arrival. The table is kept in memory; the rows flow past.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that must be equal: a name that both sides have, or `row column = table column`, for example
    /// `[country_code = code]`.
    pub(super) on: Vec<String>,
    /// Columns to take from the table, by their new names, for example `{ country: name }`.
    pub(super) take: IndexMap<String, String>,
    /// Values for rows that match nothing, by new name, for example `{ country: unknown }`. Without it they are
    /// missing.
    #[serde(default)]
    pub(super) default: IndexMap<String, Scalar>,
    /// What happens to rows that match nothing.
    #[serde(default)]
    pub(super) missing: Missing,
    /// What happens when several rows of the table have the same key.
    #[serde(default)]
    pub(super) many: Many,
    /// Order in which a row of the table is the first, for example `[valid_from desc]`.
    #[serde(default)]
    pub(super) order_by: Vec<String>,
}

/// What happens to rows that match nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Missing {
    /// They stay, with defaults or missing values.
    #[default]
    Keep,
    /// They go to quarantine.
    Quarantine,
    /// The run stops.
    Fail,
}

/// What happens when several rows of the table have the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Many {
    /// The first counts.
    #[default]
    First,
    /// The run stops.
    Fail,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Lookup;

#[async_trait]
impl TransformDef for Lookup {
    type Config = Config;
    const NAME: &'static str = "lookup";
    const TITLE: &'static str = "Lookup";
    const SUMMARY: &'static str = "Adds columns from a table by key; every row stays one row.";
    const GROUP: &'static str = "combine";
    const INPUTS: InputPorts = InputPorts::Named(&["rows", "table"]);
    const EFFECT: RowEffect = RowEffect::KeepsFirst;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-lookup
nodes:
  orders: { source: file, path: orders.csv }
  countries: { source: file, path: countries.csv }
  placed:
    transform: lookup
    from: { rows: orders, table: countries }
    on: [country = code]
    take: { country_name: name }
    default: { country_name: elsewhere }
  strict: { transform: lookup, from: [orders, countries], on: [country = code], take: { name: name }, missing: quarantine }
tests:
  - name: one row each, with a default
    given:
      orders: [{ id: 1, country: be }, { id: 2, country: xx }, { id: 3, country: null }]
      countries: [{ code: be, name: Belgium }, { code: be, name: Belgique }]
    expect:
      placed:
        - { id: 1, country: be, country_name: Belgium }
        - { id: 2, country: xx, country_name: elsewhere }
        - { id: 3, country: null, country_name: elsewhere }
      strict: [{ id: 1, country: be, name: Belgium }]
    quarantined: { strict: 2 }
";

    async fn plan(config: Config, mut inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let rows = named(&mut inputs, "rows")?;
        let table = named(&mut inputs, "table")?;
        let mut problems = Problems::default();
        if config.on.is_empty() {
            problems.push(Problem::new("/on", "say which columns must be equal"));
        }
        if config.take.is_empty() {
            problems.push(Problem::new("/take", "name at least one column to take from the table"));
        }
        let keys = problems.take(keys(&config.on, rows.schema(), table.schema(), "/on")).unwrap_or_default();
        let mut taken: Vec<(String, Column)> = Vec::new();
        for (new, old) in &config.take {
            let path = join("/take", new);
            problems.take_one(new_name(rows.schema(), new, &path));
            if let Some(column) = problems.take_one(expr::column(table.schema(), old, &path)) {
                taken.push((new.clone(), column));
            }
        }
        let mut defaults: IndexMap<&str, Expr> = IndexMap::new();
        for (new, value) in &config.default {
            let path = join("/default", new);
            let Some((name, column)) = taken.iter().find(|(name, _)| name == new) else {
                problems.push(Problem::new(path, format!("`{new}` is not in `take`")));
                continue;
            };
            let field = table.schema().field_with_unqualified_name(&column.name).or_problem(&path)?;
            if let Some(value) = problems.take_one(value.of_type(field, &path)) {
                defaults.insert(name, value);
            }
        }
        if config.missing != Missing::Keep && !config.default.is_empty() {
            problems.push(Problem::new(
                "/default",
                "rows that match nothing do not stay, so defaults mean nothing",
            ));
        }
        let order =
            problems.take(sort_keys(table.schema(), &config.order_by, "/order_by")).unwrap_or_default();
        if config.many == Many::Fail && !order.is_empty() {
            problems.push(Problem::new(
                "/order_by",
                "no row of the table is chosen, so their order means nothing",
            ));
        }
        problems.none()?;

        let table = match config.many {
            Many::First => first_of_key(table, &keys, order)?,
            Many::Fail => only_of_key(table, &keys, cx)?,
        };
        let found = format!("{HELPER}found");
        let helper = |name: &str| format!("{HELPER}take_{name}");
        let key = |index: usize| format!("{HELPER}key_{index}");
        // Everything of the table gets a name of its own, so that nothing collides with the rows.
        let columns = keys
            .right()
            .enumerate()
            .map(|(index, name)| col(name).alias(key(index)))
            .chain(taken.iter().map(|(new, column)| Expr::Column(column.clone()).alias(helper(new))))
            .chain([lit(true).alias(&found)]);
        let table = project(table, columns)?;

        let row_columns: Vec<String> =
            rows.schema().fields().iter().map(|field| field.name().clone()).collect();
        let left: Vec<Column> = keys.left().map(Column::new_unqualified).collect();
        let right: Vec<Column> = (0..left.len()).map(|index| Column::new_unqualified(key(index))).collect();
        let mut plan = LogicalPlanBuilder::new(rows)
            .join(table, JoinType::Left, (left, right), None)
            .and_then(LogicalPlanBuilder::build)
            .or_problem("/on")?;
        if config.missing != Missing::Keep {
            let reason =
                when(col(&found).is_null(), lit("no row of the table has this key")).end().or_problem("")?;
            let column = keys.left().next().map(str::to_owned);
            let on_error = if config.missing == Missing::Fail { OnError::Fail } else { OnError::Quarantine };
            plan = reject(plan, &cx.node, vec![RejectRule { column, reason }], on_error.into());
        }
        let mut columns: Vec<Expr> = row_columns.into_iter().map(col).collect();
        for (new, _) in &taken {
            let value = col(helper(new));
            let value = match defaults.get(new.as_str()) {
                Some(default) => {
                    when(col(&found).is_null(), default.clone()).otherwise(value).or_problem("/default")?
                }
                None => value,
            };
            columns.push(value.alias(new));
        }
        out(project(plan, columns)?)
    }
}

/// The first row of each key.
fn first_of_key(
    table: LogicalPlan,
    keys: &Keys,
    mut order: Vec<datafusion::logical_expr::SortExpr>,
) -> Planned<LogicalPlan> {
    order.push(col(ORDINAL).sort(true, false));
    let mark = format!("{HELPER}copy");
    let table = ordinal(table).or_problem("")?;
    let number =
        row_number().partition_by(keys.right().map(col).collect()).order_by(order).build().or_problem("")?;
    LogicalPlanBuilder::new(table)
        .window(vec![number.alias(&mark)])
        .and_then(|plan| plan.filter(col(mark).eq(lit(1))))
        .and_then(LogicalPlanBuilder::build)
        .or_problem("")
}

/// The table, which fails when a key repeats.
fn only_of_key(table: LogicalPlan, keys: &Keys, cx: &PlanContext) -> Planned<LogicalPlan> {
    let mark = format!("{HELPER}copies");
    let copies =
        over(count_udaf(), lit(1)).partition_by(keys.right().map(col).collect()).build().or_problem("")?;
    let table = LogicalPlanBuilder::new(table)
        .window(vec![copies.alias(&mark)])
        .and_then(LogicalPlanBuilder::build)
        .or_problem("")?;
    let present = keys.right().map(|name| col(name).is_not_null()).reduce(Expr::and);
    let repeated = present.into_iter().fold(col(mark).gt(lit(1)), Expr::and);
    let reason = when(repeated, lit("several rows of the table have this key")).end().or_problem("")?;
    let column = keys.right().next().map(str::to_owned);
    Ok(reject(table, &cx.node, vec![RejectRule { column, reason }], OnError::Fail.into()))
}
