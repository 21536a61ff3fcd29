//! Rows in the order of time: what the transforms over events share.
//!
//! A [`Timeline`] says which rows make one series and how they follow one another. Everything it computes looks at
//! the rows before a row, at its neighbours, or at the rows so far, so one sort is all a plan needs and the windows pass
//! over it as a stream. Times are counted in microseconds inside of plans and become times again at the end.

use std::sync::Arc;

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::functions_window::expr_fn::{lag, lead, row_number};
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{
    AggregateUDF, Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, WindowFrame, WindowFrameBound,
    WindowFrameUnits, cast, lit, when,
};
use towpath_connect::types::describe;
use towpath_model::Problem;

use super::common::{OrProblem, Planned, Problems, col, comparable, over, project, sort_keys};
use crate::expr;
use crate::ordinal::{ORDINAL, ordinal};
use crate::reject::HELPER;

/// The type of the columns that tell how long something lasts.
const SECONDS: DataType = DataType::Decimal128(18, 6);

/// Which rows make one series, and how they follow one another.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    by: Vec<Expr>,
    order: Vec<Sort>,
}

/// The settings that describe a timeline.
pub(super) struct Order<'a> {
    pub(super) by: &'a [String],
    pub(super) at: &'a str,
    pub(super) order_by: &'a [String],
}

impl Timeline {
    /// The timeline of some rows, which get their number of arrival: it decides where nothing else does.
    pub(super) fn new(plan: LogicalPlan, order: &Order<'_>) -> Planned<(LogicalPlan, Self)> {
        let mut problems = Problems::default();
        let by = problems.take(expr::columns(plan.schema(), order.by, "/by")).unwrap_or_default();
        problems.take(comparable(plan.schema(), &by, "/by"));
        problems.take(time_column(plan.schema(), order.at, "/at"));
        let more = problems.take(sort_keys(plan.schema(), order.order_by, "/order_by")).unwrap_or_default();
        problems.none()?;
        let plan = ordinal(plan).or_problem("")?;
        let mut keys = vec![col(order.at).sort(true, false)];
        keys.extend(more);
        keys.push(col(ORDINAL).sort(true, false));
        Ok((plan, Timeline { by: by.into_iter().map(Expr::Column).collect(), order: keys }))
    }

    /// The timeline of the rows that share the values of `by`, in the order of one column.
    pub(super) fn plain(by: Vec<Expr>, order: Vec<Sort>) -> Self {
        Timeline { by, order }
    }

    /// The same rows, in smaller series.
    pub(super) fn within(&self, column: &str) -> Self {
        let mut finer = self.clone();
        finer.by.push(col(column));
        finer
    }

    /// The number of the row in its series, from 1.
    pub(super) fn position(&self) -> Planned<Expr> {
        self.build(row_number())
    }

    /// The value of the row before.
    pub(super) fn previous(&self, value: Expr) -> Planned<Expr> {
        self.build(lag(value, Some(1), None))
    }

    /// The value of the row behind.
    pub(super) fn next(&self, value: Expr) -> Planned<Expr> {
        self.build(lead(value, Some(1), None))
    }

    /// A function over the rows before a row.
    pub(super) fn before(&self, function: Arc<AggregateUDF>, value: Expr) -> Planned<Expr> {
        self.framed(function, value, WindowFrameBound::Preceding(ScalarValue::UInt64(Some(1))))
    }

    /// A function over the rows up to a row, and the row itself.
    pub(super) fn so_far(&self, function: Arc<AggregateUDF>, value: Expr) -> Planned<Expr> {
        self.framed(function, value, WindowFrameBound::CurrentRow)
    }

    /// The value of the first row of the series.
    pub(super) fn first(&self, value: Expr) -> Planned<Expr> {
        let first = datafusion::functions_window::expr_fn::first_value(value);
        let frame = frame(WindowFrameBound::CurrentRow);
        let built =
            first.partition_by(self.by.clone()).order_by(self.order.clone()).window_frame(frame).build();
        built.or_problem("")
    }

    fn framed(&self, function: Arc<AggregateUDF>, value: Expr, end: WindowFrameBound) -> Planned<Expr> {
        let call = over(function, value).partition_by(self.by.clone()).order_by(self.order.clone());
        call.window_frame(frame(end)).build().or_problem("")
    }

    fn build(&self, call: Expr) -> Planned<Expr> {
        call.partition_by(self.by.clone()).order_by(self.order.clone()).build().or_problem("")
    }
}

fn frame(end: WindowFrameBound) -> WindowFrame {
    let start = WindowFrameBound::Preceding(ScalarValue::UInt64(None));
    WindowFrame::new_bounds(WindowFrameUnits::Rows, start, end)
}

/// The name of a column that a plan adds for itself.
pub(super) fn helper(name: &str, number: usize) -> String {
    format!("{HELPER}{name}{number}")
}

/// Adds window functions under names.
pub(super) fn windows(plan: LogicalPlan, windows: Vec<(String, Expr)>) -> Planned<LogicalPlan> {
    if windows.is_empty() {
        return Ok(plan);
    }
    let windows = windows.into_iter().map(|(name, window)| window.alias(name));
    LogicalPlanBuilder::new(plan).window(windows).and_then(LogicalPlanBuilder::build).or_problem("")
}

/// Adds columns to those of a plan.
pub(super) fn add(plan: LogicalPlan, columns: Vec<(String, Expr)>) -> Planned<LogicalPlan> {
    let kept: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
    project(plan, kept.into_iter().chain(columns.into_iter().map(|(name, expr)| expr.alias(name))))
}

/// Keeps the rows for which a condition is true.
pub(super) fn keep(plan: LogicalPlan, condition: Expr) -> Planned<LogicalPlan> {
    LogicalPlanBuilder::new(plan).filter(condition).and_then(LogicalPlanBuilder::build).or_problem("")
}

/// The type of a column that must hold timestamps.
pub(super) fn time_column(schema: &DFSchema, name: &str, path: &str) -> Planned<DataType> {
    let column = expr::column(schema, name, path).map_err(|problem| vec![problem])?;
    let field = schema.field_with_unqualified_name(&column.name).or_problem(path)?;
    match field.data_type() {
        DataType::Timestamp(_, zone) => Ok(DataType::Timestamp(TimeUnit::Microsecond, zone.clone())),
        _ => Err(vec![
            Problem::new(path, format!("`{name}` is of type {}, not a timestamp", describe(field)))
                .hint("give it the type with a `cast` node"),
        ]),
    }
}

/// A timestamp as microseconds.
pub(super) fn micros(time: Expr, data_type: &DataType) -> Expr {
    cast(cast(time, data_type.clone()), DataType::Int64)
}

/// Microseconds as a timestamp.
pub(super) fn time(micros: Expr, data_type: &DataType) -> Expr {
    cast(micros, data_type.clone())
}

/// Microseconds as seconds with decimals.
pub(super) fn seconds(micros: Expr) -> Expr {
    let whole = cast(micros, DataType::Decimal128(19, 0));
    cast(whole * lit(ScalarValue::Decimal128(Some(1), 7, 6)), SECONDS)
}

/// Seconds, as any number, as whole microseconds.
pub(super) fn micros_of(seconds: Expr) -> Expr {
    let exact = cast(seconds, SECONDS);
    cast(exact * lit(ScalarValue::Decimal128(Some(1_000_000), 7, 0)), DataType::Int64)
}

/// Whether a condition is true; not true is false.
pub(super) fn is_true(condition: Expr) -> Expr {
    condition.is_true()
}

/// The value where a condition holds, else null.
pub(super) fn only_if(condition: Expr, value: Expr) -> Planned<Expr> {
    when(condition, value).end().or_problem("")
}
