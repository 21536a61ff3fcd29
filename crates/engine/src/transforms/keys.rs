//! Columns of two inputs that must be equal, as `join` and `lookup` take them.

use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::BinaryExpr;
use datafusion::logical_expr::{Expr, Operator};
use towpath_model::Problem;

use super::common::{Planned, Problems, comparable};
use crate::expr;

/// Pairs of columns.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pairs: Vec<(String, String)>,
}

impl Keys {
    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The columns of both sides under the names of the sides.
    pub(super) fn qualified(&self, left: &str, right: &str) -> (Vec<Column>, Vec<Column>) {
        let of = |side: &str, name: &str| Column::new(Some(side), name);
        self.pairs.iter().map(|(l, r)| (of(left, l), of(right, r))).unzip()
    }

    /// The names of the right side.
    pub(super) fn right(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(_, right)| right.as_str())
    }

    /// The names of the left side.
    pub(super) fn left(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(left, _)| left.as_str())
    }

    /// Keys that have the same name on both sides.
    pub(super) fn shared(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(|(left, right)| left == right).map(|(left, _)| left.as_str())
    }
}

/// Reads keys: `name`, or `left = right`.
pub(super) fn keys(on: &[String], left: &DFSchema, right: &DFSchema, path: &str) -> Planned<Keys> {
    let mut problems = Problems::default();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (index, written) in on.iter().enumerate() {
        let path = format!("{path}/{index}");
        let is_name = left.has_column_with_unqualified_name(written);
        let (a, b) = match written.split_once('=') {
            Some((a, b)) if !is_name => (a.trim(), b.trim()),
            _ => (written.trim(), written.trim()),
        };
        let a =
            problems.take_one(expr::column(left, a, &path).map_err(|problem| side(problem, "left", a, b)));
        let b =
            problems.take_one(expr::column(right, b, &path).map_err(|problem| side(problem, "right", b, b)));
        let (Some(a), Some(b)) = (a, b) else { continue };
        problems.take(comparable(left, std::slice::from_ref(&a), &path).map_err(|p| at(p, &path)));
        problems.take(comparable(right, std::slice::from_ref(&b), &path).map_err(|p| at(p, &path)));
        if let Some(problem) = unlike(left, &a, right, &b, &path) {
            problems.push(problem);
        }
        pairs.push((a.name, b.name));
    }
    problems.none()?;
    Ok(Keys { pairs })
}

fn at(problems: Vec<Problem>, path: &str) -> Vec<Problem> {
    problems
        .into_iter()
        .map(|mut problem| {
            path.clone_into(&mut problem.path);
            problem
        })
        .collect()
}

fn side(mut problem: Problem, side: &str, name: &str, _: &str) -> Problem {
    if problem.message == format!("there is no column `{name}`") {
        problem.message = format!("there is no column `{name}` in the {side} input");
    }
    problem
}

/// The house rule on comparing, for two columns of different inputs.
fn unlike(left: &DFSchema, a: &Column, right: &DFSchema, b: &Column, path: &str) -> Option<Problem> {
    let qualify = |schema: &DFSchema, side: &str, column: &Column| {
        let field = schema.field_with_unqualified_name(&column.name).ok()?;
        Some((Some(side.into()), std::sync::Arc::new(field.as_ref().clone())))
    };
    let fields = vec![qualify(left, "left", a)?, qualify(right, "right", b)?];
    let schema = DFSchema::new_with_metadata(fields, std::collections::HashMap::new()).ok()?;
    let equal = Expr::BinaryExpr(BinaryExpr::new(
        Box::new(Expr::Column(Column::new(Some("left"), &a.name))),
        Operator::Eq,
        Box::new(Expr::Column(Column::new(Some("right"), &b.name))),
    ));
    expr::problems_of(&equal, &schema, path).into_iter().next()
}
