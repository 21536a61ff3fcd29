//! Arithmetic that never wraps: a result beyond its type is an error that names the expression.
//!
//! DataFusion's own operators add, subtract, multiply and negate whole numbers with wrap-around, and let decimals
//! have more digits than their type. A call of [`Arithmetic`] stands for one such operator: it computes with the same
//! operator, checks on, and looks at the digits of decimals. [`crate::expr::overflow`] puts the calls into plans.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Decimal128Type, Decimal256Type, Field, FieldRef, Schema};
use arrow::error::ArrowError;
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::type_coercion::binary::BinaryTypeCoercer;
use datafusion::logical_expr::{
    ColumnarValue, Expr, Operator, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, Literal};
use towpath_connect::types::describe_type;
use towpath_model::Fault;

use super::call;
use crate::fault::{carry, plain};

/// One operator between two values, or the negation of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Arithmetic {
    op: Operator,
    /// The expression as users wrote it, for messages.
    text: String,
    signature: Signature,
}

/// `left op right`, checked.
pub(crate) fn binary(op: Operator, left: Expr, right: Expr, text: String) -> Expr {
    let signature = Signature::any(2, Volatility::Immutable);
    call(Arithmetic { op, text, signature }, vec![left, right])
}

/// `-value`, checked.
pub(crate) fn negative(value: Expr, text: String) -> Expr {
    let signature = Signature::any(1, Volatility::Immutable);
    call(Arithmetic { op: Operator::Minus, text, signature }, vec![value])
}

impl Arithmetic {
    pub(crate) fn op(&self) -> Operator {
        self.op
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The operator that a call with these arguments stands for.
    pub(crate) fn plainly(&self, args: &[Expr]) -> Option<Expr> {
        match args {
            [value] => Some(Expr::Negative(Box::new(value.clone()))),
            [left, right] => {
                Some(datafusion::logical_expr::binary_expr(left.clone(), self.op, right.clone()))
            }
            _ => None,
        }
    }

    /// Computes values of which none depends on a row.
    pub(crate) fn of_constants(&self, values: &[ScalarValue]) -> Result<ColumnarValue> {
        self.compute(values.iter().map(|value| ColumnarValue::Scalar(value.clone())).collect(), 1)
    }

    fn compute(&self, mut args: Vec<ColumnarValue>, rows: usize) -> Result<ColumnarValue> {
        if let [value] = args.as_slice() {
            let zero = ScalarValue::new_zero(&value.data_type())?;
            args.insert(0, ColumnarValue::Scalar(zero));
        }
        let result = operate(self.op, args, rows).map_err(|error| self.explain(error))?;
        self.check_digits(&result)?;
        Ok(result)
    }

    /// Refuses decimals with more digits than the widest type of their size has.
    fn check_digits(&self, result: &ColumnarValue) -> Result<()> {
        let checked = |array: &ArrayRef| match array.data_type() {
            // A narrower result is wide enough for every pair of operands.
            DataType::Decimal128(38, _) => {
                array.as_primitive::<Decimal128Type>().validate_decimal_precision(38)
            }
            DataType::Decimal256(76, _) => {
                array.as_primitive::<Decimal256Type>().validate_decimal_precision(76)
            }
            _ => Ok(()),
        };
        let data_type = result.data_type();
        match result {
            ColumnarValue::Array(array) => checked(array),
            ColumnarValue::Scalar(value) => checked(&value.to_array()?),
        }
        .map_err(|_| carry(self.beyond(&data_type, None)))
    }

    /// The error in words of the house, where it is one of a result that cannot be.
    fn explain(&self, error: (DataFusionError, DataType)) -> DataFusionError {
        let (error, result) = error;
        let DataFusionError::ArrowError(arrow, _) = &error else { return error };
        carry(match arrow.as_ref() {
            ArrowError::DivideByZero => Fault::data(format!("`{}` is a division by zero", self.text))
                .hint("guard it: `a / nullif(b, 0)`"),
            ArrowError::ArithmeticOverflow(text) => {
                let numbers = text
                    .strip_prefix("Overflow happened on: ")
                    .filter(|numbers| result.is_integer() && *numbers != self.text);
                self.beyond(&result, numbers)
            }
            ArrowError::ComputeError(text) => Fault::data(format!("`{}`: {}", self.text, plain(text)))
                .hint("leave such rows out, or correct them first"),
            _ => return error,
        })
    }

    fn beyond(&self, result: &DataType, numbers: Option<&str>) -> Fault {
        let numbers = numbers.map(|numbers| format!(": {numbers}")).unwrap_or_default();
        let message = format!("`{}` does not fit {}{numbers}", self.text, describe_type(result));
        Fault::data(message).hint(match result {
            DataType::Int64 | DataType::UInt64 => {
                "calculate with decimals: write `CAST(x AS DECIMAL(38, 0))` instead of one of the columns"
            }
            data_type if data_type.is_integer() => {
                "calculate with larger numbers: write `CAST(x AS BIGINT)` instead of one of the columns"
            }
            data_type if data_type.is_decimal() => {
                "give the decimals fewer digits with CAST, or calculate with `CAST(x AS DOUBLE)`"
            }
            _ => "leave such rows out, or correct them first",
        })
    }
}

/// Computes with DataFusion's operator, checks on; an error comes with the type of the result.
fn operate(
    op: Operator,
    args: Vec<ColumnarValue>,
    rows: usize,
) -> std::result::Result<ColumnarValue, (DataFusionError, DataType)> {
    let (mut fields, mut arrays, mut sides): (Vec<FieldRef>, Vec<ArrayRef>, Vec<Arc<dyn PhysicalExpr>>) =
        Default::default();
    let mut types = Vec::new();
    for arg in args {
        types.push(arg.data_type());
        match arg {
            ColumnarValue::Scalar(value) => sides.push(Arc::new(Literal::new(value))),
            ColumnarValue::Array(array) => {
                sides.push(Arc::new(Column::new("", arrays.len())));
                fields.push(Arc::new(Field::new("", array.data_type().clone(), true)));
                arrays.push(array);
            }
        }
    }
    let unknown = |error| (error, DataType::Null);
    let ([left, right], [left_type, right_type]) = (sides.as_slice(), types.as_slice()) else {
        return Err(unknown(DataFusionError::Internal("an operator stands between two values".into())));
    };
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .map_err(|error| unknown(error.into()))?;
    let result = BinaryTypeCoercer::new(left_type, &op, right_type).get_result_type().map_err(unknown)?;
    BinaryExpr::new(Arc::clone(left), op, Arc::clone(right))
        .with_fail_on_overflow(true)
        .evaluate(&batch)
        .map_err(|error| (error, result))
}

impl ScalarUDFImpl for Arithmetic {
    fn name(&self) -> &str {
        "arithmetic"
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        // The name of the operator's column, so that putting a call in its place renames nothing.
        Ok(match args {
            [value] => format!("(- {})", value.schema_name()),
            [left, right] => format!("{} {} {}", left.schema_name(), self.op, right.schema_name()),
            _ => self.name().to_owned(),
        })
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types {
            [value] => Ok(value.clone()),
            [left, right] => BinaryTypeCoercer::new(left, &self.op, right).get_result_type(),
            _ => datafusion::common::internal_err!("an operator stands between two values"),
        }
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let types: Vec<DataType> = args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        let nullable = args.arg_fields.iter().any(|field| field.is_nullable());
        Ok(Arc::new(Field::new(self.name(), self.return_type(&types)?, nullable)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.compute(args.args, args.number_rows)
    }
}
