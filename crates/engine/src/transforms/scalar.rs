//! Single values in settings.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray};
use arrow::datatypes::{DataType, Field};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use towpath_connect::types;
use towpath_model::Problem;

use crate::expr::number;
use crate::functions::convert::{Conversion, convert_one};
use crate::functions::types::TypeName;

/// Text, a number, or true or false; dates and times are written as text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub(super) struct Scalar(serde_json::Value);

impl JsonSchema for Scalar {
    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

impl Scalar {
    /// A value of a column that is written as text, as the keys of a mapping are.
    pub(super) fn read(text: &str, field: &Field) -> Scalar {
        let is_text = field.data_type().is_string() || field.data_type().is_temporal();
        let value = if is_text { None } else { serde_json::from_str(text).ok() };
        Scalar(value.unwrap_or_else(|| serde_json::Value::String(text.to_owned())))
    }

    /// The value as it reads in messages and names.
    pub(super) fn text(&self) -> String {
        match &self.0 {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// The value by its own type: text, a whole number, an exact decimal, or true or false.
    pub(super) fn literal(&self) -> Expr {
        let value = match &self.0 {
            serde_json::Value::Bool(flag) => ScalarValue::Boolean(Some(*flag)),
            serde_json::Value::Number(written) => match written.as_i64() {
                Some(whole) => ScalarValue::Int64(Some(whole)),
                None => number(&written.to_string()).unwrap_or(ScalarValue::Float64(written.as_f64())),
            },
            other => ScalarValue::Utf8(Some(other.as_str().unwrap_or_default().to_owned())),
        };
        Expr::Literal(value, None)
    }

    /// The value for comparing with a column: a number for numbers, a date for dates.
    pub(super) fn compared_with(&self, field: &Field, path: &str) -> Result<Expr, Problem> {
        let data_type = field.data_type();
        let fits = match &self.0 {
            serde_json::Value::Bool(_) => data_type == &DataType::Boolean,
            serde_json::Value::Number(_) => data_type.is_numeric(),
            _ => data_type.is_string() || data_type.is_temporal(),
        };
        if !fits || types::logical(field) == Some(types::Logical::Numeric) {
            return Err(self.wrong(field, path));
        }
        if data_type.is_temporal() { self.of_type(field, path) } else { Ok(self.literal()) }
    }

    /// The value in exactly the type of a column.
    pub(super) fn of_type(&self, field: &Field, path: &str) -> Result<Expr, Problem> {
        let is_text = self.0.is_string();
        let takes_text = field.data_type().is_string() || field.data_type().is_temporal();
        if is_text != takes_text {
            return Err(self.wrong(field, path));
        }
        let to = TypeName { data_type: types::canonical(field.data_type()), logical: types::logical(field) };
        let conversion = Conversion { to, format: None, zone: None };
        let text: ArrayRef = Arc::new(StringArray::from(vec![self.text()]));
        let value = convert_one(&conversion, &text).filter(|array| array.is_valid(0));
        match value.and_then(|array| ScalarValue::try_from_array(&array, 0).ok()) {
            Some(value) => Ok(Expr::Literal(value, None)),
            None => Err(self.wrong(field, path)),
        }
    }

    fn wrong(&self, field: &Field, path: &str) -> Problem {
        let message =
            format!("`{}` does not fit `{}`, which is {}", self.text(), field.name(), types::describe(field));
        let problem = Problem::new(path, message);
        match (&self.0, field.data_type()) {
            (serde_json::Value::String(_), data_type) if data_type.is_numeric() => {
                problem.hint("write the number without quotes")
            }
            (serde_json::Value::Number(_), data_type) if data_type.is_string() => {
                problem.hint("write the text in quotes, or `cast` the column")
            }
            (_, data_type) if data_type.is_temporal() => problem.hint("write it like `2025-12-31`"),
            _ => problem,
        }
    }
}
