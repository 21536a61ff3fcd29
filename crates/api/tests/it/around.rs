//! What stands around every request: how many may come, from which pages, how answers travel.

use towpath_api::ServerSettings;

use crate::kit::{TestApp, settings};

#[tokio::test]
async fn too_many_requests_are_refused_and_every_answer_says_what_is_left() {
    let app =
        TestApp::with(ServerSettings { requests_at_once: 3, requests_per_second: 1, ..settings() }).await;
    let mut browser = app.browser();
    let left = [browser.get("/api/v1/session").await, browser.get("/api/v1/account").await.expect(401)].map(
        |said| (said.header("ratelimit-limit").to_owned(), said.header("ratelimit-remaining").to_owned()),
    );
    assert_eq!(left, [("3".into(), "2".into()), ("3".into(), "1".into())], "refusals count and say so");
    browser.get("/api/v1/session").await.expect(200);
    let said = browser.get("/api/v1/session").await.expect(429).refused("too_many");
    assert_eq!((said.header("ratelimit-remaining"), said.header("ratelimit-limit")), ("0", "3"));
    assert!(said.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(said.header("ratelimit-reset"), "3");
    // Everybody has a measure of their own.
    let mut other = app.browser();
    other.address = "192.0.2.77:4000".parse().unwrap();
    other.get("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn only_pages_of_the_list_may_call() {
    let allowed_origins = vec!["https://intranet.example.org".to_owned()];
    let app = TestApp::with(ServerSettings { allowed_origins, ..settings() }).await;
    let mut browser = app.browser();
    let ask =
        [("access-control-request-method", "POST"), ("access-control-request-headers", "authorization")];
    for (origin, is_allowed) in
        [("https://intranet.example.org", true), ("https://evil.example.org", false), ("null", false)]
    {
        let said = browser.send("GET", "/api/v1/session", None, &[("origin", origin)]).await.expect(200);
        let told = said.header("access-control-allow-origin");
        assert_eq!(told == origin, is_allowed, "{origin}: {told}");
        let preflight = [&[("origin", origin)], &ask[..]].concat();
        let said = browser.send("OPTIONS", "/api/v1/session", None, &preflight).await;
        assert_eq!(said.header("access-control-allow-origin") == origin, is_allowed, "{origin}: {said:?}");
        // Cookies never go along: pages of others call with keys.
        assert_eq!(said.header("access-control-allow-credentials"), "");
    }
    let said = TestApp::new()
        .await
        .browser()
        .send("GET", "/api/v1/session", None, &[("origin", "https://a.example")])
        .await;
    assert_eq!(said.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn answers_are_packed_for_those_who_unpack_them() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let path = "/api/v1/openapi.json";
    let plain = browser.get(path).await.expect(200);
    assert_eq!((plain.header("content-encoding"), plain.body["openapi"].is_string()), ("", true));
    let packed = browser.send("GET", path, None, &[("accept-encoding", "gzip")]).await.expect(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.headers.get_all("vary").iter().any(|value| value == "accept-encoding"));
    assert!(packed.body.to_string().len() < plain.body.to_string().len());
}

#[tokio::test]
async fn the_page_about_a_problem_is_below_the_folder_of_the_server() {
    let public_url = "https://example.org/towpath".to_owned();
    let app = TestApp::with(ServerSettings { public_url, ..settings() }).await;
    for (path, code) in [("account", "sign_in"), ("workspaces/none", "sign_in")] {
        let said = app.browser().get(&format!("/towpath/api/v1/{path}")).await.refused(code);
        assert_eq!(said.text("/type"), format!("/towpath/help/reference/errors/{code}"));
    }
    let said = TestApp::new().await.browser().get("/api/v1/account").await;
    assert_eq!(said.text("/type"), "/help/reference/errors/sign_in");
}
