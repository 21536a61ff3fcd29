//! Converts columns to other types, with nothing lost in silence.

use async_trait::async_trait;
use datafusion::logical_expr::{Expr, lit, when};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_connect::types;
use towpath_model::Problem;
use towpath_model::problem::join;

use super::common::{OnError, OrProblem, Problems, col, one, out, project, with_columns};
use crate::expr;
use crate::functions::convert::{Conversion, check_format, convert, is_zone};
use crate::functions::types::TypeName;
use crate::reject::{HELPER, RejectRule, reject};
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Converts columns to other types.
///
/// A value that does not convert exactly sends its row to quarantine: `abc` or `1.5` to a whole number, a number
/// with more decimals than the type has, a day that does not exist. Missing values stay missing. A timestamp turned
/// into a date keeps its day. Spaces around numbers and dates in text are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Types by column, for example `{ amount: decimal(12,2), day: date }`. Types: `text`, `boolean`, `int8` to
    /// `int64`, `uint8` to `uint64`, `float32`, `float64`, `decimal(digits,decimals)`, `date`, `time`, `timestamp`
    /// (a wall clock), `timestamptz` (a point in time), `binary`, `json`, `uuid`.
    pub(super) columns: IndexMap<String, String>,
    /// How dates and times are written as text, by column, for example `{ day: "%d/%m/%Y" }`. Without it they are
    /// written like `2025-12-31T23:59:59`.
    #[serde(default)]
    pub(super) formats: IndexMap<String, String>,
    /// Time zone of times that are written without one, for example `Europe/Brussels`. Without it `UTC`.
    #[serde(default)]
    pub(super) timezone: Option<String>,
    /// What happens to a row with a value that does not convert.
    #[serde(default)]
    pub(super) on_error: OnError,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Cast;

#[async_trait]
impl TransformDef for Cast {
    type Config = Config;
    const NAME: &'static str = "cast";
    const TITLE: &'static str = "Change types";
    const SUMMARY: &'static str =
        "Converts columns to other types; values that do not convert go to quarantine.";
    const GROUP: &'static str = "clean";
    const EXAMPLE: &'static str = r#"
towpath: 1
name: example-cast
nodes:
  export: { source: file, path: export.csv }
  typed:
    transform: cast
    from: export
    columns: { qty: int32, price: "decimal(8,2)", day: date }
    formats: { day: "%d/%m/%Y" }
tests:
  - name: converts exactly or not at all
    given:
      export:
        - { qty: "3", price: "12.50", day: 31/12/2025 }
        - { qty: "1.5", price: "1", day: 01/01/2025 }
        - { qty: "2", price: "1", day: 30/02/2025 }
    expect:
      typed:
        columns: { qty: int32, price: "decimal(8,2)", day: date }
        rows: [[3, "12.50", 2025-12-31]]
    quarantined: { typed: 2 }
"#;

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.columns.is_empty() {
            problems.push(Problem::new("/columns", "name at least one column and its type"));
        }
        if let Some(zone) = config.timezone.as_deref()
            && !is_zone(zone)
        {
            problems.push(
                Problem::new("/timezone", format!("there is no time zone `{zone}`"))
                    .hint("name a region and a city: `Europe/Brussels`"),
            );
        }
        let mut formats: IndexMap<String, String> = IndexMap::new();
        for (name, format) in &config.formats {
            let path = join("/formats", name);
            let Some(column) = problems.take_one(expr::column(plan.schema(), name, &path)) else { continue };
            if let Err(reason) = check_format(format) {
                problems.push(
                    Problem::new(&path, format!("`{format}` is not a pattern of dates and times: {reason}"))
                        .hint("for example `%d/%m/%Y` or `%Y-%m-%d %H:%M:%S`"),
                );
            }
            if !config.columns.keys().any(|other| expr::same_name(other, &column.name)) {
                problems.push(Problem::new(path, format!("`{name}` has a format but no type in `columns`")));
            }
            formats.insert(column.name, format.clone());
        }

        let (mut converted, mut rules, mut results) = (Vec::new(), Vec::new(), IndexMap::new());
        for (name, type_name) in &config.columns {
            let path = join("/columns", name);
            let column = problems.take_one(expr::column(plan.schema(), name, &path));
            let to = problems.take_one(TypeName::parse(type_name, &path));
            let (Some(column), Some(to)) = (column, to) else { continue };
            let Ok(field) = plan.schema().field_with_unqualified_name(&column.name) else { continue };
            let conversion =
                Conversion { to, format: formats.get(&column.name).cloned(), zone: config.timezone.clone() };
            if !conversion.takes(field.data_type()) {
                let (from, to) = (types::describe(field), conversion.to.describe());
                problems.push(Problem::new(
                    path,
                    format!("`{name}` is of type {from}, which has no conversion to {to}"),
                ));
                continue;
            }
            let reason = format!("does not convert to {}", conversion.to.describe());
            let helper = format!("{HELPER}{}", column.name);
            let fails = col(&column.name).is_not_null().and(col(&helper).is_null());
            rules.push(RejectRule {
                column: Some(column.name.clone()),
                reason: when(fails, lit(reason)).end().or_problem(&path)?,
            });
            converted.push(convert(conversion, Expr::Column(column.clone())).alias(&helper));
            if results.insert(column.name.clone(), col(helper)).is_some() {
                problems.push(Problem::new(path, format!("column `{}` is named twice", column.name)));
            }
        }
        problems.none()?;

        let columns: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        let plan = project(plan, columns.into_iter().chain(converted))?;
        let plan = reject(plan, &cx.node, rules, config.on_error.into());
        super::common::without_helpers(with_columns(plan, results)?).and_then(out)
    }
}
