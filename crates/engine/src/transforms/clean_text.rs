//! Cleans text.

use async_trait::async_trait;
use datafusion::logical_expr::Expr;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_connect::types;
use towpath_model::Problem;

use super::common::{OrProblem, Problems, one, out, with_columns};
use crate::expr;
use crate::functions::text::{Clean, Letters};
use crate::functions::text_function;
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Cleans the text of columns.
///
/// The steps are applied in the order in which they stand here. Missing text stays missing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns to clean, for example `[name, city]`. Without it, every column that holds text.
    #[serde(default)]
    pub(super) columns: Vec<String>,
    /// Removes tags such as `<b>` and turns `&amp;` into `&`.
    #[serde(default)]
    pub(super) remove_html: bool,
    /// Removes web addresses.
    #[serde(default)]
    pub(super) remove_urls: bool,
    /// Turns `é` into `e`.
    #[serde(default)]
    pub(super) remove_accents: bool,
    /// Removes everything but letters, digits and spaces.
    #[serde(default)]
    pub(super) remove_punctuation: bool,
    /// Removes characters that cannot be seen.
    #[serde(default)]
    pub(super) remove_control: bool,
    /// Makes one space of several spaces, tabs and line breaks.
    #[serde(default)]
    pub(super) collapse_spaces: bool,
    /// Removes spaces at both ends.
    #[serde(default = "yes")]
    pub(super) trim: bool,
    /// How letters are written.
    #[serde(default)]
    pub(super) case: Case,
    /// Turns empty text into a missing value.
    #[serde(default)]
    pub(super) empty_to_null: bool,
}

fn yes() -> bool {
    true
}

/// How letters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Case {
    /// As they are.
    #[default]
    Keep,
    /// `ann smith`
    Lower,
    /// `ANN SMITH`
    Upper,
    /// `Ann Smith`
    Title,
}

/// The transform.
#[derive(Debug)]
pub(super) struct CleanText;

#[async_trait]
impl TransformDef for CleanText {
    type Config = Config;
    const NAME: &'static str = "clean_text";
    const TITLE: &'static str = "Clean text";
    const SUMMARY: &'static str = "Trims text, removes what does not belong, and rewrites its letters.";
    const GROUP: &'static str = "clean";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-clean-text
nodes:
  people: { source: file, path: people.csv }
  tidy:
    transform: clean_text
    from: people
    columns: [name]
    remove_accents: true
    collapse_spaces: true
    case: title
    empty_to_null: true
tests:
  - name: names in one way
    given:
      people: [{ id: 1, name: '  josé   DA silva ' }, { id: 2, name: '   ' }]
    expect:
      tidy: [{ id: 1, name: Jose Da Silva }, { id: 2, name: null }]
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let clean = Clean {
            html: config.remove_html,
            urls: config.remove_urls,
            accents: config.remove_accents,
            punctuation: config.remove_punctuation,
            control: config.remove_control,
            spaces: config.collapse_spaces,
            trim: config.trim,
            letters: match config.case {
                Case::Keep => None,
                Case::Lower => Some(Letters::Lower),
                Case::Upper => Some(Letters::Upper),
                Case::Title => Some(Letters::Title),
            },
            empty_to_null: config.empty_to_null,
        };
        let mut problems = Problems::default();
        let mut cleaned = IndexMap::new();
        let columns = if config.columns.is_empty() {
            let plain = |field: &&std::sync::Arc<arrow::datatypes::Field>| {
                field.data_type().is_string() && types::logical(field).is_none()
            };
            plan.schema().fields().iter().filter(plain).map(|field| field.name().clone()).collect()
        } else {
            config.columns
        };
        for (index, column) in expr::columns(plan.schema(), &columns, "/columns")?.into_iter().enumerate() {
            let field = plan.schema().field_with_unqualified_name(&column.name).or_problem("/columns")?;
            if !field.data_type().is_string() {
                problems.push(Problem::new(
                    format!("/columns/{index}"),
                    format!("`{}` is {}, not text", column.name, types::describe(field)),
                ));
            }
            cleaned.insert(column.name.clone(), text_function(clean.clone(), Expr::Column(column)));
        }
        problems.none()?;
        out(with_columns(plan, cleaned)?)
    }
}
