//! Plans beside the rows: values that repeat, counts, sums that differ.

use arrow::datatypes::DataType;
use datafusion::common::{Column, JoinType, NullEquality};
use datafusion::functions::expr_fn::{abs, coalesce};
use datafusion::functions_aggregate::expr_fn as aggregates;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, lit};
use towpath_connect::types;
use towpath_model::Problem;
use towpath_model::problem::join;

use super::super::common::{OrProblem, Planned, col, comparable, project};
use super::super::keys::Keys;
use crate::reject::HELPER;
use crate::transform::PlanContext;

/// Values that several rows have, and how many. Missing values repeat nothing.
pub(super) fn repeated(rows: LogicalPlan, columns: &[Column]) -> Planned<LogicalPlan> {
    let times = format!("{HELPER}times");
    let keys = || columns.iter().cloned().map(Expr::Column);
    let present = keys().map(Expr::is_not_null).reduce(Expr::and).unwrap_or(lit(true));
    LogicalPlanBuilder::new(rows)
        .filter(present)
        .and_then(|plan| plan.aggregate(keys(), vec![aggregates::count(lit(1)).alias(&times)]))
        .and_then(|plan| plan.filter(col(&times).gt(lit(1))))
        .and_then(LogicalPlanBuilder::build)
        .or_problem("")
}

/// The number of rows, as the only value.
pub(super) fn count(rows: LogicalPlan) -> Planned<LogicalPlan> {
    LogicalPlanBuilder::new(rows)
        .aggregate(Vec::<Expr>::new(), vec![aggregates::count(lit(1)).alias(format!("{HELPER}rows"))])
        .and_then(LogicalPlanBuilder::build)
        .or_problem("")
}

/// The values of a column, each once and under another name.
pub(super) fn distinct(rows: LogicalPlan, column: &str, name: &str) -> Planned<LogicalPlan> {
    let rows = project(rows, [col(column).alias(name)])?;
    LogicalPlanBuilder::new(rows)
        .filter(col(name).is_not_null())
        .and_then(|plan| plan.aggregate(vec![col(name)], Vec::<Expr>::new()))
        .and_then(LogicalPlanBuilder::build)
        .or_problem("")
}

/// Whether a column of this type holds points in time.
pub(super) fn is_time(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..))
}

/// A time as microseconds since 1970; without zone it is UTC, and a day is its midnight.
pub(super) fn instant(text: &str) -> Option<i64> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_microsecond());
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// Two plans whose sums are compared.
pub(super) struct Sides {
    pub(super) here: LogicalPlan,
    pub(super) there: LogicalPlan,
}

impl Sides {
    /// The groups whose sums lie further apart than the tolerance; `at` is the place of the expectation.
    pub(super) fn unequal(
        self,
        cx: &PlanContext,
        (here, there): (&Column, &Column),
        by: &Keys,
        tolerance: f64,
        at: &str,
    ) -> Planned<LogicalPlan> {
        let path = &join(at, "equal_sum");
        let (ours, theirs) = (format!("{HELPER}here"), format!("{HELPER}there"));
        let left = sums(cx, self.here, here, by.left(), "here", &ours, &join(at, "column"))?;
        let right = sums(cx, self.there, there, by.right(), "there", &theirs, &join(path, "column"))?;
        let names: Vec<&str> = by.left().collect();
        let keys = |side: &str| (0..names.len()).map(|index| key(side, index)).collect::<Vec<_>>();
        let builder = LogicalPlanBuilder::new(left);
        let joined = match names.is_empty() {
            true => builder.cross_join(right),
            false => {
                let on = (keys("here"), keys("there"));
                builder.join_detailed(right, JoinType::Full, on, None, NullEquality::NullEqualsNull)
            }
        };
        let or_zero = |name: &String| coalesce(vec![col(name), lit(0)]);
        let differs = match tolerance > 0.0 {
            false => or_zero(&ours).not_eq(or_zero(&theirs)),
            true => {
                let float = |name: &String| cast(or_zero(name), DataType::Float64);
                abs(float(&ours) - float(&theirs)).gt(lit(tolerance))
            }
        };
        let plan = joined
            .and_then(|plan| plan.filter(differs))
            .and_then(LogicalPlanBuilder::build)
            .or_problem(path)?;
        let groups = names.iter().enumerate().map(|(index, name)| {
            coalesce(vec![Expr::Column(key("here", index)), Expr::Column(key("there", index))]).alias(*name)
        });
        let groups: Vec<Expr> = groups.collect();
        project(
            plan,
            groups.into_iter().chain([or_zero(&ours).alias(&ours), or_zero(&theirs).alias(&theirs)]),
        )
    }
}

/// The sum of a column in each group.
fn sums<'a>(
    cx: &PlanContext,
    plan: LogicalPlan,
    column: &Column,
    by: impl Iterator<Item = &'a str>,
    side: &str,
    name: &str,
    path: &str,
) -> Planned<LogicalPlan> {
    let field = plan.schema().field_with_unqualified_name(&column.name).or_problem(path)?;
    comparable(plan.schema(), std::slice::from_ref(column), path)?;
    if !field.data_type().is_numeric() {
        let message = format!("`{}` is {}, not a number", column.name, types::describe(field));
        return Err(vec![Problem::new(path, message)]);
    }
    let Some(sum) = cx.state.aggregate_functions().get("sum") else {
        return Err(vec![Problem::new(path, "there is no function `sum`")]);
    };
    let value = format!("{HELPER}value");
    let groups: Vec<(&str, Column)> = by.enumerate().map(|(index, name)| (name, key(side, index))).collect();
    let columns = groups.iter().map(|(name, key)| col(*name).alias(&key.name));
    let plan = project(plan, columns.chain([Expr::Column(column.clone()).alias(&value)]))?;
    let groups: Vec<Expr> = groups.into_iter().map(|(_, key)| Expr::Column(key)).collect();
    LogicalPlanBuilder::new(plan)
        .aggregate(groups, vec![sum.call(vec![col(&value)]).alias(name)])
        .and_then(LogicalPlanBuilder::build)
        .or_problem(path)
}

fn key(side: &str, index: usize) -> Column {
    Column::new_unqualified(format!("{HELPER}{side}_{index}"))
}
