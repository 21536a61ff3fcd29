//! The house rules of expressions, checked before anything is coerced.
//!
//! - Text and numbers (or times, or truth values) never mix in comparisons, arithmetic, `CASE` and the like: a
//!   text column against a number is refused, a quoted date against a date column is not.
//! - Numbers kept as exact text, because their precision is unknown, may pass through, be counted, be tested for
//!   null and be cast; nothing else, because text compares and sorts differently from numbers.
//! - Functions over several rows stand only where several rows are at hand.

use arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, ExprSchema, Result};
use datafusion::logical_expr::expr::{AggregateFunction, Case, InList, Like, ScalarFunction};
use datafusion::logical_expr::{Between, BinaryExpr, Cast, Expr, ExprSchemable, Operator, TryCast};
use std::sync::Arc;
use towpath_connect::types::{self, Logical};
use towpath_model::Problem;

use super::Place;

/// What to do with a number that is kept as text.
pub fn exact_text_hint(name: &str) -> String {
    format!("give it a precision: CAST({name} AS DECIMAL(20,4))")
}

/// Checks an expression of a node's setting.
pub(super) fn expression(expr: &Expr, schema: &DFSchema, place: &Place, path: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let _ = expr.apply(|node| {
        let refused = match (node, place) {
            (Expr::ScalarSubquery(_) | Expr::Exists(_) | Expr::InSubquery(_) | Expr::SetComparison(_), _) => {
                Some(("a subquery", "use the `sql` or `join` transform to look at other rows"))
            }
            (Expr::Unnest(_), _) => Some(("`unnest`", "use the `sql` transform to make several rows of one")),
            (Expr::AggregateFunction(_), Place::Row) => {
                Some(("a function over several rows", "use the `aggregate` or `window` transform"))
            }
            (Expr::WindowFunction(_), Place::Row | Place::Group) => {
                Some(("a window function", "use the `window` transform"))
            }
            _ => None,
        };
        if let Some((what, hint)) = refused {
            problems
                .push(Problem::new(path, format!("{what} cannot stand here: {}", short(node))).hint(hint));
            return Ok(TreeNodeRecursion::Jump);
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if problems.is_empty() {
        mixing(expr, schema, path, &mut problems);
        exact_text(expr, schema, true, path, &mut problems);
    }
    problems
}

/// The sorts of values that do not mix.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Family {
    Text,
    Number,
    Truth,
    Time,
    Other,
}

fn family(data_type: &DataType) -> Family {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Family::Text,
        DataType::Boolean => Family::Truth,
        DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Timestamp(..) => Family::Time,
        DataType::Dictionary(_, values) => family(values),
        other if other.is_numeric() => Family::Number,
        _ => Family::Other,
    }
}

/// Reports text that meets values of another sort.
pub(super) fn mixing(expr: &Expr, schema: &DFSchema, path: &str, problems: &mut Vec<Problem>) {
    let _ = expr.apply(|node| {
        match node {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_arithmetic(*op) => {
                for (side, other) in [(left, right), (right, left)] {
                    if kind(side, schema) == Some(Family::Text) {
                        problems.push(arithmetic_with_text(side, *op, other, schema, path));
                        return Ok(TreeNodeRecursion::Jump);
                    }
                }
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_comparison(*op) => {
                pair(left, right, schema, path, problems);
            }
            Expr::InList(InList { expr, list, .. }) => {
                for item in list {
                    if pair(expr, item, schema, path, problems) {
                        break;
                    }
                }
            }
            Expr::Between(Between { expr, low, high, .. }) if !pair(expr, low, schema, path, problems) => {
                pair(expr, high, schema, path, problems);
            }
            Expr::Like(Like { expr, .. }) | Expr::SimilarTo(Like { expr, .. }) => {
                if let Some(sort) =
                    kind(expr, schema).filter(|sort| *sort != Family::Text && *sort != Family::Other)
                {
                    let name = short(expr);
                    problems.push(
                        Problem::new(path, format!("LIKE compares text, but {name} is {}", word(sort)))
                            .hint(format!("make it text: `CAST({} AS VARCHAR)`", bare(expr))),
                    );
                }
            }
            Expr::Case(Case { expr: operand, when_then_expr, else_expr }) => {
                if let Some(operand) = operand {
                    for (when, _) in when_then_expr {
                        pair(operand, when, schema, path, problems);
                    }
                }
                let results: Vec<&Expr> = when_then_expr
                    .iter()
                    .map(|(_, then)| then.as_ref())
                    .chain(else_expr.as_deref())
                    .collect();
                alike(&results, "the results of CASE", schema, path, problems);
            }
            Expr::ScalarFunction(ScalarFunction { func, args })
                if matches!(func.name(), "coalesce" | "nullif" | "nvl" | "greatest" | "least" | "nvl2") =>
            {
                let skip = usize::from(func.name() == "nvl2");
                let args: Vec<&Expr> = args.iter().skip(skip).collect();
                alike(&args, &format!("the arguments of `{}`", func.name()), schema, path, problems);
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    });
}

fn is_arithmetic(op: Operator) -> bool {
    matches!(op, Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide | Operator::Modulo)
}

fn is_comparison(op: Operator) -> bool {
    matches!(
        op,
        Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom
    )
}

fn kind(expr: &Expr, schema: &DFSchema) -> Option<Family> {
    // A number kept as text has its own rule.
    let (_, field) = expr.to_field(schema).ok()?;
    if types::logical(&field) == Some(Logical::Numeric) && matches!(expr, Expr::Column(_)) {
        return None;
    }
    Some(family(field.data_type()))
}

/// Two sides of a comparison. Returns whether a problem was found.
fn pair(left: &Expr, right: &Expr, schema: &DFSchema, path: &str, problems: &mut Vec<Problem>) -> bool {
    let (Some(a), Some(b)) = (kind(left, schema), kind(right, schema)) else { return false };
    let (text, other, sort) = match (a, b) {
        (Family::Text, b) if b != Family::Text && b != Family::Other => (left, right, b),
        (a, Family::Text) if a != Family::Text && a != Family::Other => (right, left, a),
        _ => return false,
    };
    let quoted = matches!(text, Expr::Literal(..));
    if quoted && sort == Family::Time {
        return false;
    }
    let message = format!("{} is text, but {} is {}", short(text), short(other), word(sort));
    let hint = match (quoted, sort) {
        (true, Family::Number) => {
            format!("write the number without quotes: `{}`", bare(text).trim_matches('\''))
        }
        (true, _) => "write `true` or `false` without quotes".to_owned(),
        (false, _) => format!("convert it: `CAST({} AS {})`", bare(text), sql_type(other, sort, schema)),
    };
    problems.push(Problem::new(path, message).hint(hint));
    true
}

/// Values of which one is the result.
fn alike(values: &[&Expr], what: &str, schema: &DFSchema, path: &str, problems: &mut Vec<Problem>) {
    let sorts: Vec<(&Expr, Family)> = values
        .iter()
        .filter_map(|value| Some((*value, kind(value, schema)?)))
        .filter(|(_, sort)| *sort != Family::Other)
        .collect();
    let Some((text, _)) = sorts.iter().find(|(_, sort)| *sort == Family::Text) else { return };
    let Some((other, sort)) = sorts.iter().find(|(_, sort)| *sort != Family::Text) else { return };
    if *sort == Family::Time
        && sorts.iter().all(|(e, s)| *s == Family::Time || matches!(e, Expr::Literal(..)))
    {
        return;
    }
    problems.push(
        Problem::new(
            path,
            format!("{what} mix text and {}: {} and {}", plural(*sort), short(text), short(other)),
        )
        .hint(format!(
            "make them all text with `CAST({} AS VARCHAR)`, or all {}",
            bare(other),
            plural(*sort)
        )),
    );
}

fn arithmetic_with_text(text: &Expr, op: Operator, other: &Expr, schema: &DFSchema, path: &str) -> Problem {
    let problem = Problem::new(path, format!("{} is text, and `{op}` calculates with numbers", short(text)));
    let other_sort = kind(other, schema);
    match (op, other_sort, matches!(text, Expr::Literal(..))) {
        (Operator::Plus, Some(Family::Text), _) => problem.hint("join texts with `||`"),
        (_, Some(Family::Time), true) => problem.hint("add a span of time: `INTERVAL '1 day'`"),
        (_, _, true) => {
            problem.hint(format!("write the number without quotes: `{}`", bare(text).trim_matches('\'')))
        }
        _ => problem.hint(format!("convert it: `CAST({} AS DECIMAL(20,4))`", bare(text))),
    }
}

fn word(sort: Family) -> &'static str {
    match sort {
        Family::Text => "text",
        Family::Number => "a number",
        Family::Truth => "true or false",
        Family::Time => "a date or time",
        Family::Other => "something else",
    }
}

fn plural(sort: Family) -> &'static str {
    match sort {
        Family::Number => "numbers",
        Family::Truth => "truth values",
        Family::Time => "dates or times",
        Family::Text | Family::Other => "values",
    }
}

fn sql_type(expr: &Expr, sort: Family, schema: &DFSchema) -> &'static str {
    match (sort, expr.get_type(schema)) {
        (Family::Number, Ok(data_type)) if data_type.is_integer() => "BIGINT",
        (Family::Number, Ok(data_type)) if data_type.is_floating() => "DOUBLE",
        (Family::Number, _) => "DECIMAL(20,4)",
        (Family::Truth, _) => "BOOLEAN",
        (Family::Time, Ok(DataType::Date32)) => "DATE",
        (Family::Time, Ok(DataType::Time32(_) | DataType::Time64(_))) => "TIME",
        (Family::Time, Ok(DataType::Timestamp(_, Some(_)))) => "TIMESTAMPTZ",
        (Family::Time, _) => "TIMESTAMP",
        _ => "VARCHAR",
    }
}

/// An expression as users may have written it, in backticks and not too long.
pub(super) fn short(expr: &Expr) -> String {
    format!("`{}`", bare(expr))
}

fn bare(expr: &Expr) -> String {
    let text = match expr {
        Expr::Column(column) => column.flat_name(),
        Expr::Alias(alias) => bare(&alias.expr),
        Expr::Literal(value, _) => match value.try_as_str() {
            Some(text) => format!("'{}'", text.unwrap_or_default()),
            None => value.to_string(),
        },
        Expr::ScalarFunction(call) => {
            format!("{}({})", call.func.name(), call.args.iter().map(bare).collect::<Vec<_>>().join(", "))
        }
        Expr::AggregateFunction(AggregateFunction { func, params }) => {
            format!("{}({})", func.name(), params.args.iter().map(bare).collect::<Vec<_>>().join(", "))
        }
        other => other.human_display().to_string(),
    };
    if text.chars().count() <= 60 {
        text
    } else {
        format!("{}…", text.chars().take(59).collect::<String>())
    }
}

/// Reports numbers kept as text where they would be taken for text.
pub(super) fn exact_text(
    expr: &Expr,
    schema: &DFSchema,
    allowed: bool,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    if let Expr::Column(column) = expr {
        let kept = schema.field_from_column(column).ok().is_some_and(|field| is_exact_text(field));
        if kept && !allowed {
            problems.push(exact_text_problem(&column.name, path));
        }
        return;
    }
    let allowed = match expr {
        Expr::Alias(_) => allowed,
        Expr::Cast(_) | Expr::TryCast(_) | Expr::IsNull(_) | Expr::IsNotNull(_) => true,
        Expr::AggregateFunction(AggregateFunction { func, params }) => {
            func.name() == "count" && !params.distinct
        }
        _ => false,
    };
    let _ = expr.apply_children(|child| {
        exact_text(child, schema, allowed, path, problems);
        Ok(TreeNodeRecursion::Continue)
    });
}

fn exact_text_problem(name: &str, path: &str) -> Problem {
    let message =
        format!("`{name}` is a number of unknown precision, kept as exact text; it cannot be used like this");
    Problem::new(path, message).hint(exact_text_hint(name))
}

/// The problem of a function that refuses text, or the true reason when that text is a number kept as text.
pub(super) fn or_exact_text(problem: Problem, exact: Option<&str>) -> Problem {
    match exact {
        Some(name) if problem.message.contains(" does not take ") => exact_text_problem(name, &problem.path),
        _ => problem,
    }
}

/// Whether a column holds numbers as exact text.
pub(super) fn is_exact_text(field: &Field) -> bool {
    types::logical(field) == Some(Logical::Numeric)
}

/// Makes casts drop the logical type of what they cast: a JSON text cast to a number is no JSON any more.
pub(super) fn forget_types_of_casts(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    let named = |data_type: &DataType| Arc::new(Field::new("cast", data_type.clone(), true));
    expr.transform_up(|node| {
        let (Expr::Cast(Cast { expr: inner, field }) | Expr::TryCast(TryCast { expr: inner, field })) = &node
        else {
            return Ok(Transformed::no(node));
        };
        let has_metadata = inner.to_field(schema).is_ok_and(|(_, from)| !from.metadata().is_empty());
        if !has_metadata || !field.name().is_empty() {
            return Ok(Transformed::no(node));
        }
        let field = named(field.data_type());
        Ok(Transformed::yes(match node {
            Expr::Cast(Cast { expr, .. }) => Expr::Cast(Cast::new_from_field(expr, field)),
            Expr::TryCast(TryCast { expr, .. }) => Expr::TryCast(TryCast::new_from_field(expr, field)),
            other => other,
        }))
    })
    .map(|transformed| transformed.data)
}
