//! Channels, rules, what people are told, and what became of messages.

use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_model::{Right, Role};
use towpath_store::notices::happenings::Happening;
use towpath_store::notices::inbox;
use towpath_store::notices::outbox::{self, Sent};
use towpath_store::notices::told::Listener;

use crate::kit::{Client, Said, TestApp};

const BASE: &str = "/api/v1/workspaces/house";

fn mail(host: &str, password: Option<&str>) -> Value {
    let mut settings = json!({ "host": host });
    if let Some(password) = password {
        settings["password"] = password.into();
    }
    json!({ "name": "on-call", "kind": "email", "settings": settings })
}

async fn put(client: &mut Client, path: &str, body: Value) -> Said {
    let tag = client.get(path).await.header("etag").to_owned();
    client.send("PUT", path, Some(body), &[("if-match", &tag)]).await
}

async fn admin(app: &TestApp) -> Client {
    let (house, ada) = (app.workspace("house").await, app.person("ada").await);
    app.member(&house, &ada, Role::Admin).await;
    app.with_session(&ada).await
}

#[tokio::test]
async fn secrets_of_a_channel_never_come_out_and_go_to_no_other_server() {
    let app = TestApp::new().await;
    let mut ada = admin(&app).await;
    let made = ada
        .post(&format!("{BASE}/channels"), mail("one.example.org", Some("wrong-pass-word")))
        .await
        .expect(201);
    assert_eq!(
        (&made.body["secrets"], &made.body["settings"]),
        (&json!(["/password"]), &json!({ "host": "one.example.org" }))
    );
    let path = format!("{BASE}/channels/{}", made.text("/id"));
    ada.post(&format!("{BASE}/channels"), mail("two.example.org", Some("x"))).await.refused("exists");
    let tested = ada.post(&format!("{path}/test"), json!({})).await.expect(200);
    assert_eq!((&tested.body["ok"], &tested.body["code"]), (&json!(false), &json!("auth")));
    assert_eq!(ada.get(&path).await.body["test_fault"]["hint"], "check `password`");
    // A new password takes the place of the old one; a password that is left out stays.
    put(&mut ada, &path, mail("one.example.org", Some("right"))).await.expect(200);
    let paused = json!({ "name": "on-call", "kind": "email", "settings": { "host": "one.example.org" }, "active": false });
    let after = put(&mut ada, &path, paused).await.expect(200);
    assert_eq!((&after.body["active"], &after.body["secrets"]), (&json!(false), &json!(["/password"])));
    assert_eq!(ada.post(&format!("{path}/test"), json!({})).await.body["ok"], true);
    // Another server would get to know the password.
    put(&mut ada, &path, mail("evil.example.org", None)).await.refused("invalid");
    ada.send("PUT", &path, Some(mail("one.example.org", None)), &[("if-match", "\"1\"")])
        .await
        .refused("changed");
    ada.delete(&path).await.expect(204);
    ada.get(&path).await.expect(404);
    assert!(app.told.lock().unwrap().iter().all(|text| !text.contains("wrong-pass-word")));
    assert!(!String::from_utf8_lossy(&app.bytes()).contains("wrong-pass-word"));
    app.assert_audit_is_whole().await;
}

#[tokio::test]
async fn a_rule_names_what_there_is_and_only_administrators_change_it() {
    let app = TestApp::new().await;
    let mut ada = admin(&app).await;
    ada.post(&format!("{BASE}/channels"), mail("one.example.org", Some("right"))).await.expect(201);
    let rules = format!("{BASE}/rules");
    let rule = json!({ "name": "failures", "channel": "on-call", "spec": { "kinds": ["run_failed"] } });
    let made = ada.post(&rules, rule.clone()).await.expect(201);
    let unknown = json!({ "name": "", "channel": "nobody", "spec": { "pipelines": ["gone"], "wrong": 1 } });
    let refused = ada.post(&rules, unknown).await.refused("invalid");
    let places: Vec<&str> =
        refused.body["problems"].as_array().unwrap().iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(places, ["/name", "/channel", "/wrong", "/spec/pipelines/0"]);
    let path = format!("{rules}/{}", made.text("/id"));
    let quiet = json!({ "name": "failures", "channel": "on-call", "active": false });
    let after = put(&mut ada, &path, quiet).await.expect(200);
    assert_eq!(
        (&after.body["active"], &after.body["spec"], &after.body["revision"]),
        (&json!(false), &json!({}), &json!(2))
    );
    let watch = format!("{BASE}/watch");
    assert_eq!(
        put(&mut ada, &watch, json!({ "late_minutes": 15 })).await.expect(200).body,
        ada.get(&watch).await.body
    );
    put(&mut ada, &watch, json!({ "wrong": 1 })).await.refused("invalid");
    let bob = app.person("bob").await;
    let house = ada.get(BASE).await.text("/id");
    app.member(&house, &bob, Role::Editor).await;
    let mut bob = app.with_session(&bob).await;
    bob.get(&path).await.expect(200);
    bob.post(&rules, rule).await.expect(403);
    bob.get(&format!("{BASE}/deliveries")).await.expect(403);
    ada.delete(&path).await.expect(204);
}

#[tokio::test]
async fn people_read_their_own_notices_in_their_language_and_no_key_does() {
    let app = TestApp::new().await;
    let mut ada = admin(&app).await;
    let house = ada.get(BASE).await.text("/id");
    let (bob, user) = (app.person("bob").await, ada.get("/api/v1/account").await.text("/id"));
    app.member(&house, &bob, Role::Owner).await;
    let happening = |group: &str| Happening {
        number: 0,
        once: group.into(),
        at: Timestamp::now(),
        workspace_id: house.clone(),
        pipeline_id: None,
        run_id: None,
        kind: "run_failed".into(),
        severity: "error".into(),
        group: group.into(),
        notice: json!({ "says": "orders failed" }),
    };
    let mut tx = app.store.begin().await.unwrap();
    inbox::tell(&mut tx, &user, &happening("a")).await.unwrap();
    inbox::tell(&mut tx, &user, &happening("b")).await.unwrap();
    towpath_store::commit(tx).await.unwrap();
    let wanted = json!({ "mail": [], "language": "fr" });
    put(&mut ada, "/api/v1/account/notifications", wanted.clone()).await.expect(200);
    assert_eq!(ada.get("/api/v1/account/notifications").await.body, wanted);
    put(&mut ada, "/api/v1/account/notifications", json!({ "mail": ["run_failed"] }))
        .await
        .refused("invalid");
    let list = ada.get("/api/v1/account/notices?unread=true").await.expect(200);
    assert_eq!(list.body["items"][0]["words"]["title"], "orders failed (fr)");
    assert_eq!(ada.get("/api/v1/account/notices/unread").await.body, json!({ "unread": 2 }));
    let read = format!("/api/v1/account/notices/{}/read", list.text("/items/0/id"));
    let mut other = app.with_session(&bob).await;
    other.post(&read, json!({})).await.expect(404);
    assert_eq!(other.get("/api/v1/account/notices").await.body["items"], json!([]));
    ada.post(&read, json!({})).await.expect(204);
    assert_eq!(ada.get("/api/v1/account/notices/unread").await.body, json!({ "unread": 1 }));
    ada.post("/api/v1/account/notices/read", json!({})).await.expect(204);
    assert_eq!(ada.get("/api/v1/account/notices/unread").await.body, json!({ "unread": 0 }));
    app.key(&house, &bob, Right::ALL).await.get("/api/v1/account/notices").await.expect(403);
}

#[tokio::test]
async fn a_message_that_was_given_up_is_sent_again_when_an_administrator_says_so() {
    let app = TestApp::new().await;
    let mut ada = admin(&app).await;
    let house = ada.get(BASE).await.text("/id");
    let channel =
        ada.post(&format!("{BASE}/channels"), mail("one.example.org", Some("right"))).await.text("/id");
    let now = Timestamp::now();
    let mut tx = app.store.begin().await.unwrap();
    outbox::put(&mut tx, &house, &Listener::Channel(channel), "first", &json!({}), now).await.unwrap();
    let due = outbox::due(&mut tx, now, 1).await.unwrap();
    let claimed =
        outbox::claim(&mut tx, &due[0], "w", now, jiff::SignedDuration::from_secs(60)).await.unwrap();
    let fault = json!({ "message": "no such room" });
    outbox::end(&mut tx, &claimed.unwrap(), "w", now, &Sent::Failed(fault.clone())).await.unwrap();
    towpath_store::commit(tx).await.unwrap();
    let failed = format!("{BASE}/deliveries?state=failed&channel=on-call");
    let list = ada.get(&failed).await.expect(200);
    assert_eq!((&list.body["items"][0]["fault"], &list.body["items"][0]["attempt"]), (&fault, &json!(1)));
    let again = format!("{BASE}/deliveries/{}/again", list.text("/items/0/id"));
    ada.post(&again, json!({})).await.expect(202);
    ada.post(&again, json!({})).await.expect(404);
    assert_eq!(ada.get(&failed).await.body["items"], json!([]));
    ada.get(&format!("{BASE}/deliveries?state=lost")).await.refused("bad_request");
}
