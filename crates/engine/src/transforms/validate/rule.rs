//! One rule as checks that rows may break.

use arrow::datatypes::{DataType, Field, TimeUnit};
use datafusion::common::DFSchema;
use datafusion::functions::expr_fn::{character_length, regexp_like};
use datafusion::logical_expr::{Expr, lit};
use regex::Regex;
use towpath_connect::types::{self, Logical};
use towpath_model::Problem;

use super::super::common::{OrProblem, Planned, Problems, comparable, wrong_pattern};
use super::super::scalar::Scalar;
use super::{Kind, Rule};
use crate::expr;
use crate::functions::convert::{Conversion, convert};
use crate::functions::types::TypeName;
use crate::transform::PlanContext;

/// Something that a row may break.
#[derive(Debug)]
pub(super) struct Check {
    /// The column it is about.
    pub(super) column: Option<String>,
    /// True when the row breaks it; false or null when not.
    pub(super) broken: Expr,
    /// The reason, in words.
    pub(super) reason: String,
}

/// The checks of a rule, but for `unique`, which needs other rows.
pub(super) fn checks(rule: &Rule, schema: &DFSchema, cx: &PlanContext, path: &str) -> Planned<Vec<Check>> {
    let mut problems = Problems::default();
    let mut checks: Vec<Check> = Vec::new();
    if let Some(sql) = &rule.expression
        && let Some(condition) = problems.take(cx.condition(sql, schema, &format!("{path}/expression")))
    {
        let text = sql.render(|_| "…".to_owned()).0;
        checks.push(Check {
            column: None,
            broken: condition.is_false(),
            reason: format!("`{text}` does not hold"),
        });
    }
    let on_column = rule.not_null
        || rule.unique
        || rule.kind.is_some()
        || rule.pattern.is_some()
        || rule.min.is_some()
        || rule.max.is_some()
        || rule.min_length.is_some()
        || rule.max_length.is_some()
        || !rule.in_set.is_empty();
    match &rule.column {
        None if on_column => problems.push(Problem::new(path, "say which `column` the rule is about")),
        None if rule.expression.is_none() => {
            problems.push(
                Problem::new(path, "the rule checks nothing")
                    .hint("add `not_null`, `min`, `pattern` or an `expression`"),
            );
        }
        Some(_) if !on_column && rule.expression.is_none() => {
            problems.push(
                Problem::new(path, "the rule checks nothing")
                    .hint("add `not_null`, `min`, `pattern` or `type`"),
            );
        }
        Some(name) => {
            if let Some(column) = problems.take_one(expr::column(schema, name, &format!("{path}/column"))) {
                let field = schema.field_with_unqualified_name(&column.name).or_problem(path)?;
                if rule.unique {
                    problems.take(comparable(
                        schema,
                        std::slice::from_ref(&column),
                        &format!("{path}/column"),
                    ));
                }
                let checked = on_value(rule, field, Expr::Column(column.clone()), path);
                if let Some(checked) = problems.take(checked) {
                    let name = column.name;
                    checks.extend(checked.into_iter().map(|(broken, reason)| Check {
                        column: Some(name.clone()),
                        broken,
                        reason,
                    }));
                }
            }
        }
        None => {}
    }
    problems.none()?;
    if let Some(message) = &rule.message {
        checks.iter_mut().for_each(|check| check.reason.clone_from(message));
    }
    Ok(checks)
}

/// What a value breaks, each with its reason.
pub(in crate::transforms) fn on_value(
    rule: &Rule,
    field: &Field,
    value: Expr,
    path: &str,
) -> Planned<Vec<(Expr, String)>> {
    let mut problems = Problems::default();
    let mut checks: Vec<(Expr, String)> = Vec::new();
    if rule.not_null {
        checks.push((value.clone().is_null(), "is missing".to_owned()));
    }
    if let Some(kind) = rule.kind {
        checks.extend(problems.take_one(of_kind(kind, field, &value, &format!("{path}/type"))));
    }
    let is_text = field.data_type().is_string();
    let mut needs_text = |key: &str| {
        if !is_text {
            problems.push(
                Problem::new(
                    format!("{path}/{key}"),
                    format!("`{}` is {}, not text", field.name(), types::describe(field)),
                )
                .hint("use `min` and `max` for numbers and dates"),
            );
        }
        is_text
    };
    if let Some(pattern) = &rule.pattern
        && needs_text("pattern")
    {
        match Regex::new(pattern) {
            Ok(_) => checks.push((
                !regexp_like(value.clone(), lit(pattern), None),
                format!("does not match `{pattern}`"),
            )),
            Err(error) => return Err(vec![wrong_pattern(pattern, &error, &format!("{path}/pattern"))]),
        }
    }
    if let Some(least) = rule.min_length
        && needs_text("min_length")
    {
        checks.push((
            character_length(value.clone()).lt(lit(i64::from(least))),
            format!("is shorter than {least} characters"),
        ));
    }
    if let Some(most) = rule.max_length
        && needs_text("max_length")
    {
        checks.push((
            character_length(value.clone()).gt(lit(i64::from(most))),
            format!("is longer than {most} characters"),
        ));
    }
    let limit = |scalar: &Scalar, key: &str| scalar.compared_with(field, &format!("{path}/{key}"));
    if let Some(min) = &rule.min
        && let Some(least) = problems.take_one(limit(min, "min"))
    {
        checks.push((value.clone().lt(least), format!("is below {}", min.text())));
    }
    if let Some(max) = &rule.max
        && let Some(most) = problems.take_one(limit(max, "max"))
    {
        checks.push((value.clone().gt(most), format!("is above {}", max.text())));
    }
    let mut allowed = Vec::new();
    for (index, scalar) in rule.in_set.iter().enumerate() {
        allowed.extend(problems.take_one(limit(scalar, &format!("in_set/{index}"))));
    }
    if !allowed.is_empty() {
        let list: Vec<String> = rule.in_set.iter().take(10).map(Scalar::text).collect();
        let more = if rule.in_set.len() > 10 { ", …" } else { "" };
        checks.push((value.in_list(allowed, true), format!("is not one of {}{more}", list.join(", "))));
    }
    problems.none()?;
    Ok(checks)
}

const EMAIL: &str = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$";
const URL: &str = r"^https?://[^\s/?#]+[^\s]*$";

fn of_kind(kind: Kind, field: &Field, value: &Expr, path: &str) -> Result<(Expr, String), Problem> {
    let wide = || DataType::Decimal256(76, 30);
    let (data_type, logical, name) = match kind {
        Kind::Email => return of_pattern(EMAIL, "an e-mail address", field, value, path),
        Kind::Url => return of_pattern(URL, "a web address", field, value, path),
        Kind::Integer => (DataType::Decimal256(76, 0), None, "a whole number"),
        Kind::Number if field.data_type().is_string() => (DataType::Float64, None, "a number"),
        Kind::Number => (wide(), None, "a number"),
        Kind::Boolean => (DataType::Boolean, None, "true or false"),
        Kind::Date => (DataType::Date32, None, "a date"),
        Kind::Timestamp => (DataType::Timestamp(TimeUnit::Microsecond, None), None, "a timestamp"),
        Kind::Uuid => (DataType::Utf8, Some(Logical::Uuid), "a UUID"),
        Kind::Json => (DataType::Utf8, Some(Logical::Json), "JSON"),
    };
    let conversion = Conversion { to: TypeName { data_type, logical }, format: None, zone: None };
    if !conversion.takes(field.data_type()) {
        let message = format!("`{}` is {}, which is never {name}", field.name(), types::describe(field));
        return Err(Problem::new(path, message));
    }
    let broken = value.clone().is_not_null().and(convert(conversion, value.clone()).is_null());
    Ok((broken, format!("is not {name}")))
}

fn of_pattern(
    pattern: &str,
    name: &str,
    field: &Field,
    value: &Expr,
    path: &str,
) -> Result<(Expr, String), Problem> {
    if !field.data_type().is_string() {
        let message = format!("`{}` is {}, which is never {name}", field.name(), types::describe(field));
        return Err(Problem::new(path, message));
    }
    Ok((!regexp_like(value.clone(), lit(pattern), None), format!("is not {name}")))
}
