//! What the interface answers when it does not do what was asked: `application/problem+json` (RFC 9457).
//!
//! Every answer has a code of [`CODES`], which has a page in the documents. Causes inside of the server are logged, and
//! only the number of the request goes out.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::{Fault, FaultKind};
use towpath_store::Error as StoreError;

/// A code: its word, status, title, and what to do about it.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The word in answers.
    pub word: &'static str,
    /// Status of the answer.
    pub status: u16,
    /// One line.
    pub title: &'static str,
    /// When it comes, and what to do.
    pub help: &'static str,
}

macro_rules! codes {
    ($($name:ident = $word:literal, $status:literal, $title:literal, $help:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Code = Code { word: $word, status: $status, title: $title, help: $help };
        )*
        /// Every code.
        pub const CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    BAD_REQUEST = "bad_request", 400, "The request cannot be read",
        "A header, a parameter or the body is not what the interface document describes. The detail names it.";
    SIGN_IN = "sign_in", 401, "Nobody is signed in",
        "Sign in, or send an API key or token as `Authorization: Bearer …`. A session that was revoked or not used for \
         too long has to be begun anew.";
    WRONG_LOGIN = "wrong_login", 401, "Address and password do not belong together",
        "Check both. After several failures there is a growing pause; the answer says how long.";
    SECOND_FACTOR = "second_factor", 401, "The second factor is asked for",
        "Send the code of the authenticator, or a recovery code, as `code` with the same request.";
    CSRF = "csrf", 403, "The request does not prove that it comes from the program's own pages",
        "Requests with a session cookie that change something send the token from `GET /api/v1/session` as \
         `X-CSRF-Token`. Programs use API keys instead.";
    FORBIDDEN = "forbidden", 403, "The right for this is missing",
        "The detail names the right. Somebody with the role that it needs can give it; an API key also needs it among \
         its scopes.";
    NOT_FOUND = "not_found", 404, "There is no such thing here",
        "It does not exist, or you may not know whether it does.";
    METHOD = "method", 405, "This address does not take that method",
        "See the interface document at `/docs`.";
    EXISTS = "exists", 409, "Something with that name exists already",
        "Choose another name, or change what exists.";
    CONFLICT = "conflict", 409, "It does not stand so that this can be done",
        "The detail says how it stands.";
    CHANGED = "changed", 412, "Somebody else changed it in the meantime",
        "`current` holds the newer version, and `ETag` its tag. Put your change on top of it and send the new tag as \
         `If-Match`.";
    NO_ACCOUNT = "no_account", 403, "The provider knows the person, and this server does not",
        "The detail says what is missing. Somebody who runs the server can make an account, or whoever has one with a \
         password signs in with it and connects the provider under `account`.";
    TOO_LARGE = "too_large", 413, "The body is too large",
        "The detail says how large it may be. Large files are sent to `uploads`.";
    MEDIA_TYPE = "media_type", 415, "The body has the wrong type",
        "Send `Content-Type: application/json`, or what the interface document says.";
    INVALID = "invalid", 422, "What was sent is not valid",
        "`problems` names every place that is wrong, as a JSON pointer, with what to do.";
    TAG_MISSING = "tag_missing", 428, "The change does not say what it is based on",
        "Read it first, and send its `ETag` as `If-Match`, so that nobody's change is overwritten unseen.";
    TOO_MANY = "too_many", 429, "Too many requests",
        "Wait for as many seconds as `Retry-After` says.";
    INTERNAL = "internal", 500, "Something is wrong with the server",
        "It is in the log of the server under the number of the request. Please report it.";
    OTHER_SYSTEM = "other_system", 502, "Another system did not do what was asked of it",
        "The detail says which system, and what it said.";
    UNAVAILABLE = "unavailable", 503, "The server cannot do this now",
        "Try again later; `Retry-After` says when. An operator finds the reason at `/health/ready`.";
    TIMEOUT = "timeout", 504, "It took too long",
        "The server gave up waiting. Ask for less, or raise the limit in the settings.";
}

/// A place that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    /// Where, as a JSON pointer into what was sent or into the document.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Line of the document, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column of the document, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl From<towpath_model::Problem> for Finding {
    fn from(problem: towpath_model::Problem) -> Self {
        Finding {
            path: problem.path,
            message: problem.message,
            hint: problem.hint,
            line: problem.place.as_ref().map(|place| place.line),
            column: problem.place.as_ref().map(|place| place.column),
        }
    }
}

/// The body of an answer that is a problem.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// Address of the page about the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// The code.
    pub code: String,
    /// What failed, on which object, why.
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Every place that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Finding>,
    /// The newer version of what was to be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<Value>,
    /// Of `POST /token` only: the same as programs know it from OAuth 2 (RFC 6749).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Of `POST /token` only: the detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// Number of the request, for the log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}

/// An answer that is a problem.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    detail: String,
    hint: Option<String>,
    problems: Vec<Finding>,
    current: Option<(Value, String)>,
    retry_after: Option<u64>,
    /// The word of OAuth 2, and its status.
    oauth: Option<(&'static str, u16)>,
    /// For the log only.
    cause: Option<String>,
}

/// What handlers return.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem with that code.
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Inner {
            code,
            detail: detail.into(),
            hint: None,
            problems: Vec::new(),
            current: None,
            retry_after: None,
            oauth: None,
            cause: None,
        }))
    }

    /// There is no such thing here.
    pub fn not_found(what: &str, name: &str) -> Problem {
        Problem::new(NOT_FOUND, format!("there is no {what} `{name}` here"))
    }

    /// What was sent is not valid.
    pub fn invalid(problems: Vec<Finding>) -> Problem {
        let detail = match problems.as_slice() {
            [one] => one.message.clone(),
            many => format!("{} places are not valid", many.len()),
        };
        let mut problem = Problem::new(INVALID, detail);
        problem.0.problems = problems;
        problem
    }

    /// One field of what was sent is not valid.
    pub fn field(path: &str, message: impl Into<String>) -> Problem {
        let message = message.into();
        Problem::invalid(vec![Finding { path: path.into(), message, hint: None, line: None, column: None }])
    }

    /// A defect of the server; the cause is logged and not sent.
    pub fn internal(cause: impl ToString) -> Problem {
        let mut problem = Problem::new(INTERNAL, "the server could not do this");
        problem.0.cause = Some(cause.to_string());
        problem
    }

    /// Somebody else changed it: its newer version, and the tag of that.
    pub fn changed(current: Value, tag: String) -> Problem {
        let mut problem = Problem::new(CHANGED, "somebody else changed it in the meantime");
        problem.0.current = Some((current, tag));
        problem
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds a place that is wrong.
    #[must_use]
    pub(crate) fn at(mut self, finding: Finding) -> Problem {
        self.0.problems.push(finding);
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Adds what programs know from OAuth 2, with the status that goes with it there.
    #[must_use]
    pub(crate) fn oauth(mut self) -> Problem {
        let word = match self.0.code.word {
            "wrong_login" | "sign_in" => ("invalid_grant", 400),
            "second_factor" => ("second_factor_required", 400),
            "bad_request" | "invalid" | "media_type" => ("invalid_request", 400),
            "too_many" | "unavailable" => ("temporarily_unavailable", self.0.code.status),
            _ => ("server_error", self.0.code.status),
        };
        self.0.oauth.get_or_insert(word);
        self
    }

    /// The same with a word of its own.
    #[must_use]
    pub(crate) fn oauth_word(mut self, word: &'static str) -> Problem {
        self.0.oauth = Some((word, 400));
        self
    }

    /// Status of the answer.
    pub fn status(&self) -> u16 {
        self.0.oauth.map_or(self.0.code.status, |(_, status)| status)
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What failed.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The body, for a request to a server below the folder `base`.
    pub fn body(&self, base: &str, request_id: &str) -> ProblemBody {
        let Inner { code, detail, hint, problems, current, oauth, .. } = &*self.0;
        ProblemBody {
            kind: format!("{base}/help/reference/errors/{}", code.word),
            title: code.title.to_owned(),
            status: self.status(),
            code: code.word.to_owned(),
            detail: detail.clone(),
            hint: hint.clone(),
            problems: problems.clone(),
            current: current.as_ref().map(|(current, _)| current.clone()),
            error: oauth.map(|(word, _)| word.to_owned()),
            error_description: oauth.map(|_| detail.clone()),
            request_id: request_id.to_owned(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Exists(_) => Problem::new(EXISTS, "something with that name exists already"),
            StoreError::Referred(_) => Problem::new(CONFLICT, "something else still refers to it"),
            StoreError::Changed => Problem::new(CONFLICT, "somebody else changed it in the meantime"),
            StoreError::Unavailable(_) => {
                let mut problem =
                    Problem::new(UNAVAILABLE, "the store of the server cannot be used").retry_after(5);
                problem.0.cause = Some(error.to_string());
                problem
            }
            StoreError::Corrupt(_) | StoreError::Newer(_) | StoreError::Sealed(_) => Problem::internal(error),
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let code = match fault.kind() {
            FaultKind::Config | FaultKind::Data | FaultKind::Contract | FaultKind::NotFound => INVALID,
            FaultKind::Auth | FaultKind::Unavailable | FaultKind::RateLimited => OTHER_SYSTEM,
            FaultKind::Cancelled => CONFLICT,
            FaultKind::Internal => return Problem::internal(fault),
        };
        let problem = Problem::new(code, fault.to_string());
        match fault.hint_text().filter(|hint| !hint.is_empty()) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

/// What a problem leaves in the answer for the layer that knows the number of the request.
#[derive(Debug, Clone)]
pub(crate) struct Pending(pub(crate) Problem);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, ()).into_response();
        response.extensions_mut().insert(Pending(self));
        response
    }
}

impl Pending {
    /// The whole answer; what went wrong inside is logged.
    pub(crate) fn finish(self, base: &str, request_id: &str) -> Response {
        let inner = &self.0.0;
        if let Some(cause) = &inner.cause {
            tracing::error!(request.id = request_id, code = inner.code.word, "a request failed: {cause}");
        }
        let body = serde_json::to_vec(&self.0.body(base, request_id)).unwrap_or_default();
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.0.status() == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"towpath\""));
        }
        if let Some(seconds) = inner.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some((_, tag)) = &inner.current
            && let Ok(tag) = HeaderValue::from_str(tag)
        {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}
