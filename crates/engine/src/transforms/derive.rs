//! Computes columns.

use async_trait::async_trait;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;
use towpath_model::problem::join;
use towpath_model::sql::SqlText;

use super::common::{Problems, one, out, with_columns};
use crate::expr;
use crate::reject::HELPER;
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Computes new columns, or new values for existing ones, from the columns of the same row.
///
/// Columns are computed in the order in which they are written, so a later one may use an earlier one. An existing
/// column keeps its place; a new one is added at the end. Decimals are computed exactly; a division of decimals keeps
/// four more decimals than its first number, and one of whole numbers gives a whole number: `cast(a as double) / b`
/// divides with all digits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Expressions by column, for example `{ total: qty * price, vat: total * 0.21 }`.
    pub(super) columns: IndexMap<String, SqlText>,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Derive;

#[async_trait]
impl TransformDef for Derive {
    type Config = Config;
    const NAME: &'static str = "derive";
    const TITLE: &'static str = "Compute columns";
    const SUMMARY: &'static str = "Computes columns from other columns of the same row.";
    const GROUP: &'static str = "compute";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-derive
nodes:
  lines: { source: file, path: lines.csv }
  priced:
    transform: derive
    from: lines
    columns:
      total: qty * price
      size: case when total >= 100 then 'large' else 'small' end
tests:
  - name: a later column uses an earlier one
    given:
      lines: [{ qty: 3, price: 50 }, { qty: 1, price: 2 }]
    expect:
      priced:
        - { qty: 3, price: 50, total: 150, size: large }
        - { qty: 1, price: 2, total: 2, size: small }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let mut plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.columns.is_empty() {
            problems.push(Problem::new("/columns", "name at least one column and its expression"));
        }
        for (name, sql) in &config.columns {
            let path = join("/columns", name);
            if name.is_empty() || name.starts_with(HELPER) {
                problems.push(Problem::new(&path, format!("`{name}` cannot be the name of a column")));
                continue;
            }
            // An existing column is meant also when its case differs, as everywhere.
            let name =
                expr::column(plan.schema(), name, "").map_or_else(|_| name.clone(), |column| column.name);
            let Some(computed) = problems.take(cx.expr(sql, plan.schema(), &path)) else { continue };
            plan = with_columns(plan, IndexMap::from([(name, computed)]))?;
        }
        problems.none()?;
        out(plan)
    }
}
