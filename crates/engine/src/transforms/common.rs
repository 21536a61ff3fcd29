//! What transforms share when they plan.

use std::sync::Arc;

use datafusion::common::{Column, DFSchema};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::expr::{Sort, WindowFunction};
use datafusion::logical_expr::{AggregateUDF, Expr, LogicalPlan, LogicalPlanBuilder};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;

use crate::expr::problems;
use crate::expr::query::unqualified;
use crate::expr::{self, exact_text_hint};
use crate::reject::{HELPER, OnReject};
use crate::transform::{Inputs, OUT, Outputs};

/// What planning gives, with every problem found.
pub(super) type Planned<T> = Result<T, Vec<Problem>>;

/// What happens to a row that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnError {
    /// The row goes to quarantine with its original values and the reason; the run goes on and says so.
    #[default]
    Quarantine,
    /// The run stops at the first such row, and nothing is loaded.
    Fail,
}

impl From<OnError> for OnReject {
    fn from(on_error: OnError) -> Self {
        match on_error {
            OnError::Quarantine => OnReject::Quarantine,
            OnError::Fail => OnReject::Fail,
        }
    }
}

/// The plan of the only input.
pub(super) fn one(mut inputs: Inputs) -> Planned<LogicalPlan> {
    match (inputs.pop(), inputs.is_empty()) {
        (Some((_, plan)), true) => bare(plan),
        _ => Err(vec![Problem::new("/from", "this transform takes exactly one input")]),
    }
}

/// The plan of a named input.
pub(super) fn named(inputs: &mut Inputs, port: &str) -> Planned<LogicalPlan> {
    match inputs.shift_remove(port) {
        Some(plan) => bare(plan),
        None => Err(vec![Problem::new("/from", format!("the input `{port}` is missing"))]),
    }
}

/// The plan with columns that have no qualifier.
pub(super) fn bare(plan: LogicalPlan) -> Planned<LogicalPlan> {
    unqualified(plan).or_problem("")
}

/// The plan as the only output.
pub(super) fn out(plan: LogicalPlan) -> Planned<Outputs> {
    Ok(IndexMap::from([(OUT.to_owned(), plan)]))
}

/// Turns DataFusion's errors into problems.
pub(super) trait OrProblem<T> {
    /// A problem at `path` in the place of the error.
    fn or_problem(self, path: &str) -> Planned<T>;
}

impl<T> OrProblem<T> for Result<T, DataFusionError> {
    fn or_problem(self, path: &str) -> Planned<T> {
        self.map_err(|error| vec![problems::planning(&error, path)])
    }
}

/// Collects problems of several settings, so that all are shown at once.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes one problem.
    pub(super) fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// The value, or `None` and its problems noted.
    pub(super) fn take<T>(&mut self, outcome: Planned<T>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(problems) => {
                self.0.extend(problems);
                None
            }
        }
    }

    /// Like [`Problems::take`], for a single problem.
    pub(super) fn take_one<T>(&mut self, outcome: Result<T, Problem>) -> Option<T> {
        self.take(outcome.map_err(|problem| vec![problem]))
    }

    /// Fails when any problem was noted.
    pub(super) fn none(self) -> Planned<()> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// The column of that exact name.
pub(super) fn col(name: impl Into<String>) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

/// The names of a plan's columns, without those that plans add for themselves.
pub(super) fn visible(schema: &DFSchema) -> impl Iterator<Item = &str> {
    schema.fields().iter().map(|field| field.name().as_str()).filter(|name| !name.starts_with(HELPER))
}

/// Keeps exactly these expressions.
pub(super) fn project(plan: LogicalPlan, exprs: impl IntoIterator<Item = Expr>) -> Planned<LogicalPlan> {
    let exprs: Vec<Expr> = exprs.into_iter().collect();
    LogicalPlanBuilder::new(plan).project(exprs).and_then(LogicalPlanBuilder::build).or_problem("")
}

/// Adds columns, or replaces those of the same name in their places.
pub(super) fn with_columns(plan: LogicalPlan, columns: IndexMap<String, Expr>) -> Planned<LogicalPlan> {
    let mut columns = columns;
    let mut exprs: Vec<Expr> = Vec::new();
    for field in plan.schema().fields() {
        exprs.push(match columns.shift_remove(field.name()) {
            Some(expr) => expr.alias(field.name()),
            None => col(field.name()),
        });
    }
    exprs.extend(columns.into_iter().map(|(name, expr)| expr.alias(name)));
    project(plan, exprs)
}

/// Drops the columns that plans add for themselves.
pub(super) fn without_helpers(plan: LogicalPlan) -> Planned<LogicalPlan> {
    let kept: Vec<Expr> = visible(plan.schema()).map(col).collect();
    project(plan, kept)
}

/// The columns of a setting, or all columns when the setting is empty.
pub(super) fn columns_or_all(schema: &DFSchema, names: &[String], path: &str) -> Planned<Vec<Column>> {
    if names.is_empty() {
        return Ok(visible(schema).map(Column::new_unqualified).collect());
    }
    expr::columns(schema, names, path)
}

/// Refuses columns that hold numbers as exact text where values are compared or sorted.
pub(super) fn comparable(schema: &DFSchema, columns: &[Column], path: &str) -> Planned<()> {
    let mut found = Problems::default();
    for (index, column) in columns.iter().enumerate() {
        let Ok(field) = schema.field_with_unqualified_name(&column.name) else { continue };
        if towpath_connect::types::logical(field) == Some(towpath_connect::types::Logical::Numeric) {
            found.push(
                Problem::new(
                    format!("{path}/{index}"),
                    format!(
                        "`{0}` is a number of unknown precision, kept as exact text; it cannot be compared",
                        column.name
                    ),
                )
                .hint(exact_text_hint(&column.name)),
            );
        }
    }
    found.none()
}

/// Reads sort keys: `amount`, `amount desc`, `amount desc nulls first`.
pub(super) fn sort_keys(schema: &DFSchema, keys: &[String], path: &str) -> Planned<Vec<Sort>> {
    let (mut sorts, mut columns, mut found) = (Vec::new(), Vec::new(), Problems::default());
    for (index, key) in keys.iter().enumerate() {
        let path = format!("{path}/{index}");
        let (name, ascending, nulls_first) = sort_key(schema, key);
        let Some(column) = found.take_one(expr::column(schema, name, &path)) else { continue };
        sorts.push(Expr::Column(column.clone()).sort(ascending, nulls_first));
        columns.push(column);
    }
    found.none()?;
    comparable(schema, &columns, path)?;
    Ok(sorts)
}

/// Name, ascending, nulls first.
fn sort_key<'a>(schema: &DFSchema, key: &'a str) -> (&'a str, bool, bool) {
    let (mut rest, mut ascending, mut nulls_first) = (key.trim(), true, false);
    if schema.has_column_with_unqualified_name(rest) {
        return (rest, ascending, nulls_first);
    }
    for (ending, first) in [(" nulls first", true), (" nulls last", false)] {
        if let Some(shorter) = without_ending(rest, ending) {
            (rest, nulls_first) = (shorter, first);
            break;
        }
    }
    for (ending, up) in [(" asc", true), (" desc", false)] {
        if let Some(shorter) = without_ending(rest, ending) {
            (rest, ascending) = (shorter, up);
            break;
        }
    }
    (rest, ascending, nulls_first)
}

fn without_ending<'a>(text: &'a str, ending: &str) -> Option<&'a str> {
    let start = text.len().checked_sub(ending.len())?;
    if !text.is_char_boundary(start) || !text[start..].eq_ignore_ascii_case(ending) {
        return None;
    }
    Some(text[..start].trim_end())
}

/// A name that no column has yet; a problem otherwise.
pub(super) fn new_name(schema: &DFSchema, name: &str, path: &str) -> Result<(), Problem> {
    if name.is_empty() {
        return Err(Problem::new(path, "a column needs a name"));
    }
    if name.starts_with(HELPER) {
        return Err(Problem::new(path, format!("names that start with `{HELPER}` are kept for Towpath")));
    }
    if schema.has_column_with_unqualified_name(name) {
        return Err(
            Problem::new(path, format!("there is already a column `{name}`")).hint("choose another name")
        );
    }
    Ok(())
}

/// A call of an aggregate function that sees other rows through a window.
pub(super) fn over(function: Arc<AggregateUDF>, argument: Expr) -> Expr {
    Expr::from(WindowFunction::new(function, vec![argument]))
}

/// A regular expression that cannot be read.
pub(super) fn wrong_pattern(pattern: &str, error: &regex::Error, path: &str) -> Problem {
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it is too big".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
    };
    Problem::new(path, format!("`{pattern}` is not a regular expression: {reason}"))
}
