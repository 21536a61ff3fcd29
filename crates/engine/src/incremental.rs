//! Incremental reads: the rows between the last checkpoint and the highest cursor that the source has now.
//!
//! Both ends are fixed before the first row is read and written down with the run, so that a run that is resumed
//! reads the same rows, and the same load id stands for the same delta.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::execution::SessionState;
use datafusion::functions_aggregate::expr_fn::max;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident, lit};
use datafusion::physical_plan::collect;
use serde::{Deserialize, Serialize};
use towpath_model::incremental::{Incremental, seconds};
use towpath_model::problem::join;
use towpath_model::{Fault, PipelineSpec, Problem, WriteMode, suggest};

use crate::fault::from_datafusion;
use crate::session::physical_plan;

/// Where an incremental read begins and, when an earlier attempt fixed it, where it ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// The checkpoint, in the text form of the cursor; `None` before the first run.
    pub from: Option<String>,
    /// The end that an unfinished run fixed.
    pub to: Option<String>,
}

/// Positions by source node.
pub type Positions = HashMap<String, Position>;

/// What a run reads of one stream: after `from`, up to `to`. The store of checkpoints takes it only where the
/// checkpoint still is `from`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// The source node.
    pub node: String,
    /// Its cursor column.
    pub cursor: String,
    /// The checkpoint before the run.
    pub from: Option<String>,
    /// The checkpoint after the run; `None` when the source has no rows at all.
    pub to: Option<String>,
}

/// The condition that new rows of a source meet, and what they are.
pub(crate) async fn new_rows(
    state: &SessionState,
    node: &str,
    scan: LogicalPlan,
    rules: &Incremental,
    position: &Position,
) -> Result<(Expr, Delta), Fault> {
    let field = scan.schema().as_arrow().field_with_name(&rules.cursor).map_err(|_| {
        let names: Vec<&str> =
            scan.schema().as_arrow().fields().iter().map(|field| field.name().as_str()).collect();
        let fault = Fault::config(format!("the cursor column `{}` does not exist", rules.cursor));
        let hint = suggest::hint(&rules.cursor, "columns", names);
        fault.hint(hint.unwrap_or_else(|| "name a column of the stream".into()))
    })?;
    let data_type = field.data_type().clone();
    if !orders(&data_type) {
        return Err(Fault::config(format!(
            "the column `{}` cannot be a cursor: its type has no order",
            rules.cursor
        ))
        .hint("choose a number, a date, a time or a text"));
    }
    let cursor = ident(&rules.cursor);
    let literal = |text: &str| value_of(text, &data_type, &rules.cursor);
    let lower = match (&position.from, &rules.start) {
        (Some(from), _) => {
            let from = literal(from)?;
            match &rules.lookback {
                Some(lookback) => Some(cursor.clone().gt_eq(lit(before(from, lookback, &rules.cursor)?))),
                None if rules.inclusive => Some(cursor.clone().gt_eq(lit(from))),
                None => Some(cursor.clone().gt(lit(from))),
            }
        }
        (None, Some(start)) => Some(cursor.clone().gt_eq(lit(literal(start)?))),
        (None, None) => None,
    };
    let narrowed = match &lower {
        Some(lower) => filtered(scan.clone(), lower.clone())?,
        None => scan,
    };
    let to = match &position.to {
        Some(to) => Some(to.clone()),
        None => highest(state, narrowed, &rules.cursor).await?.or_else(|| position.from.clone()),
    };
    let upper = match &to {
        Some(to) => cursor.clone().lt_eq(lit(literal(to)?)),
        // A column without any value: there is nothing to read.
        None => cursor.is_not_null(),
    };
    let condition = match lower {
        Some(lower) => lower.and(upper),
        None => upper,
    };
    let delta =
        Delta { node: node.to_owned(), cursor: rules.cursor.clone(), from: position.from.clone(), to };
    Ok((condition, delta))
}

fn filtered(plan: LogicalPlan, condition: Expr) -> Result<LogicalPlan, Fault> {
    LogicalPlanBuilder::from(plan)
        .filter(condition)
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)
}

async fn highest(state: &SessionState, plan: LogicalPlan, cursor: &str) -> Result<Option<String>, Fault> {
    let plan = LogicalPlanBuilder::from(plan)
        .aggregate(Vec::<Expr>::new(), vec![max(ident(cursor))])
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)?;
    let plan = physical_plan(state, plan).await.map_err(from_datafusion)?;
    let batches = collect(plan, state.task_ctx()).await.map_err(from_datafusion)?;
    let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(None) };
    let text = cast(batch.column(0), &DataType::Utf8)
        .and_then(|text| Ok(ScalarValue::try_from_array(&text, 0)?))
        .map_err(|error| Fault::internal(format!("the highest value of `{cursor}`: {error}")))?;
    match text {
        ScalarValue::Utf8(text) => Ok(text),
        other => Err(Fault::internal(format!("the highest value of `{cursor}` is {other:?}"))),
    }
}

fn orders(data_type: &DataType) -> bool {
    data_type.is_numeric()
        || matches!(
            data_type,
            DataType::Date32
                | DataType::Timestamp(..)
                | DataType::Utf8
                | DataType::Time64(_)
                | DataType::Time32(_)
        )
}

/// A value in the text form of its type.
fn value_of(text: &str, data_type: &DataType, cursor: &str) -> Result<ScalarValue, Fault> {
    let wrong = || {
        Fault::config(format!("`{text}` is no value of the cursor column `{cursor}`"))
            .hint("correct `start`, or see the checkpoints with `towpath state show`")
    };
    let array: ArrayRef = Arc::new(StringArray::from(vec![text]));
    let array = cast(&array, data_type).map_err(|_| wrong())?;
    let value = ScalarValue::try_from_array(&array, 0).map_err(|_| wrong())?;
    if value.is_null() { Err(wrong()) } else { Ok(value) }
}

/// A value that lies `lookback` before another.
fn before(value: ScalarValue, lookback: &str, cursor: &str) -> Result<ScalarValue, Fault> {
    let wrong = |fits: &str| {
        Fault::config(format!("`lookback: {lookback}` does not fit the cursor column `{cursor}`")).hint(fits)
    };
    let time = || {
        let seconds = seconds(lookback).and_then(|seconds| i64::try_from(seconds).ok());
        seconds.ok_or_else(|| wrong("for times and dates, write for example `2d`, `12h` or `90m`"))
    };
    let number = || lookback.parse::<i64>().map_err(|_| wrong("for numbers, write a number"));
    Ok(match value {
        ScalarValue::TimestampSecond(Some(at), zone) => {
            ScalarValue::TimestampSecond(Some(at.saturating_sub(time()?)), zone)
        }
        ScalarValue::TimestampMillisecond(Some(at), zone) => {
            ScalarValue::TimestampMillisecond(Some(at.saturating_sub(time()?.saturating_mul(1_000))), zone)
        }
        ScalarValue::TimestampMicrosecond(Some(at), zone) => ScalarValue::TimestampMicrosecond(
            Some(at.saturating_sub(time()?.saturating_mul(1_000_000))),
            zone,
        ),
        ScalarValue::TimestampNanosecond(Some(at), zone) => ScalarValue::TimestampNanosecond(
            Some(at.saturating_sub(time()?.saturating_mul(1_000_000_000))),
            zone,
        ),
        ScalarValue::Date32(Some(day)) => {
            let days = i32::try_from((time()? + 86_399) / 86_400).unwrap_or(i32::MAX);
            ScalarValue::Date32(Some(day.saturating_sub(days)))
        }
        ScalarValue::Int16(Some(n)) => {
            let less = i64::from(n).saturating_sub(number()?);
            ScalarValue::Int16(Some(i16::try_from(less).unwrap_or(i16::MIN)))
        }
        ScalarValue::Int32(Some(n)) => {
            let less = i64::from(n).saturating_sub(number()?);
            ScalarValue::Int32(Some(i32::try_from(less).unwrap_or(i32::MIN)))
        }
        ScalarValue::Int64(Some(n)) => ScalarValue::Int64(Some(n.saturating_sub(number()?))),
        ScalarValue::UInt32(Some(n)) => {
            let less = u32::try_from(number()?).unwrap_or(u32::MAX);
            ScalarValue::UInt32(Some(n.saturating_sub(less)))
        }
        ScalarValue::UInt64(Some(n)) => ScalarValue::UInt64(Some(n.saturating_sub(number()?.unsigned_abs()))),
        _ => return Err(wrong("this type of column takes no lookback; use `inclusive` instead")),
    })
}

/// Incremental reads whose rows may come twice must land by key.
pub(crate) fn problems(spec: &PipelineSpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in spec.nodes.values().filter(|node| node.incremental.is_some()) {
        for load in destinations_of(spec, &source.name) {
            let landing = &spec.nodes[load].landing;
            let rules = source.incremental.as_ref();
            let path = join(&source.path(), "incremental");
            if rules.is_some_and(Incremental::repeats) && landing.key.is_empty() {
                let message = format!("rows may come twice, and `{load}` has no key to tell them apart");
                let hint = format!("give `{load}` a `key` and `mode: upsert` or `insert_only`");
                problems.push(Problem::new(path, message).hint(hint));
            } else if matches!(landing.mode, WriteMode::Overwrite | WriteMode::Mirror) {
                let message = format!(
                    "`{load}` makes its table equal to what comes, and an incremental read brings only new rows"
                );
                problems.push(
                    Problem::new(path, message).hint("use `append`, `upsert`, `insert_only` or `history`"),
                );
            }
        }
    }
    problems
}

fn destinations_of<'a>(spec: &'a PipelineSpec, source: &'a str) -> Vec<&'a str> {
    let mut reached: Vec<&str> = vec![source];
    let mut found = Vec::new();
    for name in spec.in_order() {
        let node = &spec.nodes[name];
        if node.from.iter().any(|edge| reached.contains(&edge.node.as_str())) {
            reached.push(name);
            if node.role == towpath_model::pipeline::Role::Destination {
                found.push(name);
            }
        }
    }
    found
}
