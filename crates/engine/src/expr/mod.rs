//! Expressions and SQL in documents: one language everywhere, DataFusion's SQL.
//!
//! Text is parsed ([`parse`]), its names are settled against the columns at hand ([`names`]), it is planned, and
//! the plan is checked against the house rules ([`rules`]): text and numbers never mix silently. Whatever is wrong
//! becomes a [`Problem`] in words that users know ([`problems`]).
//!
//! Invariants:
//! - a bound value becomes a typed literal, never text that is parsed;
//! - a column is found by its exact name first, then without regard to case when that is unambiguous; a quoted
//!   name is exact;
//! - what is returned has the types it will have when it runs: coercion is done here, not left to the optimiser.

mod names;
pub mod overflow;
mod parse;
pub mod problems;
mod provider;
pub mod query;
mod query_names;
mod rules;

use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::DFSchema;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::prelude::SessionConfig;
use datafusion::sql::planner::{PlannerContext, SqlToRel};
use datafusion::sql::sqlparser::ast;
use indexmap::IndexMap;
use towpath_connect::types;
use towpath_model::Problem;
use towpath_model::sql::SqlText;

pub use names::{column, columns, same_name};
pub(crate) use parse::decimal as number;
use provider::Provider;
pub use rules::exact_text_hint;

use crate::transform::PlanContext;

/// Where an expression stands, which decides what may be in it.
#[derive(Debug, Clone)]
pub enum Place {
    /// Computed for one row from its own columns.
    Row,
    /// Computed for a group of rows; functions such as `sum` are allowed.
    Group,
    /// Computed for a row among others; functions get this window unless they say `OVER`.
    Window(ast::WindowSpec),
}

/// The settings of DataFusion that the language of documents needs.
///
/// Names keep their case, decimals written in SQL are exact, text is one type, times without zone are UTC, and rows
/// keep the order of their source as long as no operator needs another.
pub fn session_config() -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_round_robin_repartition(false)
        .with_information_schema(false)
        .with_create_default_catalog_and_schema(false);
    let options = config.options_mut();
    options.sql_parser.enable_ident_normalization = false;
    options.sql_parser.parse_float_as_decimal = true;
    options.sql_parser.map_string_types_to_utf8view = false;
    options.execution.time_zone = Some("UTC".into());
    config
}

impl PlanContext {
    /// Plans an expression over the columns of one row.
    pub fn expr(&self, sql: &SqlText, schema: &DFSchema, path: &str) -> Result<Expr, Vec<Problem>> {
        self.expr_at(sql, schema, path, Place::Row)
    }

    /// Plans a condition over the columns of one row.
    pub fn condition(&self, sql: &SqlText, schema: &DFSchema, path: &str) -> Result<Expr, Vec<Problem>> {
        let expr = self.expr(sql, schema, path)?;
        let field = self.field(&expr, schema, path)?;
        match field.data_type() {
            DataType::Boolean | DataType::Null => Ok(expr),
            other => Err(vec![
                Problem::new(
                    path,
                    format!("a condition must be true or false, but this is {}", types::describe_type(other)),
                )
                .hint("compare it with something, for example `amount > 0`"),
            ]),
        }
    }

    /// Plans an expression for its place.
    pub fn expr_at(
        &self,
        sql: &SqlText,
        schema: &DFSchema,
        path: &str,
        place: Place,
    ) -> Result<Expr, Vec<Problem>> {
        let mut parsed = parse::expression(sql, path)?;
        let mut problems = names::settle(&mut parsed.ast, schema, path);
        problems.extend(names::unknown_functions(&parsed.ast, &self.state, path));
        if !problems.is_empty() {
            return Err(problems);
        }
        if let Place::Window(window) = &place {
            parse::add_window(&mut parsed.ast, window, &|name| {
                self.state.aggregate_functions().contains_key(name)
                    || self.state.window_functions().contains_key(name)
            });
        }

        let exact = names::exact_text_named(&parsed.ast, [schema]);
        let provider = Provider::new(&self.state, IndexMap::new());
        let mut planning = PlannerContext::new()
            .with_prepare_param_data_types(parsed.values.iter().map(|v| Some(v.field())).collect());
        let expr = SqlToRel::new(&provider)
            .sql_to_expr(parsed.ast, schema, &mut planning)
            .and_then(|expr| parse::insert_values(expr, &parsed.values))
            .map_err(|error| {
                vec![rules::or_exact_text(problems::planning(&error, path), exact.as_deref())]
            })?;

        let problems = rules::expression(&expr, schema, &place, path);
        if !problems.is_empty() {
            return Err(problems);
        }
        let expr = rules::forget_types_of_casts(expr, schema)
            .and_then(|expr| coerced(expr, schema))
            .map_err(|error| vec![problems::planning(&error, path)])?;
        self.field(&expr, schema, path)?;
        match overflow::impossible(&expr, schema, path) {
            Some(problem) => Err(vec![problem]),
            None => Ok(expr),
        }
    }

    /// The type that an expression yields.
    pub fn field(&self, expr: &Expr, schema: &DFSchema, path: &str) -> Result<FieldRef, Vec<Problem>> {
        expr.to_field(schema).map(|(_, field)| field).map_err(|error| vec![problems::planning(&error, path)])
    }
}

/// The expression with the casts that its operators and functions need, so that its type is final.
pub fn coerced(expr: Expr, schema: &DFSchema) -> Result<Expr, DataFusionError> {
    ExprSimplifier::new(SimplifyContext::default()).coerce(expr, schema)
}

/// What the house rules say of an expression that a transform made from users' columns.
pub fn problems_of(expr: &Expr, schema: &DFSchema, path: &str) -> Vec<Problem> {
    let found = rules::expression(expr, schema, &Place::Row, path);
    match (found.is_empty(), expr.to_field(schema)) {
        (true, Err(error)) => vec![problems::planning(&error, path)],
        _ => found,
    }
}
