//! Filters that sources apply themselves.
//!
//! Runs on the optimised plan, where filters stand as deep as they may: right above the meter of a source. Each
//! condition that the source accepts moves into the scan; the others stay. The rows a source filters are not read
//! at all, so they are not counted; the report says which filters the source applied.

use arrow::datatypes::{DataType, Schema, TimeUnit};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};
use towpath_connect::{Comparison, Filter, Literal};

use crate::meter::port_of;
use crate::scan::SourceTable;

/// Moves filters into the sources that accept them. Returns the plan and, per source node, what moved.
pub(crate) fn push_filters(plan: LogicalPlan) -> Result<(LogicalPlan, Vec<(String, String)>)> {
    let mut pushed = Vec::new();
    let plan = plan
        .transform_down_with_subqueries(|plan| {
            let LogicalPlan::Filter(filter) = &plan else { return Ok(Transformed::no(plan)) };
            if port_of(&filter.input).is_none() {
                return Ok(Transformed::no(plan));
            }
            let meter = filter.input.as_ref();
            let Some(LogicalPlan::TableScan(scan)) = meter.inputs().first().copied() else {
                return Ok(Transformed::no(plan));
            };
            let Ok(provider) = source_as_provider(&scan.source) else { return Ok(Transformed::no(plan)) };
            let Some(table) = (provider.as_ref() as &dyn std::any::Any).downcast_ref::<SourceTable>() else {
                return Ok(Transformed::no(plan));
            };
            let (mut moved, mut kept) = (Vec::new(), Vec::new());
            for condition in split_conjunction_owned(filter.predicate.clone()) {
                match table.accepts(&condition) {
                    // A limit in the scan was set for the unfiltered rows.
                    Some(accepted) if scan.fetch.is_none() => {
                        pushed.push((table.node.clone(), show(&accepted)));
                        moved.push(condition);
                    }
                    _ => kept.push(condition),
                }
            }
            if moved.is_empty() {
                return Ok(Transformed::no(plan));
            }
            let mut scan = scan.clone();
            scan.filters.extend(moved);
            let meter = meter.with_new_exprs(Vec::new(), vec![LogicalPlan::TableScan(scan)])?;
            Ok(Transformed::yes(match conjunction(kept) {
                Some(predicate) => LogicalPlan::Filter(datafusion::logical_expr::Filter::try_new(
                    predicate,
                    std::sync::Arc::new(meter),
                )?),
                None => meter,
            }))
        })?
        .data;
    Ok((plan, pushed))
}

/// The simple filter that an expression means, when it is one: a column against a literal of the column's own type.
pub(crate) fn filter_of(expr: &Expr, schema: &Schema) -> Option<Filter> {
    let named = |column: &Column| schema.field_with_name(&column.name).ok().map(|_| column.name.clone());
    match expr {
        Expr::IsNull(inner) => match inner.as_ref() {
            Expr::Column(column) => Some(Filter { column: named(column)?, comparison: Comparison::IsNull }),
            _ => None,
        },
        Expr::IsNotNull(inner) => match inner.as_ref() {
            Expr::Column(column) => {
                Some(Filter { column: named(column)?, comparison: Comparison::IsNotNull })
            }
            _ => None,
        },
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let (column, op, value) = match (left.as_ref(), right.as_ref()) {
                (Expr::Column(column), Expr::Literal(value, _)) => (column, *op, value),
                (Expr::Literal(value, _), Expr::Column(column)) => (column, op.swap()?, value),
                _ => return None,
            };
            let literal = literal_of(value)?;
            let comparison = match op {
                Operator::Eq => Comparison::Equal(literal),
                Operator::NotEq => Comparison::NotEqual(literal),
                Operator::Lt => Comparison::Less(literal),
                Operator::LtEq => Comparison::LessOrEqual(literal),
                Operator::Gt => Comparison::Greater(literal),
                Operator::GtEq => Comparison::GreaterOrEqual(literal),
                _ => return None,
            };
            Some(Filter { column: named(column)?, comparison })
        }
        Expr::InList(list) if !list.negated && !list.list.is_empty() => {
            let Expr::Column(column) = list.expr.as_ref() else { return None };
            let literals = list.list.iter().map(|item| match item {
                Expr::Literal(value, _) => literal_of(value),
                _ => None,
            });
            let literals = literals.collect::<Option<Vec<_>>>()?;
            Some(Filter { column: named(column)?, comparison: Comparison::In(literals) })
        }
        _ => None,
    }
}

fn literal_of(value: &ScalarValue) -> Option<Literal> {
    Some(match value {
        ScalarValue::Boolean(Some(value)) => Literal::Boolean(*value),
        ScalarValue::Int8(Some(value)) => Literal::Int((*value).into()),
        ScalarValue::Int16(Some(value)) => Literal::Int((*value).into()),
        ScalarValue::Int32(Some(value)) => Literal::Int((*value).into()),
        ScalarValue::Int64(Some(value)) => Literal::Int(*value),
        ScalarValue::UInt8(Some(value)) => Literal::Int((*value).into()),
        ScalarValue::UInt16(Some(value)) => Literal::Int((*value).into()),
        ScalarValue::UInt32(Some(value)) => Literal::Int((*value).into()),
        ScalarValue::UInt64(Some(value)) => Literal::Int(i64::try_from(*value).ok()?),
        ScalarValue::Float64(Some(value)) if value.is_finite() => Literal::Float(*value),
        ScalarValue::Utf8(Some(text))
        | ScalarValue::Utf8View(Some(text))
        | ScalarValue::LargeUtf8(Some(text)) => Literal::Text(text.clone()),
        ScalarValue::Decimal128(Some(_), ..) | ScalarValue::Decimal256(Some(_), ..) => {
            Literal::Decimal(text_of(value)?)
        }
        ScalarValue::Date32(Some(_)) => Literal::Date(text_of(value)?),
        ScalarValue::TimestampMicrosecond(Some(_), None) => Literal::Timestamp(text_of(value)?),
        ScalarValue::TimestampMicrosecond(Some(_), Some(_)) => {
            let utc = value.cast_to(&DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))).ok()?;
            Literal::Instant(text_of(&utc)?)
        }
        _ => return None,
    })
}

fn text_of(value: &ScalarValue) -> Option<String> {
    match value.cast_to(&DataType::Utf8).ok()? {
        ScalarValue::Utf8(text) => text,
        _ => None,
    }
}

/// The filter as people read it.
pub(crate) fn show(filter: &Filter) -> String {
    let quoted = |literal: &Literal| match literal {
        Literal::Text(_) | Literal::Date(_) | Literal::Timestamp(_) | Literal::Instant(_) => {
            format!("'{literal}'")
        }
        other => other.to_string(),
    };
    let column = &filter.column;
    match (&filter.comparison, filter.comparison.operator()) {
        (_, Some((operator, literal))) => format!("{column} {operator} {}", quoted(literal)),
        (Comparison::In(literals), _) => {
            format!("{column} IN ({})", literals.iter().map(quoted).collect::<Vec<_>>().join(", "))
        }
        (Comparison::IsNull, _) => format!("{column} IS NULL"),
        _ => format!("{column} IS NOT NULL"),
    }
}
