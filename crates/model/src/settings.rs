//! The settings of a connector or transform in words, read from its JSON Schema.
//!
//! The command line's manual and the reference pages show the same list, so they cannot disagree.

use serde_json::Value;

use crate::schema::follow;

/// One setting as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Name of the key.
    pub name: String,
    /// What may be written there, for example `list of text`.
    pub kind: String,
    /// It must be given.
    pub is_required: bool,
    /// The value it has when it is not given, as YAML writes it.
    pub default: Option<String>,
    /// What it does; paragraphs are separated by blank lines.
    pub text: String,
    /// The words it may take, with what they mean.
    pub choices: Vec<(String, String)>,
}

/// The settings of a schema, in the order of the schema.
pub fn settings(schema: &Value) -> Vec<Setting> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let setting = |(name, field): (&String, &Value)| {
        let resolved = follow(schema, field);
        let own = |key: &str| field.get(key).or_else(|| resolved.get(key));
        let is_required = required.contains(&name.as_str());
        let default = own("default").filter(|value| !is_required && !is_empty(value));
        Setting {
            name: name.clone(),
            kind: kind(schema, field),
            is_required,
            default: default.map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
            text: own("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
            choices: choices(schema, field),
        }
    };
    properties.into_iter().flatten().map(setting).collect()
}

/// A default that says nothing: no value, no letters, no items.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn kind(root: &Value, schema: &Value) -> String {
    let schema = follow(root, schema);
    if schema.get("x-secret").is_some() {
        let is_mapping =
            schema["type"].as_array().is_some_and(|names| names.iter().any(|name| name == "object"));
        return if is_mapping { "mapping, secret".into() } else { "text, secret".into() };
    }
    if schema.get("x-sql").is_some() {
        return "SQL, or `{ file: … }`".into();
    }
    let branches = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array);
    if let Some(branches) = branches {
        if branches.iter().all(|branch| branch.get("const").is_some() || branch.get("enum").is_some()) {
            return "one of a list".into();
        }
        let mut kinds: Vec<String> = branches.iter().map(|branch| kind(root, branch)).collect();
        kinds.retain(|kind| kind != "nothing");
        kinds.dedup();
        return kinds.join(" or ");
    }
    if schema.get("enum").is_some() {
        return "one of a list".into();
    }
    let word = |name: &str| match name {
        "string" => "text".to_owned(),
        "integer" => "whole number".into(),
        "number" => "number".into(),
        "boolean" => "true or false".into(),
        "null" => "nothing".into(),
        "array" => match schema.get("items") {
            Some(items) => format!("list of {}", kind(root, items)),
            None => "list".into(),
        },
        "object" => match schema.get("additionalProperties") {
            Some(rule @ Value::Object(_)) => format!("mapping to {}", kind(root, rule)),
            _ => "mapping".into(),
        },
        other => other.to_owned(),
    };
    match schema.get("type") {
        Some(Value::String(name)) => word(name),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.map(word).collect::<Vec<_>>().join(" or ")
        }
        _ => "any value".into(),
    }
}

fn choices(root: &Value, schema: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![schema];
    while let Some(next) = open.pop() {
        let next = follow(root, next);
        for keyword in ["oneOf", "anyOf"] {
            open.extend(next.get(keyword).and_then(Value::as_array).into_iter().flatten().rev());
        }
        let text = next.get("description").and_then(Value::as_str).unwrap_or_default();
        if let Some(word) = next.get("const").and_then(Value::as_str) {
            found.push((word.to_owned(), text.lines().collect::<Vec<_>>().join(" ")));
        }
        for word in next.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            found.push((word.to_owned(), String::new()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mode::WriteMode;
    use schemars::JsonSchema;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Load {
        /// Table to write.
        table: String,
        /// How rows land.
        #[serde(default)]
        mode: WriteMode,
        /// Columns that identify a row.
        key: Option<Vec<String>>,
    }

    #[test]
    fn settings_read_as_people_say_them() {
        let found = settings(&schemars::schema_for!(Load).to_value());
        let facts: Vec<(&str, &str, bool, Option<&str>)> = found
            .iter()
            .map(|s| (s.name.as_str(), s.kind.as_str(), s.is_required, s.default.as_deref()))
            .collect();
        assert_eq!(
            facts,
            [
                ("table", "text", true, None),
                ("mode", "one of a list", false, Some("append")),
                ("key", "list of text", false, None)
            ]
        );
        assert_eq!(found[0].text, "Table to write.");
        assert_eq!(found[1].choices[0], ("append".into(), "Adds the rows to what is there.".into()));
    }
}
