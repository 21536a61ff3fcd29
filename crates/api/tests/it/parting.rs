//! Who goes, what stays: owners, those who run the server, and erased people.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::Executor as _;
use towpath_model::ids::{PipelineId, WorkspaceId};
use towpath_model::{Right, Role};
use towpath_store::accounts::User;
use towpath_store::pipelines::{self, Pipeline};
use towpath_store::runs::{self, Cause, Run};

use crate::kit::{Client, PASSWORD, TestApp};

#[tokio::test]
async fn a_workspace_keeps_an_owner_and_the_server_somebody_who_runs_it() {
    let app = TestApp::new().await;
    let (root, ada, home) = (app.runner("root").await, app.person("ada").await, app.workspace("home").await);
    app.member(&home, &ada, Role::Owner).await;
    let (mut of_root, mut of_ada) = (app.with_session(&root).await, app.with_session(&ada).await);
    let own = format!("/api/v1/workspaces/home/members/{}", ada.id);
    of_ada.put(&own, json!({ "role": "admin" })).await.refused("conflict");
    of_ada.delete(&own).await.refused("conflict");
    let user = |user: &User| format!("/api/v1/users/{}", user.id);
    of_root.patch(&user(&ada), json!({ "active": false })).await.refused("conflict");
    of_root.delete(&user(&ada)).await.refused("conflict");
    of_root.patch(&user(&root), json!({ "active": false })).await.refused("conflict");
    of_root.patch(&user(&root), json!({ "runs_server": false })).await.refused("conflict");
    of_root.delete(&user(&root)).await.refused("conflict");

    let (bob, eve) = (app.person("bob").await, app.person("eve").await);
    app.member(&home, &bob, Role::Viewer).await;
    app.run("UPDATE users SET active = 0 WHERE name = 'eve'").await;
    for wrong in [eve.id.as_str(), ada.id.as_str(), "us_nobody"] {
        of_root.patch(&user(&ada), json!({ "active": false, "hand_over_to": wrong })).await.expect(422);
    }
    let mut key = app.key(&home, &ada, &[Right::WorkspaceRead]).await;
    let gone = json!({ "active": false, "hand_over_to": bob.id });
    of_root.patch(&user(&ada), gone).await.expect(200);
    assert_eq!(app.role(&home, &bob).await, Some(Role::Owner));
    of_ada.get("/api/v1/account").await.expect(401);
    key.get("/api/v1/workspaces/home").await.expect(401);
    app.browser().sign_in(&ada.email, PASSWORD, None).await.refused("wrong_login");
    of_root.patch(&user(&ada), json!({ "active": true })).await.expect(200);
    app.browser().sign_in(&ada.email, PASSWORD, None).await.expect(200);
    of_ada.get("/api/v1/account").await.expect(401);
}

#[tokio::test]
async fn whoever_leaves_takes_keys_and_grants_along() {
    let app = TestApp::new().await;
    let (ada, bob, home) = (app.person("ada").await, app.person("bob").await, app.workspace("home").await);
    app.member(&home, &ada, Role::Owner).await;
    app.member(&home, &bob, Role::Viewer).await;
    let mut of_bob = app.with_session(&bob).await;
    let mut key = app.key(&home, &bob, &[Right::WorkspaceRead]).await;
    key.get("/api/v1/workspaces/home").await.expect(200);
    of_bob.delete(&format!("/api/v1/workspaces/home/members/{}", ada.id)).await.refused("forbidden");
    of_bob.delete(&format!("/api/v1/workspaces/home/members/{}", bob.id)).await.expect(204);
    of_bob.get("/api/v1/workspaces/home").await.expect(404);
    key.get("/api/v1/workspaces/home").await.expect(401);
    let mut of_ada = app.with_session(&ada).await;
    let said = of_ada.get("/api/v1/workspaces/home/audit?action=member.&limit=1").await.expect(200);
    assert_eq!(said.text("/items/0/action"), "member.remove");
    of_ada.delete("/api/v1/workspaces/home").await.expect(204);
    of_ada.get("/api/v1/workspaces/home").await.expect(404);
}

/// Stops a run in the name of a person, and leaves beside it what earlier versions wrote about that.
async fn cancel(app: &TestApp, home: &str, browser: &mut Client, person: &User) {
    let (now, home) = (Timestamp::now(), WorkspaceId::from_text(home));
    let pipeline = Pipeline {
        id: PipelineId::generate(),
        workspace_id: home.clone(),
        name: "orders".into(),
        description: String::new(),
        tags: vec![],
        version: 1,
        restricted: false,
        has_hook: false,
        revision: 1,
        created_by: None,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    let runs = [0, 1].map(|_| Run::new(home.clone(), pipeline.id.clone(), 1, Cause::Manual, now));
    let mut tx = app.store.begin().await.unwrap();
    pipelines::insert(&mut tx, &pipeline).await.unwrap();
    for run in &runs {
        runs::insert(&mut tx, run).await.unwrap();
    }
    towpath_store::commit(tx).await.unwrap();
    let path = |run: &Run| format!("/api/v1/workspaces/home/runs/{}", run.id);
    let said = browser.post(&format!("{}/cancel", path(&runs[0])), json!({})).await.expect(202);
    assert_eq!(said.text("/stopped_by"), person.id.as_str());
    assert_eq!(said.text("/stop_reason"), "somebody asked for it");
    let mut tx = app.store.begin().await.unwrap();
    let former = "Zuleika.Dobson@oxford.example asked for it";
    runs::ask_to_cancel(&mut tx, runs[1].id.as_str(), former, None).await.unwrap();
    let line = "INSERT INTO run_logs (run_id, number, at, level, message) VALUES ($1, 1, 1, 'info', $2)";
    sqlx::query(line).bind(runs[1].id.as_str()).bind(former).execute(&mut *tx).await.unwrap();
    towpath_store::commit(tx).await.unwrap();
}

/// A person with a name that nothing else holds, who did and suffered everything that leaves traces.
async fn busy(app: &TestApp, home: &str) -> User {
    let zuleika = app.person_like(User::new("Zuleika.Dobson@oxford.example", "Zuleika Dobson", "en")).await;
    app.member(home, &zuleika, Role::Admin).await;
    let mut browser = app.signed_in(&zuleika).await;
    let path = "/api/v1/workspaces/home";
    let made = browser.post(&format!("{path}/keys"), json!({ "name": "k", "scopes": ["keys:write"] })).await;
    let mut program = app.program(&made.text("/key"));
    program.post(&format!("{path}/keys"), json!({ "name": "l", "scopes": ["keys:write"] })).await.expect(201);
    program.get(&format!("{path}/audit")).await.expect(403);
    app.browser().sign_in(&zuleika.email, "wrong", None).await.expect(401);
    app.browser().post("/api/v1/password-resets", json!({ "email": zuleika.email })).await.expect(202);
    // Under another address for a while, with what others did to it.
    let change = json!({ "email": "zuleika@elsewhere.example", "password": PASSWORD, "name": "Miss Dobson" });
    browser.patch("/api/v1/account", change).await.expect(200);
    browser.post(&format!("{path}/keys"), json!({ "name": "m", "scopes": ["keys:write"] })).await.expect(201);
    browser.patch(path, json!({ "settings": { "limits": { "runs": 9 } } })).await.expect(200);
    cancel(app, home, &mut browser, &zuleika).await;
    app.browser().sign_in("zuleika@elsewhere.example", "wrong", None).await.expect(401);
    zuleika
}

#[tokio::test]
async fn of_an_erased_person_no_name_is_left_anywhere_in_the_store() {
    let app = TestApp::new().await;
    let home = app.workspace("home").await;
    let (root, ada) = (app.runner("root").await, app.person("ada").await);
    app.member(&home, &ada, Role::Owner).await;
    // Somebody invited the address before it had an account, and somebody guessed at it.
    let mut of_ada = app.with_session(&ada).await;
    let invitation = json!({ "email": "Zuleika.Dobson@oxford.example", "role": "viewer" });
    of_ada.post("/api/v1/workspaces/home/invitations", invitation).await.expect(201);
    app.browser().sign_in("zuleika.dobson@oxford.example", "wrong", None).await.expect(401);
    let zuleika = busy(&app, &home).await;
    let mut of_root = app.with_session(&root).await;
    let user = format!("/api/v1/users/{}", zuleika.id);
    of_root.patch(&user, json!({ "name": "Z. Dobson" })).await.expect(200);
    let export = of_root.get(&format!("{user}/export")).await.expect(200);
    assert_eq!(export.text("/account/email"), "zuleika@elsewhere.example");
    assert!(
        export.body["keys"].as_array().unwrap().len() == 3
            && export.body["audit"].as_array().unwrap().len() > 8
    );

    // What the person did with keys is among it.
    let audit = export.body["audit"].as_array().unwrap();
    let with_key = |entry: &&Value| entry["actor_kind"] == "key" && entry["action"] == "key.add";
    assert_eq!(audit.iter().filter(with_key).count(), 1, "{audit:#?}");
    let numbers: BTreeSet<i64> = audit.iter().map(|entry| entry["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers.len(), audit.len(), "every entry once");

    let holds = |bytes: &[u8], word: &str| {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        text.contains(word)
    };
    assert!(holds(&app.bytes(), "dobson") && holds(&app.bytes(), "zuleika"));
    of_root.delete(&user).await.expect(204);
    of_root.get(&user).await.expect(404);
    of_root.delete(&user).await.expect(404);
    app.assert_audit_is_whole().await;
    let mut conn = app.store.read().await.unwrap();
    conn.execute("VACUUM").await.unwrap();
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    drop(conn);
    for word in ["dobson", "zuleika", "oxford.example", "elsewhere.example"] {
        assert!(!holds(&app.bytes(), word), "`{word}` is still there");
    }
    let audit = of_root.get("/api/v1/server/audit?action=user.erase").await.expect(200);
    assert_eq!(audit.text("/items/0/object"), zuleika.id.as_str());
    assert_eq!(of_root.get("/api/v1/server/audit/verify").await.body["breaks"], json!([]));
}

#[tokio::test]
async fn somebody_who_erases_themselves_leaves_no_name_either() {
    let app = TestApp::new().await;
    app.runner("root").await;
    let wanda =
        app.person_like(User { runs_server: true, ..User::new("wanda@warsaw.example", "Wanda", "en") }).await;
    let mut browser = app.signed_in(&wanda).await;
    browser.delete(&format!("/api/v1/users/{}", wanda.id)).await.expect(204);
    browser.get("/api/v1/account").await.expect(401);
    let mut conn = app.store.read().await.unwrap();
    conn.execute("VACUUM").await.unwrap();
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    drop(conn);
    assert!(!String::from_utf8_lossy(&app.bytes()).to_lowercase().contains("wanda"));
    app.assert_audit_is_whole().await;
}

#[tokio::test]
async fn those_who_run_the_server_end_sessions_and_factors_of_others() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut of_root = app.with_session(&app.runner("root").await).await;
    let mut of_ada = app.with_session(&ada).await;
    let user = format!("/api/v1/users/{}", ada.id);
    of_root.delete(&format!("{user}/second-factor")).await.refused("conflict");
    // One of two sessions, then all of them.
    let mut lost = app.with_session(&ada).await;
    let seen = of_root.get(&format!("{user}/sessions")).await.expect(200);
    assert_eq!(seen.body["items"].as_array().unwrap().len(), 2, "{:#}", seen.body);
    assert!(
        seen.body.pointer("/items/0/id").is_some() && !seen.body.to_string().contains("token"),
        "{:#}",
        seen.body
    );
    let own = lost.get("/api/v1/account/sessions").await.expect(200);
    let own = own.body["items"].as_array().unwrap().iter().find(|one| one["is_current"] == true).unwrap();
    let one = format!("{user}/sessions/{}", own["id"].as_str().unwrap());
    of_root.delete(&one).await.expect(204);
    of_root.delete(&one).await.expect(404);
    lost.get("/api/v1/account").await.expect(401);
    of_ada.get("/api/v1/account").await.expect(200);
    of_root.delete(&format!("{user}/sessions")).await.expect(204);
    of_ada.get("/api/v1/account").await.expect(401);
    let listed = of_root.get("/api/v1/users?search=ADA&sort=-email").await.expect(200);
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    let shown = of_root.get("/api/v1/server").await.expect(200);
    assert_eq!((shown.body["people"].as_i64(), shown.text("/store")), (Some(2), "sqlite".into()));
    let change = json!({ "banner": "Pause at noon", "retention": { "logs_days": 7 } });
    let changed = of_root.patch("/api/v1/server", change).await.expect(200);
    assert_eq!(changed.text("/banner"), "Pause at noon");
    assert_eq!(changed.body["retention"]["audit_days"], Value::from(365));
    let wrong = json!({ "retention": { "runs_days": 0, "audit_days": 9999 } });
    let said = of_root.patch("/api/v1/server", wrong).await.expect(422);
    assert_eq!(said.body["problems"].as_array().unwrap().len(), 2);
    of_root.get("/api/v1/server/workers").await.expect(200);
    let usage = of_root.get("/api/v1/server/usage").await.expect(200);
    assert!(usage.body["store_bytes"].as_i64() > Some(0) && usage.body["memory_bytes"].as_i64() > Some(0));
    assert_eq!(usage.body["runs_queued"], 0);
}
