//! Lists with only some fields of their entries: `?fields=id,name`.
//!
//! Which fields there are is read from the interface document, so that every list has this without a word of its own, and a
//! name that is not there is refused by all of them alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::problem::{self, Answer, Problem};

/// Most bytes of a list: 1000 entries of any of them are far below.
const MOST: usize = 256 << 20;

/// Fields of the entries of every list, by the path of its route.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists(Arc<BTreeMap<String, BTreeSet<String>>>);

impl Lists {
    /// The lists of an interface document.
    pub(crate) fn of(document: &Value) -> Lists {
        let paths = document["paths"].as_object().into_iter().flatten();
        let found = paths.filter_map(|(path, item)| Some((path.clone(), fields(document, &item["get"])?)));
        Lists(Arc::new(found.collect()))
    }
}

/// Says in an interface document that lists take `fields`.
pub(crate) fn describe(document: &mut Value) {
    let Lists(lists) = Lists::of(document);
    for (path, fields) in lists.iter() {
        let operation = &mut document["paths"][path]["get"];
        let parameter = json!({
            "name": "fields", "in": "query", "required": false, "style": "form", "explode": false,
            "description": "Only these fields of each entry, with commas between; all of them if nothing is said.",
            "schema": { "type": "array", "items": { "type": "string", "enum": fields } },
        });
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(parameter),
            None => operation["parameters"] = json!([parameter]),
        }
    }
}

/// The fields of the entries of a list; none when the operation gives no list of objects.
fn fields(document: &Value, operation: &Value) -> Option<BTreeSet<String>> {
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str()?.rsplit('/').next()?;
    if !name.starts_with("Items_") {
        return None;
    }
    let list = followed(document, schema);
    let mut found = BTreeSet::new();
    collect(document, &list["properties"]["items"]["items"], &mut found);
    (!found.is_empty()).then_some(found)
}

fn followed<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap_or(schema),
        None => schema,
    }
}

/// Fields of an object, and of all that it is made of.
fn collect(document: &Value, schema: &Value, found: &mut BTreeSet<String>) {
    let schema = followed(document, schema);
    found.extend(schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys().cloned()));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(document, part, found);
    }
}

/// Leaves the fields out of a list that were not asked for.
pub(crate) async fn choose(State(Lists(lists)): State<Lists>, request: Request, next: Next) -> Response {
    match wanted(&lists, &request) {
        Ok(Some(wanted)) => {
            let response = next.run(request).await;
            match response.status() {
                StatusCode::OK => {
                    narrowed(response, &wanted).await.unwrap_or_else(IntoResponse::into_response)
                }
                _ => response,
            }
        }
        Ok(None) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// The fields that a request for a list asks for.
fn wanted(lists: &BTreeMap<String, BTreeSet<String>>, request: &Request) -> Answer<Option<BTreeSet<String>>> {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    // A server may stand below a folder, which the routes of the document do not name.
    let known = path.find("/api/").and_then(|start| lists.get(&path[start..]));
    let (Some(known), true, Some(query)) = (known, request.method() == Method::GET, request.uri().query())
    else {
        return Ok(None);
    };
    let given: Vec<_> =
        url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "fields").collect();
    if given.is_empty() {
        return Ok(None);
    }
    let names = given.iter().flat_map(|(_, names)| names.split(',')).map(str::trim);
    let wanted: BTreeSet<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    match wanted.iter().find(|name| !known.contains(*name)) {
        None => Ok(Some(wanted).filter(|wanted| !wanted.is_empty())),
        Some(name) => {
            let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            let detail =
                format!("entries of this list have no field `{name}`; there are {}", known.join(", "));
            Err(Problem::new(problem::BAD_REQUEST, detail))
        }
    }
}

async fn narrowed(response: Response, wanted: &BTreeSet<String>) -> Answer<Response> {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, MOST).await.map_err(Problem::internal)?;
    let mut list: Value = serde_json::from_slice(&bytes).map_err(Problem::internal)?;
    for entry in list["items"].as_array_mut().into_iter().flatten() {
        if let Some(entry) = entry.as_object_mut() {
            entry.retain(|name, _| wanted.contains(name));
        }
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    let bytes = serde_json::to_vec(&list).map_err(Problem::internal)?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
