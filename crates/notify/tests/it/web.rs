//! Messages to web servers: signatures, answers, redirects.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use towpath_model::FaultKind;
use towpath_notify::{Language, deliver};

use super::support::{channel, failure, here, strict};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A request that a server got.
#[derive(Debug)]
struct Got {
    headers: String,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let wanted = format!("{name}: ");
        let line = self.headers.lines().find(|line| line.to_lowercase().starts_with(&wanted));
        line.map(|line| &line[wanted.len()..]).unwrap_or_else(|| panic!("{name}: {}", self.headers))
    }
}

/// A server that gives every request the same answer.
async fn server(answer: &'static str) -> (u16, mpsc::Receiver<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let (headers, body) = loop {
                stream.read_buf(&mut bytes).await.unwrap();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((headers, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = headers.lines().find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")
                        .map(|length| length.parse::<usize>().unwrap())
                });
                if body.len() >= length.unwrap_or(0) {
                    break (headers.to_owned(), body.to_owned());
                }
            };
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            let _ = tell.send(Got { headers, body }).await;
        }
    });
    (port, told)
}

fn webhook(port: u16) -> Value {
    json!({ "type": "webhook", "url": format!("http://127.0.0.1:{port}/hook/s3cret-path"), "secret": SECRET })
}

#[tokio::test]
async fn a_webhook_is_signed_so_that_the_receiver_can_check_it() {
    let (port, mut told) = server("204 No Content").await;
    let message = failure();
    deliver(&channel(webhook(port)), &message, Language::English, &here()).await.unwrap();
    let got = told.recv().await.unwrap();
    assert_eq!(got.header("towpath-message-id"), message.id);
    assert_eq!(got.header("idempotency-key"), message.id);
    assert_eq!(got.header("content-type"), "application/json");
    // What the guide tells receivers to do.
    let signature = got.header("towpath-signature");
    let (at, given) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
    let given: Vec<u8> = (0..given.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&given[place..place + 2], 16).unwrap())
        .collect();
    ring::hmac::verify(&key, format!("{at}.{}", got.body).as_bytes(), &given).unwrap();
    let body: Value = serde_json::from_str(&got.body).unwrap();
    assert_eq!((&body["occasion"], &body["entries"][0]["kind"]), (&json!("first"), &json!("run_failed")));
    assert_eq!(body["entries"][0]["title"], "orders: failed");
}

#[tokio::test]
async fn chats_get_what_they_read() {
    for (kind, place, expected) in [
        ("slack", "/blocks/0/text/text", "orders : a échoué"),
        ("mattermost", "/username", "Towpath"),
        ("teams", "/attachments/0/content/type", "AdaptiveCard"),
    ] {
        let (port, mut told) = server("200 OK").await;
        let settings = json!({ "type": kind, "url": format!("http://127.0.0.1:{port}/hook") });
        deliver(&channel(settings), &failure(), Language::French, &here()).await.unwrap();
        let body: Value = serde_json::from_str(&told.recv().await.unwrap().body).unwrap();
        assert_eq!(body.pointer(place).unwrap(), expected, "{kind}: {body}");
    }
}

#[tokio::test]
async fn an_answer_says_whether_and_when_to_try_again() {
    for (answer, kind, wait) in [
        ("429 Too Many Requests\r\nRetry-After: 90", FaultKind::RateLimited, Some(90)),
        (
            "503 Service Unavailable\r\nRetry-After: Wed, 21 Oct 2015 07:28:00 GMT",
            FaultKind::Unavailable,
            Some(0),
        ),
        ("500 Internal Server Error", FaultKind::Unavailable, None),
        ("404 Not Found", FaultKind::NotFound, None),
        ("403 Forbidden", FaultKind::Auth, None),
        ("400 Bad Request", FaultKind::Config, None),
    ] {
        let (port, _told) = server(answer).await;
        let undelivered =
            deliver(&channel(webhook(port)), &failure(), Language::English, &here()).await.unwrap_err();
        assert_eq!(undelivered.fault.kind(), kind, "{answer}: {undelivered}");
        assert_eq!(undelivered.wait.map(|wait| wait.as_secs()), wait, "{answer}");
        assert!(!format!("{undelivered:?}").contains("s3cret-path"), "{undelivered:?}");
    }
}

#[tokio::test]
async fn no_message_goes_where_connections_may_not_go_nor_where_a_server_sends_it() {
    let (port, mut told) = server("307 Temporary Redirect\r\nLocation: http://169.254.169.254/").await;
    let fault =
        deliver(&channel(webhook(port)), &failure(), Language::English, &here()).await.unwrap_err().fault;
    assert!(fault.to_string().contains("sends the message elsewhere"), "{fault}");
    assert!(told.recv().await.is_some());
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        "http://169.254.169.254/".into(),
    ] {
        for kind in ["webhook", "slack", "teams", "mattermost"] {
            let mut settings = json!({ "type": kind, "url": url });
            if kind == "webhook" {
                settings["secret"] = json!(SECRET);
            }
            let fault = deliver(&channel(settings), &failure(), Language::English, &strict())
                .await
                .unwrap_err()
                .fault;
            assert!(fault.to_string().contains("connection refused by policy"), "{url}: {fault}");
        }
    }
    assert!(told.try_recv().is_err());
}
