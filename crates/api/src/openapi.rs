//! The list of routes, and the OpenAPI document that is made from it.
//!
//! A handler's description gives its part; what holds for every route (what it needs, how it can fail, how to sign in)
//! is added here once. The document is committed, so that a change of the interface is seen as one.

use axum::Router;
use axum::routing::get;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::needs::{NEEDS, Need};
use crate::problem::{CODES, ProblemBody};
use crate::routes::{
    backfills, connections, health, hooks, looks, nodes, outcomes, pipelines, probes, runs, schedules,
    search, session, uploads, versions,
};
use crate::server::Inside;

#[derive(OpenApi)]
#[openapi(
    info(title = "Towpath", description = "Connects, moves and serves data. Everything the pages do goes through here."),
    components(schemas(ProblemBody)),
    tags(
        (name = "sign-in", description = "Sessions, tokens, links"),
        (name = "account", description = "One's own account"),
        (name = "users", description = "Accounts of the server"),
        (name = "workspaces", description = "Workspaces, their people and keys"),
        (name = "connections", description = "Systems with an address and credentials"),
        (name = "nodes", description = "What pipelines are made of"),
        (name = "pipelines", description = "Pipelines and their versions"),
        (name = "runs", description = "Runs, their logs, counts and quarantine"),
        (name = "schedules", description = "When pipelines run by themselves, and backfills"),
        (name = "uploads", description = "Files that people give to the server"),
        (name = "notifications", description = "What people are told, and how"),
        (name = "audit", description = "Who did what"),
        (name = "server", description = "The server itself"),
        (name = "live", description = "Events as they happen"),
        (name = "health", description = "Health and metrics"),
    )
)]
struct Base;

/// Every route with its description. The list of the interface.
fn described() -> OpenApiRouter<Inside> {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(session::show, session::sign_in, session::sign_out))
        .routes(routes!(session::token))
        // What pipelines are made of.
        .routes(routes!(nodes::list))
        .routes(routes!(nodes::show))
        .routes(routes!(nodes::document_schema))
        // Connections.
        .routes(routes!(connections::list, connections::create))
        .routes(routes!(connections::show, connections::update, connections::remove))
        .routes(routes!(probes::test_new))
        .routes(routes!(probes::test))
        .routes(routes!(probes::streams))
        .routes(routes!(probes::rows))
        // Pipelines.
        .routes(routes!(pipelines::list, pipelines::create))
        .routes(routes!(pipelines::show, pipelines::update, pipelines::patch, pipelines::remove))
        .routes(routes!(pipelines::document))
        .routes(routes!(versions::list))
        .routes(routes!(versions::show))
        .routes(routes!(versions::diff))
        .routes(routes!(versions::rollback))
        .routes(routes!(versions::duplicate))
        .routes(routes!(looks::validate))
        .routes(routes!(looks::plan))
        .routes(routes!(looks::preview_draft))
        .routes(routes!(looks::preview))
        .routes(routes!(outcomes::progress, outcomes::forget))
        .routes(routes!(hooks::open, hooks::close))
        .routes(routes!(hooks::call))
        // Runs.
        .routes(routes!(runs::list))
        .routes(routes!(runs::start))
        .routes(routes!(runs::show))
        .routes(routes!(runs::cancel))
        .routes(routes!(runs::resume))
        .routes(routes!(runs::undo))
        .routes(routes!(outcomes::log))
        .routes(routes!(outcomes::counts))
        .routes(routes!(outcomes::attempts))
        .routes(routes!(outcomes::receipts))
        .routes(routes!(outcomes::report))
        .routes(routes!(outcomes::quarantine, outcomes::clear))
        .routes(routes!(outcomes::groups))
        // Schedules.
        .routes(routes!(schedules::list))
        .routes(routes!(schedules::create))
        .routes(routes!(schedules::show, schedules::update, schedules::remove))
        .routes(routes!(schedules::pause))
        .routes(routes!(schedules::go_on))
        .routes(routes!(schedules::forecast))
        .routes(routes!(backfills::list))
        .routes(routes!(backfills::create))
        .routes(routes!(backfills::show))
        .routes(routes!(backfills::pause))
        .routes(routes!(backfills::go_on))
        .routes(routes!(backfills::cancel))
        // Files.
        .routes(routes!(uploads::list, uploads::take))
        .routes(routes!(uploads::show, uploads::remove))
        .routes(routes!(uploads::content))
        .routes(routes!(search::find))
        // Live events, health.
        .routes(routes!(crate::live::stream::socket))
        .routes(routes!(crate::live::stream::sent))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::scrape))
        .merge(people())
        .merge(notifications())
}

/// Routes of notifications.
fn notifications() -> OpenApiRouter<Inside> {
    use crate::routes::{channels, notices, rules};
    OpenApiRouter::new()
        .routes(routes!(channels::kinds))
        .routes(routes!(channels::list, channels::create))
        .routes(routes!(channels::show, channels::update, channels::remove))
        .routes(routes!(channels::test_new))
        .routes(routes!(channels::test))
        .routes(routes!(rules::list, rules::create))
        .routes(routes!(rules::show, rules::update, rules::remove))
        .routes(routes!(rules::watch, rules::set_watch))
        .routes(routes!(notices::list))
        .routes(routes!(notices::unread))
        .routes(routes!(notices::read_all))
        .routes(routes!(notices::read))
        .routes(routes!(notices::preferences, notices::set_preferences))
        .routes(routes!(notices::deliveries))
        .routes(routes!(notices::again))
}

/// Routes of people and rights.
fn people() -> OpenApiRouter<Inside> {
    use crate::routes::{
        account, audit, export, grants, invitations, keys, links, members, parting, providers, second_factor,
        server, users, workspaces,
    };
    OpenApiRouter::new()
        .routes(routes!(links::setup))
        .routes(routes!(links::show, links::make_use))
        .routes(routes!(links::forgotten))
        .routes(routes!(providers::list))
        .routes(routes!(providers::start))
        .routes(routes!(providers::callback))
        .routes(routes!(account::show, account::change))
        .routes(routes!(account::password))
        .routes(routes!(account::sessions, account::end_others))
        .routes(routes!(account::end))
        .routes(routes!(second_factor::start, second_factor::finish, second_factor::remove))
        .routes(routes!(second_factor::recovery_codes))
        .routes(routes!(providers::connect, providers::disconnect))
        .routes(routes!(export::own))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::show, users::change, parting::erase))
        .routes(routes!(users::password_link))
        .routes(routes!(users::end_sessions))
        .routes(routes!(users::remove_factor))
        .routes(routes!(export::of_user))
        .routes(routes!(server::show, server::change))
        .routes(routes!(server::list_workers))
        .routes(routes!(audit::of_server))
        .routes(routes!(audit::verify))
        .routes(routes!(audit::of_workspace))
        .routes(routes!(workspaces::list, workspaces::add))
        .routes(routes!(workspaces::show, workspaces::change, workspaces::close))
        .routes(routes!(members::list))
        .routes(routes!(members::put, members::remove))
        .routes(routes!(invitations::list, invitations::add))
        .routes(routes!(invitations::withdraw))
        .routes(routes!(keys::list, keys::add))
        .routes(routes!(keys::revoke))
        .routes(routes!(grants::on_connection))
        .routes(routes!(grants::put_on_connection, grants::remove_on_connection))
        .routes(routes!(grants::on_pipeline))
        .routes(routes!(grants::put_on_pipeline, grants::remove_on_pipeline))
}

/// Every route, and one that gives the document.
pub(crate) fn routes(version: &str) -> Router<Inside> {
    let (router, document) = described().split_for_parts();
    let text = whole(&document, version).to_string();
    let answer = move || {
        let text = text.clone();
        async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], text) }
    };
    router.route("/api/v1/openapi.json", get(answer))
}

/// The OpenAPI document of that version of the program.
pub fn document(version: &str) -> Value {
    let (_, document) = described().split_for_parts();
    whole(&document, version)
}

/// Adds to each route what holds for all of them.
fn whole(document: &Document, version: &str) -> Value {
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
        }
    }
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
