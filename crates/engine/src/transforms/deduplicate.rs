//! Keeps one of several rows with the same values.

use async_trait::async_trait;
use datafusion::functions::expr_fn::lower;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlanBuilder, lit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;

use super::common::{
    OrProblem, Problems, col, columns_or_all, comparable, one, out, sort_keys, without_helpers,
};
use crate::ordinal::{ORDINAL, ordinal};
use crate::reject::HELPER;
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Keeps one of several rows that have the same values in some columns.
///
/// Missing values are the same as each other. Which row is the first follows `order_by`, or else the order in which
/// rows arrive; that order is the source's, but for rows that come from a join, a union or an aggregate, where it is
/// arbitrary: give `order_by` there. Dropped rows are counted as deduplicated. Rows are sorted by their key, on disk
/// when they do not fit in memory, and leave in that order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that make rows the same, for example `[order_id, line]`. Without it, all columns.
    #[serde(default)]
    pub(super) by: Vec<String>,
    /// Which of the rows stays.
    #[serde(default)]
    pub(super) keep: Keep,
    /// Order in which rows are first or last, for example `[updated_at desc]`. Without it, the order of arrival.
    #[serde(default)]
    pub(super) order_by: Vec<String>,
    /// Takes `Ann` and `ANN` for the same text.
    #[serde(default)]
    pub(super) ignore_case: bool,
}

/// Which of several equal rows stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Keep {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
    /// None of them: only rows that have no equal stay.
    None,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Deduplicate;

#[async_trait]
impl TransformDef for Deduplicate {
    type Config = Config;
    const NAME: &'static str = "deduplicate";
    const TITLE: &'static str = "Deduplicate";
    const SUMMARY: &'static str = "Keeps one of several rows with the same values.";
    const GROUP: &'static str = "clean";
    const EFFECT: RowEffect = RowEffect::Deduplicates;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-deduplicate
nodes:
  contacts: { source: file, path: contacts.csv }
  latest: { transform: deduplicate, from: contacts, by: [email], order_by: [seen desc], ignore_case: true }
  single: { transform: deduplicate, from: contacts, by: [email], keep: none }
tests:
  - name: the latest of each address
    given:
      contacts:
        - { email: ann@example.org, seen: 1 }
        - { email: ANN@example.org, seen: 3 }
        - { email: bob@example.org, seen: 2 }
        - { email: bob@example.org, seen: 1 }
    expect:
      latest: [{ email: ANN@example.org, seen: 3 }, { email: bob@example.org, seen: 2 }]
      single: [{ email: ann@example.org, seen: 1 }, { email: ANN@example.org, seen: 3 }]
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        let keys = problems.take(columns_or_all(plan.schema(), &config.by, "/by")).unwrap_or_default();
        problems.take(comparable(plan.schema(), &keys, "/by"));
        let mut order =
            problems.take(sort_keys(plan.schema(), &config.order_by, "/order_by")).unwrap_or_default();
        if config.keep == Keep::None && !config.order_by.is_empty() {
            problems.push(
                Problem::new("/order_by", "no row is kept, so their order means nothing").hint("remove it"),
            );
        }
        problems.none()?;

        let keys: Vec<Expr> = keys
            .into_iter()
            .map(|column| {
                let is_text = plan
                    .schema()
                    .field_with_unqualified_name(&column.name)
                    .is_ok_and(|field| field.data_type().is_string());
                let key = Expr::Column(column);
                if config.ignore_case && is_text { lower(key) } else { key }
            })
            .collect();

        let mark = format!("{HELPER}copy");
        let (plan, window) = if config.keep == Keep::None {
            let count = WindowFunction::new(count_udaf(), vec![lit(1)]);
            (plan, Expr::from(count).partition_by(keys).build())
        } else {
            // Arrival decides between rows that the given order leaves equal.
            let plan = ordinal(plan).or_problem("")?;
            order.push(col(ORDINAL).sort(true, false));
            if config.keep == Keep::Last {
                for key in &mut order {
                    key.asc = !key.asc;
                    key.nulls_first = !key.nulls_first;
                }
            }
            (plan, row_number().partition_by(keys).order_by(order).build())
        };
        let window = window.or_problem("")?.alias(&mark);
        let plan = LogicalPlanBuilder::new(plan)
            .window(vec![window])
            .and_then(|plan| plan.filter(col(&mark).eq(lit(1))))
            .and_then(LogicalPlanBuilder::build)
            .or_problem("")?;
        out(without_helpers(plan)?)
    }
}
