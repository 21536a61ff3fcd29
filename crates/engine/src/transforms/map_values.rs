//! Replaces values by others from a list.

use async_trait::async_trait;
use datafusion::logical_expr::{Case, Expr, ExprSchemable, lit, when};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_connect::types;
use towpath_model::Problem;
use towpath_model::problem::join;

use super::common::{OnError, OrProblem, Problems, comparable, one, out, with_columns};
use super::scalar::Scalar;
use crate::expr;
use crate::reject::{RejectRule, reject};
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Replaces the values of a column by others, as a list says.
///
/// Missing values stay missing. A value that is not in the list stays as it is, becomes the default, or sends its
/// row to quarantine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The column whose values are replaced, for example `status`.
    pub(super) column: String,
    /// New values by old values, for example `{ P: paid, O: open }`.
    pub(super) mapping: IndexMap<String, Scalar>,
    /// What values become that are not in the list, for example `unknown`. Excludes `unmapped`.
    #[serde(default)]
    pub(super) default: Option<Scalar>,
    /// What happens to values that are not in the list.
    #[serde(default)]
    pub(super) unmapped: Unmapped,
    /// The column that takes the new values, for example `status_name`. Without it, the same column.
    #[serde(default)]
    pub(super) output: Option<String>,
}

/// What happens to values that are not in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unmapped {
    /// They stay; the new values must then be of the same sort.
    #[default]
    Keep,
    /// Their rows go to quarantine.
    Quarantine,
    /// The run stops.
    Fail,
}

/// The transform.
#[derive(Debug)]
pub(super) struct MapValues;

#[async_trait]
impl TransformDef for MapValues {
    type Config = Config;
    const NAME: &'static str = "map_values";
    const TITLE: &'static str = "Map values";
    const SUMMARY: &'static str = "Replaces the values of a column by others, as a list says.";
    const GROUP: &'static str = "clean";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-map-values
nodes:
  orders: { source: file, path: orders.csv }
  named: { transform: map_values, from: orders, column: status, mapping: { P: paid, O: open }, default: unknown }
  strict: { transform: map_values, from: orders, column: status, mapping: { P: 1, O: 0 }, unmapped: quarantine, output: is_paid }
tests:
  - name: with a default, and strictly
    given:
      orders: [{ id: 1, status: P }, { id: 2, status: X }, { id: 3, status: null }]
    expect:
      named: [{ id: 1, status: paid }, { id: 2, status: unknown }, { id: 3, status: null }]
      strict: [{ id: 1, status: P, is_paid: 1 }, { id: 3, status: null, is_paid: null }]
    quarantined: { strict: 1 }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let mut plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.mapping.is_empty() {
            problems.push(Problem::new("/mapping", "list at least one value and its replacement"));
        }
        if config.default.is_some() && config.unmapped != Unmapped::Keep {
            problems.push(Problem::new("/unmapped", "`default` and `unmapped` exclude each other"));
        }
        let Some(column) = problems.take_one(expr::column(plan.schema(), &config.column, "/column")) else {
            return Err(problems.none().err().unwrap_or_default());
        };
        problems.take(comparable(plan.schema(), std::slice::from_ref(&column), "/column"));
        let field =
            plan.schema().field_with_unqualified_name(&column.name).or_problem("/column")?.as_ref().clone();

        let mut branches = Vec::new();
        for (from, to) in &config.mapping {
            let path = join("/mapping", from);
            // Keys of a mapping are always written as text; numbers and truth values are read from it.
            let from = Scalar::read(from, &field).of_type(&field, &path);
            if let Some(from) = problems.take_one(from) {
                branches.push((Box::new(from), Box::new(to.literal())));
            }
        }
        problems.none()?;

        let value = Expr::Column(column.clone());
        let known: Vec<Expr> = branches.iter().map(|(from, _)| from.as_ref().clone()).collect();
        let otherwise = match (&config.default, config.unmapped) {
            (Some(default), _) => {
                Some(when(value.clone().is_not_null(), default.literal()).end().or_problem("/default")?)
            }
            (None, Unmapped::Keep) => Some(value.clone()),
            (None, _) => None,
        };
        let mapped = Expr::Case(Case::new(Some(Box::new(value.clone())), branches, otherwise.map(Box::new)));
        let mixed = expr::problems_of(&mapped, plan.schema(), "/mapping");
        if !mixed.is_empty() {
            let (kept, to) = (types::describe(&field), "the new values".to_owned());
            let hint = match (&config.default, config.unmapped) {
                (None, Unmapped::Keep) => {
                    format!(
                        "values that are not in the list stay {kept}; give a `default`, or set `unmapped: quarantine`"
                    )
                }
                _ => format!("make all of {to} text, or all numbers"),
            };
            return Err(mixed
                .into_iter()
                .map(|problem| Problem::new(problem.path, problem.message).hint(hint.clone()))
                .collect());
        }
        if config.default.is_none() && config.unmapped != Unmapped::Keep {
            let unknown = value.is_not_null().and(Expr::Column(column.clone()).in_list(known, true));
            let reason = when(unknown, lit("is not in the list of known values")).end().or_problem("")?;
            let rule = RejectRule { column: Some(column.name.clone()), reason };
            let on_error =
                if config.unmapped == Unmapped::Fail { OnError::Fail } else { OnError::Quarantine };
            plan = reject(plan, &cx.node, vec![rule], on_error.into());
        }
        let output = config.output.unwrap_or(column.name);
        let mapped = expr::coerced(mapped, plan.schema()).or_problem("/mapping")?;
        mapped.get_type(plan.schema()).or_problem("/mapping")?;
        out(with_columns(plan, IndexMap::from([(output, mapped)]))?)
    }
}
