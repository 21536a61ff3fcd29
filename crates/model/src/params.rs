//! Typed parameters of a pipeline and their values.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, join};
use crate::suggest;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    /// Text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A day, written `2025-12-31`.
    Date,
    /// A point in time, written `2025-12-31T23:59:59Z` or with another offset.
    Timestamp,
}

impl ParamType {
    /// The name used in documents.
    pub fn name(self) -> &'static str {
        match self {
            ParamType::String => "string",
            ParamType::Integer => "integer",
            ParamType::Number => "number",
            ParamType::Boolean => "boolean",
            ParamType::Date => "date",
            ParamType::Timestamp => "timestamp",
        }
    }
}

/// A declared parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamSpec {
    /// Type of the value.
    #[serde(rename = "type", default)]
    pub kind: ParamType,
    /// Value when none is given. Without a default the parameter must be set with `--set name=value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// What the parameter means, shown in help and forms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A value with its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The declared type.
    pub kind: ParamType,
    /// The value as JSON; dates and timestamps are ISO 8601 strings.
    pub json: serde_json::Value,
}

impl Value {
    /// A text value.
    pub fn string(text: impl Into<String>) -> Self {
        Value { kind: ParamType::String, json: serde_json::Value::String(text.into()) }
    }

    /// The value as it reads inside a longer text.
    pub fn text(&self) -> String {
        match &self.json {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// Checks that JSON holds a value of `kind`. Strings are read as the type, so that `--set` and YAML agree.
    pub fn check(kind: ParamType, json: &serde_json::Value) -> Result<Value, String> {
        use serde_json::Value as Json;
        let wrong = || format!("`{}` is not of type {}", show(json), kind.name());
        let text = match json {
            Json::String(text) => text.trim().to_owned(),
            Json::Number(number) => number.to_string(),
            Json::Bool(flag) => flag.to_string(),
            _ => return Err(wrong()),
        };
        let json = match kind {
            ParamType::String => Json::String(match json {
                Json::String(text) => text.clone(),
                _ => text,
            }),
            ParamType::Integer => Json::from(text.parse::<i64>().map_err(|_| wrong())?),
            ParamType::Number => serde_json::Number::from_f64(text.parse::<f64>().map_err(|_| wrong())?)
                .map(Json::Number)
                .ok_or_else(wrong)?,
            ParamType::Boolean => Json::Bool(text.parse::<bool>().map_err(|_| wrong())?),
            ParamType::Date => {
                Json::String(text.parse::<jiff::civil::Date>().map_err(|_| wrong())?.to_string())
            }
            ParamType::Timestamp => {
                Json::String(text.parse::<jiff::Timestamp>().map_err(|_| wrong())?.to_string())
            }
        };
        Ok(Value { kind, json })
    }
}

fn show(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Puts given values over defaults. Problems point at `/params/<name>`.
pub fn settle(
    specs: &IndexMap<String, ParamSpec>,
    given: &IndexMap<String, String>,
) -> Result<IndexMap<String, Value>, Vec<Problem>> {
    let (mut values, mut problems) = (IndexMap::new(), Vec::new());
    for name in given.keys().filter(|name| !specs.contains_key(*name)) {
        problems.push(
            Problem::new("/params", format!("unknown parameter `{name}`")).maybe_hint(suggest::hint(
                name,
                "declared parameters",
                specs.keys().map(String::as_str),
            )),
        );
    }
    for (name, spec) in specs {
        let path = join("/params", name);
        let json = match (given.get(name), &spec.default) {
            (Some(text), _) => serde_json::Value::String(text.clone()),
            (None, Some(default)) => default.clone(),
            (None, None) => {
                problems.push(
                    Problem::new(path, format!("parameter `{name}` has no value"))
                        .hint(format!("give one with `--set {name}=…`, or a default")),
                );
                continue;
            }
        };
        match Value::check(spec.kind, &json) {
            Ok(value) => {
                values.insert(name.clone(), value);
            }
            Err(message) => problems.push(Problem::new(path, format!("parameter `{name}`: {message}"))),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_and_yaml_values_agree() {
        assert_eq!(
            Value::check(ParamType::Integer, &json!("12")),
            Value::check(ParamType::Integer, &json!(12))
        );
        assert_eq!(
            Value::check(ParamType::Date, &json!("2025-02-30")),
            Err("`2025-02-30` is not of type date".into())
        );
    }

    #[test]
    fn every_missing_and_unknown_parameter_is_named() {
        let specs = IndexMap::from([(
            "since".to_owned(),
            ParamSpec { kind: ParamType::Date, default: None, description: None },
        )]);
        let given = IndexMap::from([("sinse".to_owned(), "2025-01-01".to_owned())]);
        let problems = settle(&specs, &given).unwrap_err();
        assert_eq!(problems.len(), 2);
        assert_eq!(problems[0].hint.as_deref(), Some("did you mean `since`?"));
    }
}
