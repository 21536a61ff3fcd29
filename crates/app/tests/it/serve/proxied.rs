//! The server behind nginx, with the configuration of `deploy/proxy`: TLS, a path, live events, uploads, who calls.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use towpath_testkit::{ReverseProxy, reverse_proxy};

use super::client::{EMAIL, House, PASSWORD};

const NAME: &str = "data.example.org";
const PUBLIC: &str = "https://data.example.org/towpath";
/// Where the browser is: another address than the proxy's.
const HERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

fn nginx_before(server: &str) -> ReverseProxy {
    let shipped = include_str!("../../../../../deploy/proxy/nginx.conf");
    let server = server.trim_start_matches("http://").to_owned();
    reverse_proxy(NAME, move |folder, port| {
        let mut text = shipped.to_owned();
        for (from, to) in [
            ("127.0.0.1:8080", server.clone()),
            ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
            ("/etc/ssl/towpath.pem", folder.join("server.pem").display().to_string()),
            ("/etc/ssl/towpath.key", folder.join("server.key").display().to_string()),
        ] {
            assert!(text.contains(from), "`{from}` is not there");
            text = text.replace(from, &to);
        }
        text
    })
}

/// A browser with the cookies of a person, who comes by the proxy.
struct Browser {
    client: Client,
    port: u16,
    headers: HeaderMap,
}

impl Browser {
    fn new(proxy: &ReverseProxy) -> Browser {
        let certificate = reqwest::Certificate::from_pem(proxy.certificate().as_bytes()).unwrap();
        let client = Client::builder()
            .add_root_certificate(certificate)
            .resolve(NAME, SocketAddr::from((Ipv4Addr::LOCALHOST, proxy.port())))
            .local_address(std::net::IpAddr::V4(HERE))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Browser { client, port: proxy.port(), headers: HeaderMap::new() }
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("https://{NAME}:{}{path}", self.port);
        self.client.request(method, url).headers(self.headers.clone())
    }

    async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path).send().await.unwrap()
    }
}

async fn body(answer: Response) -> Value {
    let text = answer.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
}

#[tokio::test]
async fn everything_works_behind_nginx_below_a_path_with_tls() {
    let (mut house, server) = House::behind(PUBLIC, "trusted_proxies: [\"127.0.0.1\"]\n");
    let proxy = nginx_before(&server);
    let mut browser = Browser::new(&proxy);

    assert_eq!(browser.get("/towpath/health/ready").await.status(), 200);
    assert_eq!(browser.get("/health/ready").await.status(), 404, "outside of the path is nothing of ours");
    assert!(browser.get("/towpath").await.headers()["location"].to_str().unwrap().ends_with("/towpath/"));

    // Cookies are for TLS, and for nobody's scripts.
    let login = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
    let request =
        browser.ask(Method::POST, "/towpath/api/v1/session").header("content-type", "application/json");
    // What the caller says about itself is not believed.
    let answer = request.header("x-forwarded-for", "203.0.113.9").body(login).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["strict-transport-security"].to_str().unwrap().contains("max-age"));
    let mut pairs = Vec::new();
    for cookie in answer.headers().get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        let has = |wanted: &str| cookie.split("; ").any(|part| part.eq_ignore_ascii_case(wanted));
        // Browsers take such a name only with TLS, for this host alone.
        assert!(cookie.starts_with("__Host-") && has("secure") && has("httponly"), "{cookie}");
        pairs.push(cookie.split(';').next().unwrap().to_owned());
    }
    assert!(!pairs.is_empty());
    browser.headers.insert("cookie", pairs.join("; ").parse().unwrap());
    let csrf = body(answer).await["csrf"].as_str().unwrap().to_owned();
    browser.headers.insert("x-csrf-token", csrf.parse().unwrap());
    let sessions = body(browser.get("/towpath/api/v1/account/sessions").await).await;
    assert_eq!(sessions["items"][0]["address"], HERE.to_string(), "{sessions:#}");

    // More than nginx would keep in memory, or take by default.
    let content = vec![b'x'; 3 << 20];
    let request = browser.ask(Method::POST, "/towpath/api/v1/workspaces/house/uploads?name=big.bin");
    let request = request.header("content-type", "application/octet-stream").body(content.clone());
    let taken = body(request.send().await.unwrap()).await;
    assert_eq!(taken["size"], content.len(), "{taken:#}");

    // What happens is told at once, also when it is little.
    let mut events = browser.get("/towpath/api/v1/events?workspace=house").await;
    let first = tokio::time::timeout(Duration::from_secs(20), events.chunk()).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first.unwrap()).contains("subscribed"));
    assert_eq!(converse(&browser).await["type"], "pong");
    assert!(house.stop());
}

/// Opens a WebSocket as a page does, says `ping`, and returns the answer.
async fn converse(browser: &Browser) -> Value {
    let request = browser.ask(Method::GET, "/towpath/api/v1/live");
    let answer = request
        .header("origin", format!("https://{NAME}"))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 101);
    let mut socket = answer.upgrade().await.unwrap();
    // One text frame, masked with zeros as clients must mask.
    let said = br#"{"type":"ping"}"#;
    let mut frame = vec![0x81, 0x80 | u8::try_from(said.len()).unwrap(), 0, 0, 0, 0];
    frame.extend_from_slice(said);
    socket.write_all(&frame).await.unwrap();
    let told = async {
        let mut head = [0; 2];
        socket.read_exact(&mut head).await.unwrap();
        let mut text = vec![0; usize::from(head[1])];
        socket.read_exact(&mut text).await.unwrap();
        text
    };
    let text = tokio::time::timeout(Duration::from_secs(20), told).await.unwrap();
    serde_json::from_slice(&text).unwrap()
}
