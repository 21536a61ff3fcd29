//! The pages that a server has of itself: to make the first account, to accept an invitation, to choose a password, to sign in.
//!
//! They need nothing but the interface and two small files, so a link that the server prints leads somewhere in any
//! build. They stand where the router finds nothing else.

use axum::extract::State;
use axum::http::{Method, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::problem::{self, Problem};
use crate::server::Server;

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

/// Paths at which the page stands; what it shows follows from the path.
const PLACES: [&str; 6] = ["", "setup", "invitation", "password", "sign-in", "account"];

/// Answers what no route answers: with a page, or that there is nothing.
pub(crate) async fn answer(State(server): State<Server>, method: Method, uri: Uri) -> Response {
    let base = server.settings.base_path();
    let path = uri.path();
    let path = path.strip_prefix(base.as_str()).unwrap_or(path).trim_matches('/');
    let (kind, text) = match path {
        "page.js" => ("text/javascript; charset=utf-8", SCRIPT.to_owned()),
        "page.css" => ("text/css; charset=utf-8", STYLE.to_owned()),
        place if PLACES.contains(&place) => ("text/html; charset=utf-8", PAGE.replace("{base}", &base)),
        _ => return Problem::new(problem::NOT_FOUND, "there is nothing at this address").into_response(),
    };
    if method != Method::GET && method != Method::HEAD {
        return Problem::new(problem::METHOD, "this address is only read").into_response();
    }
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
