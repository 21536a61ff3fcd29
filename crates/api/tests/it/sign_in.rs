//! Signing in with a browser: cookies, their exchange and theft, guessing, the second factor.

use serde_json::json;
use towpath_store::accounts::User;

use crate::kit::{Client, PASSWORD, TestApp};

const CHANGE: &str = "/api/v1/account/sessions";

#[tokio::test]
async fn a_change_with_a_cookie_proves_that_it_comes_from_own_pages() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut browser = app.signed_in(&ada).await;
    browser.get("/api/v1/account").await.expect(200);
    browser.delete(CHANGE).await.expect(204);
    let mut other = app.signed_in(&app.person("bob").await).await;
    for token in [None, Some("nonsense".to_owned()), other.csrf.clone()] {
        browser.csrf = token;
        browser.get("/api/v1/account").await.expect(200);
        browser.delete(CHANGE).await.expect(403).refused("csrf");
    }
    other.delete(CHANGE).await.expect(204);
}

#[tokio::test]
async fn a_token_is_exchanged_after_an_hour_and_a_stolen_one_ends_the_session_for_both() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut browser = app.signed_in(&ada).await;
    let mut elsewhere = app.signed_in(&ada).await;
    let first = browser.cookies.clone();
    assert!(browser.get("/api/v1/account").await.header("set-cookie").is_empty());

    app.run("UPDATE sessions SET rotated_at = rotated_at - 3700000000").await;
    let said = browser.get("/api/v1/account").await.expect(200);
    assert!(said.header("set-cookie").starts_with("towpath_session="), "{:?}", said.headers);
    assert_ne!(browser.cookies, first);
    browser.delete(&format!("{CHANGE}/none")).await.expect(404);

    // Requests that were under way still come with the former token, for a minute.
    let mut thief = Client { cookies: first, ..browser.clone() };
    let said = thief.get("/api/v1/account").await.expect(200);
    assert!(said.header("set-cookie").is_empty(), "a former token is not exchanged");
    browser.get("/api/v1/account").await.expect(200);

    app.run("UPDATE sessions SET rotated_at = rotated_at - 61000000").await;
    thief.get("/api/v1/account").await.expect(401).refused("sign_in");
    browser.get("/api/v1/account").await.expect(401);
    elsewhere.get("/api/v1/account").await.expect(200);
    assert!(app.audit().await.contains(&"session.stolen denied".to_owned()));
}

#[tokio::test]
async fn signing_out_while_the_token_is_due_gives_no_new_one() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in(&app.person("ada").await).await;
    app.run("UPDATE sessions SET rotated_at = rotated_at - 3700000000").await;
    let said = browser.delete("/api/v1/session").await.expect(204);
    let cookies: Vec<_> = said.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert!(!browser.cookies.contains_key("towpath_session"));
}

#[tokio::test]
async fn a_new_token_comes_with_every_kind_of_answer() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in(&app.person("ada").await).await;
    for (method, path, status) in [
        ("GET", "/api/v1/session", 200),
        ("GET", "/api/v1/workspaces/none", 404),
        ("GET", "/docs/no-such-file", 404),
        ("PATCH", "/api/v1/account", 428),
        ("GET", "/api/v1/users", 403),
    ] {
        app.run("UPDATE sessions SET rotated_at = rotated_at - 3700000000").await;
        let said = browser.send(method, path, Some(json!({})), &[]).await.expect(status);
        let is_admitted = said.admitted;
        assert_eq!(
            said.headers.contains_key("set-cookie"),
            is_admitted,
            "{method} {path}: {:?}",
            said.headers
        );
        assert!(!is_admitted || said.header("set-cookie").starts_with("towpath_session="));
    }
    browser.get("/api/v1/account").await.expect(200);
}

#[tokio::test]
async fn of_two_browsers_one_ends_the_session_of_the_other() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (mut one, mut two) = (app.signed_in(&ada).await, app.signed_in(&ada).await);
    let listed = one.get(CHANGE).await.expect(200);
    let items = listed.body["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 2);
    let other = items.iter().find(|item| item["is_current"] == false).unwrap();
    one.delete(&format!("{CHANGE}/{}", other["id"].as_str().unwrap())).await.expect(204);
    two.get("/api/v1/account").await.expect(401);

    let mut two = app.signed_in(&ada).await;
    let change = json!({ "password": PASSWORD, "new_password": "eight white swans at dawn" });
    two.post("/api/v1/account/password", change).await.expect(204);
    one.get("/api/v1/account").await.expect(401);
    two.get("/api/v1/account").await.expect(200);
    app.browser().sign_in(&ada.email, PASSWORD, None).await.refused("wrong_login");
    app.browser().sign_in(&ada.email, "eight white swans at dawn", None).await.expect(200);
    // A session of somebody else is not there.
    let mut bob = app.signed_in(&app.person("bob").await).await;
    let id = two.get(CHANGE).await.text("/items/0/id");
    bob.delete(&format!("{CHANGE}/{id}")).await.expect(404);
}

#[tokio::test]
async fn an_open_browser_is_not_enough_to_change_how_somebody_signs_in() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in(&app.person("ada").await).await;
    let wrong = json!({ "password": "not the password", "new_password": "eight white swans at dawn" });
    for _ in 0..5 {
        let said = browser.post("/api/v1/account/password", wrong.clone()).await.expect(422);
        assert_eq!(said.body["problems"][0]["path"], "/password");
    }
    browser.post("/api/v1/account/password", wrong).await.expect(429);
    let change = json!({ "email": "eve@example.org" });
    browser.patch("/api/v1/account", change).await.expect(429);
    browser.patch("/api/v1/account", json!({ "name": "Ada L." })).await.expect(200);
}

/// Somebody who guesses from one address until there is a pause.
async fn guess_until_paused(app: &TestApp, email: &str, address: &str) -> usize {
    let mut guesser = app.browser();
    guesser.address = address.parse().unwrap();
    for count in 1..100 {
        let said = guesser.sign_in(email, "is it this one?", None).await;
        if said.status == 429 {
            assert!(said.header("retry-after").parse::<u64>().unwrap() > 0);
            return count;
        }
        said.refused("wrong_login");
    }
    panic!("nobody stops the guessing");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_locks_nobody_out_who_signed_in_before() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut known = app.signed_in(&ada).await;
    known.delete("/api/v1/session").await.expect(204);
    // Also from the address that the person has.
    for address in
        ["192.0.2.10:5000", "198.51.100.1:1", "198.51.100.2:1", "198.51.100.3:1", "[2001:db8::1]:1"]
    {
        let count = guess_until_paused(&app, &ada.email, address).await;
        assert!(count <= 6, "{address} guessed {count} times");
    }
    let mut stranger = app.browser();
    stranger.sign_in(&ada.email, PASSWORD, None).await.expect(429);
    known.sign_in(&ada.email, PASSWORD, None).await.expect(200);
    // The mark of somebody else, or one that was made up, is none.
    let bob = app.person("bob").await;
    let mut marked = app.signed_in(&bob).await;
    marked.sign_in(&ada.email, PASSWORD, None).await.expect(429);
    stranger.cookies.insert("towpath_device".into(), format!("{}.AAAA", ada.id));
    stranger.sign_in(&ada.email, PASSWORD, None).await.expect(429);
    // And the mark is no free ticket either.
    known.csrf = None;
    known.cookies.remove("towpath_session");
    for _ in 0..10 {
        known.sign_in(&ada.email, "no", None).await.refused("wrong_login");
    }
    known.sign_in(&ada.email, PASSWORD, None).await.expect(429);
}

#[tokio::test]
async fn an_address_without_an_account_is_answered_like_a_wrong_password() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let one = app.browser().sign_in(&ada.email, "is it this one?", None).await.expect(401);
    let other = app.browser().sign_in("nobody@example.org", "is it this one?", None).await.expect(401);
    let plain = |mut body: serde_json::Value| {
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!(plain(one.body), plain(other.body));
}

/// The code of an authenticator with that key, `steps` steps of 30 s from now.
fn code(key: &str, steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(key).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate((jiff::Timestamp::now().as_second() + 30 * steps).unsigned_abs()).to_string()
}

/// Sets up a second factor; returns its key and the recovery codes.
async fn with_factor(browser: &mut Client) -> (String, Vec<String>) {
    let path = "/api/v1/account/second-factor";
    browser.put(path, json!({ "code": "123456" })).await.refused("conflict");
    browser.post(path, json!({ "password": "wrong" })).await.expect(422);
    let started = browser.post(path, json!({ "password": PASSWORD })).await.expect(200);
    let key = started.text("/key");
    assert!(started.text("/address").starts_with("otpauth://totp/Towpath:"), "{:?}", started.body);
    let wrong = if code(&key, -1) == "000000" { "111111" } else { "000000" };
    browser.put(path, json!({ "code": wrong })).await.expect(422);
    // With the code of the step before, so that the present one is not used up.
    let codes = browser.put(path, json!({ "code": code(&key, -1) })).await.expect(200).body["codes"].clone();
    (key, serde_json::from_value(codes).unwrap())
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_works_once() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut browser = app.signed_in(&ada).await;
    let (key, recovery) = with_factor(&mut browser).await;
    assert_eq!(recovery.len(), 10);
    let mut other = app.browser();
    other.sign_in(&ada.email, PASSWORD, None).await.expect(401).refused("second_factor");
    other.sign_in(&ada.email, "wrong", Some(&code(&key, 0))).await.refused("wrong_login");
    let now = code(&key, 0);
    other.sign_in(&ada.email, PASSWORD, Some(&now)).await.expect(200);
    app.browser().sign_in(&ada.email, PASSWORD, Some(&now)).await.refused("second_factor");
    app.browser().sign_in(&ada.email, PASSWORD, Some(&code(&key, -1))).await.refused("second_factor");

    let lost = &recovery[3];
    app.browser().sign_in(&ada.email, PASSWORD, Some(&lost.to_uppercase())).await.expect(200);
    app.browser().sign_in(&ada.email, PASSWORD, Some(lost)).await.refused("second_factor");
    assert_eq!(browser.get("/api/v1/account").await.body["recovery_codes_left"], 9);

    let fresh =
        browser.post("/api/v1/account/recovery-codes", json!({ "password": PASSWORD })).await.expect(200);
    app.browser().sign_in(&ada.email, PASSWORD, Some(&recovery[5])).await.refused("second_factor");
    let fresh = fresh.text("/codes/0");
    let gone = json!({ "password": PASSWORD, "code": fresh });
    let path = "/api/v1/account/second-factor";
    browser.send("DELETE", path, Some(gone.clone()), &[]).await.expect(204);
    browser.send("DELETE", path, Some(gone), &[]).await.refused("conflict");
    other.get("/api/v1/account").await.expect(401);
    browser.get("/api/v1/account").await.expect(200);
    app.browser().sign_in(&ada.email, PASSWORD, None).await.expect(200);
}

#[tokio::test]
async fn a_session_that_is_not_used_or_too_old_ends() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for change in [
        "UPDATE sessions SET idle_until = 1",
        "UPDATE sessions SET expires_at = 1",
        "UPDATE users SET active = 0",
    ] {
        let mut browser = app.with_session(&ada).await;
        browser.get("/api/v1/account").await.expect(200);
        app.run(change).await;
        browser.get("/api/v1/account").await.expect(401);
    }
}

#[tokio::test]
async fn behind_a_folder_routes_need_what_they_need_elsewhere() {
    let mut settings = crate::kit::settings();
    settings.public_url = "https://data.example.org/towpath".into();
    let app = TestApp::with(settings).await;
    let ada = app.person("ada").await;
    let base = "/towpath/api/v1";
    let mut browser = app.browser();
    browser.get(&format!("{base}/account")).await.expect(401);
    let login = json!({ "email": ada.email, "password": PASSWORD });
    let said = browser.post(&format!("{base}/session"), login).await.expect(200);
    assert!(said.header("set-cookie").starts_with("__Host-towpath_session="), "{:?}", said.headers);
    assert!(said.header("set-cookie").contains("Secure"));
    browser.get(&format!("{base}/account")).await.expect(200);
    browser.get(&format!("{base}/users")).await.expect(403);
    browser.delete(&format!("{base}/account/sessions")).await.refused("csrf");
    let said = browser.send("PUT", &format!("{base}/account"), None, &[]).await.expect(405);
    assert_eq!(said.header("allow"), "GET, PATCH");
}

#[tokio::test]
async fn an_account_that_changed_meanwhile_is_not_overwritten() {
    let app = TestApp::new().await;
    let mut browser = app.with_session(&app.person_like(User::new("a@example.org", "A", "fr")).await).await;
    let tag = browser.get("/api/v1/account").await.header("etag").to_owned();
    let change = |name: &str| Some(json!({ "name": name }));
    let path = "/api/v1/account";
    browser.send("PATCH", path, change("B"), &[]).await.expect(428);
    browser.send("PATCH", path, change("B"), &[("if-match", &tag)]).await.expect(200);
    let late = browser.send("PATCH", path, change("C"), &[("if-match", &tag)]).await.expect(412);
    assert_eq!((late.body["current"]["name"].as_str(), late.header("etag")), (Some("B"), "\"2\""));
    let wrong = json!({ "name": " ", "language": "de", "email": "no" });
    let said = browser.patch(path, wrong).await.expect(422);
    assert_eq!(said.body["problems"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_live_stream_ends_with_its_session_or_key() {
    let app = TestApp::new().await;
    let (ada, home) = (app.person("ada").await, app.workspace("home").await);
    app.member(&home, &ada, towpath_model::Role::Viewer).await;
    let (mut open, mut browser) = (app.signed_in(&ada).await, app.signed_in(&ada).await);
    let stream = "/api/v1/events?workspace=home";
    let change = json!({ "password": PASSWORD, "new_password": "eight white swans at dawn" });
    // The first answer is whole once its stream is over.
    let (told, changed) = tokio::join!(open.get(stream), browser.post("/api/v1/account/password", change));
    changed.expect(204);
    assert!(matches!(told.status, 200 | 401), "{told:?}");
    open.get("/api/v1/account").await.expect(401);

    let mut key = app.key(&home, &ada, &[towpath_model::Right::RunsRead]).await;
    let keys = "/api/v1/workspaces/home/keys";
    let id = browser.get(keys).await.text("/items/0/id");
    let path = format!("{keys}/{id}");
    let (told, revoked) = tokio::join!(key.get(stream), browser.delete(&path));
    revoked.expect(204);
    assert!(matches!(told.status, 200 | 401), "{told:?}");
}
