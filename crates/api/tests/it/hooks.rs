//! Web hooks: signed requests of other systems.

use jiff::Timestamp;
use ring::hmac;

use crate::house::House;
use crate::kit::{Client, Said, TestApp};

const HOOK: &str = "/api/v1/workspaces/home/pipelines/orders/hook";

fn signed(key: &str, at: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

/// The pipeline of the house with an open hook: its address and key.
async fn opened(house: &House, app: &TestApp) -> (Client, String, String) {
    let made = house.client(app, "editor").await.send("POST", HOOK, None, &[]).await.expect(201);
    let path = url::Url::parse(&made.text("/url")).unwrap().path().to_owned();
    (app.browser(), path, made.text("/key"))
}

async fn call(client: &mut Client, path: &str, body: &str, signature: &str) -> Said {
    client.raw(path, body, &[("towpath-signature", signature)]).await
}

#[tokio::test]
async fn a_signed_request_starts_one_run_however_often_it_comes() {
    let house = House::build().await;
    let app = house.open().await;
    let (mut client, path, key) = opened(&house, &app).await;
    let now = Timestamp::now().as_second();
    let body = r#"{"params":{},"date":"2026-11-28"}"#;
    let signature = signed(&key, now, body);
    let run = call(&mut client, &path, body, &signature).await.expect(202).text("/run");
    // Somebody who listened sends it again, and writes the header in other ways.
    for again in [
        signature.clone(),
        signature.replace("v1=", "v0=ab, v1="),
        format!("{},more=1", signature.replace(',', " , ")),
        format!("t={now},v1={}", signature.rsplit_once('=').unwrap().1.to_uppercase()),
    ] {
        assert_eq!(call(&mut client, &path, body, &again).await.expect(202).text("/run"), run, "{again}");
    }
    let other = call(&mut client, &path, body, &signed(&key, now - 1, body)).await.expect(202).text("/run");
    assert_ne!(other, run);
    let found = house.client(&app, "viewer").await.get(&format!("/api/v1/workspaces/home/runs/{run}")).await;
    assert_eq!(found.expect(200).text("/cause"), "event");
}

#[tokio::test]
async fn what_is_not_signed_now_and_with_the_key_is_refused() {
    let house = House::build().await;
    let app = house.open().await;
    let (mut client, path, key) = opened(&house, &app).await;
    let now = Timestamp::now().as_second();
    let (of_body, old) = (signed(&key, now, "{}"), signed(&key, now - 301, ""));
    let ahead = signed(&key, now + 400, "");
    let foreign = signed("another key", now, "");
    for (signature, body) in [
        ("", ""),
        ("t=1", ""),
        ("t=x,v1=00", ""),
        (old.as_str(), ""),
        (ahead.as_str(), ""),
        (foreign.as_str(), ""),
        (of_body.as_str(), "{ }"),
    ] {
        call(&mut client, &path, body, signature).await.refused("sign_in");
    }
    // No other pipeline answers otherwise, and a key that was replaced opens nothing.
    call(&mut client, "/hooks/pl_none", "", &signed(&key, now, "")).await.refused("sign_in");
    let (_, _, newer) = opened(&house, &app).await;
    call(&mut client, &path, "", &signed(&key, now, "")).await.refused("sign_in");
    call(&mut client, &path, "", &signed(&newer, now, "")).await.expect(202);
    house.client(&app, "editor").await.delete(HOOK).await.expect(204);
    call(&mut client, &path, "", &signed(&newer, now, "")).await.refused("sign_in");
    assert!(app.audit().await.contains(&"hook.call denied".to_owned()));
    app.assert_audit_is_whole().await;
}
