//! Turns columns into rows.

use async_trait::async_trait;
use datafusion::common::UnnestOptions;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;

use super::common::{OrProblem, Problems, col, one, out, project, visible};
use super::unify::unify_columns;
use crate::expr;
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Turns columns into rows: each row gives one row per column, with the name and the value of the column.
///
/// The columns must have types that go together: whole numbers and decimals become decimals, but text and numbers do
/// not mix.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that stay, for example `[shop]`. Without it, all that are not in `columns`.
    #[serde(default)]
    pub(super) keep: Vec<String>,
    /// Columns that become rows, for example `[jan, feb, mar]`. Without it, all that are not in `keep`.
    #[serde(default)]
    pub(super) columns: Vec<String>,
    /// The new column with the names.
    #[serde(default = "name")]
    pub(super) name_to: String,
    /// The new column with the values.
    #[serde(default = "value")]
    pub(super) value_to: String,
    /// Gives no row for missing values.
    #[serde(default)]
    pub(super) drop_nulls: bool,
}

fn name() -> String {
    "name".to_owned()
}

fn value() -> String {
    "value".to_owned()
}

/// The transform.
#[derive(Debug)]
pub(super) struct Unpivot;

#[async_trait]
impl TransformDef for Unpivot {
    type Config = Config;
    const NAME: &'static str = "unpivot";
    const TITLE: &'static str = "Unpivot";
    const SUMMARY: &'static str = "Turns columns into rows.";
    const GROUP: &'static str = "shape";
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-unpivot
nodes:
  table: { source: file, path: table.csv }
  long: { transform: unpivot, from: table, keep: [shop], name_to: month, value_to: amount, drop_nulls: true }
tests:
  - name: one row per month
    given:
      table: [{ shop: a, jan: 1, feb: 2.5 }, { shop: b, jan: 3, feb: null }]
    expect:
      long:
        - { shop: a, month: jan, amount: 1 }
        - { shop: a, month: feb, amount: 2.5 }
        - { shop: b, month: jan, amount: 3 }
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let schema = plan.schema().clone();
        let mut problems = Problems::default();
        if config.keep.is_empty() && config.columns.is_empty() {
            problems.push(Problem::new(
                "",
                "say which columns stay with `keep`, or which become rows with `columns`",
            ));
        }
        let kept = problems.take(expr::columns(&schema, &config.keep, "/keep")).unwrap_or_default();
        let turned = problems.take(expr::columns(&schema, &config.columns, "/columns")).unwrap_or_default();
        problems.none()?;
        let names = |columns: Vec<datafusion::common::Column>| {
            columns.into_iter().map(|column| column.name).collect()
        };
        let (mut kept, mut turned): (Vec<String>, Vec<String>) = (names(kept), names(turned));
        let mut problems = Problems::default();
        if let Some(both) = kept.iter().find(|name| turned.contains(name)) {
            problems.push(Problem::new("/columns", format!("`{both}` cannot stay and become a row")));
        }
        if config.columns.is_empty() {
            turned =
                visible(&schema).filter(|name| !kept.iter().any(|k| k == name)).map(str::to_owned).collect();
        } else if config.keep.is_empty() {
            kept = visible(&schema)
                .filter(|name| !turned.iter().any(|t| t == name))
                .map(str::to_owned)
                .collect();
        }
        for (new, path) in [(&config.name_to, "/name_to"), (&config.value_to, "/value_to")] {
            if kept.contains(new) || new.is_empty() {
                problems.push(
                    Problem::new(path, format!("there is already a column `{new}`"))
                        .hint("choose another name"),
                );
            }
        }
        if config.name_to == config.value_to {
            problems.push(Problem::new("/value_to", "the names and the values need different columns"));
        }
        let fields: Vec<_> = turned
            .iter()
            .filter_map(|name| schema.field_with_unqualified_name(name).ok().map(AsRef::as_ref))
            .collect();
        let unified = problems.take_one(unify_columns(&fields, &config.value_to, "/columns"));
        problems.none()?;
        let Some(unified) = unified else { return out(plan) };

        let labels = make_array(turned.iter().map(|name| lit(name.as_str())).collect());
        let values = make_array(turned.iter().map(|name| unified.of(col(name), &schema)).collect());
        let columns =
            kept.iter().map(col).chain([labels.alias(&config.name_to), values.alias(&config.value_to)]);
        let plan = project(plan, columns)?;
        let mut plan = LogicalPlanBuilder::new(plan)
            .unnest_columns_with_options(
                vec![
                    datafusion::common::Column::new_unqualified(&config.name_to),
                    datafusion::common::Column::new_unqualified(&config.value_to),
                ],
                UnnestOptions::new(),
            )
            .or_problem("/columns")?;
        if config.drop_nulls {
            plan = plan.filter(col(&config.value_to).is_not_null()).or_problem("")?;
        }
        let plan = plan.build().or_problem("")?;
        // The values keep the logical type that all columns share.
        let value =
            col(&config.value_to).alias_with_metadata(&config.value_to, Some(unified.metadata().into()));
        let columns: Vec<Expr> = kept.iter().map(col).chain([col(&config.name_to), value]).collect();
        out(project(plan, columns)?)
    }
}
