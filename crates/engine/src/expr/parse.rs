//! From text to a syntax tree, with bound values kept apart.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::Placeholder;
use datafusion::sql::sqlparser::ast::{self, BinaryOperator};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::Token;
use towpath_model::Problem;
use towpath_model::params::ParamType;
use towpath_model::sql::{Bind, SqlText};

/// A bound value as a literal.
#[derive(Debug, Clone)]
pub(crate) struct BoundValue(pub(crate) ScalarValue);

impl BoundValue {
    /// Its type, for planning.
    pub(crate) fn field(&self) -> FieldRef {
        Arc::new(Field::new("value", self.0.data_type(), true))
    }
}

/// A syntax tree and the values of its placeholders, in order.
#[derive(Debug)]
pub(crate) struct Parsed<T> {
    pub(crate) ast: T,
    pub(crate) values: Vec<BoundValue>,
}

/// How deep parentheses and subqueries may nest.
const DEPTH: usize = 64;
/// How many operators of arithmetic may follow each other; longer chains would exhaust the stack of a thread.
const OPERATORS: usize = 80;
/// How many conditions may follow each other, for the same reason.
const CONDITIONS: usize = 400;

/// Parses one expression.
pub(crate) fn expression(sql: &SqlText, path: &str) -> std::result::Result<Parsed<ast::Expr>, Vec<Problem>> {
    let (text, values) = bound(sql, path)?;
    if text.trim().is_empty() {
        return Err(vec![Problem::new(path, "the expression is empty")]);
    }
    let ast = prepare(&text, path).and_then(|mut parser| {
        let mut ast = parser.parse_expr().map_err(|error| syntax(&error, path))?;
        end(&mut parser, path, "an expression ends here")?;
        balance(&mut ast);
        Ok(ast)
    });
    Ok(Parsed { ast: ast.map_err(|problem| vec![problem])?, values })
}

/// Parses one query.
pub(crate) fn query(sql: &SqlText, path: &str) -> std::result::Result<Parsed<ast::Query>, Vec<Problem>> {
    let (text, values) = bound(sql, path)?;
    if text.trim().is_empty() {
        return Err(vec![Problem::new(path, "the query is empty")]);
    }
    let ast = prepare(&text, path).and_then(|mut parser| {
        let statement = parser.parse_statement().map_err(|error| syntax(&error, path))?;
        while parser.consume_token(&Token::SemiColon) {}
        if parser.peek_token().token != Token::EOF {
            return Err(Problem::new(path, "more than one statement").hint("write a single SELECT"));
        }
        match statement {
            ast::Statement::Query(mut query) => {
                balance(query.as_mut());
                Ok(*query)
            }
            other => {
                let text = other.to_string();
                let verb = text.split_whitespace().next().unwrap_or_default().to_uppercase();
                Err(Problem::new(path, format!("`{verb}` is not a query")).hint(
                    "write a single SELECT; tables are read and written by source and destination nodes",
                ))
            }
        }
    });
    Ok(Parsed { ast: ast.map_err(|problem| vec![problem])?, values })
}

/// A chain of operators without a break.
#[derive(Default)]
struct Chain {
    length: usize,
    longest: usize,
}

impl Chain {
    fn end(&mut self) {
        self.longest = self.longest.max(self.length);
        self.length = 0;
    }
}

/// Makes chains of `AND` and `OR` as flat as they can be: many conditions in a row would otherwise become a tree as
/// deep as the chain is long, and what walks it would need as much stack.
fn balance<V: ast::VisitMut>(node: &mut V) {
    struct Balancer;
    impl ast::VisitorMut for Balancer {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut ast::Expr) -> ControlFlow<()> {
            if let ast::Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = expr {
                let op = op.clone();
                let whole = std::mem::replace(expr, ast::Expr::value(ast::Value::Null));
                *expr = tree(operands(whole, &op), &op);
            }
            ControlFlow::Continue(())
        }
    }
    let _ = ast::VisitMut::visit(node, &mut Balancer);
}

/// The operands of a chain, in order.
fn operands(whole: ast::Expr, op: &BinaryOperator) -> Vec<ast::Expr> {
    let (mut found, mut rest) = (Vec::new(), whole);
    loop {
        match rest {
            ast::Expr::BinaryOp { left, op: inner, right } if inner == *op => {
                found.push(*right);
                rest = *left;
            }
            first => {
                found.push(first);
                found.reverse();
                return found;
            }
        }
    }
}

fn tree(mut operands: Vec<ast::Expr>, op: &BinaryOperator) -> ast::Expr {
    if operands.len() <= 1 {
        return operands.pop().unwrap_or_else(|| ast::Expr::value(ast::Value::Null));
    }
    let right = operands.split_off(operands.len() / 2);
    let (left, right) = (tree(operands, op), tree(right, op));
    ast::Expr::BinaryOp { left: Box::new(left), op: op.clone(), right: Box::new(right) }
}

fn prepare<'a>(text: &str, path: &str) -> std::result::Result<Parser<'a>, Problem> {
    let parser = Parser::new(&GenericDialect {})
        .with_recursion_limit(DEPTH)
        .try_with_sql(text)
        .map_err(|error| syntax(&error, path))?;
    // Counted on a copy: a chain of operators becomes a tree as deep as the chain is long.
    let mut count =
        Parser::new(&GenericDialect {}).try_with_sql(text).map_err(|error| syntax(&error, path))?;
    let (mut operators, mut conditions) = (Chain::default(), Chain::default());
    loop {
        match count.next_token().token {
            Token::EOF => break,
            Token::Comma | Token::SemiColon => {
                operators.end();
                conditions.end();
            }
            Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::StringConcat => {
                operators.length += 1;
            }
            Token::Word(word) if word.quote_style.is_none() => {
                match word.value.to_ascii_lowercase().as_str() {
                    "and" | "or" => {
                        operators.end();
                        conditions.length += 1;
                    }
                    "when" | "then" | "else" | "select" | "from" | "where" => {
                        operators.end();
                        conditions.end();
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    operators.end();
    conditions.end();
    for (chain, limit, what) in [(operators, OPERATORS, "operators"), (conditions, CONDITIONS, "conditions")]
    {
        if chain.longest > limit {
            return Err(Problem::new(path, format!("more than {limit} {what} in a row"))
                .hint("write a list: `column in (…)`, or split the expression"));
        }
    }
    Ok(parser)
}

fn end(parser: &mut Parser<'_>, path: &str, message: &str) -> std::result::Result<(), Problem> {
    let token = parser.peek_token();
    if token.token == Token::EOF {
        return Ok(());
    }
    let place = token.span.start;
    Err(Problem::new(
        path,
        format!("{message}, but `{}` follows at line {}, column {}", token.token, place.line, place.column),
    ))
}

fn syntax(error: &ParserError, path: &str) -> Problem {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => {
            return Problem::new(path, "the SQL nests too deeply").hint("split it into several nodes");
        }
    };
    let text = text.replace(" at Line: ", " at line ").replace(", Column: ", ", column ");
    let text = text.replace("found: EOF", "found: the end");
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    Problem::new(path, format!("syntax error: {first}{}", letters.as_str()))
}

fn bound(sql: &SqlText, path: &str) -> std::result::Result<(String, Vec<BoundValue>), Vec<Problem>> {
    let (text, binds) = sql.render(|n| format!("${n}"));
    let values: std::result::Result<Vec<_>, _> = binds
        .into_iter()
        .map(|bind| literal(bind).map(BoundValue).ok_or_else(|| vec![wrong_value(bind, path)]))
        .collect();
    Ok((text, values?))
}

fn wrong_value(bind: &Bind, path: &str) -> Problem {
    let text = bind.text().unwrap_or_default();
    Problem::new(path, format!("`{text}` is not of type {}", bind.kind.name()))
}

/// The literal of a bound value; `None` when the value is not of its type.
fn literal(bind: &Bind) -> Option<ScalarValue> {
    let text = bind.text();
    let Some(text) = text else {
        return ScalarValue::try_from(&match bind.kind {
            ParamType::String => DataType::Utf8,
            ParamType::Integer => DataType::Int64,
            ParamType::Number => DataType::Float64,
            ParamType::Boolean => DataType::Boolean,
            ParamType::Date => DataType::Date32,
            ParamType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        })
        .ok();
    };
    match bind.kind {
        ParamType::String => Some(ScalarValue::Utf8(Some(text))),
        ParamType::Integer => text.parse().ok().map(|n| ScalarValue::Int64(Some(n))),
        // Like a number written in the text: exact when it has at most 38 digits.
        ParamType::Number => {
            decimal(&text).or_else(|| text.parse().ok().map(|n| ScalarValue::Float64(Some(n))))
        }
        ParamType::Boolean => text.parse().ok().map(|flag| ScalarValue::Boolean(Some(flag))),
        ParamType::Date => {
            let date: jiff::civil::Date = text.parse().ok()?;
            let days = jiff::civil::date(1970, 1, 1).until(date).ok()?.get_days();
            Some(ScalarValue::Date32(Some(days)))
        }
        ParamType::Timestamp => {
            let instant: jiff::Timestamp = text.parse().ok()?;
            Some(ScalarValue::TimestampMicrosecond(Some(instant.as_microsecond()), Some("UTC".into())))
        }
    }
}

/// A number written with decimals, exactly; `None` when it has more than 38 digits or an exponent.
pub(crate) fn decimal(text: &str) -> Option<ScalarValue> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}");
    let scale = i8::try_from(fraction.len()).ok()?;
    let value: i128 = digits.parse().ok()?;
    let count = u8::try_from(digits.trim_start_matches(['-', '+', '0']).len()).ok()?;
    let precision = count.max(u8::try_from(scale).ok()?).max(1);
    (precision <= 38).then_some(ScalarValue::Decimal128(Some(value), precision, scale))
}

/// Puts the values in place of their placeholders.
pub(crate) fn insert_values(expr: Expr, values: &[BoundValue]) -> Result<Expr> {
    expr.transform(|node| match &node {
        Expr::Placeholder(Placeholder { id, .. }) => {
            let index = id.strip_prefix('$').and_then(|n| n.parse::<usize>().ok());
            match index.and_then(|n| values.get(n.wrapping_sub(1))) {
                Some(value) => Ok(Transformed::yes(Expr::Literal(value.0.clone(), None))),
                None => datafusion::common::plan_err!("`{id}` has no value"),
            }
        }
        _ => Ok(Transformed::no(node)),
    })
    .map(|transformed| transformed.data)
}

/// Gives every call of a function over several rows the window, unless it says `OVER` itself.
pub(crate) fn add_window(expr: &mut ast::Expr, window: &ast::WindowSpec, takes_rows: &dyn Fn(&str) -> bool) {
    let _ = ast::visit_expressions_mut(expr, |expr| {
        if let ast::Expr::Function(call) = expr
            && call.over.is_none()
            && takes_rows(&call.name.to_string().to_lowercase())
        {
            call.over = Some(ast::WindowType::WindowSpec(window.clone()));
        }
        ControlFlow::<()>::Continue(())
    });
}
