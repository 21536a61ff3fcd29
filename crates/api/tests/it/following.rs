//! Pipelines that run after each other: never in a circle, never after something that is not there.

use serde_json::{Value, json};

use crate::house::House;
use crate::kit::{Client, Said};

const PIPELINES: &str = "/api/v1/workspaces/home/pipelines";

fn document(name: &str, after: &str) -> Value {
    let schedule =
        if after.is_empty() { String::new() } else { format!("schedule: {{ after: [{after}] }}\n") };
    json!({ "document": format!("towpath: 1\nname: {name}\nnodes: {{}}\n{schedule}") })
}

async fn save(client: &mut Client, name: &str, document: Value) -> Said {
    let path = format!("{PIPELINES}/{name}");
    let tag = client.get(&path).await.header("etag").to_owned();
    client.send("PUT", &path, Some(document), &[("if-match", &tag)]).await
}

async fn schedule(client: &mut Client, name: &str, after: &[&str]) -> Said {
    let body = json!({ "name": "follows", "spec": { "after": after } });
    client.post(&format!("{PIPELINES}/{name}/schedules"), body).await
}

/// Three pipelines: `c` runs after `b`, `b` after `a`.
async fn three(client: &mut Client) {
    for (name, after) in [("a", ""), ("b", "a"), ("c", "b")] {
        client.post(PIPELINES, document(name, after)).await.expect(201);
    }
}

#[tokio::test]
async fn a_circle_is_refused_with_its_names_however_it_is_closed() {
    let house = House::build().await;
    let app = house.open().await;
    let mut editor = house.client(&app, "editor").await;
    three(&mut editor).await;
    let said = schedule(&mut editor, "a", &["orders", "c"]).await.expect(422);
    assert_eq!(said.text("/problems/0/path"), "/spec/after/1");
    assert!(said.text("/problems/0/message").ends_with(": `a` → `c` → `b` → `a`"), "{said:?}");
    let said = save(&mut editor, "a", document("a", "c")).await.expect(422);
    assert_eq!(said.text("/problems/0/path"), "/schedule/after/0");
    let said = schedule(&mut editor, "a", &["a"]).await.expect(422);
    assert_eq!(said.text("/problems/0/message"), "`a` cannot run after itself");
    // By a change of a schedule that was right.
    let made = schedule(&mut editor, "a", &["orders"]).await.expect(201);
    let path = format!("/api/v1/workspaces/home/schedules/{}", made.text("/id"));
    let tag = made.header("etag").to_owned();
    let turned = json!({ "name": "follows", "spec": { "after": ["b"] } });
    editor.send("PUT", &path, Some(turned), &[("if-match", &tag)]).await.expect(422);
    // Where a hidden pipeline is part of it, it keeps its name to itself.
    app.run("UPDATE pipelines SET restricted = 1 WHERE name = 'b'").await;
    let said = schedule(&mut editor, "a", &["c"]).await.expect(422);
    assert!(said.text("/problems/0/message").contains("…"), "{said:?}");
    assert!(!said.body.to_string().contains("`b`"), "{said:?}");
    // A diamond is no circle.
    schedule(&mut editor, "c", &["a"]).await.expect(201);
}

#[tokio::test]
async fn what_is_not_there_is_refused_at_its_place_with_near_names() {
    let house = House::build().await;
    let app = house.open().await;
    let mut editor = house.client(&app, "editor").await;
    three(&mut editor).await;
    let said = schedule(&mut editor, "a", &["ordres"]).await.expect(422);
    assert_eq!(said.text("/problems/0/path"), "/spec/after/0");
    assert_eq!(said.text("/problems/0/hint"), "did you mean `orders`?");
    app.run("UPDATE pipelines SET restricted = 1 WHERE name = 'orders'").await;
    let said = schedule(&mut editor, "a", &["ordres"]).await.expect(422);
    assert!(!said.body.to_string().contains("orders"), "{said:?}");
    let said = schedule(&mut editor, "a", &["orders"]).await.expect(422);
    assert_eq!(said.text("/problems/0/message"), "there is no pipeline `orders` here");
    app.run("UPDATE pipelines SET archived_at = 1 WHERE name = 'a'").await;
    let said = schedule(&mut editor, "c", &["a"]).await.expect(422);
    assert_eq!(said.text("/problems/0/message"), "`a` is archived and never runs");
}

#[tokio::test]
async fn what_others_run_after_stays() {
    let house = House::build().await;
    let app = house.open().await;
    let mut editor = house.client(&app, "editor").await;
    three(&mut editor).await;
    let path = |name: &str| format!("{PIPELINES}/{name}");
    let said = editor.patch(&path("a"), json!({ "archived": true })).await.refused("conflict");
    assert_eq!(said.text("/detail"), "other pipelines run after `a`: `b`");
    let said = save(&mut editor, "a", document("alpha", "")).await.refused("conflict");
    assert!(said.text("/hint").contains("`after`"), "{said:?}");
    // From the end it works, and the way back asks for what is needed.
    for name in ["c", "b", "a"] {
        editor.patch(&path(name), json!({ "archived": true })).await.expect(200);
    }
    let said = editor.patch(&path("b"), json!({ "archived": false })).await.refused("conflict");
    assert_eq!(said.text("/detail"), "`b` runs after pipelines that are not in use: `a`");
    editor.patch(&path("a"), json!({ "archived": false })).await.expect(200);
    editor.patch(&path("b"), json!({ "archived": false })).await.expect(200);
    // Hidden followers hold it as well, and are not named.
    app.run("UPDATE pipelines SET restricted = 1 WHERE name = 'b'").await;
    let said = editor.patch(&path("a"), json!({ "archived": true })).await.refused("conflict");
    assert_eq!(said.text("/detail"), "pipelines that you may not see run after `a`");
}
