//! What handlers take from a request, with problems that say what is wrong.

use axum::body::Bytes;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::problem::{self, Answer, Problem};

/// A body of JSON.
#[derive(Debug)]
pub(crate) struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(problem::MEDIA_TYPE, "the body must be `application/json`"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.status().as_u16() {
                413 => Problem::new(problem::TOO_LARGE, "the body is too large"),
                _ => Problem::new(problem::BAD_REQUEST, rejection.body_text()),
            }
        })?;
        match axum::Json::<T>::from_bytes(&bytes) {
            Ok(axum::Json(value)) => Ok(Json(value)),
            // The library also speaks of syntax when `null` stands where a word belongs.
            Err(_) if serde_json::from_slice::<IgnoredAny>(&bytes).is_err() => {
                Err(Problem::new(problem::BAD_REQUEST, "the body is not JSON"))
            }
            Err(rejection) => {
                // The reason stands behind the words of the library.
                let text = rejection.body_text();
                let detail = text.split_once(": ").map_or(text.as_str(), |(_, detail)| detail);
                Err(Problem::field("", detail))
            }
        }
    }
}

/// Whether the headers say that the body is JSON, of whatever kind.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        // Most answers fit, and are written without being moved.
        let mut bytes = Vec::with_capacity(8192);
        match serde_json::to_writer(&mut bytes, &self.0) {
            Ok(()) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
            Err(error) => Problem::internal(error.to_string()).into_response(),
        }
    }
}

/// Parts of the path.
#[derive(Debug)]
pub(crate) struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Path(value))
            .map_err(|rejection: PathRejection| Problem::new(problem::NOT_FOUND, rejection.body_text()))
    }
}

/// Parameters behind the `?`.
#[derive(Debug)]
pub(crate) struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        <axum::extract::Query<T> as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Query(value))
            .map_err(|rejection: QueryRejection| {
                let text = rejection.body_text();
                let detail = text.split_once(": ").map_or(text.as_str(), |(_, detail)| detail);
                Problem::new(problem::BAD_REQUEST, detail)
            })
    }
}

/// A field that is an object, such as the values of parameters; anything else is refused.
pub(crate) fn object<'a, D: Deserializer<'a>>(field: D) -> Result<Value, D::Error> {
    Map::deserialize(field).map(Value::Object)
}

/// The word that makes the same request have its effect once only: `Idempotency-Key`.
pub(crate) fn idempotency(headers: &HeaderMap) -> Answer<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(word) if (1..=200).contains(&word.len()) => Ok(Some(word.to_owned())),
        _ => Err(Problem::new(problem::BAD_REQUEST, "`Idempotency-Key` has 1 to 200 characters of ASCII")),
    }
}

/// The tag of a revision.
pub(crate) fn tag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// A value with its tag.
#[derive(Debug)]
pub(crate) struct Tagged<T>(pub i64, pub T);

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.1).into_response();
        if let Ok(tag) = HeaderValue::from_str(&tag(self.0)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// What a change is based on: the revision of `If-Match`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IfMatch(pub i64);

impl IfMatch {
    /// Goes on only if that is the present revision.
    pub(crate) fn check<T: Serialize>(self, revision: i64, current: &T) -> Answer<()> {
        if self.0 == revision {
            return Ok(());
        }
        Err(Problem::changed(serde_json::to_value(current).unwrap_or_default(), tag(revision)))
    }
}

fn if_match(headers: &HeaderMap) -> Answer<Option<IfMatch>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let text = text.strip_prefix("W/").unwrap_or(text);
    let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let is_revision = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match digits.filter(is_revision).and_then(|text| text.parse().ok()) {
        Some(revision) => Ok(Some(IfMatch(revision))),
        None => Err(Problem::new(problem::BAD_REQUEST, "`If-Match` is not a tag of this interface")),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if_match(&parts.headers)?
            .ok_or_else(|| Problem::new(problem::TAG_MISSING, "the header `If-Match` is missing"))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        if_match(&parts.headers)
    }
}
