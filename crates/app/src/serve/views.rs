//! Columns, rows and forecasts in the form of the interface.

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_api::problem::Finding;
use towpath_api::workbench::{Column, Fire, Forecast, Rows};
use towpath_connect::fit::row_as_json;
use towpath_connect::types::describe;
use towpath_model::Problem;
use towpath_model::calendar::Calendars;
use towpath_model::schedule::{ClockChange, Language, ScheduleSpec};
use towpath_store::workspaces::Workspace;

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
    Rows { columns, rows, more, rejected, read_at: Timestamp::now() }
}

/// Most bytes of the sample of one destination, about.
const SAMPLE_BYTES: usize = 64 << 10;
/// Longest value of a sample.
const SAMPLE_VALUE: usize = 1000;

/// The first rows that a destination got, short enough to be kept with the run.
pub(crate) fn sample(batches: &[RecordBatch]) -> Rows {
    let empty = Schema::empty();
    let schema = batches.first().map_or(&empty, |batch| batch.schema_ref().as_ref());
    let mut shown = rows(schema, batches, usize::MAX, 0);
    let mut bytes = 0;
    let mut fits = 0;
    for row in &mut shown.rows {
        for value in row.iter_mut() {
            shorten(value);
            bytes += value.as_str().map_or(8, str::len);
        }
        fits += usize::from(bytes <= SAMPLE_BYTES);
    }
    shown.more = fits < shown.rows.len();
    shown.rows.truncate(fits);
    shown
}

fn shorten(value: &mut Value) {
    let text = match value {
        Value::String(text) if text.len() > SAMPLE_VALUE => std::mem::take(text),
        Value::Array(_) | Value::Object(_) => value.to_string(),
        _ => return,
    };
    let mut end = SAMPLE_VALUE.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    *value = Value::String(if end < text.len() { format!("{}…", &text[..end]) } else { text });
}

/// When a schedule fires, and what it says in words.
pub(crate) fn forecast(
    spec: &Value,
    workspace: &Workspace,
    after: Timestamp,
    count: usize,
) -> Result<Forecast, Vec<Finding>> {
    let parsed = serde_json::from_value::<ScheduleSpec>(spec.clone());
    let spec = parsed.map_err(|error| vec![Finding::from(Problem::new("/schedule", error.to_string()))])?;
    let (calendars, _) = Calendars::of_workspace(&workspace.settings);
    let findings = |problems: Vec<Problem>| problems.into_iter().map(Finding::from).collect::<Vec<_>>();
    let rule = spec.rule(&calendars).map_err(findings)?;
    let fires = rule.next_fires(after, count).into_iter().map(|fire| {
        let interval = rule.interval(fire.at);
        Fire {
            at: fire.at,
            local: fire.at.to_zoned(rule.zone().clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            interval_start: interval.as_ref().map(|interval| interval.start),
            interval_end: interval.as_ref().map(|interval| interval.end),
            remark: fire.change.map(|change| remark(&change)),
        }
    });
    let words = json!({ "en": rule.describe(Language::English), "fr": rule.describe(Language::French) });
    Ok(Forecast { fires: fires.collect(), words })
}

/// What the clocks do to a fire.
fn remark(change: &ClockChange) -> String {
    match change {
        ClockChange::Moved { meant } => {
            format!(
                "the clocks leave out {} on this day; it runs when they have moved",
                meant.strftime("%H:%M")
            )
        }
        ClockChange::First => "the clocks show this time twice; it is the first one".into(),
        ClockChange::Second => "the clocks show this time twice; it is the second one".into(),
    }
}
