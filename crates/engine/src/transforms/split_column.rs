//! Splits the text of a column into several columns.

use async_trait::async_trait;
use datafusion::logical_expr::Expr;
use indexmap::IndexMap;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_connect::types;
use towpath_model::Problem;

use super::common::{Problems, col, new_name, one, out, project, with_columns};
use crate::expr;
use crate::functions::text::{Part, Separator};
use crate::functions::text_function;
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Splits the text of a column into several columns.
///
/// The last column takes all the rest, separators included; where there are fewer parts than columns, the others
/// are empty. Missing text gives missing parts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The column to split, for example `full_name`.
    pub(super) column: String,
    /// Text between the parts, for example `, `.
    #[serde(default)]
    pub(super) delimiter: Option<String>,
    /// A regular expression for what stands between the parts, for example `[;,]\s*`.
    #[serde(default)]
    pub(super) pattern: Option<String>,
    /// Names of the new columns, for example `[last_name, first_name]`.
    pub(super) into: Vec<String>,
    /// Removes spaces around each part.
    #[serde(default = "yes")]
    pub(super) trim: bool,
    /// Keeps the column that was split.
    #[serde(default = "yes")]
    pub(super) keep_original: bool,
}

fn yes() -> bool {
    true
}

/// The transform.
#[derive(Debug)]
pub(super) struct SplitColumn;

#[async_trait]
impl TransformDef for SplitColumn {
    type Config = Config;
    const NAME: &'static str = "split_column";
    const TITLE: &'static str = "Split column";
    const SUMMARY: &'static str = "Splits the text of a column into several columns.";
    const GROUP: &'static str = "shape";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-split-column
nodes:
  people: { source: file, path: people.csv }
  named:
    transform: split_column
    from: people
    column: name
    delimiter: ','
    into: [last, first]
    keep_original: false
tests:
  - name: the last takes the rest
    given:
      people: [{ name: 'Smith, Ann' }, { name: 'Lee, Bo, Jr.' }, { name: Cher }, { name: null }]
    expect:
      named:
        - { last: Smith, first: Ann }
        - { last: Lee, first: 'Bo, Jr.' }
        - { last: Cher, first: null }
        - { last: null, first: null }
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        let separator = match (&config.delimiter, &config.pattern) {
            (Some(delimiter), None) if !delimiter.is_empty() => Some(Separator::Text(delimiter.clone())),
            (None, Some(pattern)) => match Regex::new(pattern) {
                Ok(pattern) => Some(Separator::Pattern(pattern)),
                Err(error) => {
                    problems.push(super::common::wrong_pattern(pattern, &error, "/pattern"));
                    None
                }
            },
            _ => {
                problems.push(Problem::new(
                    "",
                    "say what stands between the parts: either `delimiter` or `pattern`",
                ));
                None
            }
        };
        if config.into.is_empty() {
            problems.push(Problem::new("/into", "name at least one new column"));
        }
        let column = problems.take_one(expr::column(plan.schema(), &config.column, "/column"));
        if let Some(column) = &column
            && let Ok(field) = plan.schema().field_with_unqualified_name(&column.name)
            && !field.data_type().is_string()
        {
            problems.push(
                Problem::new("/column", format!("`{}` is {}, not text", column.name, types::describe(field)))
                    .hint("`cast` it to text first"),
            );
        }
        let mut parts: IndexMap<String, Expr> = IndexMap::new();
        for (index, name) in config.into.iter().enumerate() {
            let path = format!("/into/{index}");
            let replaces =
                !config.keep_original && column.as_ref().is_some_and(|column| column.name == *name);
            if !replaces {
                problems.take_one(new_name(plan.schema(), name, &path));
            }
            if parts.contains_key(name) {
                problems.push(Problem::new(path, format!("two columns would be called `{name}`")));
            }
            if let (Some(separator), Some(column)) = (&separator, &column) {
                let part =
                    Part { separator: separator.clone(), index, count: config.into.len(), trim: config.trim };
                parts.insert(name.clone(), text_function(part, Expr::Column(column.clone())));
            }
        }
        problems.none()?;

        let drops = column.filter(|column| !config.keep_original && !parts.contains_key(&column.name));
        let plan = with_columns(plan, parts)?;
        let Some(drop) = drops else { return out(plan) };
        let kept: Vec<Expr> = plan
            .schema()
            .fields()
            .iter()
            .filter(|field| *field.name() != drop.name)
            .map(|field| col(field.name()))
            .collect();
        out(project(plan, kept)?)
    }
}
