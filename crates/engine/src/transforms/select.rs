//! Chooses columns.

use async_trait::async_trait;
use datafusion::logical_expr::Expr;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;

use super::common::{Problems, col, one, out, project, visible};
use crate::expr;
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Chooses columns and their order, by naming those to keep or those to drop.
///
/// Columns that are not needed are not even read where the source can do so.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns to keep, in this order, for example `[id, name]`. Without it every column stays.
    #[serde(default)]
    pub(super) columns: Vec<String>,
    /// Columns to drop, for example `[comment]`.
    #[serde(default)]
    pub(super) drop: Vec<String>,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Select;

#[async_trait]
impl TransformDef for Select {
    type Config = Config;
    const NAME: &'static str = "select";
    const TITLE: &'static str = "Select columns";
    const SUMMARY: &'static str = "Chooses columns and their order.";
    const GROUP: &'static str = "shape";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-select
nodes:
  people: { source: file, path: people.csv }
  brief: { transform: select, from: people, columns: [name, id] }
  public: { transform: select, from: people, drop: [email] }
tests:
  - name: keeps and drops
    given:
      people: [{ id: 1, name: Ann, email: ann@example.org }]
    expect:
      brief: [{ name: Ann, id: 1 }]
      public: [{ id: 1, name: Ann }]
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.columns.is_empty() && config.drop.is_empty() {
            problems.push(Problem::new(
                "",
                "say which columns to keep with `columns`, or which to drop with `drop`",
            ));
        }
        if !config.columns.is_empty() && !config.drop.is_empty() {
            problems.push(
                Problem::new("/drop", "`columns` and `drop` exclude each other")
                    .hint("list only the columns to keep"),
            );
        }
        let kept =
            problems.take(expr::columns(plan.schema(), &config.columns, "/columns")).unwrap_or_default();
        let dropped = problems.take(expr::columns(plan.schema(), &config.drop, "/drop")).unwrap_or_default();
        problems.none()?;

        let kept: Vec<Expr> = if kept.is_empty() {
            visible(plan.schema())
                .filter(|name| dropped.iter().all(|column| column.name != *name))
                .map(col)
                .collect()
        } else {
            kept.into_iter().map(Expr::Column).collect()
        };
        if kept.is_empty() {
            return Err(vec![Problem::new("/drop", "no column is left")]);
        }
        out(project(plan, kept)?)
    }
}
