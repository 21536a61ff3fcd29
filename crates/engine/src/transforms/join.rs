//! Puts the rows of two inputs side by side.

use std::collections::HashSet;

use async_trait::async_trait;
use datafusion::common::{Column, JoinType};
use datafusion::functions::expr_fn::coalesce;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;
use towpath_model::sql::SqlText;

use super::common::{OrProblem, Problems, named, out, project};
use super::keys::{Keys, keys};
use crate::transform::{InputPorts, Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Puts the rows of two inputs side by side where their keys are equal.
///
/// Missing keys match nothing, not even each other. A row that matches several others appears once for each. The
/// columns of the left input come first; a key that has the same name on both sides appears once; other columns of
/// the same name get a suffix. The right input is kept in memory while the left flows past (or the other way round
/// where both sizes are known): put the larger one on the left.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Which rows stay when nothing matches.
    #[serde(default)]
    pub(super) kind: Kind,
    /// Columns that must be equal: a name that both sides have, or `left = right`, for example
    /// `[country, customer_id = id]`.
    #[serde(default)]
    pub(super) on: Vec<String>,
    /// A further condition on both rows, whose columns are named `left.amount` and `right.amount`, for example
    /// `left.day between right.valid_from and right.valid_to`.
    #[serde(default, rename = "where")]
    pub(super) condition: Option<SqlText>,
    /// What is added to the names of columns that both sides have: two endings, for the left and the right.
    #[serde(default = "suffixes")]
    pub(super) suffixes: [String; 2],
}

fn suffixes() -> [String; 2] {
    [String::new(), "_right".to_owned()]
}

/// Which rows a join gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Pairs that match.
    #[default]
    Inner,
    /// Pairs that match, and rows of the left that match nothing.
    Left,
    /// Pairs that match, and rows of the right that match nothing.
    Right,
    /// Pairs that match, and rows of both sides that match nothing.
    Full,
    /// Rows of the left that match something, once each, without the columns of the right.
    Semi,
    /// Rows of the left that match nothing.
    Anti,
    /// Every row of the left with every row of the right.
    Cross,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Join;

#[async_trait]
impl TransformDef for Join {
    type Config = Config;
    const NAME: &'static str = "join";
    const TITLE: &'static str = "Join";
    const SUMMARY: &'static str = "Puts the rows of two inputs side by side where their keys are equal.";
    const GROUP: &'static str = "combine";
    const INPUTS: InputPorts = InputPorts::Named(&["left", "right"]);
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-join
nodes:
  orders: { source: file, path: orders.csv }
  people: { source: file, path: people.csv }
  named: { transform: join, from: { left: orders, right: people }, kind: left, on: [customer_id = id] }
  strangers: { transform: join, from: [orders, people], kind: anti, on: [customer_id = id] }
tests:
  - name: orders with the names of customers
    given:
      orders: [{ id: 1, customer_id: 7 }, { id: 2, customer_id: null }]
      people: [{ id: 7, name: Ann }, { id: null, name: Nobody }]
    expect:
      named:
        - { id: 1, customer_id: 7, id_right: 7, name: Ann }
        - { id: 2, customer_id: null, id_right: null, name: null }
      strangers: [{ id: 2, customer_id: null }]
";

    async fn plan(config: Config, mut inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let left = named(&mut inputs, "left")?;
        let right = named(&mut inputs, "right")?;
        let mut problems = Problems::default();
        match (config.kind, config.on.is_empty(), &config.condition) {
            (Kind::Cross, false, _) => {
                problems.push(Problem::new("/on", "a cross join has no keys").hint("use kind `inner`"));
            }
            (Kind::Cross, true, _) | (_, false, _) | (_, true, Some(_)) => {}
            (_, true, None) => problems.push(
                Problem::new("/on", "say which columns must be equal")
                    .hint("for every pair of rows, use kind `cross`"),
            ),
        }
        let keys = problems.take(keys(&config.on, left.schema(), right.schema(), "/on")).unwrap_or_default();
        problems.none()?;

        let left_columns: Vec<String> =
            left.schema().fields().iter().map(|field| field.name().clone()).collect();
        let right_columns: Vec<String> =
            right.schema().fields().iter().map(|field| field.name().clone()).collect();
        let builder = |plan: LogicalPlan, name: &str| LogicalPlanBuilder::new(plan).alias(name);
        let left = builder(left, "left").and_then(LogicalPlanBuilder::build).or_problem("")?;
        let right = builder(right, "right").and_then(LogicalPlanBuilder::build).or_problem("")?;
        let both = left.schema().join(right.schema()).or_problem("")?;
        let condition =
            config.condition.as_ref().map(|sql| cx.condition(sql, &both, "/where")).transpose()?;

        let kind = match config.kind {
            Kind::Inner | Kind::Cross => JoinType::Inner,
            Kind::Left => JoinType::Left,
            Kind::Right => JoinType::Right,
            Kind::Full => JoinType::Full,
            Kind::Semi => JoinType::LeftSemi,
            Kind::Anti => JoinType::LeftAnti,
        };
        let plan = LogicalPlanBuilder::new(left);
        let plan = if keys.is_empty() && condition.is_none() {
            plan.cross_join(right)
        } else if keys.is_empty() {
            plan.join_on(right, kind, condition)
        } else {
            plan.join(right, kind, keys.qualified("left", "right"), condition)
        };
        let plan = plan.and_then(LogicalPlanBuilder::build).or_problem("/on")?;

        let columns = output(&config, &keys, &left_columns, &right_columns)?;
        out(project(plan, columns)?)
    }
}

/// The columns of the result, each with its name.
fn output(
    config: &Config,
    keys: &Keys,
    left: &[String],
    right: &[String],
) -> Result<Vec<Expr>, Vec<Problem>> {
    let column = |side: &str, name: &str| Expr::Column(Column::new(Some(side), name));
    if matches!(config.kind, Kind::Semi | Kind::Anti) {
        return Ok(left.iter().map(|name| column("left", name).alias(name)).collect());
    }
    let shared: HashSet<&str> = keys.shared().collect();
    let both = |name: &String| left.contains(name) && right.contains(name) && !shared.contains(name.as_str());
    let ending =
        |name: &String, suffix: &str| if both(name) { format!("{name}{suffix}") } else { name.clone() };
    let [left_suffix, right_suffix] = &config.suffixes;

    let mut columns: Vec<(String, Expr)> = Vec::new();
    for name in left {
        let value = match config.kind {
            Kind::Right if shared.contains(name.as_str()) => column("right", name),
            Kind::Full if shared.contains(name.as_str()) => {
                coalesce(vec![column("left", name), column("right", name)])
            }
            _ => column("left", name),
        };
        columns.push((ending(name, left_suffix), value));
    }
    for name in right.iter().filter(|name| !shared.contains(name.as_str())) {
        columns.push((ending(name, right_suffix), column("right", name)));
    }

    let mut seen = HashSet::new();
    let mut problems = Problems::default();
    for (name, _) in &columns {
        if !seen.insert(name.clone()) {
            problems.push(
                Problem::new("/suffixes", format!("two columns would be called `{name}`"))
                    .hint("choose two different endings that make every name unique"),
            );
        }
    }
    problems.none()?;
    Ok(columns.into_iter().map(|(name, value)| value.alias(name)).collect())
}
