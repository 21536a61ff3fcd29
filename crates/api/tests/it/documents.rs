//! Documents that are made from the code are those of this code: the interface document and the pages of problems.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use towpath_api::problem::CODES;
use towpath_store::events::kinds::KINDS;

/// The version of the committed document; the real one is that of the program.
const VERSION: &str = "1";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A committed page.
pub(crate) fn page(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// Fails when a committed page is not that text, and leaves the text to be copied.
#[track_caller]
pub(crate) fn assert_fresh(path: &str, text: &str) {
    if page(path) != text {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join(Path::new(path).file_name().unwrap());
        std::fs::write(&new, text).unwrap();
        panic!("`{path}` is stale; look at the difference, then copy it: {}", new.display());
    }
}

/// Every operation of the interface document, as `METHOD path`.
pub(crate) fn operations() -> Vec<String> {
    let document = towpath_api::openapi::document(VERSION);
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    each.collect()
}

#[test]
fn the_committed_interface_document_is_that_of_the_code() {
    let document = towpath_api::openapi::document(VERSION);
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    assert_fresh("docs/reference/openapi.json", &text);
}

#[test]
fn every_operation_has_a_name_of_its_own_says_what_it_does_and_every_reference_leads_somewhere() {
    let document = towpath_api::openapi::document(VERSION);
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{method} {path}");
            assert!(
                names.insert(operation["operationId"].to_string()),
                "{method} {path}: {}",
                operation["operationId"]
            );
            let named = operation["parameters"].as_array().into_iter().flatten();
            let named: Vec<&str> = named
                .filter(|parameter| parameter["in"] == "path")
                .filter_map(|parameter| parameter["name"].as_str())
                .collect();
            let parts: Vec<&str> =
                path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            assert_eq!(named, parts, "{method} {path}");
        }
    }
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
        }
        match value {
            Value::Object(map) => open.extend(map.values()),
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
}

/// Words for the type of a field; `None` for one that is always null.
fn words(schema: &Value) -> String {
    let name = |target: &str| target.rsplit('/').next().unwrap().to_owned();
    if let Some(target) = schema["$ref"].as_str() {
        return name(target);
    }
    if let Some(all) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return all.iter().map(words).filter(|word| word != "null").collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("list of {}", words(&schema["items"])),
        Value::String(kind) if schema["format"] == "date-time" && kind == "string" => "time".into(),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kind = kinds.iter().find(|kind| *kind != "null").unwrap();
            let mut alone = schema.clone();
            alone["type"] = kind.clone();
            words(&alone)
        }
        _ => "anything".into(),
    }
}

fn is_maybe(schema: &Value) -> bool {
    let is_null = |kind: &Value| kind == "null" || kind["type"] == "null";
    let has_null = |all: &Value| all.as_array().is_some_and(|all| all.iter().any(is_null));
    has_null(&schema["type"]) || has_null(&schema["oneOf"]) || has_null(&schema["anyOf"])
}

fn fields(document: &Value, name: &str) -> String {
    let schema = &document["components"]["schemas"][name];
    let mut text = String::new();
    for (field, of) in schema["properties"].as_object().unwrap() {
        let description = of["description"].as_str().unwrap_or_default().replace('\n', " ");
        let maybe = if is_maybe(of) { ", or nothing" } else { "" };
        text += &format!("| `{field}` | {}{maybe} | {description} |\n", words(of));
    }
    text
}

#[test]
fn every_kind_of_event_stands_in_the_reference() {
    let document = towpath_api::openapi::document(VERSION);
    let mut text = String::from(
        "# Live events\n\nEvery kind of event, and what its `body` holds. How to listen: \
         [Live events](../guides/live-events.md). The same as types: `LiveEvent` in the\n\
         [interface document](openapi.json).\n",
    );
    let mut bodies: Vec<String> = Vec::new();
    let mut noun = "";
    for kind in KINDS {
        let (of, _) = kind.name.split_once('.').unwrap();
        if of != noun {
            noun = of;
            text += "\n| Kind | When | Body |\n|---|---|---|\n";
        }
        let body = (kind.body)();
        text += &format!("| `{}` | {} | [{body}](#{}) |\n", kind.name, kind.says, body.to_lowercase());
        if !bodies.contains(&body) {
            bodies.push(body);
        }
    }
    text += "\n## Bodies\n";
    let mut at = 0;
    while let Some(name) = bodies.get(at).cloned() {
        let schema = &document["components"]["schemas"][&name];
        let description = schema["description"].as_str().unwrap_or_default();
        text += &format!("\n### {name}\n\n{description}\n\n");
        match schema["enum"].as_array() {
            Some(values) => {
                let values: Vec<String> =
                    values.iter().map(|word| format!("`{}`", word.as_str().unwrap())).collect();
                text += &format!("One of {}.\n", values.join(", "));
            }
            None => text += &format!("| Field | Type | What |\n|---|---|---|\n{}", fields(&document, &name)),
        }
        // Types within types follow.
        for of in schema["properties"].as_object().into_iter().flat_map(|fields| fields.values()) {
            for word in words(of).split(' ').map(str::to_owned) {
                if document["components"]["schemas"].get(&word).is_some() && !bodies.contains(&word) {
                    bodies.push(word);
                }
            }
        }
        at += 1;
    }
    assert_fresh("docs/reference/events.md", &text);
}

#[test]
fn every_code_of_a_problem_has_its_page() {
    let mut index = String::from(
        "# Problems\n\nWhat the interface answers when it does not do what was asked: `application/problem+json` (RFC 9457).\n\
         `code` says which of these it is, `detail` what failed on which object and why, `hint` what to do, `problems` every\n\
         place that is wrong, `request_id` under which number the log of the server tells more.\n\n| Code | Status | |\n|---|---|---|\n",
    );
    for code in CODES {
        let text = format!("# {}\n\n`{}`, status {}.\n\n{}\n", code.title, code.word, code.status, code.help);
        assert_fresh(&format!("docs/reference/errors/{}.md", code.word), &text);
        index += &format!("| [{0}]({0}.md) | {1} | {2} |\n", code.word, code.status, code.title);
    }
    assert_fresh("docs/reference/errors/README.md", &index);
    let pages = std::fs::read_dir(root().join("docs/reference/errors")).unwrap().count();
    assert_eq!(pages, CODES.len() + 1, "a page of a code that is gone");
}
