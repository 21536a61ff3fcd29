//! Functions that transforms need and SQL lacks.
//!
//! Each is a value with its settings inside, so that a plan shows what it does (but never a secret). None is
//! offered to users' SQL; a transform puts it into its plan. Null in gives null out.

pub(crate) mod arithmetic;
pub mod convert;
pub mod hash;
pub mod json;
mod sliding;
pub mod sum;
pub mod text;
pub mod types;

use std::borrow::Cow;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// A function from text to text; `None` is null.
pub(crate) trait TextFunction:
    fmt::Debug + Clone + PartialEq + Eq + Hash + Send + Sync + 'static
{
    /// Name in plans.
    const NAME: &'static str;
    /// One value.
    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>>;
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct TextUdf<F> {
    function: F,
    signature: Signature,
}

impl<F: TextFunction> ScalarUDFImpl for TextUdf<F> {
    fn name(&self) -> &str {
        F::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let input = texts(&args.args, 0, args.number_rows)?;
        let mut output = StringBuilder::with_capacity(input.len(), input.value_data().len());
        for text in &input {
            output.append_option(text.and_then(|text| self.function.apply(text)));
        }
        Ok(ColumnarValue::Array(Arc::new(output.finish())))
    }
}

/// The function applied to an expression.
pub(crate) fn text_function<F: TextFunction>(function: F, argument: Expr) -> Expr {
    let signature = Signature::any(1, Volatility::Immutable);
    call(TextUdf { function, signature }, vec![argument])
}

/// A call of a function.
pub(crate) fn call(function: impl ScalarUDFImpl + 'static, arguments: Vec<Expr>) -> Expr {
    Arc::new(ScalarUDF::new_from_impl(function)).call(arguments)
}

/// An argument as an array.
pub(crate) fn array(args: &[ColumnarValue], index: usize, rows: usize) -> Result<ArrayRef> {
    match args.get(index) {
        Some(value) => value.to_array(rows),
        None => datafusion::common::internal_err!("argument {index} is missing"),
    }
}

/// An argument as texts.
pub(crate) fn texts(args: &[ColumnarValue], index: usize, rows: usize) -> Result<StringArray> {
    let array = array(args, index, rows)?;
    let array = if array.data_type() == &DataType::Utf8 { array } else { cast(&array, &DataType::Utf8)? };
    Ok(array.as_string::<i32>().clone())
}
