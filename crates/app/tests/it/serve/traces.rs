//! Traces, as a collector receives them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::House;
use super::client::EMAIL;
use super::life::{SHOP, with_sales};

/// Spans of all requests, and the service that they are of.
#[derive(Default)]
struct Received {
    service: BTreeMap<String, String>,
    spans: Vec<Span>,
}

type Kept = Arc<Mutex<Received>>;

/// A collector that takes OTLP over HTTP, on a free port; returns its address.
async fn collector() -> (String, Kept) {
    async fn take(State(kept): State<Kept>, headers: HeaderMap, body: Bytes) -> (StatusCode, Vec<u8>) {
        if headers["content-type"] != "application/x-protobuf" || headers["x-team"] != "data" {
            return (StatusCode::BAD_REQUEST, Vec::new());
        }
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        let mut kept = kept.lock().unwrap();
        for resource in request.resource_spans {
            kept.service = texts(&resource.resource.unwrap().attributes);
            kept.spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
        (StatusCode::OK, Vec::new())
    }
    let kept = Kept::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let routes =
        axum::Router::new().route("/v1/traces", axum::routing::post(take)).with_state(Arc::clone(&kept));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, kept)
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Option<Value>| match value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    let one = |pair: &KeyValue| {
        (pair.key.clone(), text(&pair.value.as_ref().and_then(|value| value.value.clone())))
    };
    attributes.iter().map(one).collect()
}

/// What the caller says it is doing, as W3C Trace Context writes it.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_the_run_that_it_asks_for_are_one_trace() {
    let (collector, kept) = collector().await;
    let said = ["--log", "towpath_api=debug,warn", "--log-format", "json"];
    let house = House::open_with(
        &[&["--traces", &collector][..], &said].concat(),
        &[("OTEL_EXPORTER_OTLP_HEADERS", "x-team=data")],
    )
    .await;
    let mut house = with_sales(house).await;
    house.pipeline(SHOP).await;
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("traceparent", format!("00-{TRACE}-{CALLER}-01").parse().unwrap());
    let run = house.run_with("shop", serde_json::json!({}), headers).await;
    assert_eq!(run["state"], "done", "{run:#}");
    // The last spans are sent when the server stops.
    assert!(house.stop());

    let received = kept.lock().unwrap();
    assert_eq!(received.service["service.name"], "towpath");
    assert_eq!(received.service["service.version"], env!("CARGO_PKG_VERSION"));
    let spans: Vec<&Span> = received.spans.iter().filter(|span| hex(&span.trace_id) == TRACE).collect();
    let named = |name: &str| {
        let mut found = spans.iter().filter(|span| span.name == name);
        let span = found.next().unwrap_or_else(|| panic!("no span `{name}` among {spans:#?}"));
        assert!(found.next().is_none(), "`{name}` is there twice");
        *span
    };
    let asked = named("POST /api/v1/workspaces/{workspace}/pipelines/{pipeline}/runs");
    assert_eq!(hex(&asked.parent_span_id), CALLER);
    assert_eq!(texts(&asked.attributes)["http.response.status_code"], "201");
    let attempt = named("run");
    assert_eq!(attempt.parent_span_id, asked.span_id);
    let told = texts(&attempt.attributes);
    for (key, value) in [
        ("towpath.run.id", run["id"].as_str().unwrap()),
        ("towpath.run.attempt", "1"),
        ("towpath.run.trigger", "api"),
        ("towpath.run.state", "done"),
        ("towpath.pipeline.name", "shop"),
        ("towpath.rows.written", "2"),
    ] {
        assert_eq!(told[key], value, "{told:#?}");
    }
    let read = named("read");
    for phase in [named("plan"), read, named("commit")] {
        assert_eq!(phase.parent_span_id, attempt.span_id, "{phase:#?}");
        assert!(
            phase.start_time_unix_nano >= attempt.start_time_unix_nano
                && phase.end_time_unix_nano <= attempt.end_time_unix_nano,
            "{phase:#?} in {attempt:#?}"
        );
    }
    assert!(named("plan").end_time_unix_nano <= read.start_time_unix_nano);
    assert!(read.end_time_unix_nano <= named("commit").start_time_unix_nano);
    for (name, came, went) in
        [("source file", "3", "3"), ("transform aggregate", "3", "2"), ("destination sqlite", "2", "2")]
    {
        let (node, told) = (named(name), texts(&named(name).attributes));
        assert_eq!(node.parent_span_id, read.span_id, "{node:#?}");
        assert_eq!((&*told["towpath.rows.read"], &*told["towpath.rows.written"]), (came, went), "{name}");
        assert!(node.start_time_unix_nano >= read.start_time_unix_nano, "{node:#?}");
    }
    // Nothing about persons and no data, in any span of the server.
    let all = format!("{:?}", received.spans);
    for never in [EMAIL, "shop.db", "sales.csv", "127.0.0.1", "SELECT"] {
        assert!(!all.contains(never), "`{never}` is in a span");
    }
    drop(received);
    let lines = house.said();
    let mut lines = lines.iter().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let line = lines.find(|line| line["trace_id"] == TRACE).unwrap();
    assert_eq!((line["message"].as_str(), line["status"].as_str()), (Some("answered"), Some("201")));
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_once_and_slows_nobody() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let to = format!("http://{gone}");
    let house = House::open_with(&["--traces", &to], &[("OTEL_BSP_SCHEDULE_DELAY", "20")]).await;
    let mut house = with_sales(house).await;
    house.pipeline(SHOP).await;
    for _ in 0..3 {
        assert_eq!(house.run("shop").await["state"], "done");
    }
    assert!(house.stop());
    let said = house.said();
    let told = said.iter().filter(|line| line.contains("traces do not reach the collector"));
    assert_eq!(told.count(), 1, "{said:#?}");
}

#[tokio::test]
async fn a_collector_that_cannot_be_spoken_with_is_refused_at_the_start() {
    let home = crate::sandbox::Sandbox::new();
    let mut command = home.command(&["serve", "--traces", "http://localhost:4317"]);
    let said = command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").output().unwrap();
    crate::sandbox::said(said).expect(2, &["`OTEL_EXPORTER_OTLP_PROTOCOL=grpc`", "http/protobuf"]);
}
