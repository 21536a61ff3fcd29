//! What holds for every route of the interface document: names, rights, problems, tags, how to sign in.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi as Document;

use super::{links, live};
use crate::needs::{NEEDS, Need};
use crate::problem::CODES;
use crate::sparse;

/// How tags of revisions are written.
const TAG: &str = r#"^(W/)?"[0-9]{1,18}"$"#;
/// What a word that makes requests count once is made of. No header begins or ends with a blank.
const IDEMPOTENCY: &str = "^[!-~]([ -~]{0,198}[!-~])?$";

/// Adds to each route what holds for all of them.
pub(super) fn whole(document: &Document, version: &str) -> Value {
    let mut whole = serde_json::to_value(document).unwrap_or_default();
    whole["info"]["version"] = version.into();
    whole["components"]["securitySchemes"] = json!({
        "session": { "type": "apiKey", "in": "cookie", "name": "towpath_session",
            "description": "What browsers have. Changes also send `X-CSRF-Token`." },
        "bearer": { "type": "http", "scheme": "bearer",
            "description": "A token of `POST /token`, or an API key (`tpk_…`)." },
    });
    whole["components"]["responses"] = problems();
    let Some(paths) = whole["paths"].as_object_mut() else { return whole };
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flat_map(Map::iter_mut) {
            let Some(operation) = operation.as_object_mut() else { continue };
            let need =
                NEEDS.iter().find(|entry| entry.method.eq_ignore_ascii_case(method) && entry.path == path);
            name(operation, path);
            describe(operation, method, need.map(|entry| entry.need));
            headers(operation);
        }
    }
    sparse::describe(&mut whole);
    links::add(&mut whole);
    live::add(&mut whole);
    whole
}

/// Gives the operation a name of its own: that of its handler, with what the path is about (`list_runs`).
fn name(operation: &mut Map<String, Value>, path: &str) {
    let Some(handler) = operation.get("operationId").and_then(Value::as_str) else { return };
    let about = path
        .split('/')
        .rev()
        .filter(|part| !part.is_empty() && !part.starts_with('{'))
        .map(|part| part.trim_end_matches(".json").replace('-', "_"))
        .find(|part| part != handler);
    if let Some(about) = about {
        let name = format!("{handler}_{about}");
        operation.insert("operationId".into(), name.into());
    }
}

/// The answers that are problems, by status, as components that routes refer to.
fn problems() -> Value {
    let mut statuses: Vec<u16> = CODES.iter().map(|code| code.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let problem = |status: u16| {
        let titles: Vec<&str> =
            CODES.iter().filter(|code| code.status == status).map(|code| code.title).collect();
        json!({
            "description": titles.join("; or "),
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemBody" } } },
        })
    };
    statuses
        .into_iter()
        .map(|status| (format!("Problem{status}"), problem(status)))
        .collect::<Map<_, _>>()
        .into()
}

fn describe(operation: &mut Map<String, Value>, method: &str, need: Option<Need>) {
    let need = need.unwrap_or(Need::Server);
    operation.insert("x-needs".into(), need.words().into());
    if need != Need::Nobody {
        operation.insert("security".into(), json!([{ "session": [] }, { "bearer": [] }]));
    }
    let Some(responses) = operation.entry("responses").or_insert_with(|| json!({})).as_object_mut() else {
        return;
    };
    for status in CODES.iter().map(|code| code.status) {
        // Reading sends no body and changes nothing.
        if method == "get" && matches!(status, 409 | 412 | 413 | 415 | 428) {
            continue;
        }
        responses
            .entry(status.to_string())
            .or_insert_with(|| json!({ "$ref": format!("#/components/responses/Problem{status}") }));
    }
}

/// Says how headers are written that several routes take.
fn headers(operation: &mut Map<String, Value>) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default().to_ascii_lowercase();
        let (name, description, schema) = match name.as_str() {
            "if-match" => (
                "If-Match",
                "The tag that the change is based on: `ETag` of what was read.",
                json!({ "type": "string", "pattern": TAG, "example": "\"1\"" }),
            ),
            "idempotency-key" => (
                "Idempotency-Key",
                "A word of the caller, with which the same request has its effect once only.",
                json!({ "type": "string", "pattern": IDEMPOTENCY }),
            ),
            _ => continue,
        };
        parameter["name"] = name.into();
        parameter["description"] = description.into();
        parameter["schema"] = schema;
    }
}
