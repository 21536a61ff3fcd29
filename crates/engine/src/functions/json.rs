//! Values out of JSON text, by path.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanBuilder, ListBuilder, StringBuilder, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use serde_json::Value;

use super::{call, texts};

/// One step into JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Key(String),
    Index(usize),
}

/// A way into JSON: `address.city`, `lines[0].price`, `["odd key"].x`. Empty is the whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct JsonPath(Vec<Step>);

impl JsonPath {
    /// Reads a path; says what is wrong with it otherwise.
    pub fn parse(text: &str) -> std::result::Result<JsonPath, String> {
        let mut steps = Vec::new();
        let trimmed = text.trim();
        let mut rest = trimmed.strip_prefix('$').unwrap_or(trimmed);
        let mut first = true;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix("[\"") {
                let end = inside.find("\"]").ok_or_else(|| format!("`{text}`: `[\"` is not closed"))?;
                steps.push(Step::Key(inside[..end].to_owned()));
                rest = &inside[end + 2..];
            } else if let Some(inside) = rest.strip_prefix('[') {
                let end = inside.find(']').ok_or_else(|| format!("`{text}`: `[` is not closed"))?;
                let index = inside[..end].trim().parse();
                steps
                    .push(Step::Index(index.map_err(|_| format!("`{}` is not a position", &inside[..end]))?));
                rest = &inside[end + 1..];
            } else {
                let key = match rest.strip_prefix('.') {
                    Some(key) => key,
                    None if first => rest,
                    None => return Err(format!("`{text}`: expected `.` or `[` before `{rest}`")),
                };
                let end = key.find(['.', '[']).unwrap_or(key.len());
                if end == 0 {
                    return Err(format!("`{text}` has an empty step"));
                }
                steps.push(Step::Key(key[..end].to_owned()));
                rest = &key[end..];
            }
            first = false;
        }
        Ok(JsonPath(steps))
    }

    fn find<'a>(&self, json: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(json, |json, step| match step {
            Step::Key(key) => json.get(key),
            Step::Index(index) => json.get(index),
        })
    }
}

/// A value as text: strings without quotes, objects and lists as JSON, null as null.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Whether the text is JSON: the first field of what [`fields`] gives.
pub const IS_JSON: &str = "is_json";

/// The name of the n-th value in what [`fields`] gives.
pub fn value_name(index: usize) -> String {
    format!("v{index}")
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct JsonFields {
    paths: Vec<JsonPath>,
    signature: Signature,
}

/// The values at several paths as texts, in one struct, so that each JSON text is read once.
pub fn fields(paths: Vec<JsonPath>, json: Expr) -> Expr {
    call(JsonFields { paths, signature: Signature::any(1, Volatility::Immutable) }, vec![json])
}

impl JsonFields {
    fn fields(&self) -> Fields {
        let values = (0..self.paths.len()).map(|index| Field::new(value_name(index), DataType::Utf8, true));
        std::iter::once(Field::new(IS_JSON, DataType::Boolean, true)).chain(values).collect()
    }
}

impl ScalarUDFImpl for JsonFields {
    fn name(&self) -> &str {
        "json_fields"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(self.fields()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let input = texts(&args.args, 0, args.number_rows)?;
        let mut is_json = BooleanBuilder::with_capacity(input.len());
        let mut values: Vec<StringBuilder> = self.paths.iter().map(|_| StringBuilder::new()).collect();
        for json in &input {
            let parsed = json.map(serde_json::from_str::<Value>);
            is_json.append_option(parsed.as_ref().map(std::result::Result::is_ok));
            let parsed = parsed.and_then(std::result::Result::ok);
            for (path, values) in self.paths.iter().zip(&mut values) {
                values.append_option(parsed.as_ref().and_then(|json| path.find(json)).and_then(text));
            }
        }
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(is_json.finish())];
        arrays.extend(values.iter_mut().map(|values| Arc::new(values.finish()) as ArrayRef));
        let array = StructArray::try_new(self.fields(), arrays, None)?;
        Ok(ColumnarValue::Array(Arc::new(array)))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct JsonItems {
    path: JsonPath,
    signature: Signature,
}

/// The items of the list at a path, each as JSON text; null where there is no list.
pub fn items(path: JsonPath, json: Expr) -> Expr {
    call(JsonItems { path, signature: Signature::any(1, Volatility::Immutable) }, vec![json])
}

/// Whether what stands at a path is a list, or missing or null; null where the text is no JSON.
pub fn is_list(path: JsonPath, json: Expr) -> Expr {
    call(JsonIsList { path, signature: Signature::any(1, Volatility::Immutable) }, vec![json])
}

fn item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Utf8, true))
}

impl ScalarUDFImpl for JsonItems {
    fn name(&self) -> &str {
        "json_items"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(item()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let input = texts(&args.args, 0, args.number_rows)?;
        let mut lists = ListBuilder::new(StringBuilder::new()).with_field(item());
        for json in &input {
            let parsed = json.and_then(|json| serde_json::from_str::<Value>(json).ok());
            let list = parsed.as_ref().and_then(|json| self.path.find(json)).and_then(Value::as_array);
            if let Some(list) = list {
                for value in list {
                    lists.values().append_value(value.to_string());
                }
            }
            lists.append(list.is_some());
        }
        Ok(ColumnarValue::Array(Arc::new(lists.finish())))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct JsonIsList {
    path: JsonPath,
    signature: Signature,
}

impl ScalarUDFImpl for JsonIsList {
    fn name(&self) -> &str {
        "json_is_list"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let input = texts(&args.args, 0, args.number_rows)?;
        let mut answers = BooleanBuilder::with_capacity(input.len());
        for json in &input {
            let parsed = json.and_then(|json| serde_json::from_str::<Value>(json).ok());
            answers.append_option(
                parsed.map(|json| {
                    self.path.find(&json).is_none_or(|value| value.is_array() || value.is_null())
                }),
            );
        }
        Ok(ColumnarValue::Array(Arc::new(answers.finish())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_into_objects_and_lists() {
        let json = serde_json::json!({ "a": { "b": [1, { "c d": "x" }] }, "n": null });
        let find = |path: &str| JsonPath::parse(path).unwrap().find(&json).and_then(text);
        assert_eq!(find("a.b[0]").as_deref(), Some("1"));
        assert_eq!(find("$.a.b[1][\"c d\"]").as_deref(), Some("x"));
        assert_eq!(find("a.b").as_deref(), Some(r#"[1,{"c d":"x"}]"#));
        assert_eq!((find("n"), find("a.x"), find("a.b[9]")), (None, None, None));
        for wrong in ["a..b", "a[x]", "a[0", "a[0]b", "."] {
            assert!(JsonPath::parse(wrong).is_err(), "{wrong}");
        }
    }
}
