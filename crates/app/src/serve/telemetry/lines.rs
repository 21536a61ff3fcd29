//! The number of the trace in lines of the log, so that one leads to the other.

use std::fmt;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::serve::config::LogFormat;

/// Lines as `inner` writes them, with `trace_id` and `span_id` of what is going on.
pub(crate) struct Traced<F> {
    pub(crate) inner: F,
    pub(crate) format: LogFormat,
}

impl<S, N, F> FormatEvent<S, N> for Traced<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        cx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let span = Context::map_current(|current| current.span().span_context().clone());
        if !span.is_valid() {
            return self.inner.format_event(cx, writer, event);
        }
        let mut line = String::new();
        self.inner.format_event(cx, Writer::new(&mut line), event)?;
        writer.write_str(&numbered(&line, self.format, &span))
    }
}

fn numbered(line: &str, format: LogFormat, span: &SpanContext) -> String {
    let (trace, span) = (span.trace_id(), span.span_id());
    match (format, line.strip_prefix('{')) {
        (LogFormat::Json, Some(rest)) => {
            format!("{{\"trace_id\":\"{trace}\",\"span_id\":\"{span}\",{rest}")
        }
        _ => format!("{} trace_id={trace} span_id={span}\n", line.trim_end_matches('\n')),
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};

    use super::*;

    #[test]
    fn a_line_stays_one_line_and_one_object() {
        let span = SpanContext::new(
            TraceId::from(7),
            SpanId::from(9),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        );
        let line = numbered("{\"level\":\"WARN\",\"message\":\"a { b\"}\n", LogFormat::Json, &span);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (value["trace_id"].as_str(), value["message"].as_str()),
            (Some(&*format!("{:032x}", 7)), Some("a { b"))
        );
        let line = numbered("WARN something\n", LogFormat::Text, &span);
        assert_eq!(line, format!("WARN something trace_id={:032x} span_id={:016x}\n", 7, 9));
    }
}
