//! Columns, rows and forecasts in the form of the interface.

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use jiff::Timestamp;
use serde_json::Value;
use towpath_api::problem::Finding;
use towpath_api::workbench::{Column, Forecast, Rows};
use towpath_connect::fit::row_as_json;
use towpath_connect::types::describe;
use towpath_model::Problem;
use towpath_model::schedule::ScheduleSpec;

/// Columns of a schema.
pub(crate) fn columns(schema: &Schema) -> Vec<Column> {
    let column = |field: &arrow::datatypes::FieldRef| Column {
        name: field.name().clone(),
        kind: describe(field),
        nullable: field.is_nullable(),
    };
    schema.fields().iter().map(column).collect()
}

/// The first rows of batches; one more than `limit` shows that there are more.
pub(crate) fn rows(schema: &Schema, batches: &[RecordBatch], limit: usize, rejected: u64) -> Rows {
    let columns = columns(schema);
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            // Objects would lose a column whose name another one has.
            let value: Value = serde_json::from_str(&row_as_json(batch, row)).unwrap_or_default();
            let cell = |column: &Column| value.get(&column.name).cloned().unwrap_or_default();
            rows.push(columns.iter().map(cell).collect());
        }
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    Rows { columns, rows, more, rejected }
}

/// When a schedule fires.
pub(crate) fn forecast(spec: &Value, _: Timestamp, _: usize) -> Result<Forecast, Vec<Finding>> {
    let parsed = serde_json::from_value::<ScheduleSpec>(spec.clone());
    let spec = parsed.map_err(|error| vec![Finding::from(Problem::new("/schedule", error.to_string()))])?;
    let problems = spec.problems();
    if !problems.is_empty() {
        return Err(problems.into_iter().map(Finding::from).collect());
    }
    Ok(Forecast::default())
}
