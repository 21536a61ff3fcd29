//! The span of one request.
//!
//! A request takes part in the trace of whoever sends it (`traceparent`). What is asked every few seconds by machines
//! that look after the server has no span. The span of a live stream ends when the stream begins.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::context::FutureExt;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracer;
use towpath_api::Traced;

/// Ends of routes that are asked all the time.
const QUIET: [&str; 3] = ["/health/live", "/health/ready", "/metrics"];

/// Makes the span of a request.
pub(crate) async fn around(State(tracer): State<SdkTracer>, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    if route.as_ref().is_some_and(|route| QUIET.iter().any(|end| route.ends_with(end))) {
        return next.run(request).await;
    }
    let propagator = TraceContextPropagator::new();
    let caller = propagator.extract_with_context(&Context::new(), &HeaderExtractor(request.headers()));
    let method = request.method().to_string();
    let name = route.as_ref().map_or_else(|| method.clone(), |route| format!("{method} {route}"));
    let mut attributes = vec![KeyValue::new("http.request.method", method)];
    attributes.extend(route.map(|route| KeyValue::new("http.route", route)));
    let builder = tracer.span_builder(name).with_kind(SpanKind::Server).with_attributes(attributes);
    let span = tracer.build_with_context(builder, &caller);
    let cx = Context::new().with_span(span);
    request.extensions_mut().insert(Traced(super::attempts::parent_of(&cx)));
    let response = next.run(request).with_context(cx.clone()).await;
    let status = response.status();
    cx.span().set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if let Some(number) = response.headers().get("x-request-id").and_then(|value| value.to_str().ok()) {
        cx.span().set_attribute(KeyValue::new("towpath.request.id", number.to_owned()));
    }
    if status.is_server_error() {
        cx.span().set_attribute(KeyValue::new("error.type", status.as_str().to_owned()));
        cx.span().set_status(Status::error(""));
    }
    cx.span().end();
    response
}
