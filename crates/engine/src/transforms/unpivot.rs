//! Turns columns into rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use async_trait::async_trait;
use datafusion::common::{DFSchema, ScalarValue, UnnestOptions};
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_connect::{ColumnFit, Fitter, words};
use towpath_model::Problem;

use super::common::{OrProblem, Planned, Problems, col, one, out, project, visible};
use super::unify::unify_columns;
use crate::expr;
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Turns columns into rows: each row gives one row per column, with the name and the value of the column.
///
/// The columns must have types that go together: whole numbers and decimals become decimals, but text and numbers do
/// not mix. A cross-tab, whose columns are called `2024 / Q1`, `2024 / Q2` and so on, becomes rows with a year and a
/// quarter by `split_names`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that stay, for example `[shop]`. Without it, all that are not in `columns`.
    #[serde(default)]
    pub(super) keep: Vec<String>,
    /// Columns that become rows, for example `[jan, feb, mar]`; also a pattern such as `"20*"`, or the columns from one
    /// to another in their order, `jan..dec`. Without it, all that are not in `keep`.
    #[serde(default)]
    pub(super) columns: Vec<String>,
    /// The new column with the names.
    #[serde(default = "name")]
    pub(super) name_to: String,
    /// Splits the names into several columns, in the place of `name_to`.
    #[serde(default)]
    pub(super) split_names: Option<SplitNames>,
    /// Types of the new columns with names, which are text otherwise, for example `{ year: int64 }` or
    /// `{ month: date }`. A name that is not of the type is a problem of the pipeline.
    #[serde(default)]
    pub(super) types: BTreeMap<String, String>,
    /// The new column with the values.
    #[serde(default = "value")]
    pub(super) value_to: String,
    /// Gives no row for missing values.
    #[serde(default)]
    pub(super) drop_nulls: bool,
}

/// How names become several columns.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SplitNames {
    /// What stands between the parts of a name. Default ` / `, which joins the header rows of a workbook.
    #[serde(default = "separator")]
    pub(super) separator: String,
    /// The new columns, for example `[year, quarter]`.
    pub(super) into: Vec<String>,
}

fn separator() -> String {
    " / ".to_owned()
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
    const EXAMPLE: &'static str = r#"
towpath: 1
name: example-unpivot
nodes:
  table: { source: file, path: table.csv }
  long: { transform: unpivot, from: table, keep: [shop], name_to: month, value_to: amount, drop_nulls: true }
  plan: { source: file, path: plan.xlsx, excel: { header_rows: 2 } }
  quarters:
    transform: unpivot
    from: plan
    columns: ["20*"]
    split_names: { into: [year, quarter] }
    types: { year: int64 }
    value_to: amount
tests:
  - name: two header rows become two columns
    given:
      plan: [{ shop: a, "2024 / Q1": 1, "2025 / Q1": 2 }]
      table: [{ shop: a, jan: 1, feb: 2.5 }]
    expect:
      quarters:
        - { shop: a, year: 2024, quarter: Q1, amount: 1 }
        - { shop: a, year: 2025, quarter: Q1, amount: 2 }
  - name: one row per month
    given:
      table: [{ shop: a, jan: 1, feb: 2.5 }, { shop: b, jan: 3, feb: null }]
    expect:
      long:
        - { shop: a, month: jan, amount: 1 }
        - { shop: a, month: feb, amount: 2.5 }
        - { shop: b, month: jan, amount: 3 }
"#;

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
        let chosen = problems.take(chosen(&schema, &config.columns)).unwrap_or_default();
        let turned = problems.take(expr::columns(&schema, &chosen, "/columns")).unwrap_or_default();
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
        let labels = problems.take(Labels::of(&config, &turned)).unwrap_or_default();
        let mut new: Vec<(&String, &str)> = labels
            .columns
            .iter()
            .map(|(name, _)| {
                (name, if config.split_names.is_some() { "/split_names/into" } else { "/name_to" })
            })
            .collect();
        new.push((&config.value_to, "/value_to"));
        for (place, (name, path)) in new.iter().enumerate() {
            if kept.contains(name) || name.is_empty() {
                problems.push(
                    Problem::new(*path, format!("there is already a column `{name}`"))
                        .hint("choose another name"),
                );
            }
            if new[..place].iter().any(|(other, _)| other == name) {
                problems.push(Problem::new(*path, "the names and the values need different columns"));
            }
        }
        let fields: Vec<_> = turned
            .iter()
            .filter_map(|name| schema.field_with_unqualified_name(name).ok().map(AsRef::as_ref))
            .collect();
        let unified = problems.take_one(unify_columns(&fields, &config.value_to, "/columns"));
        problems.none()?;
        let Some(unified) = unified else { return out(plan) };

        let values = make_array(turned.iter().map(|name| unified.of(col(name), &schema)).collect());
        let names: Vec<String> = labels.columns.iter().map(|(name, _)| name.clone()).collect();
        let arrays = labels.columns.into_iter().map(|(name, values)| make_array(values).alias(name));
        let columns = kept.iter().map(col).chain(arrays).chain([values.alias(&config.value_to)]);
        let plan = project(plan, columns)?;
        let unnested =
            names.iter().chain([&config.value_to]).map(datafusion::common::Column::new_unqualified);
        let mut plan = LogicalPlanBuilder::new(plan)
            .unnest_columns_with_options(unnested.collect(), UnnestOptions::new())
            .or_problem("/columns")?;
        if config.drop_nulls {
            plan = plan.filter(col(&config.value_to).is_not_null()).or_problem("")?;
        }
        let plan = plan.build().or_problem("")?;
        // The values keep the logical type that all columns share.
        let value =
            col(&config.value_to).alias_with_metadata(&config.value_to, Some(unified.metadata().into()));
        let columns: Vec<Expr> = kept.iter().chain(&names).map(col).chain([value]).collect();
        out(project(plan, columns)?)
    }
}

/// The columns that names, patterns and ranges mean; what is none of these stays for who reports unknown columns.
fn chosen(schema: &DFSchema, wanted: &[String]) -> Planned<Vec<String>> {
    let all: Vec<&str> = visible(schema).collect();
    let (mut chosen, mut problems) = (Vec::new(), Problems::default());
    // What a pattern or range brought may be named besides; a name that stands there twice is for who looks names up.
    let mut brought: Vec<String> = Vec::new();
    for (index, text) in wanted.iter().enumerate() {
        if all.contains(&text.as_str()) {
            if !brought.contains(text) {
                chosen.push(text.clone());
            }
            continue;
        }
        let place = |name: &str| all.iter().position(|known| *known == name.trim());
        let range = text.split_once("..").and_then(|(from, to)| Some((place(from)?, place(to)?)));
        let found: Vec<String> = match range {
            Some((from, to)) if from <= to => all[from..=to].iter().map(|name| (*name).to_owned()).collect(),
            Some(_) => {
                problems.push(
                    Problem::new(
                        format!("/columns/{index}"),
                        format!("`{text}` runs from a later column to an earlier one"),
                    )
                    .hint("turn it round"),
                );
                continue;
            }
            None if text.contains(['*', '?']) => {
                let found: Vec<String> =
                    all.iter().filter(|name| matches(text, name)).map(|name| (*name).to_owned()).collect();
                if found.is_empty() {
                    problems.push(Problem::new(
                        format!("/columns/{index}"),
                        format!("no column matches `{text}`"),
                    ));
                }
                found
            }
            None => {
                chosen.push(text.clone());
                continue;
            }
        };
        for name in found {
            if !chosen.contains(&name) {
                chosen.push(name.clone());
                brought.push(name);
            }
        }
    }
    problems.none()?;
    Ok(chosen)
}

/// Whether a name matches a pattern of `*` (anything) and `?` (one character).
fn matches(pattern: &str, name: &str) -> bool {
    let escaped = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
    regex::Regex::new(&format!("(?s)^{escaped}$")).is_ok_and(|pattern| pattern.is_match(name))
}

/// The new columns with names: one value for each column that becomes a row.
#[derive(Default)]
struct Labels {
    columns: Vec<(String, Vec<Expr>)>,
}

impl Labels {
    fn of(config: &Config, turned: &[String]) -> Planned<Labels> {
        let mut problems = Problems::default();
        let mut parts: Vec<(String, Vec<String>)> = match &config.split_names {
            None => vec![(config.name_to.clone(), turned.to_vec())],
            Some(split) => split.into.iter().map(|name| (name.clone(), Vec::new())).collect(),
        };
        if let Some(split) = &config.split_names {
            if split.separator.is_empty() || split.into.len() < 2 {
                let message = "names are split into at least two columns, at a separator that is not empty";
                return Err(vec![Problem::new("/split_names", message)]);
            }
            for name in turned {
                let pieces: Vec<&str> = name.split(split.separator.as_str()).collect();
                if pieces.len() != split.into.len() {
                    problems.push(
                        Problem::new(
                            "/split_names",
                            format!(
                                "column `{name}` has {} parts between `{}`, not {}",
                                pieces.len(),
                                split.separator,
                                split.into.len()
                            ),
                        )
                        .hint(format!(
                            "put `{name}` into `keep`, or say which columns become rows with `columns`"
                        )),
                    );
                    continue;
                }
                for ((_, values), piece) in parts.iter_mut().zip(pieces) {
                    values.push(piece.trim().to_owned());
                }
            }
        }
        if let Some(unknown) = config.types.keys().find(|name| parts.iter().all(|(known, _)| known != *name))
        {
            problems.push(
                Problem::new(format!("/types/{unknown}"), format!("`{unknown}` is no column with names"))
                    .hint("`types` gives types to the columns of `name_to` or `split_names`"),
            );
        }
        problems.none()?;
        let (mut columns, mut problems) = (Vec::new(), Problems::default());
        for (name, values) in parts {
            let typed = match config.types.get(&name) {
                None => Ok(values.iter().map(|value| lit(value.as_str())).collect()),
                Some(word) => typed(&name, word, &values),
            };
            columns.extend(problems.take(typed).map(|values| (name, values)));
        }
        problems.none()?;
        Ok(Labels { columns })
    }
}

/// Names as values of a type.
fn typed(name: &str, word: &str, values: &[String]) -> Planned<Vec<Expr>> {
    let path = format!("/types/{name}");
    let Some(field) = words::field(name, word) else {
        return Err(vec![
            Problem::new(path, format!("type `{word}` is unknown")).maybe_hint(towpath_model::suggest::hint(
                word,
                "types",
                words::WORDS,
            )),
        ]);
    };
    let wrong = |reason: String| vec![Problem::new(path.clone(), reason)];
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(values));
    let batch = RecordBatch::try_from_iter([(name, texts)]).map_err(|error| wrong(error.to_string()))?;
    let fit = ColumnFit::new(name, field.data_type().clone());
    let fitted = Fitter::new(batch.schema(), vec![fit]).and_then(|mut fitter| fitter.fit(batch));
    let (fitted, rejects) = fitted.map_err(|fault| wrong(fault.to_string()))?;
    if let Some(reject) = rejects.first() {
        let value = reject.value.clone().unwrap_or_default();
        return Err(wrong(format!("the name `{value}` is not of type `{word}`: {}", reject.reason)));
    }
    (0..values.len())
        .map(|row| {
            let value = ScalarValue::try_from_array(fitted.column(0), row);
            value.map(lit).map_err(|error| wrong(error.to_string()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen_of(wanted: &[&str]) -> Result<Vec<String>, String> {
        let fields = ["shop", "jan", "feb", "mar", "2024 / Q1", "a*b"];
        let fields =
            fields.map(|name| arrow::datatypes::Field::new(name, arrow::datatypes::DataType::Int64, true));
        let schema = DFSchema::try_from(arrow::datatypes::Schema::new(fields.to_vec())).unwrap();
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        chosen(&schema, &wanted).map_err(|problems| problems[0].message.clone())
    }

    #[test]
    fn columns_are_chosen_by_name_pattern_and_range() {
        assert_eq!(chosen_of(&["jan..mar", "20*"]).unwrap(), ["jan", "feb", "mar", "2024 / Q1"]);
        assert_eq!(chosen_of(&["?a?", "jan"]).unwrap(), ["jan", "mar"]);
        assert_eq!(chosen_of(&["a*b"]).unwrap(), ["a*b"], "a name counts before a pattern");
        assert_eq!(chosen_of(&["july"]).unwrap(), ["july"], "who looks names up will report it");
        assert!(chosen_of(&["mar..jan"]).unwrap_err().contains("from a later column"));
        assert!(chosen_of(&["19*"]).unwrap_err().contains("no column matches"));
    }
}
