//! The pages of Towpath, as the program carries them: what `npm run build` left in `web/dist`, and the documents.
//!
//! They stand where the router finds nothing else. An address of the pages is not known here: whatever a browser opens
//! gives the one page, and its script decides what to show. A build without Node carries no pages, and says so.
//!
//! Builds for development read both folders when asked; builds for release hold them.

mod documents;

use std::borrow::Cow;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use towpath_store::seal::random_text;

use crate::problem::{self, Problem};
use crate::server::Server;

pub(crate) use documents::{document, find};

/// What Vite built.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[exclude = ".gitignore"]
struct Built;

/// What stands in the place of the page in a build without it.
const PLACEHOLDER: &str = include_str!("placeholder.html");
/// Below these, programs ask; they are told of nothing instead of getting a page.
const OF_PROGRAMS: [&str; 5] = ["api/", "hooks/", "health/", "assets/", "docs/"];
/// Names of files in `assets/` hold a mark of their content.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Everything else may change with the next version of the program.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// Answers what no route answers: with a file, a document, the page, or that there is nothing.
pub(crate) async fn answer(
    State(server): State<Server>,
    method: Method,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let base = server.settings.base_path();
    let path = uri.path();
    let path = path.strip_prefix(base.as_str()).unwrap_or(path).trim_start_matches('/');
    let nothing = || Problem::new(problem::NOT_FOUND, "there is nothing at this address").into_response();
    let is_page = !OF_PROGRAMS.iter().any(|beginning| path.starts_with(beginning));
    if method != Method::GET && method != Method::HEAD {
        return match is_page {
            true => Problem::new(problem::METHOD, "this address is only read").into_response(),
            false => nothing(),
        };
    }
    if let Some(document) = path.strip_prefix("help-pages/") {
        return documents::answer(document).unwrap_or_else(nothing);
    }
    match file(path, &headers) {
        Some(answer) => answer,
        None if is_page && (path.is_empty() || wants_page(&headers)) => page(&base),
        None => nothing(),
    }
}

/// Browsers that open an address say so; programs and pictures do not.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("text/html")
}

/// A file of the pages; packed, for whoever can unpack it.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.is_empty() || path == "index.html" || path.ends_with(".br") {
        return None;
    }
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = accepted.split(',').any(|word| word.trim().split(';').next() == Some("br"));
    let packed = packed.then(|| Built::get(&format!("{path}.br"))).flatten();
    let is_packed = packed.is_some();
    let file = packed.or_else(|| Built::get(path))?;
    let mut answer = with_type(kind(path), file);
    let lasts = if path.starts_with("assets/") { FOREVER } else { ASK };
    answer.headers_mut().insert(header::CACHE_CONTROL, lasts);
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_packed {
        answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Some(answer)
}

fn with_type(kind: &'static str, file: EmbeddedFile) -> Response {
    ([(header::CONTENT_TYPE, kind)], file.data).into_response()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The page, for a server at that path. Its style sheets are made by its script, which shows a number that was made for
/// this one answer; nothing else may bring style or script in.
fn page(base: &str) -> Response {
    let Some(page) = Built::get("index.html") else { return placeholder() };
    let Ok(nonce) = random_text(16) else { return placeholder() };
    let text = String::from_utf8_lossy(&page.data).replace(
        "<base href=\"/\" />",
        &format!("<base href=\"{base}/\" /><meta name=\"nonce\" content=\"{nonce}\" />"),
    );
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'self'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    let mut answer = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, ASK);
    // The policy is made of fixed words and random letters of an address: always a header.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

fn placeholder() -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], Cow::Borrowed(PLACEHOLDER))
        .into_response()
}
