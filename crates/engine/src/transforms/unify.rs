//! One type for columns that go below each other.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::{Cast, Expr};
use indexmap::IndexMap;
use towpath_connect::types::{self, Logical};
use towpath_model::Problem;

use super::common::{Planned, Problems, col};

/// A column of the result.
#[derive(Debug, Clone)]
pub(super) struct Unified {
    field: Field,
}

impl Unified {
    /// The column as an input gives it; null when the input lacks it.
    pub(super) fn take(&self, schema: &DFSchema) -> Expr {
        let name = self.field.name();
        match schema.field_with_unqualified_name(name) {
            Err(_) => {
                let null = ScalarValue::try_from(self.field.data_type()).unwrap_or(ScalarValue::Null);
                Expr::Literal(null, None).alias(name)
            }
            Ok(_) => self.of(col(name), schema).alias(name),
        }
    }

    /// An expression in the unified type.
    pub(super) fn of(&self, expr: Expr, schema: &DFSchema) -> Expr {
        use datafusion::logical_expr::ExprSchemable;
        let same = expr.to_field(schema).is_ok_and(|(_, from)| {
            from.data_type() == self.field.data_type() && types::logical(&from) == types::logical(&self.field)
        });
        if same {
            return expr;
        }
        let target = self.field.clone().with_name("cast").with_nullable(true);
        Expr::Cast(Cast::new_from_field(Box::new(expr), Arc::new(target)))
    }

    /// What the field says of the type beyond Arrow.
    pub(super) fn metadata(&self) -> HashMap<String, String> {
        self.field.metadata().clone()
    }
}

/// The columns of all inputs, in order of first appearance, each with a type that holds the values of all.
pub(super) fn unify(inputs: &[(&str, &DFSchema)], path: &str) -> Planned<Vec<Unified>> {
    let mut columns: IndexMap<&str, (Unified, &str)> = IndexMap::new();
    let mut problems = Problems::default();
    for (input, schema) in inputs {
        for field in schema.fields() {
            let Some((known, first)) = columns.get_mut(field.name().as_str()) else {
                let unified = Unified { field: field.as_ref().clone().with_nullable(true) };
                columns.insert(field.name(), (unified, input));
                continue;
            };
            match common_field(&known.field, field) {
                Some(common) => known.field = common,
                None => problems.push(
                    Problem::new(
                        path,
                        format!(
                            "column `{}` is {} in `{first}` and {} in `{input}`",
                            field.name(),
                            types::describe(&known.field),
                            types::describe(field)
                        ),
                    )
                    .hint("give both the same type with `cast`"),
                ),
            }
        }
    }
    problems.none()?;
    Ok(columns.into_values().map(|(column, _)| column).collect())
}

/// One type for several columns of one input.
pub(super) fn unify_columns(fields: &[&Field], name: &str, path: &str) -> Result<Unified, Problem> {
    let mut fields = fields.iter();
    let Some(first) = fields.next() else { return Err(Problem::new(path, "no column is left")) };
    let mut common = (*first).clone().with_name(name).with_nullable(true);
    for field in fields {
        common = common_field(&common, field).ok_or_else(|| {
            Problem::new(
                path,
                format!(
                    "`{}` is {} and `{}` is {}",
                    first.name(),
                    types::describe(first),
                    field.name(),
                    types::describe(field)
                ),
            )
            .hint("give both the same type with `cast`")
        })?;
    }
    Ok(Unified { field: common })
}

/// The smallest field that holds the values of both; `None` when their types do not go together.
fn common_field(a: &Field, b: &Field) -> Option<Field> {
    let (logical_a, logical_b) = (types::logical(a), types::logical(b));
    if logical_a == logical_b && a.data_type() == b.data_type() {
        return Some(a.clone());
    }
    if a.data_type().is_null() {
        return Some(b.clone().with_name(a.name()).with_nullable(true));
    }
    if b.data_type().is_null() {
        return Some(a.clone());
    }
    // Numbers kept as text do not mix with text that holds anything.
    if logical_a != logical_b && [logical_a, logical_b].contains(&Some(Logical::Numeric)) {
        return None;
    }
    let data_type = common_type(&types::canonical(a.data_type()), &types::canonical(b.data_type()))?;
    let field = Field::new(a.name(), data_type, true);
    Some(match logical_a {
        Some(logical) if logical_a == logical_b => types::with_logical(field, logical),
        _ => field,
    })
}

fn common_type(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType::{Date32, Decimal128, Decimal256, Float32, Float64, Timestamp};
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (Date32, Timestamp(_, None)) | (Timestamp(_, None), Date32) => {
            Some(Timestamp(TimeUnit::Microsecond, None))
        }
        (Float32 | Float64, other) | (other, Float32 | Float64) if other.is_numeric() => Some(Float64),
        _ => {
            let ((p1, s1), (p2, s2)) = (digits(a)?, digits(b)?);
            if a.is_integer() && b.is_integer() {
                return integer(a, b);
            }
            let scale = s1.max(s2);
            let whole = (p1 - s1).max(p2 - s2);
            let precision = u8::try_from(whole + scale).ok()?;
            let scale = i8::try_from(scale).ok()?;
            match precision {
                0..=38 => Some(Decimal128(precision, scale)),
                39..=76 => Some(Decimal256(precision, scale)),
                _ => None,
            }
        }
    }
}

/// Digits in all and after the point.
fn digits(data_type: &DataType) -> Option<(i16, i16)> {
    Some(match data_type {
        DataType::Int8 | DataType::UInt8 => (3, 0),
        DataType::Int16 | DataType::UInt16 => (5, 0),
        DataType::Int32 | DataType::UInt32 => (10, 0),
        DataType::Int64 => (19, 0),
        DataType::UInt64 => (20, 0),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            (i16::from(*precision), i16::from(*scale))
        }
        _ => return None,
    })
}

fn integer(a: &DataType, b: &DataType) -> Option<DataType> {
    let signed = a.is_signed_integer() || b.is_signed_integer();
    let bits = |data_type: &DataType| {
        let bits = data_type.primitive_width()? * 8;
        // An unsigned number needs one more bit among signed ones.
        Some(if signed && data_type.is_unsigned_integer() { bits * 2 } else { bits })
    };
    Some(match (signed, bits(a)?.max(bits(b)?)) {
        (true, 8) => DataType::Int8,
        (true, 16) => DataType::Int16,
        (true, 32) => DataType::Int32,
        (true, 64) => DataType::Int64,
        (true, _) => DataType::Decimal128(20, 0),
        (false, 8) => DataType::UInt8,
        (false, 16) => DataType::UInt16,
        (false, 32) => DataType::UInt32,
        (false, _) => DataType::UInt64,
    })
}
