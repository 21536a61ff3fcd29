//! Laws of the settings: schemas, unknown fields, the check of a connection.

use serde_json::{Value, json};
use towpath_model::FaultKind;

use super::bench::Bench;

/// Every connector: the schemas stay inside what forms and the manual can show, and every field is explained.
pub(super) fn schemas_are_forms(bench: &Bench<'_>) {
    let spec = bench.connector.spec();
    for (what, schema) in
        [("connection", &spec.connection), ("source", &spec.source), ("destination", &spec.destination)]
    {
        assert_eq!(schema["type"], "object", "the {what} settings are no object");
        visit(what, schema);
    }
    assert!(!spec.docs.trim().is_empty() && !spec.summary.is_empty(), "the connector is not documented");
    assert!(!spec.examples.is_empty(), "the connector has no example");
}

fn visit(path: &str, schema: &Value) {
    // SQL text and secrets have one form each, known to every reader of schemas.
    if schema.get("x-sql").is_some() || schema.get("x-secret").is_some() {
        return;
    }
    let Some(object) = schema.as_object() else {
        panic!("{path}: a schema that is no object: {schema}");
    };
    const KNOWN: &[&str] = &[
        "$schema",
        "$defs",
        "$ref",
        "title",
        "description",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "oneOf",
        "anyOf",
        "default",
        "examples",
        "format",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "x-advanced",
        "x-group",
        "x-widget",
        // May change without its secrets being given again; forms need not know.
        "x-beside-secrets",
    ];
    for keyword in object.keys() {
        assert!(KNOWN.contains(&keyword.as_str()), "{path}: forms do not know the keyword `{keyword}`");
    }
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        visit(&format!("{path}/$defs/{name}"), definition);
    }
    if let Some(fields) = schema["properties"].as_object() {
        assert_eq!(schema["additionalProperties"], json!(false), "{path}: unknown fields are not refused");
        for (name, field) in fields {
            let explained =
                field.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
            assert!(explained, "{path}/{name}: the field is not explained");
            visit(&format!("{path}/{name}"), field);
        }
    }
    if let Some(items) = schema.get("items") {
        visit(&format!("{path}/items"), items);
    }
    // A choice is one of words, or a value that may be missing.
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        let word =
            choice["const"].is_string() || choice["enum"].as_array().is_some_and(|words| !words.is_empty());
        assert!(word, "{path}: a choice between shapes, not between words");
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let shapes: Vec<&Value> = choices.iter().filter(|choice| choice["type"] != "null").collect();
        assert!(shapes.len() == 1, "{path}: a choice between shapes");
        visit(path, shapes[0]);
    }
}

/// Every connector: a misspelt setting is refused and named, not passed over.
pub(super) fn unknown_settings_are_refused(bench: &Bench<'_>) {
    let harness = bench.harness;
    let with_slip = |mut settings: Value| {
        settings["no_such_setting"] = json!(1);
        settings
    };
    let (connection, source, destination) =
        (harness.connection(), harness.source("orders"), harness.destination("orders"));
    let faults = [
        bench.connector.source(&with_slip(connection.clone()), &source, &bench.context).err(),
        bench.connector.source(&connection, &with_slip(source), &bench.context).err(),
        bench.connector.destination(&connection, &with_slip(destination), &bench.context).err(),
    ];
    for fault in faults {
        let fault = bench.clean(fault.expect("an unknown setting is accepted"));
        assert_eq!(fault.kind(), FaultKind::Config, "{fault:?}");
        assert!(
            fault.to_string().contains("no_such_setting"),
            "the fault does not name the setting: {fault:?}"
        );
    }
}

/// Every connector.
pub(super) async fn check_proves_the_connection(bench: &Bench<'_>) {
    let connection = bench.harness.connection();
    let checked = bench.patiently("check", bench.connector.check(&connection, &bench.context)).await;
    checked.unwrap_or_else(|fault| panic!("the check of a good connection fails: {fault:?}"));
}

/// `accounts`.
pub(super) async fn wrong_passwords_are_told_apart(bench: &Bench<'_>) {
    let Some(connection) = bench.harness.wrong_password() else {
        assert!(
            !bench.capabilities().accounts,
            "a system with accounts needs `wrong_password` in its harness"
        );
        return;
    };
    let checked = bench.patiently("check", bench.connector.check(&connection, &bench.context)).await;
    let fault = bench.clean(checked.expect_err("the check accepts a wrong password"));
    assert_eq!(fault.kind(), FaultKind::Auth, "{fault:?}");
}

/// Every connector whose harness knows an address that does not exist.
pub(super) async fn unreachable_systems_are_told_apart(bench: &Bench<'_>) {
    let Some(connection) = bench.harness.unreachable() else { return };
    let checked = bench.patiently("check", bench.connector.check(&connection, &bench.context)).await;
    let fault = bench.clean(checked.expect_err("the check accepts an address that does not exist"));
    assert!(matches!(fault.kind(), FaultKind::Unavailable | FaultKind::NotFound), "{fault:?}");
}
