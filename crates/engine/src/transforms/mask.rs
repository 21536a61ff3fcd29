//! Hides personal data.

use arrow::datatypes::DataType;
use async_trait::async_trait;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, cast, lit, when};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::problem::join;
use towpath_model::{Problem, Secret};

use super::common::{OrProblem, Problems, one, out, with_columns};
use crate::expr;
use crate::functions::hash::Pseudonym;
use crate::functions::text::Partial;
use crate::functions::text_function;
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Hides the values of columns, so that rows can be passed on without personal data.
///
/// Missing values stay missing. The columns become text. Rows that an earlier step sent to quarantine keep their
/// original values: mask as early as possible.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// How each column is hidden, for example `{ email: hash, phone: partial }`.
    pub(super) columns: IndexMap<String, Method>,
    /// A secret that makes hashes impossible to guess; needed by `hash`, for example `${env.MASK_SALT}`. The same
    /// secret gives the same hashes, so hashed keys still join.
    #[serde(default)]
    pub(super) salt: Option<Secret>,
    /// Characters that `partial` shows at the start.
    #[serde(default)]
    pub(super) keep_first: u8,
    /// Characters that `partial` shows at the end.
    #[serde(default = "four")]
    pub(super) keep_last: u8,
    /// What `redact` writes.
    #[serde(default = "stars")]
    pub(super) replacement: String,
}

fn four() -> u8 {
    4
}

fn stars() -> String {
    "***".to_owned()
}

/// A way to hide values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    /// 64 hexadecimal digits that stand for the value and do not tell it (SHA-256 with a secret).
    Hash,
    /// Always the same text.
    Redact,
    /// Stars, but for a few characters at the ends; short values are hidden whole.
    Partial,
    /// Nothing: the value is missing.
    Remove,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Mask;

#[async_trait]
impl TransformDef for Mask {
    type Config = Config;
    const NAME: &'static str = "mask";
    const TITLE: &'static str = "Mask";
    const SUMMARY: &'static str = "Hides the values of columns: hashed, redacted or in part.";
    const GROUP: &'static str = "clean";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-mask
nodes:
  people: { source: file, path: people.csv }
  shared: { transform: mask, from: people, columns: { name: redact, card: partial, note: remove } }
tests:
  - name: nothing personal is left
    given:
      people: [{ id: 1, name: Ann, card: '4111111111111234', note: vip }, { id: 2, name: null, card: '99', note: x }]
    expect:
      shared:
        - { id: 1, name: '***', card: '************1234', note: null }
        - { id: 2, name: null, card: '**', note: null }
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.columns.is_empty() {
            problems.push(Problem::new("/columns", "name at least one column and how to hide it"));
        }
        let salt = config.salt.filter(|salt| !salt.expose().is_empty());
        let mut masked = IndexMap::new();
        for (name, method) in &config.columns {
            let path = join("/columns", name);
            let Some(column) = problems.take_one(expr::column(plan.schema(), name, &path)) else { continue };
            let field = plan.schema().field_with_unqualified_name(&column.name).or_problem(&path)?;
            if field.data_type().is_nested() && !matches!(method, Method::Redact | Method::Remove) {
                problems.push(Problem::new(
                    &path,
                    format!("`{name}` is a list or a struct and has no text to hide in part"),
                ));
                continue;
            }
            let value = Expr::Column(column.clone());
            let text = cast(value.clone(), DataType::Utf8);
            let hidden = match method {
                Method::Hash => {
                    match &salt {
                        Some(salt) => text_function(Pseudonym { salt: salt.clone() }, text),
                        None => {
                            problems.push(
                            Problem::new(path, "a hash needs a `salt`; without one, anybody can find the value by trying")
                                .hint("keep one secret for all runs: `salt: ${env.MASK_SALT}`"),
                        );
                            continue;
                        }
                    }
                }
                Method::Redact => {
                    when(value.is_not_null(), lit(&config.replacement)).end().or_problem(&path)?
                }
                Method::Partial => {
                    let (first, last) = (config.keep_first.into(), config.keep_last.into());
                    text_function(Partial { first, last, cover: '*' }, text)
                }
                Method::Remove => Expr::Literal(ScalarValue::Utf8(None), None),
            };
            masked.insert(column.name, hidden);
        }
        problems.none()?;
        out(with_columns(plan, masked)?)
    }
}
