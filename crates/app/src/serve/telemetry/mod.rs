//! Traces by OpenTelemetry: what a server did, request by request and run by run, for whoever operates it.
//!
//! [`settings`] reads where spans go, from the standard variables; [`courier`] carries them there over HTTP. [`requests`]
//! makes the span of a request, [`attempts`] those of one attempt of a run, and [`lines`] puts the number of the trace
//! into the lines of the log.
//!
//! Invariants:
//! - off unless a collector is named; then nothing stands around requests and runs;
//! - a span holds names, states and counts: no rows, no messages, no addresses, nothing about persons, no secrets. Spans of
//!   libraries are not collected, as those hold statements;
//! - what goes on never waits for the collector: spans that find no room are dropped.
//!
//! Deliberately absent: metrics and logs by OpenTelemetry. Prometheus and the log are the one way each.

pub(crate) mod attempts;
mod courier;
pub(crate) mod lines;
pub(crate) mod requests;
pub(crate) mod settings;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use towpath_model::Fault;

use courier::Courier;
use settings::TraceSettings;

/// How long the last spans may take to arrive once the server stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// The traces of a server; cheap to clone. Without a collector every method does nothing.
#[derive(Clone, Default)]
pub(crate) struct Telemetry(Option<Arc<Collected>>);

struct Collected {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Telemetry {
    /// Begins to collect, when there is somebody to send to. Must be called inside of the runtime.
    pub(crate) fn start(settings: Option<TraceSettings>) -> Result<Telemetry, Fault> {
        let Some(settings) = settings else { return Ok(Telemetry::default()) };
        let courier = Courier::new(&settings, Handle::current());
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(courier)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(settings.endpoint.as_str())
            .with_timeout(settings.timeout)
            .build()
            .map_err(|error| {
                Fault::config(format!("traces cannot be set up: {error}"))
                    .hint("check the variables that begin with `OTEL_`")
            })?;
        let named = if settings.is_named { None } else { Some(KeyValue::new("service.name", "towpath")) };
        let resource = Resource::builder()
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new("service.instance.id", super::worker::name()))
            .with_attributes(named)
            .build();
        // How much is sampled, and how spans wait, is read from the standard variables by the library.
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer("towpath");
        Ok(Telemetry(Some(Arc::new(Collected { provider, tracer }))))
    }

    /// What makes spans, when they are collected.
    pub(crate) fn tracer(&self) -> Option<&SdkTracer> {
        self.0.as_ref().map(|collected| &collected.tracer)
    }

    /// Sends what is left, for as long as that may take.
    pub(crate) async fn finish(self) {
        let Some(collected) = self.0 else { return };
        // The library waits with the whole thread; the courier needs those of the runtime.
        let sent =
            tokio::task::spawn_blocking(move || collected.provider.shutdown_with_timeout(FAREWELL)).await;
        if let Ok(Err(error)) = sent {
            tracing::warn!("the last traces could not be delivered: {error}");
        }
    }
}
