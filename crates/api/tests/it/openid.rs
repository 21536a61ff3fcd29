//! Signing in elsewhere, with a real provider.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use openidconnect::reqwest;
use serde_json::{Value, json};
use towpath_api::ServerSettings;
use towpath_model::Role;
use towpath_store::accounts::{self, User};
use towpath_testkit::{OidcServer, oidc};
use url::Url;

use crate::house;
use crate::kit::{Client, Said, TestApp, settings};

/// Where this server is for the provider; nobody listens there, the test carries requests over.
const OURS: &str = "http://127.0.0.1:8080";

fn start(in_token: bool) -> OidcServer {
    let proven = |email: &str, groups: Value| json!({ "email": email, "email_verified": true, "name": "Ada Elsewhere", "locale": "fr-CA", "groups": groups });
    oidc(
        &json!({
            "client": { "id": "towpath", "secret": "a secret of the client", "redirect_uris": [
                format!("{OURS}/api/v1/providers/id/callback")] },
            "accounts": {
                "ada": proven("ada@example.org", json!(["loaders", "night"])),
                "bob": proven("bob@example.org", json!([])),
                "eve": { "email": "eve@example.org", "email_verified": false, "groups": [] },
                "nameless": { "groups": ["loaders"] },
            },
            "in_token": in_token,
        })
        .to_string(),
    )
}

/// One provider for every test but one.
static ELSEWHERE: LazyLock<OidcServer> = LazyLock::new(|| start(false));

fn with(server: &OidcServer, makes_accounts: bool, roles: &[(&str, &str, &str)]) -> ServerSettings {
    let roles: Vec<Value> = roles
        .iter()
        .map(|(group, workspace, role)| json!({ "group": group, "workspace": workspace, "role": role }))
        .collect();
    let provider = json!({
        "name": "id", "title": "The company", "issuer": server.issuer, "client_id": "towpath",
        "client_secret": "a secret of the client", "scopes": ["email", "profile", "groups"],
        "makes_accounts": makes_accounts, "roles": roles,
    });
    ServerSettings {
        public_url: OURS.into(),
        providers: vec![serde_json::from_value(provider).unwrap()],
        ..settings()
    }
}

/// Signs in at the provider as that account; returns the address with which the browser comes back.
async fn at_provider(from: &str, login: &str) -> String {
    let http =
        reqwest::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let mut jar: BTreeMap<String, String> = BTreeMap::new();
    let mut address = Url::parse(from).unwrap();
    let mut form: Option<String> = None;
    for _ in 0..20 {
        if address.as_str().starts_with(OURS) {
            return address.as_str().strip_prefix(OURS).unwrap().to_owned();
        }
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = match form.take() {
            Some(text) => http
                .post(address.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(text),
            None => http.get(address.clone()),
        };
        let response = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            jar.insert(name.to_owned(), value.to_owned());
        }
        if let Some(next) = response.headers().get("location") {
            address = address.join(next.to_str().unwrap()).unwrap();
            continue;
        }
        let status = response.status();
        let html = response.text().await.unwrap();
        let between = |before: &str| html.split_once(before).and_then(|(_, rest)| rest.split_once('"'));
        let action = between("action=\"").unwrap_or_else(|| panic!("{status} {html}")).0;
        address = address.join(action).unwrap();
        let prompt = between("name=\"prompt\" value=\"").unwrap().0;
        form = Some(format!("prompt={prompt}&login={login}&password=any"));
    }
    panic!("the provider sends the browser around in circles");
}

/// Signs in elsewhere; returns the answer to the way back.
async fn sign_in(browser: &mut Client, login: &str) -> Said {
    let said = browser.get("/api/v1/providers/id/start?return_to=/pipelines?x=1").await.expect(303);
    let back = at_provider(said.header("location"), login).await;
    browser.get(&back).await.expect(303)
}

async fn me(browser: &mut Client) -> Value {
    let said = browser.get("/api/v1/session").await.expect(200);
    browser.csrf = said.body["csrf"].as_str().map(str::to_owned);
    said.body
}

#[tokio::test]
async fn a_person_gets_an_account_and_the_roles_of_the_groups_and_they_follow_the_groups() {
    let rules = [("loaders", "home", "operator"), ("night", "home", "editor"), ("chiefs", "other", "owner")];
    let app = TestApp::with(with(&ELSEWHERE, true, &rules)).await;
    let (home, other) = (app.workspace("home").await, app.workspace("other").await);
    assert_eq!(app.browser().get("/api/v1/providers").await.text("/items/0/title"), "The company");
    let mut browser = app.browser();
    let said = sign_in(&mut browser, "ada").await;
    assert_eq!(said.header("location"), format!("{OURS}/pipelines?x=1"));
    assert!(!browser.cookies.contains_key("towpath_pending"));
    let who = me(&mut browser).await;
    assert_eq!((&who["user"]["email"], &who["user"]["language"]), (&json!("ada@example.org"), &json!("fr")));
    assert_eq!(who["workspaces"][0]["role"], "editor");
    let user =
        accounts::by_email(&mut app.store.read().await.unwrap(), "ada@example.org").await.unwrap().unwrap();
    assert_eq!((app.role(&home, &user).await, app.role(&other, &user).await), (Some(Role::Editor), None));
    sign_in(&mut browser, "ada").await;
    assert_eq!(
        me(&mut browser).await["user"]["id"],
        who["user"]["id"],
        "the same person has the same account"
    );
    app.assert_audit_is_whole().await;

    // The night shift is no group of editors any more, and a role that was given by hand stays.
    app.member(&other, &user, Role::Viewer).await;
    let file = app.folder.path().join("copy.db");
    house::copy(&app.store, &file).await;
    let rules = [("loaders", "home", "viewer"), ("loaders", "other", "admin")];
    let later = TestApp::open(with(&ELSEWHERE, true, &rules), Some(&file)).await;
    sign_in(&mut later.browser(), "ada").await;
    assert_eq!(
        (later.role(&home, &user).await, later.role(&other, &user).await),
        (Some(Role::Viewer), Some(Role::Viewer))
    );
    let last = TestApp::open(with(&ELSEWHERE, true, &[]), Some(&file)).await;
    sign_in(&mut last.browser(), "ada").await;
    assert_eq!((last.role(&home, &user).await, last.role(&other, &user).await), (None, Some(Role::Viewer)));
}

#[tokio::test]
async fn what_the_token_says_counts_as_what_the_provider_says_when_asked() {
    let server = start(true);
    let app = TestApp::with(with(&server, true, &[("night", "home", "editor")])).await;
    app.workspace("home").await;
    let mut browser = app.browser();
    sign_in(&mut browser, "ada").await;
    assert_eq!(me(&mut browser).await["workspaces"][0]["role"], "editor");
}

#[tokio::test]
async fn an_address_alone_opens_no_account_with_a_password_and_its_owner_connects_the_two() {
    let app = TestApp::with(with(&ELSEWHERE, true, &[])).await;
    let ada = app.person("ada").await;
    let said = sign_in(&mut app.browser(), "ada").await;
    assert_eq!(said.header("location"), format!("{OURS}/sign-in?problem=no_account&provider=id"));

    let mut browser = app.with_session(&ada).await;
    let path = "/api/v1/account/identities/id";
    let begun = browser.post(&format!("{path}?return_to=/account"), json!(null)).await.expect(200);
    let back = at_provider(&begun.text("/location"), "ada").await;
    // Not in a browser in which somebody else is signed in.
    let mut other = app.with_session(&app.person("mallory").await).await;
    other.cookies.insert("towpath_pending".into(), browser.cookies["towpath_pending"].clone());
    let said = other.get(&back).await.expect(303);
    assert_eq!(said.header("location"), format!("{OURS}/account?problem=bad_request&provider=id"));
    let said = browser.get(&back).await.expect(303);
    assert_eq!(said.header("location"), format!("{OURS}/account"), "{:?}", app.audit().await);
    assert_eq!(browser.get("/api/v1/account").await.text("/identities/0/provider"), "id");

    let mut elsewhere = app.browser();
    sign_in(&mut elsewhere, "ada").await;
    assert_eq!(me(&mut elsewhere).await["user"]["id"], ada.id.as_str());
    browser.delete(path).await.expect(204);
    browser.delete(path).await.expect(404);
    let said = sign_in(&mut app.browser(), "ada").await;
    assert!(said.header("location").contains("no_account"));
}

#[tokio::test]
async fn without_a_proven_address_or_an_account_nobody_gets_in() {
    let app = TestApp::with(with(&ELSEWHERE, false, &[])).await;
    for login in ["ada", "eve", "nameless"] {
        let said = sign_in(&mut app.browser(), login).await;
        assert!(said.header("location").ends_with("/sign-in?problem=no_account&provider=id"), "{login}");
    }
    assert_eq!(app.audit().await, ["session.begin denied"; 3]);
    let open = TestApp::with(with(&ELSEWHERE, true, &[])).await;
    for login in ["eve", "nameless"] {
        assert!(
            sign_in(&mut open.browser(), login).await.header("location").contains("no_account"),
            "{login}"
        );
    }
    // An account without a password that is connected with nobody yet is found by a proven address, once.
    let bob = User::new("Bob@Example.org", "Bob", "en");
    let mut tx = app.store.begin().await.unwrap();
    accounts::insert(&mut tx, &bob, None).await.unwrap();
    towpath_store::commit(tx).await.unwrap();
    let mut browser = app.browser();
    sign_in(&mut browser, "bob").await;
    assert_eq!(me(&mut browser).await["user"]["id"], bob.id.as_str());
    browser.delete("/api/v1/account/identities/id").await.refused("conflict");
    app.run("UPDATE identities SET subject = 'somebody else'").await;
    assert!(sign_in(&mut app.browser(), "bob").await.header("location").contains("no_account"));
    app.run("UPDATE identities SET subject = 'bob'").await;
    app.run("UPDATE users SET active = 0").await;
    assert!(sign_in(&mut app.browser(), "bob").await.header("location").contains("no_account"));
}

#[tokio::test]
async fn an_answer_that_belongs_to_another_browser_or_was_used_is_refused() {
    let app = TestApp::with(with(&ELSEWHERE, true, &[])).await;
    let start = "/api/v1/providers/id/start";
    for elsewhere in ["https://evil.example", "//evil.example", "/%5Cevil.example"] {
        app.browser().get(&format!("{start}?return_to={elsewhere}")).await.expect(400);
    }
    app.browser().get("/api/v1/providers/none/start").await.expect(404);
    let mut browser = app.browser();
    let first = browser.get(start).await.expect(303);
    for part in ["code_challenge_method=S256", "state=", "nonce=", "response_type=code"] {
        assert!(first.header("location").contains(part), "{part}");
    }
    let back = at_provider(first.header("location"), "ada").await;
    let lost = format!("{OURS}/sign-in?problem=bad_request&provider=id");
    assert_eq!(app.browser().get(&back).await.header("location"), lost, "another browser");
    let mut twice = browser.clone();
    let wrong = back.replace("state=", "state=x");
    assert_eq!(browser.clone().get(&wrong).await.header("location"), lost);
    let mixed = back.replace("iss=", "iss=x");
    assert_eq!(browser.clone().get(&mixed).await.header("location"), lost);
    assert_eq!(browser.get(&back).await.expect(303).header("location"), format!("{OURS}/"));
    assert_eq!(browser.get(&back).await.header("location"), lost, "the same answer again");
    let again = twice.get(&back).await.expect(303);
    assert!(again.header("location").contains("problem=other_system"), "the provider takes a code once");
    twice.cookies.remove("towpath_session");
    let refused = twice.get("/api/v1/providers/id/callback?error=access_denied&state=x").await;
    assert_eq!(refused.header("location"), lost);
}

#[tokio::test]
async fn a_provider_that_is_not_there_or_not_safe_is_said_to_be_so() {
    for (issuer, what) in [
        ("http://127.0.0.1:1", "does not answer"),
        ("http://10.0.0.1", "is not `https`"),
        ("file:///etc/passwd", "is not `https`"),
    ] {
        let mut settings = with(&ELSEWHERE, true, &[]);
        settings.providers[0].issuer = issuer.into();
        let app = TestApp::with(settings).await;
        let said = app.browser().get("/api/v1/providers/id/start").await.expect(502).refused("other_system");
        assert!(said.text("/detail").contains(what), "{:?}", said.body);
    }
}
