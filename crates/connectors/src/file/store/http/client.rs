//! Requests to a web server: who asks, what is followed, what is asked again.
//!
//! Redirects are followed here and not by the library, because credentials may stand in any header: they go to the server
//! of the root and to no other.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use futures::StreamExt;
use jiff::fmt::rfc2822;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{ClientBuilder, Method, Response, StatusCode};
use tokio::sync::OnceCell;
use towpath_connect::bounds::{Refused, Web};
use towpath_connect::{Context, Egress};
use towpath_model::{Fault, FaultKind, Secret};
use url::Url;

use super::super::tls;
use super::config::HttpSettings;

/// Most redirects on the way to a file.
const REDIRECTS: usize = 10;
/// Most requests for one answer, when the server asks to come back later.
const TRIES: u32 = 4;
/// Longest time that is waited when the server asks to come back later.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Asks one server.
#[derive(Debug)]
pub(super) struct Asker {
    root: Url,
    pub(super) shown: String,
    pub(super) settings: HttpSettings,
    egress: Egress,
    /// File of certificates.
    ca_file: Option<PathBuf>,
    web: OnceCell<Web>,
}

impl Asker {
    pub(super) fn new(root: Url, settings: HttpSettings, cx: &Context) -> Result<Self, Fault> {
        if settings.bearer.is_some() && settings.user.is_some() {
            return Err(Fault::config("`bearer` and `user` exclude each other").hint("take one of them out"));
        }
        if settings.password.is_some() && settings.user.is_none() {
            return Err(Fault::config("`password` needs `user`").hint("set `user` too"));
        }
        for (name, value) in &settings.headers {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value.expose()).is_err() {
                return Err(Fault::config(format!("`headers`: `{name}` cannot be sent as a header"))
                    .hint("use letters, digits and `-` in names, and one line of text as value"));
            }
        }
        let shown = root.to_string();
        let ca_file = settings.ca_file.as_ref().map(|path| cx.resolve(path)).transpose()?;
        Ok(Asker { root, shown, settings, egress: cx.bounds.egress.clone(), ca_file, web: OnceCell::new() })
    }

    async fn web(&self) -> Result<&Web, Fault> {
        let make = || async {
            let timeout = Duration::from_secs(self.settings.timeout_seconds.max(1).into());
            let authorities = tls::certificates(self.ca_file.clone()).await?;
            Ok(Web::new(&self.egress, move |builder| {
                let builder = builder.connect_timeout(timeout).read_timeout(timeout);
                authorities.iter().cloned().fold(builder, ClientBuilder::add_root_certificate)
            }))
        };
        self.web.get_or_try_init(make).await
    }

    /// The answer to a request, whatever it is, and where it came from in the end. `name` is what is asked for.
    pub(super) async fn ask(
        &self,
        method: Method,
        url: &Url,
        headers: &HeaderMap,
        name: &str,
    ) -> Result<(Response, Url), Fault> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (answer, url) = self.follow(method.clone(), url.clone(), headers, name).await?;
            if !matches!(answer.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
                || tries >= TRIES
            {
                return Ok((answer, url));
            }
            let wait = retry_after(answer.headers()).unwrap_or(Duration::from_millis(200 << tries));
            if wait > LONGEST_WAIT {
                return Ok((answer, url));
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn follow(
        &self,
        method: Method,
        mut url: Url,
        headers: &HeaderMap,
        name: &str,
    ) -> Result<(Response, Url), Fault> {
        for _ in 0..=REDIRECTS {
            let mut request = self.web().await?.request(method.clone(), &url)?.headers(headers.clone());
            if url.origin() == self.root.origin() {
                request = self.identify(request);
            }
            let answer = request.send().await.map_err(|error| self.unreachable(error))?;
            let is_redirect = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            let location = answer.headers().get(header::LOCATION).filter(|_| is_redirect);
            let Some(location) = location.and_then(|location| location.to_str().ok()) else {
                return Ok((answer, url));
            };
            let next = url.join(location).ok().filter(|next| matches!(next.scheme(), "http" | "https"));
            let next = next.filter(|next| next.scheme() == "https" || url.scheme() == "http");
            url = next.ok_or_else(|| {
                Fault::config(format!(
                    "the server of `{}` redirects `{name}` to where it is not safe to go",
                    self.shown
                ))
                .hint("check the connection's `root`")
            })?;
        }
        Err(Fault::config(format!("the server of `{}` redirects `{name}` in circles", self.shown))
            .hint("check the connection's `root`"))
    }

    fn identify(&self, mut request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let settings = &self.settings;
        if let Some(user) = &settings.user {
            request = request.basic_auth(user, settings.password.as_ref().map(Secret::expose));
        }
        if let Some(token) = &settings.bearer {
            request = request.bearer_auth(token.expose());
        }
        for (name, value) in &settings.headers {
            request = request.header(name, value.expose());
        }
        request
    }

    /// The fault for a server that does not answer. The library's words would show the whole address.
    pub(super) fn unreachable(&self, error: reqwest::Error) -> Fault {
        let error = error.without_url();
        if let Some(refused) = Refused::inside(&error) {
            return refused;
        }
        let mut told = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            told.push_str(&error.to_string());
            source = error.source();
        }
        let server = self.root.host_str().unwrap_or_default();
        let fault = if told.contains("dns error") {
            Fault::not_found(format!("the host `{server}` cannot be found"))
                .hint("check the host of the connection's `root`")
        } else if told.contains("certificate") {
            Fault::auth(format!("the certificate of server `{server}` cannot be trusted"))
                .hint("check the host; give the authority of a company's own certificates as `ca_file`")
        } else if error.is_timeout() {
            let seconds = self.settings.timeout_seconds;
            Fault::unavailable(format!("server `{server}` did not answer for {seconds} seconds"))
        } else if error.is_connect() {
            Fault::unavailable(format!("server `{server}` refuses connections"))
                .hint("check host and port of the connection's `root`, and whether the server runs")
        } else {
            Fault::unavailable(format!("the connection to server `{server}` broke"))
        };
        fault.cause(error)
    }

    /// The fault for an answer that is no success.
    pub(super) fn refused(&self, name: &str, status: StatusCode) -> Fault {
        let root = &self.shown;
        match status.as_u16() {
            401 => Fault::auth(format!("the server of `{root}` refused who asks for `{name}`"))
                .hint("check `user` and `password`, or `bearer`, in the connection's `http`"),
            403 => Fault::auth(format!("the server of `{root}` does not give `{name}` to this account"))
                .hint("ask whoever runs the server for the right"),
            404 | 410 => Fault::not_found(format!("file `{name}` does not exist in `{root}`")),
            429 => {
                Fault::new(FaultKind::RateLimited, format!("the server of `{root}` asks to come back later"))
            }
            500..=599 => {
                Fault::unavailable(format!("the server of `{root}` failed with `{name}` (status {status})"))
            }
            _ => Fault::config(format!(
                "the server of `{root}` refused the request for `{name}` (status {status})"
            ))
            .hint("check the path"),
        }
    }

    /// The text of a page, of which more than `most_bytes` are refused.
    pub(super) async fn page(
        &self,
        answer: Response,
        name: &str,
        most_bytes: usize,
    ) -> Result<String, Fault> {
        let (mut page, mut pieces) = (Vec::new(), answer.bytes_stream());
        while let Some(piece) = pieces.next().await {
            page.extend_from_slice(&piece.map_err(|error| self.unreachable(error))?);
            if page.len() > most_bytes {
                return Err(Fault::data(format!(
                    "the index page of `{name}` in `{}` is too large",
                    self.shown
                ))
                .hint("give the path of a file"));
            }
        }
        Ok(String::from_utf8_lossy(&page).into_owned())
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    time(text)?.duration_since(SystemTime::now()).ok()
}

/// A time as HTTP writes it.
pub(super) fn time(text: &str) -> Option<SystemTime> {
    let time = rfc2822::parse(&text.trim().replace("GMT", "+0000")).ok()?;
    Some(time.timestamp().into())
}
