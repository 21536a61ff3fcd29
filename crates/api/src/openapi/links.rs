//! Links of the interface document: where what one route makes or lists is found by the others.
//!
//! People who read the document see what comes next, and programs that explore the interface go on with identities that
//! exist. A link is written once, under `components`, and the answers refer to it.

use serde_json::{Map, Value, json};

/// A kind of thing: the routes that make it (by the end of their path), the parameter that later names it, and where
/// the answer holds that.
const MADE: &[(&str, &str, &str)] = &[
    ("/connections", "connection", "/id"),
    ("/queries", "query", "/id"),
    ("/pipelines", "pipeline", "/id"),
    ("/duplicate", "pipeline", "/id"),
    ("/runs", "run", "/id"),
    ("/schedules", "schedule", "/id"),
    ("/backfills", "backfill", "/id"),
    ("/uploads", "upload", "/id"),
    ("/channels", "channel", "/id"),
    ("/rules", "rule", "/id"),
    ("/users", "user", "/id"),
    ("/keys", "key", "/entry/id"),
    ("/invitations", "invitation", "/invitation/id"),
    ("/api/v1/workspaces", "workspace", "/id"),
];

/// Adds the links.
pub(super) fn add(document: &mut Value) {
    let Some(paths) = document["paths"].as_object() else { return };
    let mut links = Map::new();
    let mut found: Vec<(String, String, String)> = Vec::new();
    for (made, parameter, place) in MADE {
        for (path, status) in paths.iter().filter_map(|(path, item)| Some((path, created(path, made, item)?)))
        {
            for (name, link) in uses(paths, path, parameter, place) {
                found.push((path.clone(), status.clone(), name.clone()));
                links.insert(name, link);
            }
        }
    }
    document["components"]["links"] = links.into();
    for (path, status, name) in found {
        document["paths"][path]["post"]["responses"][status]["links"][&name] =
            json!({ "$ref": format!("#/components/links/{name}") });
    }
}

/// The status with which a route says that it made something.
fn created(path: &str, end: &str, item: &Value) -> Option<String> {
    let responses = item["post"]["responses"].as_object().filter(|_| path.ends_with(end))?;
    responses.contains_key("201").then(|| "201".to_owned())
}

/// The operations that take the parameter, and besides it only the workspace.
fn uses(paths: &Map<String, Value>, made: &str, parameter: &str, place: &str) -> Vec<(String, Value)> {
    let named = format!("{{{parameter}}}");
    let is_known = |part: &&str| part.starts_with('{') && !made.split('/').any(|known| known == *part);
    let mut all = Vec::new();
    for (path, item) in paths {
        let unknown: Vec<&str> = path.split('/').filter(is_known).collect();
        if unknown.is_empty() || unknown.iter().any(|part| *part != named && *part != "{workspace}") {
            continue;
        }
        if !unknown.contains(&named.as_str()) {
            continue;
        }
        for operation in item.as_object().into_iter().flat_map(Map::values) {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let mut parameters = Map::new();
            parameters.insert(format!("path.{parameter}"), format!("$response.body#{place}").into());
            if parameter != "workspace" && path.contains("{workspace}") && made.contains("{workspace}") {
                parameters.insert("path.workspace".into(), "$request.path.workspace".into());
            }
            all.push((
                format!("{id}_by_{parameter}"),
                json!({ "operationId": id, "parameters": parameters }),
            ));
        }
    }
    all
}
