//! The HTTP interface of the server: routes, sign-in, rights, live events, and the document that describes them.
//!
//! Everything that the pages of Towpath do goes through here. A route is a handler with a description
//! ([`routes`]), an entry in [`needs`] that says who may use it, and a line in [`openapi`]. Around every request stands
//! [`http`] (number, headers, time), then [`guard`] (who calls, how often, may they).
//!
//! Invariants:
//! - a route without an entry in [`needs`] is answered to nobody;
//! - what somebody may not see does not exist for them;
//! - every change is one transaction with its audit and its events;
//! - no answer holds a secret, and no cause inside of the server leaves it.
//!
//! Deliberately absent: the engine and the connectors ([`workbench`] is what is asked of them), and when runs start.

mod caller;
mod extract;
mod guard;
mod http;
mod icons;
mod limits;
pub mod live;
pub mod needs;
pub mod openapi;
mod operator;
mod pages;
mod paging;
pub mod post;
pub mod postman;
pub mod problem;
mod routes;
pub mod seen;
pub mod server;
pub mod sheet;
pub mod sign_in;
mod sparse;
pub mod trials;
mod words;
pub mod workbench;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa_swagger_ui::{Config, SwaggerUi};

pub use http::{Admitted, Traced};
pub use operator::Operator;
pub use server::{Server, ServerSettings};

use crate::problem::Problem;
use crate::server::Inside;

/// Every route of a server, with everything that stands around them.
pub fn router(server: Server) -> Router {
    let inside = Inside::new(server);
    let settings = &inside.server.settings;
    let base = settings.base_path();
    let routes = openapi::routes(inside.server.version)
        .merge(SwaggerUi::new("/docs").config(
            Config::new(["../api/v1/openapi.json"]).try_it_out_enabled(true).persist_authorization(false),
        ))
        .layer(axum::extract::DefaultBodyLimit::max(settings.body_bytes))
        .layer(from_fn_with_state(inside.clone(), guard::guard))
        .layer(from_fn(http::name_route))
        .fallback(pages::answer)
        .layer(CatchPanicLayer::custom(|cause: Box<dyn std::any::Any + Send>| {
            let text = cause.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| cause.downcast_ref::<String>().cloned()).unwrap_or_default();
            axum::response::IntoResponse::into_response(Problem::internal(format!("a panic: {text}")))
        }))
        .layer(from_fn_with_state(inside.clone(), http::around))
        .layer(cors(settings))
        .layer(CompressionLayer::new())
        .with_state(inside.clone());
    match base.is_empty() {
        true => routes,
        false => Router::new().nest(&base, routes),
    }
}

fn cors(settings: &ServerSettings) -> CorsLayer {
    let origins: Vec<HeaderValue> =
        settings.allowed_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let layer = CorsLayer::new().allow_origin(AllowOrigin::list(origins.clone()));
    if origins.is_empty() {
        return layer;
    }
    layer
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([
            header::CONTENT_DISPOSITION,
            header::ETAG,
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit-limit"),
            HeaderName::from_static("ratelimit-remaining"),
            HeaderName::from_static("ratelimit-reset"),
            HeaderName::from_static("x-request-id"),
        ])
}
