//! How people get in: the first account, invitations, links for a password.

use serde_json::json;
use towpath_model::Role;

use crate::kit::{PASSWORD, TestApp, secret};

#[tokio::test]
async fn the_first_account_is_made_by_a_link_that_works_once() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    assert_eq!(browser.get("/api/v1/session").await.body["is_new"], true);
    let former = secret(&app.server.setup_link().await.unwrap().unwrap());
    let link = secret(&app.server.setup_link().await.unwrap().unwrap());
    let setup = |secret: &str| json!({ "secret": secret, "email": "Ada@Example.org", "name": "Ada", "password": PASSWORD, "workspace": "L'atelier" });
    for wrong in [former.as_str(), "guess"] {
        browser.post("/api/v1/setup", setup(wrong)).await.expect(404);
    }
    browser.get(&format!("/api/v1/links/{link}")).await.expect(200);
    let mut weak = setup(&link);
    weak["password"] = "password1234".into();
    browser.post("/api/v1/setup", weak).await.expect(422);
    let said = browser.post("/api/v1/setup", setup(&link)).await.expect(200);
    assert_eq!(
        (said.text("/workspaces/0/slug"), said.text("/workspaces/0/role")),
        ("l-atelier".into(), "owner".into())
    );
    browser.csrf = Some(said.text("/csrf"));
    browser.get("/api/v1/users").await.expect(200);
    app.browser().post("/api/v1/setup", setup(&link)).await.expect(404);
    assert!(app.server.setup_link().await.unwrap().is_none());
    app.assert_audit_is_whole().await;
}

#[tokio::test]
async fn an_invitation_lets_a_new_person_in_once_and_with_that_role() {
    let app = TestApp::new().await;
    let (ada, home) = (app.person("ada").await, app.workspace("home").await);
    app.member(&home, &ada, Role::Admin).await;
    let mut browser = app.with_session(&ada).await;
    let path = "/api/v1/workspaces/home/invitations";
    let said = browser.post(path, json!({ "email": "Eve@example.org", "role": "editor" })).await.expect(201);
    let earlier = secret(&said.text("/link"));
    let said =
        browser.post(path, json!({ "email": "eve@example.org", "role": "operator" })).await.expect(201);
    let link = secret(&said.text("/link"));
    assert_eq!(said.body["sent"], true);
    assert_eq!(app.letters.0.lock().unwrap().len(), 2);
    assert_eq!(browser.get(path).await.body["items"].as_array().unwrap().len(), 1);

    let mut eve = app.browser();
    let use_of = |link: &str| format!("/api/v1/links/{link}");
    eve.get(&use_of(&earlier)).await.expect(404);
    let shown = eve.get(&use_of(&link)).await.expect(200);
    assert_eq!((shown.text("/role"), shown.text("/workspace")), ("operator".into(), "home".into()));
    assert_eq!(shown.body["has_account"], false);
    eve.post(&use_of(&link), json!({ "name": "Eve", "password": "short" })).await.expect(422);
    let said = eve.post(&use_of(&link), json!({ "name": "Eve", "password": PASSWORD })).await.expect(200);
    assert_eq!(said.text("/workspaces/0/role"), "operator");
    eve.get("/api/v1/workspaces/home/members").await.expect(200);
    app.browser().post(&use_of(&link), json!({ "name": "M", "password": PASSWORD })).await.expect(404);
    browser.post(path, json!({ "email": "eve@example.org", "role": "viewer" })).await.refused("exists");
}

#[tokio::test]
async fn an_invitation_alone_opens_no_account_that_exists() {
    let app = TestApp::new().await;
    let (ada, bob, home) = (app.person("ada").await, app.person("bob").await, app.workspace("home").await);
    app.member(&home, &ada, Role::Owner).await;
    let mut browser = app.with_session(&ada).await;
    let path = "/api/v1/workspaces/home/invitations";
    let said = browser.post(path, json!({ "email": bob.email, "role": "viewer" })).await.expect(201);
    let link = format!("/api/v1/links/{}", secret(&said.text("/link")));
    let new = json!({ "name": "Bob", "password": PASSWORD });
    app.browser().post(&link, new.clone()).await.expect(401);
    browser.post(&link, new.clone()).await.expect(401);
    let mut of_bob = app.with_session(&bob).await;
    of_bob.post(&link, json!({})).await.expect(200);
    assert_eq!(app.role(&home, &bob).await, Some(Role::Viewer));
    of_bob.post(&link, json!({})).await.expect(404);
}

#[tokio::test]
async fn an_invitation_of_somebody_who_may_not_invite_any_more_is_void() {
    let app = TestApp::new().await;
    let (ada, bob, home) = (app.person("ada").await, app.person("bob").await, app.workspace("home").await);
    app.member(&home, &ada, Role::Owner).await;
    app.member(&home, &bob, Role::Admin).await;
    let mut of_bob = app.with_session(&bob).await;
    let path = "/api/v1/workspaces/home/invitations";
    let said = of_bob.post(path, json!({ "email": "eve@example.org", "role": "admin" })).await.expect(201);
    let link = format!("/api/v1/links/{}", secret(&said.text("/link")));
    app.member(&home, &bob, Role::Editor).await;
    app.browser().get(&link).await.expect(404);
    app.browser().post(&link, json!({ "name": "Eve", "password": PASSWORD })).await.expect(404);
    app.member(&home, &bob, Role::Admin).await;
    app.browser().get(&link).await.expect(200);
    let id = of_bob.get(path).await.text("/items/0/id");
    of_bob.delete(&format!("{path}/{id}")).await.expect(204);
    app.browser().get(&link).await.expect(404);
}

#[tokio::test]
async fn an_account_made_by_others_is_opened_with_a_link_and_a_new_link_voids_it() {
    let app = TestApp::new().await;
    let mut browser = app.with_session(&app.runner("root").await).await;
    let new = json!({ "email": "eve@example.org", "name": "Eve", "language": "fr" });
    let made = browser.post("/api/v1/users", new.clone()).await.expect(201);
    browser.post("/api/v1/users", new).await.refused("exists");
    let user = made.text("/user/id");
    let former = format!("/api/v1/links/{}", secret(&made.text("/password_link/link")));
    let said = browser.post(&format!("/api/v1/users/{user}/password-link"), json!(null)).await.expect(201);
    let link = format!("/api/v1/links/{}", secret(&said.text("/link")));
    let choice = json!({ "password": "four frogs on a wet log" });
    app.browser().post(&former, choice.clone()).await.expect(404);
    app.browser().sign_in("eve@example.org", "", None).await.refused("wrong_login");
    app.browser().post(&link, choice.clone()).await.expect(204);
    app.browser().post(&link, choice).await.expect(404);
    app.browser().sign_in("eve@example.org", "four frogs on a wet log", None).await.expect(200);
}

#[tokio::test]
async fn whoever_forgot_a_password_gets_a_letter_and_the_answer_tells_nothing() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut open = app.with_session(&ada).await;
    for email in [ada.email.as_str(), "nobody@example.org"] {
        let said = app.browser().post("/api/v1/password-resets", json!({ "email": email })).await.expect(202);
        assert_eq!(said.body, "");
    }
    let letters = app.letters.0.lock().unwrap().clone();
    assert_eq!(letters.len(), 1);
    let link = format!("/api/v1/links/{}", secret(&letters[0].link));
    open.get("/api/v1/account").await.expect(200);
    app.browser().post(&link, json!({ "password": "four frogs on a wet log" })).await.expect(204);
    open.get("/api/v1/account").await.expect(401);
    app.browser().sign_in(&ada.email, "four frogs on a wet log", None).await.expect(200);
    // Nobody's mailbox is filled.
    let mut last = 0;
    for _ in 0..5 {
        last = app.browser().post("/api/v1/password-resets", json!({ "email": ada.email })).await.status;
    }
    assert_eq!(last, 429);
}
