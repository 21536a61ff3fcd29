//! Whole queries over the inputs of a node.
//!
//! The query is planned over empty tables that have the inputs' columns; the house rules are checked on that plan,
//! and only then the inputs take the places of their tables. So a query can read nothing but its inputs, and an
//! input is never judged twice.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::common::metadata::ScalarAndMetadata;
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::common::{ParamValues, Result};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::planner::{PlannerContext, SqlToRel};
use datafusion::sql::sqlparser::ast;
use indexmap::IndexMap;
use towpath_model::Problem;
use towpath_model::sql::SqlText;

use super::provider::Provider;
use super::{names, overflow, parse, problems, query_names, rules};
use crate::transform::{Inputs, PlanContext};

impl PlanContext {
    /// Plans a query over inputs that are tables by their port names. The columns of the result have no qualifier
    /// and distinct names.
    pub fn query(&self, sql: &SqlText, inputs: &Inputs, path: &str) -> Result<LogicalPlan, Vec<Problem>> {
        let mut parsed = parse::query(sql, path)?;
        let mut found = query_names::settle(&mut parsed.ast, inputs, path);
        found.extend(names::unknown_functions(&parsed.ast, &self.state, path));
        if !found.is_empty() {
            return Err(found);
        }
        let exact = names::exact_text_named(&parsed.ast, inputs.values().map(|plan| plan.schema().as_ref()));
        let planning = |error| vec![rules::or_exact_text(problems::planning(&error, path), exact.as_deref())];

        let tables: IndexMap<_, _> = inputs
            .iter()
            .map(|(name, plan)| (name.clone(), Arc::new(plan.schema().as_arrow().clone())))
            .collect();
        let provider = Provider::new(&self.state, tables);
        let mut context = PlannerContext::new()
            .with_prepare_param_data_types(parsed.values.iter().map(|value| Some(value.field())).collect());
        let statement = ast::Statement::Query(Box::new(parsed.ast));
        let mut plan = SqlToRel::new(&provider)
            .sql_statement_to_plan_with_context(statement, &mut context)
            .map_err(planning)?;
        if !parsed.values.is_empty() {
            let values = parsed.values.into_iter().map(|value| ScalarAndMetadata::from(value.0)).collect();
            plan = plan.with_param_values(ParamValues::List(values)).map_err(planning)?;
        }

        let mut found = check(&plan, path);
        found.extend(repeated(&plan, path));
        if !found.is_empty() {
            return Err(found);
        }
        let analyzer = self.state.analyzer();
        let plan = forget_types_of_casts(plan)
            .and_then(|plan| analyzer.execute_and_check(plan, self.state.config_options(), |_, _| {}))
            .map_err(planning)?;
        if let Some(problem) = impossible(&plan, path) {
            return Err(vec![problem]);
        }
        put_inputs(plan, inputs).and_then(unqualified).map_err(planning)
    }
}

/// The plan with columns that have no qualifier.
pub fn unqualified(plan: LogicalPlan) -> Result<LogicalPlan> {
    if plan.schema().iter().all(|(table, _)| table.is_none()) {
        return Ok(plan);
    }
    let columns: Vec<Expr> = plan
        .schema()
        .columns()
        .into_iter()
        .map(|column| {
            let name = column.name.clone();
            Expr::Column(column).alias(name)
        })
        .collect();
    // A sort stays the last step, so that the order of the rows stays visible.
    LogicalPlanBuilder::new(plan).project(columns)?.build()
}

fn repeated(plan: &LogicalPlan, path: &str) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let mut reported = HashSet::new();
    let fields = plan.schema().fields().iter();
    fields
        .filter(|field| !seen.insert(field.name().as_str()) && reported.insert(field.name().as_str()))
        .map(|field| {
            Problem::new(path, format!("the result has several columns called `{}`", field.name()))
                .hint("rename them with `AS`, or list the columns instead of `*`")
        })
        .collect()
}

/// The house rules, on every expression of the plan.
fn check(plan: &LogicalPlan, path: &str) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    let _ = plan.apply_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        let passes = matches!(node, LogicalPlan::Projection(_));
        let _ = node.apply_expressions(|expr| {
            rules::mixing(expr, &schema, path, &mut found);
            rules::exact_text(expr, &schema, passes, path, &mut found);
            Ok(TreeNodeRecursion::Continue)
        });
        match node {
            LogicalPlan::Join(join) => {
                for (left, right) in &join.on {
                    rules::mixing(&left.clone().eq(right.clone()), &schema, path, &mut found);
                }
            }
            LogicalPlan::Union(union) => {
                for (first, other) in union.inputs.iter().zip(union.inputs.iter().skip(1)) {
                    found.extend(query_names::unequal(first.schema(), other.schema(), path));
                }
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    });
    let mut seen = HashSet::new();
    found.retain(|problem| seen.insert(problem.message.clone()));
    found
}

/// The first constant of the plan that is beyond its type.
fn impossible(plan: &LogicalPlan, path: &str) -> Option<Problem> {
    let mut found = None;
    let _ = plan.apply_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        node.apply_expressions(|expr| {
            found = overflow::impossible(expr, &schema, path);
            Ok(if found.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        })
    });
    found
}

fn forget_types_of_casts(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        let changed = node.map_expressions(|expr| {
            let new = rules::forget_types_of_casts(expr.clone(), &schema)?;
            Ok(if new == expr { Transformed::no(expr) } else { Transformed::yes(new) })
        })?;
        if changed.transformed { changed.map_data(LogicalPlan::recompute_schema) } else { Ok(changed) }
    })
    .map(|transformed| transformed.data)
}

fn put_inputs(plan: LogicalPlan, inputs: &Inputs) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(|node| {
        let LogicalPlan::TableScan(scan) = &node else { return Ok(Transformed::no(node)) };
        let Some(input) = inputs.get(scan.table_name.table()) else { return Ok(Transformed::no(node)) };
        let input = unqualified(input.clone())?;
        LogicalPlanBuilder::new(input).alias(scan.table_name.clone())?.build().map(Transformed::yes)
    })
    .map(|transformed| transformed.data)
}
