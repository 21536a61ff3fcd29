//! The pages that the program carries, and the documents for their help.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use tower::ServiceExt;

use crate::kit::{TestApp, settings};

/// The answer to a request without a session: status, headers, body.
async fn get(app: &TestApp, path: &str, accept: &str) -> (u16, HeaderMap, String) {
    let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
    let answer = app.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let text = to_bytes(body, 1 << 24).await.unwrap();
    (parts.status.as_u16(), parts.headers, String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test]
async fn browsers_get_the_page_wherever_they_go_and_programs_are_told_of_nothing() {
    let app = TestApp::new().await;
    for path in ["/", "/sign-in", "/w/factory/runs/run_1", "/help/guides/files"] {
        let (status, headers, text) = get(&app, path, "text/html,*/*;q=0.8").await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8", "{path}");
        assert!(text.contains("<title>Towpath</title>"), "{path}");
    }
    for (path, accept) in
        [("/api/v1/nothing", "text/html"), ("/assets/gone.js", "text/html"), ("/w/factory", "*/*")]
    {
        let (status, headers, _) = get(&app, path, accept).await;
        assert_eq!(
            (status, headers["content-type"].to_str().unwrap()),
            (404, "application/problem+json"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn styles_pass_the_policy_by_a_number_that_is_new_for_each_page() {
    let app = TestApp::with(towpath_api::ServerSettings {
        public_url: "https://example.org/towpath".parse().unwrap(),
        ..settings()
    })
    .await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let (_, headers, text) = get(&app, "/towpath/", "text/html").await;
        // A build without Node carries no page, and its placeholder needs no style.
        let Some((_, rest)) = text.split_once("name=\"nonce\" content=\"") else { return };
        assert!(text.contains("<base href=\"/towpath/\" />"), "{text}");
        let nonce = rest.split_once('"').unwrap().0.to_owned();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}'")), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        seen.push(nonce);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn help_holds_the_documents_and_nothing_else() {
    let app = TestApp::new().await;
    for language in ["en", "fr"] {
        let (status, _, list) = get(&app, &format!("/help-pages/{language}/index.json"), "*/*").await;
        assert_eq!(status, 200);
        let list: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
        assert!(list.len() > 50, "{}", list.len());
        for entry in &list {
            let path = format!("/help-pages/{language}/{}.md", entry["path"].as_str().unwrap());
            let (status, headers, text) = get(&app, &path, "*/*").await;
            assert_eq!(
                (status, &headers["content-type"]),
                (200, &"text/markdown; charset=utf-8".parse().unwrap()),
                "{path}"
            );
            assert!(text.contains(entry["title"].as_str().unwrap().split(' ').next().unwrap()), "{path}");
        }
        assert!(list.iter().any(|entry| entry["path"] == "README"), "the page that help begins with");
        assert_eq!(list.iter().any(|entry| entry["language"] == "fr"), language == "fr");
    }
    for path in [
        "/help-pages/../Cargo.toml",
        "/help-pages/%2e%2e/Cargo.toml",
        "/help-pages/en/../Cargo.toml",
        "/help-pages/en/adr/0001-yaml-with-places.md",
        "/help-pages/guides/loading.md",
    ] {
        assert_eq!(get(&app, path, "*/*").await.0, 404, "{path}");
    }
}
