//! Whether the server lives, whether it is ready, and its metrics.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use towpath_store::events;

use crate::caller::Origin;
use crate::extract::Json;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// How the server is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// `ok`, or what is wrong.
    status: String,
    /// Version of the program.
    version: &'static str,
}

/// Says that the process lives.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn live(State(server): State<Server>) -> Json<Health> {
    Json(Health { status: "ok".into(), version: server.version })
}

/// Says whether the server can do its work, and if not, why.
#[utoipa::path(get, path = "/health/ready", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn ready(State(server): State<Server>) -> Answer<Json<Health>> {
    if *server.stopping.borrow() {
        return Err(Problem::new(problem::UNAVAILABLE, "the server stops").retry_after(10));
    }
    let looked = async { events::last(&mut *server.store.read().await?).await };
    match tokio::time::timeout(std::time::Duration::from_secs(5), looked).await {
        Ok(Ok(_)) => Ok(Json(Health { status: "ok".into(), version: server.version })),
        Ok(Err(error)) => {
            tracing::warn!("the server is not ready: {error}");
            Err(Problem::new(problem::UNAVAILABLE, "the store cannot be used").retry_after(5))
        }
        Err(_) => Err(Problem::new(problem::UNAVAILABLE, "the store does not answer").retry_after(5)),
    }
}

/// Metrics in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health",
    responses((status = 200, content_type = "text/plain", body = String)))]
pub(crate) async fn scrape(
    State(server): State<Server>,
    origin: Origin,
    headers: HeaderMap,
) -> Answer<Response> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // A proxy on this machine calls from here as well, for whoever called it.
    let is_passed_on = ["x-forwarded-for", "forwarded"].iter().any(|name| headers.contains_key(*name));
    let local = !is_passed_on
        && origin
            .address
            .as_deref()
            .and_then(|text| text.parse().ok())
            .is_some_and(|ip: IpAddr| ip.is_loopback());
    let allowed = match &server.settings.metrics_token {
        Some(token) => {
            sent.and_then(|sent| sent.strip_prefix("Bearer ")).is_some_and(|sent| same(sent, token))
        }
        None => local,
    };
    if !allowed {
        return Err(Problem::new(
            problem::FORBIDDEN,
            "metrics are for those who know the token of the settings",
        ));
    }
    metrics::gauge!("towpath_build_info", "version" => server.version).set(1.0);
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("towpath_resident_memory_bytes").set(bytes as f64);
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((StatusCode::OK, kind, server.metrics.render()).into_response())
}

/// Memory of the process that is not swapped out, where the system tells it: the second number of `statm` is pages of 4 KiB.
pub(crate) fn resident_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split_whitespace().nth(1)?.parse::<u64>().ok()? * 4096)
}

/// Compares secrets in the same time wherever they differ.
fn same(one: &str, other: &str) -> bool {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"compare");
    ring::hmac::verify(&key, one.as_bytes(), ring::hmac::sign(&key, other.as_bytes()).as_ref()).is_ok()
}
