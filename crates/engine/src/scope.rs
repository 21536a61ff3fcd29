//! The scope of a partial mirror: the groups that another node gives to a destination.
//!
//! The node's plan is reduced to its distinct groups, which travel as text beside the rows of the load, and are read at
//! the same time: a node that both need is computed once.

use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::ExecutionPlan;
use futures::StreamExt;
use towpath_connect::merge::{Groups, SCOPE_GROUPS};
use towpath_connect::types;
use towpath_model::pipeline::NodeSpec;
use towpath_model::problem::join;
use towpath_model::{Fault, Problem};

use crate::chunked;
use crate::context::RunShared;
use crate::expr;
use crate::fault::from_datafusion;

/// The plan of the distinct groups of a node's rows.
pub(crate) fn groups(spec: &NodeSpec, plan: LogicalPlan) -> Result<LogicalPlan, Vec<Problem>> {
    let path = join(&join(&spec.path(), "mirror"), "within");
    let mut problems = Vec::new();
    let mut columns = Vec::new();
    for (index, name) in spec.landing.mirror.within.iter().enumerate() {
        let path = join(&path, &index.to_string());
        let column = match expr::column(plan.schema(), name, &path) {
            Ok(column) => column,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if let Ok(field) = plan.schema().field_with_unqualified_name(&column.name)
            && !is_plain(field.data_type())
        {
            let message =
                format!("`{name}` is of type {}, which cannot name a group", types::describe(field));
            problems.push(Problem::new(path, message).hint("use text, whole numbers, dates or uuid"));
        }
        columns.push(column);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let known = columns.iter().cloned().map(|column| Expr::Column(column).is_not_null());
    let known = known.reduce(Expr::and);
    let builder = LogicalPlanBuilder::from(plan);
    let distinct = match known {
        Some(known) => builder.filter(known),
        None => Ok(builder),
    };
    let distinct = distinct
        .and_then(|builder| builder.project(columns.into_iter().map(Expr::Column)))
        .and_then(LogicalPlanBuilder::distinct)
        .and_then(LogicalPlanBuilder::build);
    distinct.map_err(|error| vec![Problem::new(path, from_datafusion(error).message())])
}

/// Whether values of a type are written the same by every system.
fn is_plain(data_type: &DataType) -> bool {
    data_type.is_integer() || matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Date32)
}

/// Reads all groups.
pub(crate) async fn collect(
    plan: Arc<dyn ExecutionPlan>,
    state: &SessionState,
    shared: RunShared,
) -> Result<Groups, Fault> {
    let mut stream = chunked::execute(plan, state, shared)?;
    let mut groups = Groups::new();
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(from_datafusion)?;
        if groups.len() + batch.num_rows() > SCOPE_GROUPS {
            return Err(Fault::data(format!("the scope of the mirror has more than {SCOPE_GROUPS} groups"))
                .hint("mirror the whole table instead: leave out `within`"));
        }
        let texts = batch.columns().iter().map(|column| cast(column, &DataType::Utf8));
        let texts = texts.collect::<Result<Vec<_>, _>>().map_err(|error| from_datafusion(error.into()))?;
        groups.extend((0..batch.num_rows()).map(|row| {
            let text = |column: &Arc<dyn Array>| column.as_string::<i32>().value(row).to_owned();
            texts.iter().map(text).collect()
        }));
    }
    Ok(groups)
}
