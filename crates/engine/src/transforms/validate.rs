//! Checks rows against rules.

pub(super) mod rule;

use async_trait::async_trait;
use datafusion::functions::expr_fn::concat_ws;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, lit, when};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;
use towpath_model::sql::SqlText;

use super::common::{
    OnError, OrProblem, Planned, Problems, col, new_name, one, out, with_columns, without_helpers,
};
use super::scalar::Scalar;
use crate::expr;
use crate::ordinal::{ORDINAL, ordinal};
use crate::reject::{HELPER, RejectRule, reject};
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Checks rows against rules.
///
/// A row that breaks a rule goes to quarantine with the reason, or gets the reasons in a column, or stops the run. A
/// missing value breaks no rule but `not_null`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The rules, for example `[{ column: email, not_null: true, type: email }, { expression: amount >= paid }]`.
    pub(super) rules: Vec<Rule>,
    /// What happens to a row that breaks a rule.
    #[serde(default)]
    pub(super) on_error: OnBroken,
    /// With `on_error: flag`, the name of the column with the reasons; it is missing in rows that are right.
    #[serde(default = "problems")]
    pub(super) flag_column: String,
}

fn problems() -> String {
    "problems".to_owned()
}

/// One rule; several checks in it must all hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// The column to check, for example `email`; not needed by `expression`.
    #[serde(default)]
    pub(super) column: Option<String>,
    /// The value must be there.
    #[serde(default)]
    pub(super) not_null: bool,
    /// The text must be one of these.
    #[serde(default, rename = "type")]
    pub(super) kind: Option<Kind>,
    /// A regular expression that must be found in the text; `^` and `$` tie it to the ends, for example
    /// `^[A-Z]{2}[0-9]+$`.
    #[serde(default)]
    pub(super) pattern: Option<String>,
    /// The smallest value allowed, for example `0` or `2025-01-01`.
    #[serde(default)]
    pub(super) min: Option<Scalar>,
    /// The largest value allowed.
    #[serde(default)]
    pub(super) max: Option<Scalar>,
    /// The fewest characters allowed.
    #[serde(default)]
    pub(super) min_length: Option<u32>,
    /// The most characters allowed.
    #[serde(default)]
    pub(super) max_length: Option<u32>,
    /// The only values allowed, for example `[open, paid]`.
    #[serde(default)]
    pub(super) in_set: Vec<Scalar>,
    /// No two rows have the same value; all but the first to arrive break the rule. Rows are sorted for it.
    #[serde(default)]
    pub(super) unique: bool,
    /// A condition on the whole row that must not be false, for example `shipped_on >= ordered_on`.
    #[serde(default)]
    pub(super) expression: Option<SqlText>,
    /// The reason in your own words, for example `no shipping before the order`.
    #[serde(default)]
    pub(super) message: Option<String>,
}

/// What text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// A whole number, for example `12`.
    Integer,
    /// A number, for example `12.5`.
    Number,
    /// `true` or `false`, also `yes`, `no`, `1`, `0`.
    Boolean,
    /// A day, for example `2025-12-31`.
    Date,
    /// A day and time, for example `2025-12-31T23:59:59`.
    Timestamp,
    /// An e-mail address.
    Email,
    /// A web address with `http://` or `https://`.
    Url,
    /// A UUID.
    Uuid,
    /// JSON.
    Json,
}

/// What happens to a row that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnBroken {
    /// It goes to quarantine with the first reason.
    #[default]
    Quarantine,
    /// It stays, with all reasons in a column.
    Flag,
    /// The run stops.
    Fail,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Validate;

#[async_trait]
impl TransformDef for Validate {
    type Config = Config;
    const NAME: &'static str = "validate";
    const TITLE: &'static str = "Validate";
    const SUMMARY: &'static str =
        "Checks rows against rules; rows that break one go to quarantine or are flagged.";
    const GROUP: &'static str = "check";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-validate
nodes:
  people: { source: file, path: people.csv }
  good:
    transform: validate
    from: people
    rules:
      - { column: email, not_null: true, type: email }
      - { column: age, min: 0, max: 150 }
      - { expression: age >= 18 or guardian is not null, message: a minor needs a guardian }
  flagged:
    transform: validate
    from: people
    rules: [{ column: age, max: 150 }, { column: email, type: email }]
    on_error: flag
tests:
  - name: right rows pass
    given:
      people:
        - { email: ann@example.org, age: 30, guardian: null }
        - { email: bob, age: 200, guardian: null }
        - { email: kim@example.org, age: 7, guardian: null }
    expect:
      good: [{ email: ann@example.org, age: 30, guardian: null }]
      flagged:
        - { email: ann@example.org, age: 30, problems: null }
        - { email: bob, age: 200, problems: '`age` is above 150; `email` is not an e-mail address' }
        - { email: kim@example.org, age: 7, problems: null }
    quarantined: { good: 2 }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let mut plan = one(inputs)?;
        let mut found = Problems::default();
        if config.rules.is_empty() {
            found.push(Problem::new("/rules", "write at least one rule"));
        }
        if config.on_error == OnBroken::Flag {
            found.take_one(new_name(plan.schema(), &config.flag_column, "/flag_column"));
        }
        let mut checks = Vec::new();
        let mut unique = Vec::new();
        for (index, rule) in config.rules.iter().enumerate() {
            let path = format!("/rules/{index}");
            let Some(checked) = found.take(rule::checks(rule, plan.schema(), cx, &path)) else { continue };
            checks.extend(checked);
            if rule.unique
                && let Some(column) = rule.column.as_deref()
                && let Ok(column) = expr::column(plan.schema(), column, &path)
            {
                let mark = format!("{HELPER}copy_{index}");
                let reason =
                    rule.message.clone().unwrap_or_else(|| "another row has the same value".to_owned());
                checks.push(rule::Check {
                    column: Some(column.name.clone()),
                    broken: col(&mark).gt(lit(1)),
                    reason,
                });
                unique.push((vec![column], mark));
            }
        }
        found.none()?;

        plan = mark_copies(plan, unique)?;
        let plan = match config.on_error {
            OnBroken::Flag => flag(plan, checks, config.flag_column)?,
            OnBroken::Quarantine => send(plan, checks, OnError::Quarantine, cx)?,
            OnBroken::Fail => send(plan, checks, OnError::Fail, cx)?,
        };
        out(without_helpers(plan)?)
    }
}

/// Numbers the rows with the same values, in order of arrival.
pub(super) fn mark_copies(
    plan: LogicalPlan,
    unique: Vec<(Vec<datafusion::common::Column>, String)>,
) -> Planned<LogicalPlan> {
    if unique.is_empty() {
        return Ok(plan);
    }
    let mut plan = LogicalPlanBuilder::new(ordinal(plan).or_problem("")?);
    for (columns, mark) in unique {
        let values: Vec<Expr> = columns.into_iter().map(Expr::Column).collect();
        let present = values.iter().cloned().map(Expr::is_not_null).reduce(Expr::and).unwrap_or(lit(true));
        let number = row_number()
            .partition_by(values)
            .order_by(vec![col(ORDINAL).sort(true, false)])
            .build()
            .or_problem("")?;
        let raw = format!("{mark}_all");
        plan = plan.window(vec![number.alias(&raw)]).or_problem("")?;
        // Missing values are no copies of each other.
        let counted = when(present, col(&raw)).end().or_problem("")?.alias(&mark);
        let columns: Vec<Expr> =
            plan.schema().columns().into_iter().map(Expr::Column).chain([counted]).collect();
        plan = plan.project(columns).or_problem("")?;
    }
    plan.build().or_problem("")
}

fn send(
    plan: LogicalPlan,
    checks: Vec<rule::Check>,
    on_error: OnError,
    cx: &PlanContext,
) -> Planned<LogicalPlan> {
    let mut rules = Vec::new();
    for check in checks {
        let reason = when(check.broken, lit(check.reason)).end().or_problem("/rules")?;
        rules.push(RejectRule { column: check.column, reason });
    }
    Ok(reject(plan, &cx.node, rules, on_error.into()))
}

fn flag(plan: LogicalPlan, checks: Vec<rule::Check>, name: String) -> Planned<LogicalPlan> {
    let (mut reasons, mut any): (Vec<Expr>, Option<Expr>) = (Vec::new(), None);
    for check in checks {
        let text = match &check.column {
            Some(column) => format!("`{column}` {}", check.reason),
            None => check.reason,
        };
        any = Some(match any {
            Some(any) => any.or(check.broken.clone().is_true()),
            None => check.broken.clone().is_true(),
        });
        reasons.push(when(check.broken, lit(text)).end().or_problem("/rules")?);
    }
    let Some(any) = any else { return Ok(plan) };
    let all = when(any, concat_ws(lit("; "), reasons)).end().or_problem("/rules")?;
    with_columns(plan, IndexMap::from([(name, all)]))
}
