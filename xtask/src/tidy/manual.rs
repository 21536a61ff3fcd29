//! The manual is whole and fresh: every setting is explained, every choice says what it is without being chosen, and
//! the committed pages are those of this program.

use std::path::Path;

use serde_json::Value;
use towpath_model::schema::follow;

use super::Finding;
use crate::reference::{binary, spoken, stale};

/// Checks the settings of every connector and transform, and the generated pages.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let binary = binary()?;
    let mut findings = Vec::new();
    for spec in spoken(&binary, &["connectors", "--json"])? {
        let folder = format!("crates/connectors/src/{}/config.rs", spec["name"].as_str().unwrap_or_default());
        for section in ["connection", "source", "destination"] {
            findings.extend(unexplained(&folder, &spec[section]));
        }
    }
    for spec in spoken(&binary, &["transforms", "--json"])? {
        let file = format!("crates/engine/src/transforms/{}.rs", spec["name"].as_str().unwrap_or_default());
        findings.extend(unexplained(&file, &spec["config"]));
    }
    for page in stale(root, &binary)? {
        findings.push(Finding::new(page.path, "the page is stale; run `cargo xtask gen`"));
    }
    Ok(findings)
}

/// Settings without a description, and choices without a default, in the schema and its definitions.
fn unexplained(file: &str, schema: &Value) -> Vec<Finding> {
    let definitions = schema["$defs"].as_object().into_iter().flatten().map(|(_, definition)| definition);
    let mut findings = Vec::new();
    for object in std::iter::once(schema).chain(definitions) {
        let required: Vec<&Value> = object["required"].as_array().into_iter().flatten().collect();
        for (name, field) in object["properties"].as_object().into_iter().flatten() {
            let meant = follow(schema, field);
            let is_choice = meant.get("oneOf").is_some() || meant.get("enum").is_some();
            if is_choice && field.get("default").is_none() && !required.contains(&&Value::from(name.as_str()))
            {
                let message =
                    format!("the choice `{name}` does not say its default; derive `Serialize` for its type");
                findings.push(Finding::new(file, message));
            }
            if field["description"].as_str().is_none_or(str::is_empty) {
                let message = format!("the setting `{name}` has no doc comment; it is the user's manual");
                findings.push(Finding::new(file, message));
            }
        }
    }
    findings
}
