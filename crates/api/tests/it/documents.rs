//! Documents that are made from the code are those of this code: the interface document and the pages of problems.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use towpath_api::problem::CODES;

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
