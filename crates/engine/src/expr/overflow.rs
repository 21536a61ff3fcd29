//! Where arithmetic is checked: every operator that could leave its type becomes a call that notices.
//!
//! The rule runs at the end of DataFusion's analysis, when all types are settled and nothing is folded yet. So
//! constants are folded by the checked calls as well, and one that is beyond its type is a problem of the document.
//! For people, plans show the operators ([`shown`]).

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::expr::{Cast, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator};
use datafusion::optimizer::analyzer::AnalyzerRule;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use towpath_model::Problem;

use super::rules::short;
use crate::fault::from_datafusion;
use crate::functions::arithmetic::{self, Arithmetic};

/// The rule that checks arithmetic; comes after all others of the analysis.
#[derive(Debug)]
pub struct CheckedArithmetic;

impl AnalyzerRule for CheckedArithmetic {
    fn name(&self) -> &str {
        "checked_arithmetic"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let checked = plan.transform_up_with_subqueries(|node| {
            let mut schema = merge_schema(&node.inputs());
            if let LogicalPlan::TableScan(scan) = &node {
                let table =
                    DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema())?;
                schema.merge(&table);
            }
            let names = NamePreserver::new(&node);
            node.map_expressions(|expr| {
                let name = names.save(&expr);
                Ok(checked(expr, &schema)?.update_data(|expr| name.restore(expr)))
            })
        });
        checked.map(|checked| checked.data)
    }
}

/// The expression with checked calls in the places of operators that may leave their type.
fn checked(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    expr.transform_up(|node| {
        // An expression over an outer query has columns that are not in this schema; its operands tell nothing, and
        // the call settles its type by itself.
        let can_leave = match &node {
            Expr::BinaryExpr(BinaryExpr { op, .. }) if is_arithmetic(*op) => {
                node.get_type(schema).map_or(true, has_limits)
            }
            Expr::Negative(value) => value.get_type(schema).map_or(true, |data_type| data_type.is_integer()),
            _ => false,
        };
        if !can_leave {
            return Ok(Transformed::no(node));
        }
        Ok(match node {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                let text = format!("{} {op} {}", as_written(&left, op), as_written(&right, op));
                Transformed::yes(arithmetic::binary(op, *left, *right, shortened(text)))
            }
            Expr::Negative(value) => {
                let text = format!("-{}", as_written(&value, Operator::Multiply));
                Transformed::yes(arithmetic::negative(*value, shortened(text)))
            }
            other => Transformed::no(other),
        })
    })
}

fn is_arithmetic(op: Operator) -> bool {
    matches!(op, Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide | Operator::Modulo)
}

/// Whether a result can be beyond its type; floating-point numbers have infinity.
fn has_limits(data_type: DataType) -> bool {
    data_type.is_integer() || data_type.is_decimal() || data_type.is_temporal()
}

/// An operand without the casts that its operator needed. Operands are checked before what they stand in, so the text
/// of a whole expression is put together from parts that are there.
fn as_written(operand: &Expr, around: Operator) -> String {
    let mut operand = operand;
    while let Expr::Cast(Cast { expr, .. }) = operand {
        operand = expr;
    }
    match call_of(operand) {
        Some((call, _)) if call.op().precedence() < around.precedence() => format!("({})", call.text()),
        Some((call, _)) => call.text().to_owned(),
        None => {
            let plain = unchecked(operand.clone());
            plain.map_or_else(|_| short(operand), |plain| short(&plain)).trim_matches('`').to_owned()
        }
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The expression with operators in the places of checked calls.
fn unchecked(expr: Expr) -> Result<Expr> {
    let plain = expr.transform_up(|node| {
        let plain = call_of(&node).and_then(|(function, args)| function.plainly(args));
        Ok(plain.map_or_else(|| Transformed::no(node), Transformed::yes))
    });
    plain.map(|plain| plain.data)
}

fn call_of(expr: &Expr) -> Option<(&Arithmetic, &[Expr])> {
    let Expr::ScalarFunction(ScalarFunction { func, args }) = expr else { return None };
    Some((func.inner().downcast_ref::<Arithmetic>()?, args))
}

/// The plan as people read it.
pub(crate) fn shown(plan: LogicalPlan) -> Result<LogicalPlan> {
    let plain = plan.transform_up_with_subqueries(|node| {
        node.map_expressions(|expr| unchecked(expr).map(Transformed::yes))
    });
    plain.map(|plain| plain.data)
}

/// The problem of constants whose result is beyond its type, whatever the rows are.
pub(super) fn impossible(expr: &Expr, schema: &DFSchema, path: &str) -> Option<Problem> {
    let checked = checked(expr.clone(), schema).ok()?.data;
    let is_checked = |expr: &Expr| Ok(call_of(expr).is_some());
    if !checked.exists(is_checked).unwrap_or_default() {
        return None;
    }
    let context = SimplifyContext::builder().with_schema(Arc::new(schema.clone())).build();
    // Constants that can be computed are; what is left of them cannot.
    let folded = ExprSimplifier::new(context).simplify(checked).ok()?;
    let mut problem = None;
    let _ = folded.apply(|node| {
        if let Some((function, args)) = call_of(node)
            && let Some(values) = args.iter().map(constant).collect::<Option<Vec<_>>>()
            && let Err(error) = function.of_constants(&values)
        {
            let fault = from_datafusion(error);
            let found = Problem::new(path, fault.message());
            problem = Some(found.maybe_hint(fault.hint_text().map(str::to_owned)));
            return Ok(TreeNodeRecursion::Stop);
        }
        Ok(TreeNodeRecursion::Continue)
    });
    problem
}

fn constant(expr: &Expr) -> Option<ScalarValue> {
    match expr {
        Expr::Literal(value, _) => Some(value.clone()),
        _ => None,
    }
}
