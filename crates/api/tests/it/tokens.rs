//! Tokens of programs and API keys.

use serde_json::json;
use towpath_model::{Right, Role};

use crate::kit::{PASSWORD, TestApp};

fn login(email: &str, password: &str) -> Vec<(&'static str, String)> {
    vec![("grant_type", "password".into()), ("username", email.into()), ("password", password.into())]
}

fn pairs<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[tokio::test]
async fn a_program_trades_a_password_for_tokens_and_a_used_refresh_token_ends_its_session() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut program = app.browser();
    let said = program.form("/token", &pairs(&login(&ada.email, PASSWORD))).await.expect(200);
    let (access, refresh) = (said.text("/access_token"), said.text("/refresh_token"));
    assert_eq!(
        (said.body["token_type"].as_str(), said.body["expires_in"].as_i64()),
        (Some("Bearer"), Some(900))
    );
    app.program(&access).get("/api/v1/account").await.expect(200);
    // No proof is asked for: no browser sends such a header by itself.
    app.program(&access).delete("/api/v1/account/sessions").await.expect(204);

    let again =
        |token: &str| vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", token.to_owned())];
    let said = program.form("/token", &pairs(&again(&refresh))).await.expect(200);
    let (newer, latest) = (said.text("/access_token"), said.text("/refresh_token"));
    app.program(&newer).get("/api/v1/account").await.expect(200);
    program.form("/token", &pairs(&again(&refresh))).await.expect(400);
    for token in [&access, &newer] {
        app.program(token).get("/api/v1/account").await.expect(401);
    }
    program.form("/token", &pairs(&again(&latest))).await.expect(400);
    assert!(app.audit().await.contains(&"session.stolen denied".to_owned()));
}

#[tokio::test]
async fn failures_of_tokens_are_those_that_programs_know() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut program = app.browser();
    let said = program.form("/token", &pairs(&login(&ada.email, "wrong"))).await.expect(400);
    assert_eq!((said.text("/error"), said.text("/code")), ("invalid_grant".into(), "wrong_login".into()));
    assert_eq!(said.text("/error_description"), said.text("/detail"));
    assert_eq!(said.header("content-type"), "application/problem+json");
    let said = program.form("/token", &[("grant_type", "magic")]).await.expect(400);
    assert_eq!(said.text("/error"), "unsupported_grant_type");
    let said = program.form("/token", &[("x", "y")]).await.expect(400);
    assert_eq!(said.text("/error"), "invalid_request");
    let said = program.post("/token", json!({})).await.expect(400);
    assert_eq!(said.text("/error"), "invalid_request");
}

#[tokio::test]
async fn tokens_of_another_key_or_kind_are_none() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let said = app.browser().form("/token", &pairs(&login(&ada.email, PASSWORD))).await.expect(200);
    let access = said.text("/access_token");
    let (head, rest) = access.split_once('.').unwrap();
    let body = rest.split_once('.').unwrap().0;
    for token in [
        format!("{head}.{body}."),
        format!("eyJhbGciOiJub25lIn0.{body}."),
        format!("{head}.{body}.AAAA"),
        said.text("/refresh_token"),
        "tpk_nothing".into(),
        String::new(),
    ] {
        app.program(&token).get("/api/v1/account").await.expect(401);
    }
}

#[tokio::test]
async fn a_key_may_what_its_scopes_say_and_its_person_may() {
    let app = TestApp::new().await;
    let (ada, home, other) =
        (app.person("ada").await, app.workspace("home").await, app.workspace("other").await);
    app.member(&home, &ada, Role::Admin).await;
    app.member(&other, &ada, Role::Owner).await;
    let mut browser = app.with_session(&ada).await;
    let path = "/api/v1/workspaces/home/keys";
    browser.post(path, json!({ "name": "x", "scopes": ["workspace:close"] })).await.refused("forbidden");
    let wrong = json!({ "name": "", "scopes": ["fly"], "expires_at": "2020-01-01T00:00:00Z" });
    assert_eq!(browser.post(path, wrong).await.expect(422).body["problems"].as_array().unwrap().len(), 3);
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let wanted = json!({ "name": "nightly", "scopes": ["members:write", "keys:write", "workspace:read"], "expires_at": end });
    let made = browser.post(path, wanted).await.expect(201);
    let key = made.text("/key");
    assert!(key.starts_with("tpk_") && key.starts_with(&made.text("/entry/beginning")));

    let mut program = app.program(&key);
    program.get("/api/v1/workspaces/home/members").await.expect(200);
    program.get("/api/v1/workspaces/home/audit").await.refused("forbidden");
    program.get("/api/v1/workspaces/other/members").await.expect(404);
    program.get("/api/v1/account/sessions").await.refused("forbidden");
    assert_eq!(program.get("/api/v1/workspaces").await.body["items"].as_array().unwrap().len(), 1);
    // It gives no more than it has: no wider key, none that lasts longer, and no role with rights beyond its scopes.
    program
        .post(path, json!({ "name": "x", "scopes": ["runs:write"], "expires_at": end }))
        .await
        .refused("forbidden");
    program.post(path, json!({ "name": "x", "scopes": ["workspace:read"] })).await.refused("invalid");
    program
        .post(path, json!({ "name": "x", "scopes": ["workspace:read"], "expires_at": end }))
        .await
        .expect(201);
    let invitation = json!({ "email": "eve@example.org", "role": "viewer" });
    program.post("/api/v1/workspaces/home/invitations", invitation).await.refused("forbidden");
    // And it does not take its person out.
    let mut reader = app.key(&home, &ada, &[Right::WorkspaceRead]).await;
    reader.delete(&format!("/api/v1/workspaces/home/members/{}", ada.id)).await.refused("forbidden");

    // A person who may less makes the key do less.
    app.member(&home, &ada, Role::Viewer).await;
    program.get("/api/v1/workspaces/home/invitations").await.refused("forbidden");
    app.run("UPDATE api_keys SET expires_at = 1 WHERE name = 'nightly'").await;
    program.get("/api/v1/workspaces/home").await.expect(401);
}

#[tokio::test]
async fn people_see_and_revoke_their_own_keys_and_admins_those_of_everybody() {
    let app = TestApp::new().await;
    let home = app.workspace("home").await;
    let (ada, bob, eve) = (app.person("ada").await, app.person("bob").await, app.person("eve").await);
    app.member(&home, &ada, Role::Admin).await;
    app.member(&home, &bob, Role::Editor).await;
    app.member(&home, &eve, Role::Editor).await;
    let (mut of_ada, mut of_bob) = (app.with_session(&ada).await, app.with_session(&bob).await);
    let mut of_eve = app.with_session(&eve).await;
    let path = "/api/v1/workspaces/home/keys";
    let made = of_bob.post(path, json!({ "name": "b", "scopes": ["runs:read"] })).await.expect(201);
    let (key, id) = (made.text("/key"), made.text("/entry/id"));
    let count = async |browser: &mut crate::kit::Client| {
        browser.get(path).await.expect(200).body["items"].as_array().unwrap().len()
    };
    assert_eq!((count(&mut of_ada).await, count(&mut of_bob).await, count(&mut of_eve).await), (1, 1, 0));
    of_eve.delete(&format!("{path}/{id}")).await.expect(404);
    app.program(&key).get("/api/v1/node-types/none").await;
    of_ada.delete(&format!("{path}/{id}")).await.expect(204);
    app.program(&key).get("/api/v1/workspaces").await.expect(401);
    of_ada.delete(&format!("{path}/{id}")).await.expect(404);
}
