//! The list of routes, and the OpenAPI document that is made from it.
//!
//! A handler's description gives its part; what holds for every route (what it needs, how it can fail, how to sign in)
//! is added by [`whole`] once; [`links`] says where what one route made is found by others, and [`live`] what streams tell.
//! The document is committed, so that a change of the interface is seen as one.

mod links;
mod live;
mod whole;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::ProblemBody;
use crate::routes::{
    backfills, connections, freshness, handing, health, hooks, looks, nodes, outcomes, pipelines, probes,
    queries, rejects, repairs, runs, schedules, search, session, trials, undo, uploads, versions,
};
use crate::server::Inside;
use crate::sparse::{self, Lists};

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
        .routes(routes!(nodes::icon))
        .routes(routes!(nodes::document_schema))
        // Connections.
        .routes(routes!(connections::list, connections::create))
        .routes(routes!(connections::show, connections::update, connections::remove))
        .routes(routes!(probes::test_new))
        .routes(routes!(probes::test))
        .routes(routes!(probes::test_settings))
        .routes(routes!(probes::streams))
        .routes(routes!(probes::rows))
        .routes(routes!(handing::export))
        .routes(routes!(queries::list, queries::create))
        .routes(routes!(queries::show, queries::update, queries::remove))
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
        .routes(routes!(looks::plan_saved))
        .routes(routes!(looks::preview_draft))
        .routes(routes!(looks::preview))
        .routes(routes!(trials::dry_run_draft))
        .routes(routes!(trials::dry_run))
        .routes(routes!(trials::tests))
        .routes(routes!(freshness::list))
        .routes(routes!(outcomes::progress, outcomes::forget))
        .routes(routes!(hooks::open, hooks::close))
        .routes(routes!(hooks::call))
        // Runs.
        .routes(routes!(runs::list))
        .routes(routes!(runs::start))
        .routes(routes!(runs::show))
        .routes(routes!(runs::cancel))
        .routes(routes!(runs::resume))
        .routes(routes!(runs::retry))
        .routes(routes!(undo::undo))
        .routes(routes!(outcomes::log))
        .routes(routes!(outcomes::counts))
        .routes(routes!(outcomes::attempts))
        .routes(routes!(outcomes::receipts))
        .routes(routes!(outcomes::outputs))
        .routes(routes!(outcomes::report))
        .routes(routes!(rejects::list, rejects::clear))
        .routes(routes!(rejects::groups))
        .routes(routes!(rejects::nodes))
        .routes(routes!(rejects::export))
        .routes(routes!(rejects::dismiss))
        .routes(routes!(repairs::repair))
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
        .routes(routes!(uploads::inspect))
        .routes(routes!(search::find))
        // Live events, health.
        .routes(routes!(crate::live::socket::socket))
        .routes(routes!(crate::live::sent::sent))
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
        .routes(routes!(channels::test_settings))
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
        .routes(routes!(users::list_sessions, users::end_sessions))
        .routes(routes!(users::end_session))
        .routes(routes!(users::remove_factor))
        .routes(routes!(export::of_user))
        .routes(routes!(server::show, server::change))
        .routes(routes!(server::list_workers))
        .routes(routes!(server::usage))
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
    let whole = whole::whole(&document, version);
    let lists = Lists::of(&whole);
    let text = whole.to_string();
    let answer = move || {
        let text = text.clone();
        async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], text) }
    };
    let router: Router<Inside> = router.layer(from_fn_with_state(lists, sparse::choose));
    router.route("/api/v1/openapi.json", get(answer))
}

/// The OpenAPI document of that version of the program.
pub fn document(version: &str) -> Value {
    let (_, document) = described().split_for_parts();
    whole::whole(&document, version)
}
