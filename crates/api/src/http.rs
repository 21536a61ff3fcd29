//! What happens around every request: its number, its end in a problem, its headers, its count and its time.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::caller::Origin;
use crate::problem::{self, Pending, Problem};
use crate::server::{Inside, ServerSettings};

/// Longest time for an ordinary answer.
const LONGEST: Duration = Duration::from_secs(120);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What pages may do: nothing from other places, and no frames of others around them.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
    script-src 'self'; connect-src 'self'; font-src 'self' data:; object-src 'none'; base-uri 'self'; \
    form-action 'self'; frame-ancestors 'none'";

/// The span of a request, as `traceparent` writes it: an extension of requests that are traced. Runs remember it.
#[derive(Debug, Clone)]
pub struct Traced(pub String);

/// That the guard let a request through, and a refusal is that of its route: an extension of answers.
#[derive(Debug, Clone)]
pub struct Admitted;

pub(crate) async fn around(State(inside): State<Inside>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let origin = origin(&inside.server.settings, &request);
    let id = origin.request.clone();
    let method = request.method().clone();
    request.extensions_mut().insert(origin);
    let limited = !is_long(request.uri().path());
    let running = next.run(request);
    let mut response = match limited {
        true => tokio::time::timeout(LONGEST, running).await.unwrap_or_else(|_| {
            Problem::new(problem::TIMEOUT, format!("no answer after {} s", LONGEST.as_secs())).into_response()
        }),
        false => running.await,
    };
    let path =
        response.extensions_mut().remove::<Answered>().map_or("none".to_owned(), |answered| answered.0);
    let admitted = response.extensions_mut().remove::<Admitted>();
    response = finished(response, &inside.base, &id);
    let status = response.status().as_u16().to_string();
    let labels = [("method", method.to_string()), ("route", path), ("status", status)];
    metrics::counter!("towpath_http_requests_total", &labels).increment(1);
    metrics::histogram!("towpath_http_request_seconds", &labels[..2]).record(started.elapsed().as_secs_f64());
    dress(&inside.server.settings, response.headers_mut(), &id);
    let [(_, method), (_, route), (_, status)] = &labels;
    let ms = started.elapsed().as_millis();
    tracing::debug!(request = id, method, route, status, ms, admitted = admitted.is_some(), "answered");
    if let Some(admitted) = admitted {
        response.extensions_mut().insert(admitted);
    }
    response
}

/// The header by which browsers keep an answer as a file of that name (RFC 6266).
pub(crate) fn attachment(name: &str) -> HeaderValue {
    let mut text = String::from("attachment; filename*=UTF-8''");
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    // Letters and percent signs only.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

/// The route that answered, for the count.
#[derive(Debug, Clone)]
struct Answered(String);

pub(crate) async fn name_route(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    if let Some(path) = path {
        response.extensions_mut().insert(Answered(path));
    }
    response
}

/// Live streams and files take as long as they take; dry runs have a time of their own.
fn is_long(path: &str) -> bool {
    ["/live", "/events", "/content", "/uploads", "/export", "/dry-run"].iter().any(|end| path.ends_with(end))
}

/// Turns whatever the router and its layers answered into a problem of ours.
fn finished(mut response: Response, base: &str, id: &str) -> Response {
    if let Some(pending) = response.extensions_mut().remove::<Pending>() {
        return instead(&response, pending, base, id);
    }
    let code = match response.status() {
        StatusCode::NOT_FOUND => problem::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => problem::METHOD,
        StatusCode::PAYLOAD_TOO_LARGE => problem::TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem::MEDIA_TYPE,
        status if status.is_client_error() && !is_ours(&response) => problem::BAD_REQUEST,
        status if status.is_server_error() && !is_ours(&response) => problem::INTERNAL,
        _ => return response,
    };
    if is_ours(&response) {
        return response;
    }
    instead(&response, Pending(Problem::new(code, code.title.to_lowercase())), base, id)
}

/// A problem in the place of an answer, with what others around the route said in its headers: methods, limits, and
/// the cookie with a new token, which would be lost.
fn instead(response: &Response, problem: Pending, base: &str, id: &str) -> Response {
    let mut answer = problem.finish(base, id);
    for (name, value) in response.headers() {
        if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}

/// Answers that a handler made on purpose have a type.
fn is_ours(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/"))
}

fn dress(settings: &ServerSettings, headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_POLICY));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers
        .insert("permissions-policy", HeaderValue::from_static("camera=(), microphone=(), geolocation=()"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if settings.is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
}

fn origin(settings: &ServerSettings, request: &Request<Body>) -> Origin {
    let headers = request.headers();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // A number that the caller gave is kept when it is harmless, so that logs of both sides fit together.
    let given = text(REQUEST_ID).filter(|id| {
        (8..=64).contains(&id.len())
            && id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    });
    let number = given.unwrap_or_else(|| {
        towpath_model::ids::NoticeId::generate().as_str().trim_start_matches("no_").to_owned()
    });
    let forwarded = text(HeaderName::from_static("x-forwarded-for"));
    Origin {
        address: address(settings, peer, forwarded.as_deref()).map(|address| address.to_string()),
        agent: text(header::USER_AGENT).map(|agent| agent.chars().take(200).collect()),
        request: number,
        trace: request.extensions().get::<Traced>().map(|traced| traced.0.clone()),
    }
}

/// Where a request comes from: the last address on its way that is not one of our own proxies.
fn address(settings: &ServerSettings, peer: Option<IpAddr>, forwarded: Option<&str>) -> Option<IpAddr> {
    let trusted = |address: &IpAddr| settings.trusted_proxies.iter().any(|known| known.contains(*address));
    let mut found = peer?;
    let mut way: Vec<&str> = forwarded.unwrap_or_default().split(',').map(str::trim).collect();
    while trusted(&found) {
        let Some(before) = way.pop().and_then(|text| text.parse::<IpAddr>().ok()) else { break };
        found = before.to_canonical();
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use towpath_connect::bounds::Network;

    use super::*;

    #[test]
    fn only_proxies_that_are_trusted_are_believed() {
        let trusted = ["10.0.0.1", "192.168.4.0/22", "fd00::/8"].map(|text| Network::parse(text).unwrap());
        let settings = ServerSettings { trusted_proxies: trusted.into(), ..ServerSettings::default() };
        let at = |peer: &str, forwarded: Option<&str>| {
            address(&settings, peer.parse().ok(), forwarded).map(|address| address.to_string())
        };
        assert_eq!(at("192.0.2.7", Some("1.1.1.1")).as_deref(), Some("192.0.2.7"));
        assert_eq!(at("10.0.0.1", Some("9.9.9.9, 192.0.2.7")).as_deref(), Some("192.0.2.7"));
        assert_eq!(at("10.0.0.1", Some("nonsense")).as_deref(), Some("10.0.0.1"));
        assert_eq!(at("10.0.0.1", None).as_deref(), Some("10.0.0.1"));
        // Through a proxy of a network, and one more before it.
        assert_eq!(at("192.168.7.254", Some("9.9.9.9, 192.0.2.7")).as_deref(), Some("192.0.2.7"));
        assert_eq!(at("fd00::12", Some("192.0.2.7, 192.168.4.1")).as_deref(), Some("192.0.2.7"));
        assert_eq!(at("fd00::12", Some("192.0.2.7, ::ffff:192.168.4.1")).as_deref(), Some("192.0.2.7"));
        assert_eq!(
            at("192.168.8.1", Some("192.0.2.7")).as_deref(),
            Some("192.168.8.1"),
            "beside the network"
        );
    }
}
