//! Judges rows against expectations, and says at the end what became of each.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{cast, filter_record_batch, max};
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::Result;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use towpath_connect::fit::row_as_json;
use towpath_connect::{Reject, RejectSink};
use towpath_model::Fault;

use super::exec::Judged;
use super::results::{CheckReport, Checks, Offender, Outcome, SHOWN, Severity};
use super::{Expectation, Test};
use crate::fault::carry;
use crate::reject::{HELPER, text, texts, without_helpers};

/// Columns that a sample shows at most.
const SHOWN_COLUMNS: usize = 12;

/// What an input beside the rows gave.
#[derive(Debug, Default)]
pub(super) struct Beside {
    rows: u64,
    samples: Vec<Offender>,
    /// The first value, where it is a whole number.
    number: Option<u64>,
}

impl Beside {
    /// Takes all rows of an input and keeps their number and the first of them.
    pub(super) async fn gather(mut input: SendableRecordBatchStream) -> Result<Beside> {
        let mut beside = Beside::default();
        while let Some(batch) = input.next().await {
            let batch = batch?;
            if beside.rows == 0
                && batch.num_rows() > 0
                && let Some(numbers) =
                    batch.columns().first().and_then(|first| first.as_primitive_opt::<Int64Type>())
            {
                beside.number = u64::try_from(numbers.value(0)).ok();
            }
            let wanted = SHOWN - beside.samples.len();
            let columns: Vec<usize> = (0..batch.num_columns()).collect();
            beside
                .samples
                .extend((0..batch.num_rows().min(wanted)).map(|row| offender(&batch, row, &columns, None)));
            beside.rows += batch.num_rows() as u64;
        }
        Ok(beside)
    }
}

/// Judges one stream of rows.
pub(super) struct Judge {
    node: String,
    expectations: Arc<[Expectation]>,
    tests: Arc<[Judged]>,
    sink: Arc<dyn RejectSink>,
    checks: Arc<Checks>,
    seen: u64,
    found: Vec<CheckReport>,
    /// The newest time so far, in microseconds, of each expectation about one.
    newest: Vec<Option<i64>>,
}

impl Judge {
    pub(super) fn new(
        node: &str,
        expectations: Arc<[Expectation]>,
        tests: Arc<[Judged]>,
        sink: Arc<dyn RejectSink>,
        checks: Arc<Checks>,
    ) -> Self {
        let report = |expectation: &Expectation| CheckReport {
            expectation: expectation.words.clone(),
            severity: expectation.severity,
            ..CheckReport::default()
        };
        let found: Vec<CheckReport> = expectations.iter().map(report).collect();
        // The expectations show in the report even if the rows never end.
        for (index, report) in found.iter().enumerate() {
            checks.add(node, index, report.clone());
        }
        let newest = vec![None; found.len()];
        Judge { node: node.to_owned(), expectations, tests, sink, checks, seen: 0, found, newest }
    }

    /// The rows of a batch that go on.
    pub(super) fn batch(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let first = self.seen;
        self.seen += rows as u64;
        // For each row that leaves, the expectation that sends it away and why.
        let mut leaving: Vec<Option<(usize, StringArray)>> = Vec::new();
        let tests = Arc::clone(&self.tests);
        for (index, test) in tests.iter().enumerate() {
            match test {
                Judged::Row { shown, reason } => {
                    let reasons = texts(reason.evaluate(&batch)?.into_array(rows)?)?;
                    let broken = rows - reasons.null_count();
                    if broken == 0 {
                        continue;
                    }
                    let found = &mut self.found[index];
                    found.failures += broken as u64;
                    let wanted = SHOWN - found.samples.len();
                    let offenders = (0..rows).filter(|row| reasons.is_valid(*row)).take(wanted);
                    let offenders =
                        offenders.map(|row| offender(&batch, row, shown, Some(first + row as u64 + 1)));
                    found.samples.extend(offenders);
                    if found.severity == Severity::Quarantine {
                        leaving.resize(rows, None);
                        for row in (0..rows).filter(|row| reasons.is_valid(*row)) {
                            leaving[row].get_or_insert_with(|| (index, reasons.clone()));
                        }
                    }
                }
                Judged::Newest { column } => {
                    let newest = newest(batch.column(*column))?;
                    self.newest[index] = self.newest[index].max(newest);
                }
                Judged::Other => {}
            }
        }
        if leaving.is_empty() { Ok(batch) } else { self.quarantine(&batch, &leaving, first) }
    }

    fn quarantine(
        &self,
        batch: &RecordBatch,
        leaving: &[Option<(usize, StringArray)>],
        first: u64,
    ) -> Result<RecordBatch> {
        let original = without_helpers(batch)?;
        for (row, reason) in leaving.iter().enumerate() {
            let Some((index, reasons)) = reason else { continue };
            let column = match &self.tests[*index] {
                Judged::Row { shown, .. } => shown.first().copied().filter(|_| shown.len() == 1),
                _ => None,
            };
            let reject = Reject {
                place: format!("row {}", first + row as u64 + 1),
                column: column.map(|column| batch.schema_ref().field(column).name().clone()),
                value: column.and_then(|column| text(batch.column(column), row)),
                reason: reasons.value(row).to_owned(),
                original: row_as_json(&original, row),
                value_only: false,
                ..Reject::default()
            };
            self.sink.reject(reject).map_err(carry)?;
        }
        let keep: BooleanArray = leaving.iter().map(|reason| Some(reason.is_none())).collect();
        Ok(filter_record_batch(batch, &keep)?)
    }

    /// Writes down what became of every expectation; fails when one that must hold does not.
    pub(super) fn finish(&mut self, beside: &[Beside]) -> std::result::Result<(), Fault> {
        for (index, expectation) in self.expectations.iter().enumerate() {
            let found = &mut self.found[index];
            found.checked = self.seen;
            let broken = match &expectation.test {
                Test::Row { .. } => None,
                Test::Rows { min, max } => {
                    let fits =
                        min.is_none_or(|min| self.seen >= min) && max.is_none_or(|max| self.seen <= max);
                    (!fits).then(|| format!("{} came", rows(self.seen)))
                }
                Test::RowsLike { input, within_ppm } => {
                    let other = beside.get(input - 1).and_then(|beside| beside.number).unwrap_or(0);
                    let allowed = u128::from(other) * u128::from(*within_ppm) / 1_000_000;
                    (u128::from(self.seen.abs_diff(other)) > allowed)
                        .then(|| format!("{} came, and {other} were compared with", rows(self.seen)))
                }
                Test::Newest { within_seconds, until_micros, .. } => {
                    too_old(self.newest[index], *within_seconds, *until_micros)
                }
                Test::Nothing { input, what } => {
                    let Some(beside) = beside.get(input - 1) else { continue };
                    found.failures = beside.rows;
                    found.samples.clone_from(&beside.samples);
                    (beside.rows > 0).then(|| format!("{what}: {}", beside.rows))
                }
            };
            if broken.is_some() {
                found.failures = found.failures.max(1);
                found.finding = broken;
            }
            found.outcome = if found.failures > 0 { Outcome::Broken } else { Outcome::Held };
            self.checks.add(&self.node, index, found.clone());
        }
        self.verdict()
    }

    fn verdict(&self) -> std::result::Result<(), Fault> {
        let fatal =
            |found: &&CheckReport| found.severity == Severity::Fail && found.outcome == Outcome::Broken;
        let failed: Vec<&CheckReport> = self.found.iter().filter(fatal).collect();
        let Some(first) = failed.first() else { return Ok(()) };
        let more = match failed.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let message = format!("`{}` does not hold: {}{more}", first.expectation, first.sentence());
        Err(Fault::data(message).at("node", &self.node).hint(
            "correct the data, or let the expectation `warn`, or `quarantine` where it is about single rows",
        ))
    }
}

fn rows(number: u64) -> String {
    if number == 1 { "1 row".to_owned() } else { format!("{number} rows") }
}

fn offender(batch: &RecordBatch, row: usize, columns: &[usize], number: Option<u64>) -> Offender {
    let value = |column: &usize| {
        let name = batch.schema_ref().field(*column).name();
        let name = name.strip_prefix(HELPER).unwrap_or(name).to_owned();
        (name, text(batch.column(*column), row))
    };
    Offender {
        place: number.map(|number| format!("row {number}")),
        values: columns.iter().take(SHOWN_COLUMNS).map(value).collect(),
    }
}

/// The newest time of a column, in microseconds since 1970.
fn newest(column: &dyn Array) -> Result<Option<i64>> {
    let micros = match column.data_type() {
        DataType::Timestamp(_, zone) => {
            cast(column, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?
        }
        _ => cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?,
    };
    Ok(max(micros.as_primitive::<TimestampMicrosecondType>()))
}

/// Why the newest time is too old, when it is.
fn too_old(newest: Option<i64>, within_seconds: u64, until_micros: Option<i64>) -> Option<String> {
    let until = until_micros.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond());
    let shown = |micros: i64| match jiff::Timestamp::from_microsecond(micros) {
        Ok(time) => time.to_string(),
        Err(_) => format!("{micros} µs"),
    };
    let Some(newest) = newest else { return Some("there is no time at all".to_owned()) };
    let age = i128::from(until) - i128::from(newest);
    (age > i128::from(within_seconds) * 1_000_000)
        .then(|| format!("the newest is `{}`, seen from `{}`", shown(newest), shown(until)))
}
