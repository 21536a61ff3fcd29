//! Connections in lists, with who uses them; and the queries that are kept beside them.

use serde_json::{Value, json};

use crate::house::House;

const SHOP: &str = "/api/v1/workspaces/home/connections/shop";

#[tokio::test]
async fn a_list_says_who_uses_a_connection_and_what_one_may_do_with_it() {
    let house = House::build().await;
    let app = house.open().await;
    let list = "/api/v1/workspaces/home/connections";
    for (name, role) in
        [("viewer", "viewer"), ("granted", "editor"), ("editor", "editor"), ("admin", "admin")]
    {
        let mut client = house.client(&app, name).await;
        let said = client.get(list).await.expect(200).body;
        let (one, seen) = (&said["items"][0], client.get(SHOP).await.expect(200).body);
        assert_eq!((one["role"].as_str(), one["pipelines"].as_u64()), (Some(role), Some(1)), "{name}");
        assert_eq!((one["schedules"].as_u64(), &seen["role"]), (Some(1), &one["role"]), "{name}");
        assert_eq!(
            (&seen["used_by"][0]["name"], &seen["used_by"][0]["active_schedules"]),
            (&json!("orders"), &json!(1))
        );
    }
    // A pipeline that one does not see does not count, and keeps its connection all the same.
    app.run("UPDATE pipelines SET restricted = 1").await;
    let mut editor = house.client(&app, "editor").await;
    assert_eq!(editor.get(list).await.expect(200).body["items"][0]["pipelines"], 0);
    assert_eq!(editor.get(SHOP).await.expect(200).body["used_by"], json!([]));
    let refused = editor.delete(SHOP).await.refused("conflict");
    assert!(!refused.body["detail"].as_str().unwrap().contains("orders"), "{}", refused.body);
    // A paused schedule starts nothing.
    app.run("UPDATE schedules SET paused = 1").await;
    let mut owner = house.client(&app, "owner").await;
    let one = owner.get(list).await.expect(200).body["items"][0].clone();
    assert_eq!((one["pipelines"].as_u64(), one["schedules"].as_u64()), (Some(1), Some(0)));
}

#[tokio::test]
async fn queries_are_shared_by_those_who_may_look_into_the_connection() {
    let house = House::build().await;
    let app = house.open().await;
    let queries = format!("{SHOP}/queries");
    let mut editor = house.client(&app, "editor").await;
    let new = json!({ "name": " Late orders ", "sql": "select *\nfrom orders" });
    let made = editor.post(&queries, new.clone()).await.expect(201);
    assert_eq!(
        (&made.body["name"], &made.body["sql"]),
        (&json!("Late orders"), &json!("select *\nfrom orders"))
    );
    editor.post(&queries, new).await.refused("exists");
    editor.post(&queries, json!({ "name": " ", "sql": "" })).await.expect(422);
    let path = format!("{queries}/{}", made.text("/id"));
    // Somebody else changes it, on top of what is there.
    let mut granted = house.client(&app, "granted").await;
    let found = granted.get(&format!("{queries}?search=late")).await.expect(200).body;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let change = json!({ "name": "Late", "sql": "select 1" });
    let tag = granted.get(&path).await.expect(200).header("etag").to_owned();
    let header = [("if-match", tag.as_str())];
    let changed = granted.send("PUT", &path, Some(change.clone()), &header).await.expect(200);
    assert_ne!(changed.body["updated_by"], changed.body["created_by"]);
    let late = editor.send("PUT", &path, Some(change), &header).await.expect(412);
    assert_eq!(late.body["current"]["sql"], "select 1");
    // Who only sees the connection does not see what others ask of it.
    house.client(&app, "viewer").await.get(&queries).await.expect(403);
    editor.delete(&path).await.expect(204);
    assert_eq!(editor.get(&queries).await.expect(200).body["items"], Value::Array(Vec::new()));
    let audit = app.audit().await;
    let deeds = ["query.make done", "query.change done", "request.deny denied", "query.remove done"];
    assert_eq!(audit[..4], deeds, "{audit:?}");
}
