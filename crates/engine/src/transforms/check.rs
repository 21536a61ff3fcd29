//! Checks what is expected of rows, without changing them.

mod beside;
mod plan;
mod words;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;
use towpath_model::sql::SqlText;

use super::scalar::Scalar;
use super::validate::Kind;
use crate::checks::Severity;
use crate::transform::{InputPorts, Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Checks what is expected of rows; they go on as they are.
///
/// The report of the run shows every expectation with the number of rows that break it and the first of them. An
/// expectation that does not hold warns, sends the rows that break it to quarantine, or fails the run before anything
/// is committed. A missing value breaks nothing but `not_null`. Expectations look at the rows as they come in, those
/// that another one sends to quarantine too. The first input is checked; others are only compared with. The same
/// list stands under `expect` of a destination, for the rows that it is given.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// What is expected, for example `[{ column: email, not_null: true }, { unique: [id], severity: fail }]`.
    pub(super) expect: Vec<Expectation>,
}

/// What is expected of rows: something of one column, or one of `unique`, `exists_in`, `row_count`, `newest_within`,
/// `equal_sum`, `expression` and `query`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Expectation {
    /// What follows when it does not hold.
    pub(super) severity: Severity,
    /// The expectation in your own words, for reports, for example `every order has a customer`.
    pub(super) message: Option<String>,
    /// The column that is looked at, for example `email`.
    pub(super) column: Option<String>,
    /// The value is there.
    pub(super) not_null: bool,
    /// The text is one of these.
    #[serde(rename = "type")]
    pub(super) kind: Option<Kind>,
    /// The only values allowed, for example `[open, paid]`.
    pub(super) in_set: Vec<Scalar>,
    /// The smallest value allowed, for example `0` or `2025-01-01`.
    pub(super) min: Option<Scalar>,
    /// The largest value allowed.
    pub(super) max: Option<Scalar>,
    /// A regular expression that is found in the text; `^` and `$` tie it to the ends, for example `^[A-Z]{2}$`.
    pub(super) pattern: Option<String>,
    /// The fewest characters allowed.
    pub(super) min_length: Option<u32>,
    /// The most characters allowed.
    pub(super) max_length: Option<u32>,
    /// No two rows have the same values in these columns, for example `[order_id, line]`. The values are grouped, on
    /// disk when they do not fit in memory. With `severity: quarantine` all but the first row to arrive leave, and
    /// the rows are sorted for it.
    pub(super) unique: Vec<String>,
    /// The value of `column` is in a column of another node. That column is kept in memory, each value once.
    pub(super) exists_in: Option<ExistsIn>,
    /// The number of rows.
    pub(super) row_count: Option<RowCount>,
    /// The newest time in `column` is not older than this: `2d`, `12h` or `90m`. Times without zone are UTC.
    pub(super) newest_within: Option<String>,
    /// The time from which `newest_within` looks back, for example `${run.end}` for the end of the data interval.
    /// Without it, the time of the run.
    pub(super) until: Option<String>,
    /// The sum of `column` is that of a column of another node.
    pub(super) equal_sum: Option<EqualSum>,
    /// A condition on every row that is not false, for example `shipped_on >= ordered_on`.
    pub(super) expression: Option<SqlText>,
    /// A query that gives no rows; those it gives are what breaks the expectation. The checked rows are the table
    /// `rows`, other inputs have their names, for example `select id from rows where id not in (select id from old)`.
    pub(super) query: Option<SqlText>,
    /// Other nodes that `query` reads, for example `[old]`.
    pub(super) with: Vec<String>,
}

/// A column of another node that holds every value.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExistsIn {
    /// The other node, for example `customers`.
    pub(super) node: String,
    /// Its column, for example `id`.
    pub(super) column: String,
}

/// A number of rows.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RowCount {
    /// The fewest rows, for example `1`.
    pub(super) min: Option<u64>,
    /// The most rows.
    pub(super) max: Option<u64>,
    /// Another node whose number of rows is the measure, for example `orders`.
    pub(super) of: Option<String>,
    /// How far the number may be from that of the other node, in percent of the latter, for example `5`.
    #[schemars(range(min = 0.0))]
    pub(super) within: f64,
}

/// A sum that two nodes have in common.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EqualSum {
    /// The other node, for example `ledger`.
    pub(super) node: String,
    /// Its column; without it, the one of the same name.
    #[serde(default)]
    pub(super) column: Option<String>,
    /// Columns of both nodes whose groups each have the same sum: a name that both have, or `here = there`, for
    /// example `[year, shop = branch]`. A group that one of them lacks has the sum 0 there.
    #[serde(default)]
    pub(super) by: Vec<String>,
    /// How far the sums may lie apart, for example `0.01`.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub(super) tolerance: f64,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Check;

#[async_trait]
impl TransformDef for Check {
    type Config = Config;
    const NAME: &'static str = "check";
    const TITLE: &'static str = "Check";
    const SUMMARY: &'static str = "Checks what is expected of rows; they go on as they are.";
    const GROUP: &'static str = "check";
    const INPUTS: InputPorts = InputPorts::Many;
    const EFFECT: RowEffect = RowEffect::KeepsFirst;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-check
nodes:
  orders: { source: file, path: orders.csv }
  customers: { source: file, path: customers.csv }
  invoices: { source: file, path: invoices.csv }
  checked:
    transform: check
    from: orders
    expect:
      - { unique: [id], severity: fail }
      - { column: status, in_set: [open, paid] }
      - { column: amount, min: 0, severity: quarantine }
      - { column: customer, exists_in: { node: customers, column: id }, severity: quarantine }
      - { row_count: { min: 1 }, severity: fail }
      - { column: placed, newest_within: 2d, until: '2025-03-04' }
      - { column: amount, equal_sum: { node: invoices, column: total, by: [status] } }
      - { expression: status = 'open' or amount > 0, message: a paid order has an amount }
      - { query: select i.status from invoices i where i.status not in (select status from rows), with: [invoices] }
tests:
  - name: rows that must not go on are in quarantine, and the others are warned about
    given:
      orders:
        columns: { id: int64, status: text, amount: int64, customer: int64, placed: date }
        rows:
          - [1, open, 10, 7, 2025-03-01]
          - [2, paid, -5, 7, 2025-03-02]
          - [3, odd, 5, 8, 2025-03-03]
          - [4, paid, 1, 9, 2025-03-03]
      customers: [{ id: 7 }, { id: 8 }]
      invoices: [{ status: open, total: 10 }, { status: paid, total: 3 }]
    expect:
      checked:
        - { id: 1, status: open, amount: 10 }
        - { id: 3, status: odd, amount: 5 }
    quarantined: { checked: 2 }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        plan::plan(&config, inputs, cx)
    }
}
