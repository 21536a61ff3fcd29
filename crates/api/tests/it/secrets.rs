//! What is secret is shown once to whom it is for, and stands nowhere else: not in answers, not in the store.

use serde_json::json;
use towpath_model::Role;

use crate::kit::{PASSWORD, TestApp, secret};

fn count(hay: &[u8], needle: &str) -> usize {
    hay.windows(needle.len()).filter(|part| *part == needle.as_bytes()).count()
}

#[tokio::test]
async fn no_secret_is_told_twice_or_stored_in_clear() {
    let mut settings = crate::kit::settings();
    settings.metrics_token = Some("metrics-token-abcdef".into());
    settings.providers = vec![
        serde_json::from_value(json!({
            "name": "id", "title": "Id", "issuer": "https://id.example.org", "client_id": "towpath",
            "client_secret": "client-secret-abcdef",
        }))
        .unwrap(),
    ];
    let app = TestApp::with(settings).await;
    let (root, home) = (app.runner("root").await, app.workspace("home").await);
    app.member(&home, &root, Role::Owner).await;
    let mut browser = app.browser();
    browser.sign_in(&root.email, PASSWORD, None).await.expect(200);
    let path = "/api/v1/account/second-factor";
    let key = browser.post(path, json!({ "password": PASSWORD })).await.expect(200).text("/key");
    let totp =
        totp_rs::Builder::new().with_secret(totp_rs::Secret::try_from_base32(&key).unwrap()).build().unwrap();
    let code = totp.generate((jiff::Timestamp::now().as_second()).unsigned_abs()).to_string();
    let codes = browser.put(path, json!({ "code": code })).await.expect(200);
    let api = browser
        .post("/api/v1/workspaces/home/keys", json!({ "name": "k", "scopes": ["audit:read"] }))
        .await
        .expect(201)
        .text("/key");
    let invited = browser
        .post("/api/v1/workspaces/home/invitations", json!({ "email": "eve@example.org", "role": "viewer" }))
        .await
        .expect(201)
        .text("/link");
    let user =
        browser.post("/api/v1/users", json!({ "email": "m@example.org", "name": "M" })).await.expect(201);
    let new = "four frogs on a wet log";
    let login = [("grant_type", "password"), ("username", "m@example.org"), ("password", new)];
    let password_link = user.text("/password_link/link");
    let link = format!("/api/v1/links/{}", secret(&password_link));
    app.browser().post(&link, json!({ "password": new })).await.expect(204);
    let tokens = app.browser().form("/token", &login).await.expect(200);
    let session = browser.cookies["towpath_session"].clone();
    // Everything that could tell them again.
    for path in [
        "/api/v1/account",
        "/api/v1/account/sessions",
        "/api/v1/account/export",
        "/api/v1/session",
        "/api/v1/server",
        "/api/v1/server/audit",
        "/api/v1/users",
        "/api/v1/workspaces/home/keys",
        "/api/v1/workspaces/home/invitations",
        "/api/v1/workspaces/home/audit",
        "/api/v1/providers",
        "/api/v1/openapi.json",
    ] {
        browser.get(path).await.expect(200);
    }
    app.program(&api).get("/api/v1/workspaces/home/audit").await.expect(200);
    browser
        .post("/api/v1/account/password", json!({ "password": "wrong", "new_password": "x" }))
        .await
        .expect(422);

    let told = app.told.lock().unwrap().join("\n").into_bytes();
    let stored = app.bytes();
    let recovery = codes.text("/codes/0");
    let secrets = [
        (PASSWORD, 0),
        (new, 0),
        (session.as_str(), 0),
        // Once to be typed in, and once in the address for a picture.
        (key.as_str(), 2),
        (recovery.as_str(), 1),
        (api.as_str(), 1),
        (invited.as_str(), 1),
        (password_link.as_str(), 1),
        (tokens.body["refresh_token"].as_str().unwrap(), 1),
        (tokens.body["access_token"].as_str().unwrap(), 1),
        ("metrics-token-abcdef", 0),
        ("client-secret-abcdef", 0),
        ("$argon2id$", 0),
    ];
    for (secret_text, times) in secrets {
        assert_eq!(count(&told, secret_text), times, "how often `{secret_text}` was told");
        if secret_text != "$argon2id$" {
            assert_eq!(count(&stored, secret_text), 0, "`{secret_text}` is in the store");
        }
    }
    for link in [&invited, &password_link] {
        assert_eq!(count(&stored, &secret(link)), 0, "`{link}` is in the store");
    }
    assert_eq!(count(&stored, &recovery.replace('-', "")), 0);
    assert!(count(&stored, "$argon2id$") > 0, "passwords are kept as hashes");
    app.assert_audit_is_whole().await;
}
