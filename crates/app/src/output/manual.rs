//! The manual of a connector or transform, from the same doc comments as its schema.

use serde_json::Value;

/// The settings of a schema as lines: name, type, whether needed, and what it means.
pub(crate) fn settings(schema: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for setting in towpath_model::settings::settings(schema) {
        let remark = match (setting.is_required, &setting.default) {
            (true, _) => ", required".to_owned(),
            (false, Some(value)) => format!(", default `{value}`"),
            (false, None) => String::new(),
        };
        lines.push(format!("  {} ({}{remark})", setting.name, setting.kind));
        lines.extend(wrap(&setting.text, 6));
        for (word, meaning) in &setting.choices {
            lines.extend(wrap(&format!("`{word}`: {meaning}"), 8));
        }
    }
    if lines.is_empty() {
        lines.push("  none".into());
    }
    lines
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
