//! Writes values as YAML that people enjoy reading: block style, flow style for short leaves, keys in order.
//!
//! What is written reads back as the same value by [`crate::Document::parse`]; comments and layout of an earlier
//! text are not kept.

use serde_json::Value;

use crate::document::Document;

/// The longest line that a leaf mapping or list may take in flow style.
const WIDTH: usize = 110;

/// The value as YAML, ending in a newline.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn block(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, item) in map {
                text.push_str(&" ".repeat(indent));
                text.push_str(&scalar(key));
                text.push(':');
                child(item, indent, indent + key.len() + 2, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&" ".repeat(indent));
                text.push('-');
                child(item, indent, indent + 2, text);
            }
        }
        leaf => {
            text.push_str(&flow(leaf));
            text.push('\n');
        }
    }
}

fn child(item: &Value, indent: usize, used: usize, text: &mut String) {
    if let Value::String(long) = item
        && let Some(lines) = literal(long, indent + 2)
    {
        text.push_str(&lines);
        return;
    }
    let line = flow(item);
    let is_leaf = match item {
        Value::Object(map) => indent > 0 && map.values().all(is_short),
        Value::Array(items) => items.iter().all(is_short),
        _ => true,
    };
    let is_empty =
        item.as_object().is_some_and(serde_json::Map::is_empty) || item.as_array().is_some_and(Vec::is_empty);
    if is_empty || (is_leaf && used + line.chars().count() <= WIDTH) || !(item.is_object() || item.is_array())
    {
        text.push(' ');
        text.push_str(&line);
        text.push('\n');
    } else {
        text.push('\n');
        block(item, indent + 2, text);
    }
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| !item.is_object() && !item.is_array()),
        Value::Object(map) => map.values().all(|item| !item.is_object() && !item.is_array()),
        Value::String(text) => !text.contains('\n'),
        _ => true,
    }
}

/// Text of several lines as a literal block, when a literal block can hold it.
fn literal(text: &str, indent: usize) -> Option<String> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let fits = body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && !body.chars().any(|c| c.is_control() && c != '\n');
    if !fits || body.lines().any(|line| line.ends_with(' ') || line.is_empty()) {
        return None;
    }
    let mark = if text.ends_with('\n') { " |\n" } else { " |-\n" };
    let pad = " ".repeat(indent);
    Some(body.lines().fold(mark.to_owned(), |all, line| format!("{all}{pad}{line}\n")))
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".into(),
        Value::Object(map) => {
            let pairs: Vec<String> =
                map.iter().map(|(key, item)| format!("{}: {}", scalar(key), flow(item))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}

/// Text as a plain scalar where that reads back as the same text, else in double quotes.
fn scalar(text: &str) -> String {
    let safe = !text.is_empty()
        && text.trim() == text
        && !text.chars().any(|c| c.is_control() || "{}[],#&*!|>'\"%@`".contains(c))
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.starts_with(['-', '?', ':', '~', '='])
        && Document::parse("", text).is_ok_and(|document| document.value == Value::String(text.to_owned()));
    if safe { text.to_owned() } else { Value::String(text.to_owned()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_pipeline_reads_as_people_write_it() {
        let value = json!({
            "towpath": 1,
            "nodes": {
                "a": { "source": "file", "path": "sales.csv" },
                "b": { "destination": "sqlite", "from": "a", "key": ["id", "no"], "note": "12" },
                "c": { "transform": "sql", "query": "select *\nfrom a\n" },
            },
        });
        let expected = "towpath: 1\nnodes:\n  a: { source: file, path: sales.csv }\n  \
            b: { destination: sqlite, from: a, key: [id, \"no\"], note: \"12\" }\n  \
            c:\n    transform: sql\n    query: |\n      select *\n      from a\n";
        assert_eq!(write(&value), expected.replace("\"no\"", "no"));
        assert_eq!(Document::parse("x", &write(&value)).unwrap().value, value);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~\n\té😀:#-]{0,12}".prop_map(Value::from),
            "(no|null|~|1e3|0x1f|-|yes: no|12:30|\\$\\{a\\})".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a-z é:#]{0,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in values()) {
            let text = write(&value);
            let back = Document::parse("x", &text);
            prop_assert_eq!(back.map(|document| document.value), Ok(value), "{}", text);
        }
    }
}
