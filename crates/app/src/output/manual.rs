//! The manual of a connector or transform, from the same doc comments as its schema.

use serde_json::Value;
use towpath_model::schema::follow;

/// The settings of a schema as lines: name, type, whether needed, and what it means.
pub(crate) fn settings(schema: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, field) in properties.into_iter().flatten() {
        let resolved = follow(schema, field);
        let default =
            field.get("default").or_else(|| resolved.get("default")).filter(|value| !value.is_null());
        let remark = match (required.contains(&name.as_str()), default) {
            (true, _) => ", required".to_owned(),
            (false, Some(Value::String(text))) => format!(", default `{text}`"),
            (false, Some(value)) => format!(", default `{value}`"),
            (false, None) => String::new(),
        };
        lines.push(format!("  {name} ({}{remark})", kind(schema, field)));
        let text = field.get("description").or_else(|| resolved.get("description")).and_then(Value::as_str);
        lines.extend(wrap(text.unwrap_or_default(), 6));
        for (word, meaning) in choices(schema, field) {
            lines.extend(wrap(&format!("`{word}`: {meaning}"), 8));
        }
    }
    if lines.is_empty() {
        lines.push("  none".into());
    }
    lines
}

fn kind(root: &Value, schema: &Value) -> String {
    let schema = follow(root, schema);
    if schema.get("x-secret").is_some() {
        return "text, secret".into();
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

/// The words a setting may take, with what they mean.
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

/// Text in lines of at most 96 characters, indented. Blank lines separate paragraphs.
pub(crate) fn wrap(text: &str, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent);
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n") {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > 96 {
                lines.push(format!("{pad}{line}"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            lines.push(format!("{pad}{line}"));
        }
    }
    lines
}
