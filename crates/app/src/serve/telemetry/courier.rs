//! Carries spans to the collector.
//!
//! The library sends from a thread of its own, which has no runtime; the request is made on the runtime of the server. Where
//! the collector is belongs to the operator: the bounds of workspaces do not apply. That it cannot be reached is said
//! once, and once that it can be again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;
use towpath_connect::Egress;
use towpath_connect::bounds::Web;

use super::settings::TraceSettings;

/// Largest answer that is read; the rest says nothing about spans.
const MOST: usize = 64 * 1024;

/// What the library sends with.
#[derive(Debug)]
pub(crate) struct Courier {
    way: Arc<Way>,
    runtime: Handle,
}

#[derive(Debug)]
struct Way {
    web: Web,
    settings: TraceSettings,
    is_broken: AtomicBool,
}

impl Courier {
    /// A courier that makes its requests on that runtime.
    pub(crate) fn new(settings: &TraceSettings, runtime: Handle) -> Courier {
        let timeout = settings.timeout;
        let web = Web::new(&Egress::open(), move |builder| builder.timeout(timeout));
        let way = Way { web, settings: settings.clone(), is_broken: AtomicBool::new(false) };
        Courier { way: Arc::new(way), runtime }
    }
}

#[async_trait]
impl HttpClient for Courier {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let way = Arc::clone(&self.way);
        self.runtime.spawn(async move { way.carry(request).await }).await?
    }
}

impl Way {
    async fn carry(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.ask(request).await;
        let trouble = match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status())),
            Err(error) => Some(innermost(error.as_ref())),
        };
        match trouble {
            Some(trouble) if !self.is_broken.swap(true, Ordering::Relaxed) => {
                let collector = self.settings.endpoint.host_str().unwrap_or_default();
                tracing::warn!(
                    collector,
                    "traces do not reach the collector: {trouble}; they are dropped until it is back, and runs go on"
                );
            }
            None if self.is_broken.swap(false, Ordering::Relaxed) => {
                tracing::info!("traces reach the collector again");
            }
            _ => {}
        }
        answer
    }

    async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let asked = self.web.request(parts.method, &self.settings.endpoint)?;
        let mut answer = asked.headers(parts.headers).body(body).send().await?;
        let mut whole = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            whole = whole.header(name, value);
        }
        let mut read = Vec::new();
        while read.len() < MOST
            && let Some(piece) = answer.chunk().await?
        {
            read.extend_from_slice(&piece);
        }
        Ok(whole.body(Bytes::from(read))?)
    }
}

/// The reason behind the reasons; those before it name the address, which may hold a password.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut found = error;
    while let Some(source) = found.source() {
        found = source;
    }
    found.to_string()
}
