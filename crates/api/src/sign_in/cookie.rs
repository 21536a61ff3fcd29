//! Cookies: of the session, of a device that signed in before, and of a sign-in that is under way elsewhere.

use axum::http::{HeaderMap, HeaderValue, header};

/// Names of cookies. Over TLS they have a beginning with which browsers guard them.
const SESSION: &str = "towpath_session";
const DEVICE: &str = "towpath_device";
const PENDING: &str = "towpath_pending";

fn name(plain: &str, secure: bool) -> String {
    if secure { format!("__Host-{plain}") } else { plain.to_owned() }
}

fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

fn write(name: &str, value: &str, secure: bool, seconds: i64, same_site: &str) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={seconds}{secure}");
    // Names and values are letters, digits, `-`, `_` and `.`.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The token of the session.
pub(crate) fn session(headers: &HeaderMap, secure: bool) -> Option<String> {
    read(headers, &name(SESSION, secure))
}

/// Sets the token of the session for so many seconds; 0 removes it.
pub(crate) fn set_session(token: &str, secure: bool, seconds: i64) -> HeaderValue {
    write(&name(SESSION, secure), token, secure, seconds, "Lax")
}

/// The mark of a device that signed in before.
pub(crate) fn device(headers: &HeaderMap, secure: bool) -> Option<String> {
    read(headers, &name(DEVICE, secure))
}

/// Marks a device for a year.
pub(crate) fn set_device(mark: &str, secure: bool) -> HeaderValue {
    write(&name(DEVICE, secure), mark, secure, 365 * 86_400, "Lax")
}

/// What a sign-in that is under way elsewhere left here.
pub(crate) fn pending(headers: &HeaderMap, secure: bool) -> Option<String> {
    read(headers, &name(PENDING, secure))
}

/// Leaves something for a sign-in that is under way elsewhere; an empty text removes it.
pub(crate) fn set_pending(text: &str, secure: bool) -> HeaderValue {
    write(&name(PENDING, secure), text, secure, if text.is_empty() { 0 } else { 600 }, "Lax")
}
