//! Posts JSON to a web server.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::{Method, Response, header};
use ring::hmac;
use serde_json::Value;
use towpath_connect::Egress;
use towpath_connect::bounds::{Refused, Web};
use towpath_model::{Fault, FaultKind};
use url::Url;

use super::{Receipt, Undelivered, body};
use crate::channel::{Chat, Webhook};
use crate::language::Language;
use crate::message::Message;

/// Longest time until a server is reached.
const CONNECTING: Duration = Duration::from_secs(10);
/// Longest time until it answers.
const ANSWERING: Duration = Duration::from_secs(20);
/// Longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn signed(
    webhook: &Webhook,
    message: &Message,
    language: Language,
    egress: &Egress,
) -> Result<Receipt, Undelivered> {
    let url = webhook.address()?;
    let text = body::plain(message, language).to_string();
    let signature = signature(webhook.secret.expose(), Timestamp::now().as_second(), &text);
    let headers = [("Towpath-Signature", signature), ("Towpath-Message-Id", message.id.clone())];
    post(&url, &headers, text, &message.id, egress).await
}

pub(super) async fn chat(
    chat: &Chat,
    message: &Message,
    body: &Value,
    egress: &Egress,
) -> Result<Receipt, Undelivered> {
    post(&chat.address()?, &[], body.to_string(), &message.id, egress).await
}

/// What stands in the header by which a receiver tells who sent a body, and when.
pub(super) fn signature(secret: &str, at: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let digits: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={digits}")
}

async fn post(
    url: &Url,
    headers: &[(&str, String)],
    text: String,
    id: &str,
    egress: &Egress,
) -> Result<Receipt, Undelivered> {
    let web = Web::new(egress, |builder| builder.connect_timeout(CONNECTING).timeout(ANSWERING));
    let mut request = web
        .request(Method::POST, url)?
        .header(header::CONTENT_TYPE, "application/json")
        // The same for every try, so that a receiver that has it can drop it.
        .header("Idempotency-Key", id);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = request.body(text).send().await.map_err(|error| unreachable(url, error))?;
    judge(url, answer, id).await
}

async fn judge(url: &Url, answer: Response, id: &str) -> Result<Receipt, Undelivered> {
    let (host, status) = (url.host_str().unwrap_or_default(), answer.status());
    if status.is_success() {
        return Ok(Receipt { id: id.to_owned(), refused: Vec::new() });
    }
    let wait = wanted_wait(&answer);
    let (kind, what, hint) = match status.as_u16() {
        429 => (FaultKind::RateLimited, "asks to come back later", None),
        408 | 425 | 500..=599 => (FaultKind::Unavailable, "failed", None),
        401 | 403 => {
            (FaultKind::Auth, "refused the message", Some("check `url`, and make a new one in the service"))
        }
        404 | 410 => (
            FaultKind::NotFound,
            "knows no such address",
            Some("check `url`; the service may have removed it"),
        ),
        300..=399 => {
            (FaultKind::Config, "sends the message elsewhere", Some("give the address in the end as `url`"))
        }
        _ => (FaultKind::Config, "refused the message", Some("check `url`")),
    };
    let mut fault = Fault::new(kind, format!("server `{host}` {what} (status {})", status.as_u16()));
    if let Some(hint) = hint {
        fault = fault.hint(hint);
    }
    Err(Undelivered { fault, wait })
}

fn wanted_wait(answer: &Response) -> Option<Duration> {
    let text = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok()?,
        Err(_) => {
            let at = rfc2822::parse(&text.replace("GMT", "+0000")).ok()?.timestamp();
            at.duration_since(Timestamp::now()).try_into().unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

/// The fault for a server that does not answer. The library's words would show the address, which holds a token.
fn unreachable(url: &Url, error: reqwest::Error) -> Fault {
    let host = url.host_str().unwrap_or_default();
    let error = error.without_url();
    if let Some(refused) = Refused::inside(&error) {
        return refused;
    }
    let mut told = String::new();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        told.push_str(&error.to_string());
        source = error.source();
    }
    let fault = if told.contains("dns error") {
        Fault::not_found(format!("the host `{host}` cannot be found")).hint("check `url`")
    } else if told.contains("certificate") {
        Fault::auth(format!("the certificate of server `{host}` cannot be trusted"))
            .hint("check the host in `url`")
    } else if error.is_timeout() {
        Fault::unavailable(format!("server `{host}` did not answer in time"))
    } else {
        Fault::unavailable(format!("server `{host}` cannot be reached"))
            .hint("check `url`, and whether the server runs")
    };
    fault.cause(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_other_programs_compute() {
        // By `printf '1770000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef`.
        let signed = signature("0123456789abcdef", 1_770_000_000, r#"{"a":1}"#);
        assert_eq!(
            signed,
            "t=1770000000,v1=ab5d9cdfaa49cca29469a4d5d686ff0ea7c9cacea0e99983196f05d2a853f769"
        );
    }
}
