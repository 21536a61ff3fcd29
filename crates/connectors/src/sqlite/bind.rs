//! Values of Arrow arrays as values of SQLite.

use std::fmt::Write;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::*;
use rusqlite::Statement;
use rusqlite::types::Null;
use towpath_connect::cells::Cells;
use towpath_connect::civil;
use towpath_model::Fault;

use super::fault::explain;
use super::plan::{Plan, PlanColumn, Store};
use super::session::Database;

/// Runs an insert statement once per row, with one parameter per column, and one for the row id when the first one
/// is given.
pub(super) fn insert(
    database: &Database,
    statement: &mut Statement<'_>,
    plan: &Plan,
    batch: &RecordBatch,
    first_row_id: Option<i64>,
) -> Result<(), Fault> {
    if batch.num_columns() != plan.columns.len() {
        return Err(Fault::internal("a batch has other columns than its load"));
    }
    let columns: Vec<Values<'_>> = plan
        .columns
        .iter()
        .zip(batch.columns())
        .map(|(column, array)| Values::new(column, array))
        .collect::<Result<_, _>>()?;
    let mut buffer = String::new();
    for row in 0..batch.num_rows() {
        for (index, values) in columns.iter().enumerate() {
            values.bind(statement, index + 1, row, &mut buffer).map_err(|error| match error {
                Unbound::Sqlite(error) => explain(database, error),
                Unbound::WouldChange => would_change(&plan.table, &plan.columns[index], &buffer),
            })?;
        }
        if let Some(first) = first_row_id {
            let place = columns.len() + 1;
            let bound = statement.raw_bind_parameter(place, first + row as i64);
            bound.map_err(|error| explain(database, error))?;
        }
        statement.raw_execute().map_err(|error| explain(database, error))?;
    }
    Ok(())
}

fn would_change(table: &str, column: &PlanColumn, text: &str) -> Fault {
    Fault::data(format!(
        "column `{}` of table `{table}` is declared {}, so SQLite would turn the text `{text}` into another number",
        column.name, column.type_name
    ))
    .hint("declare the column as TEXT, or cast the values to numbers in a transform")
}

enum Unbound {
    Sqlite(rusqlite::Error),
    WouldChange,
}

impl From<rusqlite::Error> for Unbound {
    fn from(error: rusqlite::Error) -> Self {
        Unbound::Sqlite(error)
    }
}

/// One column of a batch, ready to be bound.
enum Values<'a> {
    Integer(Int64Array),
    Real(Float64Array),
    Boolean(&'a BooleanArray),
    Number(Cells<'a>),
    DecimalText(Cells<'a>),
    Text(&'a StringArray),
    GuardedText(&'a StringArray),
    Blob(&'a BinaryArray),
    Date(&'a Date32Array),
    Moment(&'a TimestampMicrosecondArray, bool),
    Span(Int64Array),
    Interval(&'a IntervalMonthDayNanoArray),
}

impl<'a> Values<'a> {
    fn new(column: &PlanColumn, array: &'a ArrayRef) -> Result<Self, Fault> {
        let foreign = || {
            Fault::internal(format!("column `{}` arrives in another type than its load takes", column.name))
        };
        if array.data_type() != &column.fit.data_type {
            return Err(foreign());
        }
        let wide = |to: &DataType| cast(array, to).map_err(|_| foreign());
        Ok(match column.store {
            Store::Integer => Values::Integer(wide(&DataType::Int64)?.as_primitive::<Int64Type>().clone()),
            Store::Real => Values::Real(wide(&DataType::Float64)?.as_primitive::<Float64Type>().clone()),
            Store::Boolean => Values::Boolean(array.as_boolean()),
            Store::Number => Values::Number(Cells::new(array)?),
            Store::DecimalText => Values::DecimalText(Cells::new(array)?),
            Store::Text => Values::Text(array.as_string::<i32>()),
            Store::GuardedText => Values::GuardedText(array.as_string::<i32>()),
            Store::Blob => Values::Blob(array.as_binary::<i32>()),
            Store::Date => Values::Date(array.as_primitive::<Date32Type>()),
            Store::Moment => Values::Moment(array.as_primitive::<TimestampMicrosecondType>(), false),
            Store::Instant => Values::Moment(array.as_primitive::<TimestampMicrosecondType>(), true),
            Store::Time | Store::Span => {
                Values::Span(wide(&DataType::Int64)?.as_primitive::<Int64Type>().clone())
            }
            Store::Interval => Values::Interval(array.as_primitive::<IntervalMonthDayNanoType>()),
        })
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Values::Integer(array) | Values::Span(array) => array.is_null(row),
            Values::Real(array) => array.is_null(row),
            Values::Boolean(array) => array.is_null(row),
            Values::Number(cells) | Values::DecimalText(cells) => cells.is_null(row),
            Values::Text(array) | Values::GuardedText(array) => array.is_null(row),
            Values::Blob(array) => array.is_null(row),
            Values::Date(array) => array.is_null(row),
            Values::Moment(array, _) => array.is_null(row),
            Values::Interval(array) => array.is_null(row),
        }
    }

    fn bind(
        &self,
        statement: &mut Statement<'_>,
        place: usize,
        row: usize,
        buffer: &mut String,
    ) -> Result<(), Unbound> {
        if self.is_null(row) {
            return Ok(statement.raw_bind_parameter(place, Null)?);
        }
        buffer.clear();
        match self {
            Values::Integer(array) => return Ok(statement.raw_bind_parameter(place, array.value(row))?),
            Values::Real(array) => return Ok(statement.raw_bind_parameter(place, array.value(row))?),
            Values::Boolean(array) => return Ok(statement.raw_bind_parameter(place, array.value(row))?),
            Values::Text(array) => return Ok(statement.raw_bind_parameter(place, array.value(row))?),
            Values::Blob(array) => return Ok(statement.raw_bind_parameter(place, array.value(row))?),
            Values::Number(cells) => {
                cells.text(row, buffer);
                // At most fifteen digits: the nearest floating-point number reads back as the same decimal.
                let number: f64 = buffer.parse().map_err(|_| Unbound::WouldChange)?;
                return Ok(statement.raw_bind_parameter(place, number)?);
            }
            Values::GuardedText(array) => {
                buffer.push_str(array.value(row));
                if changes_as_number(buffer) {
                    return Err(Unbound::WouldChange);
                }
            }
            Values::DecimalText(cells) => cells.text(row, buffer),
            Values::Date(array) => civil::write_date(buffer, array.value(row)),
            // A blank, as SQLite's own functions write it, so that texts compare with theirs.
            Values::Moment(array, zoned) => civil::write_moment(buffer, array.value(row), ' ', *zoned),
            Values::Span(array) => civil::write_span(buffer, array.value(row)),
            Values::Interval(array) => {
                let value = array.value(row);
                civil::write_interval(buffer, value.months, value.days, value.nanoseconds);
            }
        }
        Ok(statement.raw_bind_parameter(place, buffer.as_str())?)
    }
}

/// Whether numeric affinity would replace a text by a number that is written otherwise.
fn changes_as_number(text: &str) -> bool {
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
    if !trimmed.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return false;
    }
    if let Ok(number) = trimmed.parse::<i64>() {
        return number.to_string() != text;
    }
    match trimmed.parse::<f64>() {
        Ok(number) if number.is_finite() => {
            let mut shown = String::new();
            let _ = write!(shown, "{number}");
            shown != text
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_reads_back_as_itself_may_become_a_number() {
        for (text, changes) in [
            ("12", false),
            ("abc", false),
            ("1.5", false),
            ("-3", false),
            ("007", true),
            ("1.50", true),
            (" 1", true),
            ("1e3", true),
            ("12345678901234567890123", true),
            ("1-2", false),
            ("", false),
        ] {
            assert_eq!(changes_as_number(text), changes, "{text}");
        }
    }
}
