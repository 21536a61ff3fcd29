//! Connections tried out, files and tables looked into.

use serde_json::{Value, json};
use towpath_testkit::postgres;

use super::House;
use super::life::with_sales;

/// The lines of a test that is told while it happens.
async fn followed(house: &House, path: &str, body: Value) -> Vec<Value> {
    let url = format!("{}/api/v1/workspaces/house/{path}", house.address);
    let request = house.client.post(&url).bearer_auth(&house.token).header("accept", "application/x-ndjson");
    let answer =
        request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    let text = answer.text().await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn states(line: &Value) -> Vec<(&str, &str)> {
    let steps = line["steps"].as_array().unwrap();
    steps.iter().map(|step| (step["step"].as_str().unwrap(), step["state"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_test_tells_every_step_and_where_it_ended() {
    let database = postgres();
    let house = House::open_as("egress: { allow_private: true }\n").await;
    let url = url::Url::parse(&database.url()).unwrap();
    let settings = |port: u16, user: &str| {
        json!({ "name": "db", "connector": "postgres", "settings": {
            "host": url.host_str().unwrap(), "port": port, "user": user,
            "database": url.path().trim_start_matches('/'), "password": url.password().unwrap_or("x"),
        } })
    };
    let port = url.port().unwrap();
    let lines = followed(&house, "connection-tests", settings(port, url.username())).await;
    let last = lines.last().unwrap();
    assert_eq!(last["tested"]["ok"], true, "{last:#}");
    let all = states(last);
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["resolve", "connect", "encrypt", "sign_in", "read"]);
    assert!(all.iter().all(|(name, state)| *state == "done" || (*name, *state) == ("encrypt", "skipped")));
    assert!(lines.iter().any(|line| states(line).contains(&("resolve", "running"))), "told as it happens");
    // A wrong account is refused at the door; a wrong port is not even one.
    let refused = followed(&house, "connection-tests", settings(port, "nobody at all")).await;
    let refused = refused.last().unwrap().clone();
    assert_eq!(states(&refused)[3..], [("sign_in", "failed"), ("read", "waiting")], "{refused:#}");
    let nowhere = house.post("connection-tests", settings(1, "me")).await.expect(200);
    assert_eq!(nowhere["ok"], false);
    assert_eq!(states(&nowhere)[..2], [("resolve", "done"), ("connect", "failed")], "{nowhere:#}");
}

#[tokio::test]
async fn a_kept_secret_is_used_for_changed_settings_and_goes_nowhere_else() {
    let database = postgres();
    let house = House::open_as("egress: { allow_private: true }\n").await;
    let url = url::Url::parse(&database.url()).unwrap();
    let settings = json!({
        "host": url.host_str().unwrap(), "port": url.port().unwrap(), "user": url.username(),
        "database": url.path().trim_start_matches('/'), "password": url.password().unwrap(),
    });
    let of = |settings: &Value| json!({ "name": "db", "connector": "postgres", "settings": settings });
    house.post("connections", of(&settings)).await.expect(201);
    let mut changed = settings.clone();
    changed.as_object_mut().unwrap().remove("password");
    changed["application_name"] = "another".into();
    let tested = house.post("connections/db/test-settings", of(&changed)).await.expect(200);
    assert_eq!(tested["ok"], true, "{tested:#}");
    for (name, value) in [
        ("host", json!("localhost")),
        ("port", json!(1)),
        ("user", json!("other")),
        ("tls", json!("disable")),
    ] {
        let mut elsewhere = changed.clone();
        elsewhere[name] = value;
        let refused = house.post("connections/db/test-settings", of(&elsewhere)).await.expect(422);
        assert_eq!(refused["problems"][0]["path"], "/settings/password", "{name}: {refused:#}");
    }
}

#[tokio::test]
async fn a_file_says_what_it_holds_and_who_reads_it() {
    let house = House::open(&[]).await;
    let url = format!("{}/api/v1/workspaces/house/uploads?name=sales.csv", house.address);
    let text = "Report of June\n\nid;day;amount\n1;31/12/2025;1 234,50\n2;01/01/2026;7,25\n";
    let sent = house.client.post(&url).bearer_auth(&house.token).body(text).send().await.unwrap();
    let upload: Value = serde_json::from_str(&sent.text().await.unwrap()).unwrap();
    let id = upload["id"].as_str().unwrap();
    let found = house.post(&format!("uploads/{id}/inspect"), json!({})).await.expect(200);
    assert_eq!((found["rows"].as_u64(), found["is_whole"].as_bool()), (Some(2), Some(true)), "{found:#}");
    let fact = |what: &str| {
        let facts = found["facts"].as_array().unwrap();
        facts.iter().find(|fact| fact["what"] == what).unwrap_or_else(|| panic!("{what}: {found:#}")).clone()
    };
    assert_eq!(fact("delimiter")["found"], ";");
    assert!(!fact("header")["evidence"].as_str().unwrap().is_empty());
    let types: Vec<&str> =
        found["columns"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!((types[0], types[1]), ("int64", "date"), "{found:#}");
    let node = &found["node"];
    assert_eq!((&node["source"], &node["path"]), (&json!("file"), &upload["path"]));
    // What was found, written down, is a source of a pipeline that reads the same.
    let document = json!({ "towpath": 1, "name": "june", "nodes": { "sales": node } });
    house.post("pipelines", json!({ "document": document.to_string() })).await.expect(201);
    let rows = house.post("pipelines/june/preview", json!({ "node": "sales" })).await.expect(200);
    assert_eq!(rows["rows"][0][1], "2025-12-31", "{rows:#}");
    let seen = house.get(&format!("uploads/{id}")).await.expect(200);
    assert_eq!(seen["used_by"][0]["name"], "june");
}

#[tokio::test]
async fn rows_are_asked_for_and_handed_out() {
    let house = with_sales(House::open(&[]).await).await;
    let database = house.home.path("data").join("files");
    let folder = std::fs::read_dir(&database).unwrap().next().unwrap().unwrap().path();
    let shop = rusqlite::Connection::open(folder.join("shop.db")).unwrap();
    shop.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT) STRICT;
         INSERT INTO t VALUES (1, 'a \"b\", c'), (2, NULL), (3, ''), (4, 'é');",
    )
    .unwrap();
    let ask = |query: &str| json!({ "settings": { "query": query } });
    let rows = house.post("connections/shop/rows", ask("select * from t where id > 2")).await.expect(200);
    assert_eq!(rows["rows"], json!([[3, ""], [4, "é"]]));
    let wrong = house.post("connections/shop/rows", ask("select *\nfrom t\n  wher id = 1")).await.expect(422);
    let place = &wrong["problems"][0];
    assert_eq!(
        (place["path"].as_str(), place["line"].as_u64()),
        (Some("/settings/query"), Some(3)),
        "{wrong:#}"
    );
    for writes in
        ["delete from t", "attach 'x.db' as x", "pragma user_version = 3", "select 1; delete from t"]
    {
        house.post("connections/shop/rows", ask(writes)).await.expect(422);
    }
    // What never ends is stopped.
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
    let slow = json!({ "settings": { "query": endless }, "seconds": 1 });
    let stopped = house.post("connections/shop/rows", slow).await.expect(504);
    assert_eq!(stopped["code"], "timeout");
    // As files.
    let file = async |format: &str| {
        let url = format!("{}/api/v1/workspaces/house/connections/shop/export", house.address);
        let asked = [("format", format), ("settings", r#"{"table":"t"}"#), ("name", "été")];
        let url = url::Url::parse_with_params(&url, asked).unwrap();
        let got = house.client.get(url).bearer_auth(&house.token).send().await.unwrap();
        assert_eq!(got.status(), 200, "{format}");
        let named = got.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert_eq!(named, format!("attachment; filename*=UTF-8''%C3%A9t%C3%A9.{format}"));
        got.bytes().await.unwrap()
    };
    let csv = String::from_utf8(file("csv").await.to_vec()).unwrap();
    assert_eq!(csv, "id,name\r\n1,\"a \"\"b\"\", c\"\r\n2,\r\n3,\"\"\r\n4,é\r\n");
    let list: Value = serde_json::from_slice(&file("json").await).unwrap();
    assert_eq!((list.as_array().map(Vec::len), list[1]["id"].as_u64()), (Some(4), Some(2)));
    assert_eq!((&list[1]["name"], &list[2]["name"]), (&Value::Null, &json!("")));
    assert_eq!(String::from_utf8(file("ndjson").await.to_vec()).unwrap().lines().count(), 4);
    assert_eq!(&file("xlsx").await[..2], b"PK");
}

#[tokio::test]
async fn sql_is_answered_over_files_too() {
    let house = House::open(&[]).await;
    house.file("sales.csv", "id,amount\n1,2.5\n2,4\n").await;
    house
        .post("connections", json!({ "name": "files", "connector": "file", "settings": {} }))
        .await
        .expect(201);
    let asked =
        json!({ "settings": { "path": "sales.csv" }, "sql": "select sum(amount) as total from rows" });
    let rows = house.post("connections/files/rows", asked).await.expect(200);
    assert_eq!(rows["rows"][0][0], json!(6.5), "{rows:#}");
    let wrong = json!({ "settings": { "path": "sales.csv" }, "sql": "select nothing from rows" });
    let refused = house.post("connections/files/rows", wrong).await.expect(422);
    assert!(refused["detail"].as_str().unwrap().contains("nothing"), "{refused:#}");
    let tested = house.post("connections/files/test", json!({})).await.expect(200);
    assert_eq!(states(&tested), [("open", "done"), ("read", "done")], "{tested:#}");
    assert_eq!(tested["streams"], 1);
}
