//! The spans of one attempt of a run.
//!
//! ```text
//! run                        one attempt, in the trace of the request that asked for the run
//! ├─ plan                    sources are opened, plans are made
//! ├─ read                    rows flow until every destination has all of its own
//! │  ├─ source file          each node, from its first request for rows to its last row
//! │  └─ destination sqlite
//! └─ commit                  rows become visible
//! ```
//!
//! Phases and nodes are known when they are over, from what the engine tells its events: the engine itself knows nothing of
//! traces. A run that goes on elsewhere keeps its trace, as the run remembers who asked for it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use opentelemetry::context::FutureExt;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracer;
use towpath_engine::report::{Event, NodeReport, RunReport, RunState};
use towpath_engine::run::EventSink;
use towpath_store::runs::Run;

use super::Telemetry;

/// The header in which W3C Trace Context names a span.
const PARENT: &str = "traceparent";

/// A span as text, for whoever goes on with its trace.
pub(crate) fn parent_of(cx: &Context) -> String {
    let mut carried = HashMap::new();
    TraceContextPropagator::new().inject_context(cx, &mut carried);
    carried.remove(PARENT).unwrap_or_default()
}

/// The spans of one attempt; nothing without a collector.
pub(crate) struct AttemptSpans(Option<Arc<Spans>>);

struct Spans {
    tracer: SdkTracer,
    /// With the span of the attempt.
    cx: Context,
    moments: Mutex<Moments>,
}

/// When the phases began.
struct Moments {
    plan: Option<SystemTime>,
    read: SystemTime,
}

impl Telemetry {
    /// Begins the span of an attempt. It ends when what is returned is dropped.
    pub(crate) fn attempt(&self, run: &Run, resumed: bool) -> AttemptSpans {
        let Some(tracer) = self.tracer() else { return AttemptSpans(None) };
        let carried: HashMap<String, String> =
            run.trace.iter().map(|trace| (PARENT.to_owned(), trace.clone())).collect();
        let asked = TraceContextPropagator::new().extract_with_context(&Context::new(), &carried);
        let builder = tracer.span_builder("run").with_kind(SpanKind::Consumer).with_attributes([
            KeyValue::new("towpath.run.id", run.id.to_string()),
            KeyValue::new("towpath.run.attempt", run.attempt),
            KeyValue::new("towpath.run.trigger", run.cause.word()),
            KeyValue::new("towpath.run.resumed", resumed),
            KeyValue::new("towpath.pipeline.id", run.pipeline_id.to_string()),
            KeyValue::new("towpath.pipeline.version", run.version),
            KeyValue::new("towpath.workspace.id", run.workspace_id.to_string()),
        ]);
        let span = tracer.build_with_context(builder, &asked);
        let now = SystemTime::now();
        AttemptSpans(Some(Arc::new(Spans {
            tracer: tracer.clone(),
            cx: asked.with_span(span),
            moments: Mutex::new(Moments { plan: None, read: now }),
        })))
    }
}

impl AttemptSpans {
    /// The same work, within the span of the attempt.
    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        match &self.0 {
            Some(spans) => work.with_context(spans.cx.clone()).await,
            None => work.await,
        }
    }

    /// The plan is being made from now on.
    pub(crate) fn plans(&self) {
        if let Some(spans) = &self.0 {
            spans.moments().plan = Some(SystemTime::now());
        }
    }

    /// Hands events on, and makes spans of what they tell.
    pub(crate) fn sink(&self, inner: EventSink) -> EventSink {
        let Some(spans) = &self.0 else { return inner };
        let spans = Arc::clone(spans);
        Arc::new(move |event| {
            match &event {
                Event::RunStarted { pipeline, .. } => spans.started(pipeline),
                Event::RunFinished { report } => spans.finished(report),
                _ => {}
            }
            inner(event);
        })
    }

    /// The attempt ended with a fault of that kind.
    pub(crate) fn failed(&self, code: &'static str) {
        let Some(spans) = &self.0 else { return };
        if let Some(began) = spans.moments().plan.take() {
            let mut plan = spans.child(&spans.cx, "plan", began, Vec::new());
            fail(&mut plan, code);
            plan.end();
        }
        let span = spans.cx.span();
        span.set_attribute(KeyValue::new("error.type", code));
        span.set_status(Status::error(code));
    }
}

impl Drop for AttemptSpans {
    fn drop(&mut self) {
        // Sinks may live on for a moment; the attempt is over all the same.
        if let Some(spans) = &self.0 {
            spans.cx.span().end();
        }
    }
}

impl Spans {
    fn moments(&self) -> std::sync::MutexGuard<'_, Moments> {
        self.moments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn child(
        &self,
        parent: &Context,
        name: impl Into<std::borrow::Cow<'static, str>>,
        began: SystemTime,
        attributes: Vec<KeyValue>,
    ) -> opentelemetry_sdk::trace::Span {
        let builder = self.tracer.span_builder(name).with_start_time(began).with_attributes(attributes);
        self.tracer.build_with_context(builder, parent)
    }

    fn started(&self, pipeline: &str) {
        self.cx.span().set_attribute(KeyValue::new("towpath.pipeline.name", pipeline.to_owned()));
        let now = SystemTime::now();
        let planned = {
            let mut moments = self.moments();
            moments.read = now;
            moments.plan.take()
        };
        if let Some(began) = planned {
            self.child(&self.cx, "plan", began, Vec::new()).end_with_timestamp(now);
        }
    }

    fn finished(&self, report: &RunReport) {
        let (began, now) = (self.moments().read, SystemTime::now());
        let complete = report.complete_seconds.map(|seconds| after(began, seconds));
        let read_end = complete.unwrap_or(now);
        let mut read = self.child(&self.cx, "read", began, Vec::new());
        let fault = report.fault.as_ref().filter(|_| report.state == RunState::Failed);
        if let (Some(fault), None) = (fault, complete) {
            fail(&mut read, fault.code);
        }
        let within = self.cx.with_span(read);
        for node in &report.nodes {
            self.node(&within, node, began, read_end);
        }
        within.span().end_with_timestamp(read_end);
        if let Some(complete) = complete {
            let loads = report.nodes.iter().filter(|node| node.role == "destination").count();
            let mut commit =
                self.child(&self.cx, "commit", complete, vec![number("towpath.loads", loads as u64)]);
            if let Some(fault) = fault {
                fail(&mut commit, fault.code);
            }
            commit.end_with_timestamp(now);
        }
        let written = report.nodes.iter().filter(|node| node.role == "destination").map(|node| node.written);
        let span = self.cx.span();
        span.set_attributes([
            KeyValue::new("towpath.run.state", state(report.state)),
            number("towpath.rows.written", written.sum()),
            number("towpath.rows.quarantined", report.quarantined),
        ]);
        if let Some(fault) = fault {
            span.set_attribute(KeyValue::new("error.type", fault.code));
            span.set_status(Status::error(fault.code));
        }
    }

    fn node(&self, within: &Context, node: &NodeReport, began: SystemTime, end: SystemTime) {
        let attributes = vec![
            KeyValue::new("towpath.node.name", node.node.clone()),
            number("towpath.rows.read", node.read),
            number("towpath.rows.written", node.written),
            number("towpath.rows.filtered", node.filtered),
            number("towpath.rows.deduplicated", node.deduplicated),
            number("towpath.rows.quarantined", node.quarantined),
        ];
        let from = node.began_seconds.map_or(began, |seconds| after(began, seconds));
        let until = match node.role {
            // Its time ends with its commit, which has a span of its own.
            "destination" => end,
            _ => after(from, node.seconds).min(end),
        };
        let name = format!("{} {}", node.role, node.kind);
        self.child(within, name, from, attributes).end_with_timestamp(until);
    }
}

fn fail(span: &mut opentelemetry_sdk::trace::Span, code: &'static str) {
    span.set_attribute(KeyValue::new("error.type", code));
    // The message may quote values; it stands in the log of the run.
    span.set_status(Status::error(code));
}

fn after(moment: SystemTime, seconds: f64) -> SystemTime {
    moment + Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

fn number(key: &'static str, value: u64) -> KeyValue {
    KeyValue::new(key, i64::try_from(value).unwrap_or(i64::MAX))
}

fn state(state: RunState) -> &'static str {
    match state {
        RunState::Done => "done",
        RunState::DoneWithQuarantine => "done_with_quarantine",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
    }
}
