//! From an account to rows in a table, and back.

use reqwest::Method;
use serde_json::{Value, json};

use super::House;
use super::client::{Begun, begin};
use crate::sandbox::Sandbox;

const SALES: &str = "id,country,amount\n1,BE,12.5\n2,FR,30.0\n3,BE,7.25\n";

pub(super) const SHOP: &str = "\
towpath: 1
name: shop
nodes:
  sales:
    source: file
    path: sales.csv
  totals:
    transform: aggregate
    from: sales
    by: [country]
    compute: { sales: count(*), amount: sum(amount) }
  load:
    destination: sqlite
    from: totals
    connection: shop
    table: totals
    mode: overwrite
";

async fn with_connection() -> House {
    with_sales(House::open(&[]).await).await
}

/// A house with a connection and a file for [`SHOP`].
pub(super) async fn with_sales(house: House) -> House {
    let connection = json!({ "name": "shop", "connector": "sqlite", "settings": { "path": "shop.db" } });
    house.post("connections", connection).await.expect(201);
    with_sales_file(house).await
}

/// A house with the file for [`SHOP`].
pub(super) async fn with_sales_file(house: House) -> House {
    house.file("sales.csv", SALES).await;
    house
}

#[tokio::test]
async fn a_pipeline_runs_and_its_rows_are_seen() {
    let house = with_connection().await;
    let made = house.pipeline(SHOP).await;
    assert_eq!((made["name"].as_str(), made["version"].as_i64()), (Some("shop"), Some(1)));
    let preview = house.post("pipelines/shop/preview", json!({ "node": "totals" })).await.expect(200);
    assert_eq!(preview["rows"].as_array().unwrap().len(), 2, "{preview:#}");
    let run = house.run("shop").await;
    assert_eq!((run["state"].as_str(), run["rows_written"].as_u64()), (Some("done"), Some(2)), "{run:#}");
    let id = run["id"].as_str().unwrap();
    let tasks = house.get(&format!("runs/{id}/tasks")).await.expect(200);
    assert_eq!(tasks["items"].as_array().unwrap().len(), 3);
    let logs = house.get(&format!("runs/{id}/logs?search=in%20place")).await.expect(200);
    assert_eq!(logs["items"][0]["node"], "load", "{logs:#}");
    let streams = house.get("connections/shop/streams").await.expect(200);
    let names: Vec<&str> =
        streams["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"totals"), "{names:?}");
    let rows =
        house.post("connections/shop/rows", json!({ "settings": { "table": "totals" } })).await.expect(200);
    assert_eq!(rows["rows"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn two_people_do_not_overwrite_each_other() {
    let house = with_connection().await;
    house.pipeline(SHOP).await;
    let seen = house.get("pipelines/shop").await;
    let tag = seen.tag.clone().unwrap();
    let change = |remark: &str| json!({ "document": format!("# {remark}\n{SHOP}"), "remark": remark });
    house.ask(Method::PUT, "pipelines/shop", Some(change("one")), None).await.expect(428);
    let first = house.ask(Method::PUT, "pipelines/shop", Some(change("one")), Some(&tag)).await.expect(200);
    assert_eq!(first["version"], 2);
    let refused = house.ask(Method::PUT, "pipelines/shop", Some(change("two")), Some(&tag)).await.expect(412);
    assert_eq!(
        (refused["code"].as_str(), refused["current"]["version"].as_i64()),
        (Some("changed"), Some(2))
    );
    let diff = house.get("pipelines/shop/diff?from=1").await.expect(200);
    assert_eq!(diff["nodes"], json!([]));
}

#[tokio::test]
async fn a_document_that_is_wrong_is_refused_with_every_place() {
    let house = with_connection().await;
    let wrong = SHOP.replace("from: totals", "from: total").replace("by: [country]", "bi: [country]");
    let refused = house.post("pipelines", json!({ "document": wrong })).await.expect(422);
    assert_eq!(refused["code"], "invalid");
    let first = &refused["problems"][0];
    assert!(first["line"].as_u64().is_some() && first["message"].as_str().is_some(), "{refused:#}");
}

#[tokio::test]
async fn a_run_that_is_started_twice_with_one_word_is_one_run() {
    let house = with_connection().await;
    house.pipeline(SHOP).await;
    let url = format!("{}/api/v1/workspaces/house/pipelines/shop/runs", house.address);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = house.client.post(&url).bearer_auth(&house.token).header("idempotency-key", "abc");
        let answer = request.header("content-type", "application/json").body("{}").send().await.unwrap();
        let body: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        ids.push(body["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_backup_brings_everything_back() {
    let mut house = with_connection().await;
    house.pipeline(SHOP).await;
    house.run("shop").await;
    let file = house.home.path("backup.tar.zst").display().to_string();
    let at = |house: &House, args: &[&str]| {
        let mut command = house.home.command(args);
        let done = command.env("TOWPATH_DATA", house.home.path("data")).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    at(&house, &["backup", &file]);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).unwrap()) & 0o777, 0o600);
    assert!(
        !house.home.files().iter().any(|name| name.ends_with(".partial")),
        "nothing is left of its making"
    );
    house.kill();
    std::fs::remove_file(house.home.path("data/towpath.db")).unwrap();
    for rest in ["towpath.db-wal", "towpath.db-shm"] {
        let _ = std::fs::remove_file(house.home.path("data").join(rest));
    }
    at(&house, &["restore", &file]);
    at(&house, &["audit", "verify"]);
    at(&house, &["doctor"]);
    house.start(&[]).await;
    assert_eq!(house.get("pipelines").await.expect(200)["items"][0]["name"], "shop");
    assert_eq!(house.run("shop").await["state"], "done");
    assert!(house.stop(), "the server stops by itself when it is asked to");
}

#[tokio::test]
async fn a_server_begins_with_nothing_but_a_link() {
    let home = Sandbox::new();
    let Begun { mut server, address, mut lines } = begin(&home, &[]);
    let link =
        lines.by_ref().map_while(Result::ok).find_map(|line| Some(line.split_once("/setup#")?.1.to_owned()));
    let client = reqwest::Client::new();
    let page = client.get(format!("{address}/setup")).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(page.text().await.unwrap().contains("<title>Towpath</title>"));
    let setup = json!({
        "secret": link.unwrap(), "email": "ada@example.org", "name": "Ada", "workspace": "House",
        "password": "correct horse battery staple",
    });
    let send = || {
        let request =
            client.post(format!("{address}/api/v1/setup")).header("content-type", "application/json");
        request.body(setup.to_string()).send()
    };
    let first = send().await.unwrap();
    assert_eq!(first.status(), 200, "{}", first.text().await.unwrap());
    assert_ne!(send().await.unwrap().status(), 200, "a link works once");
    // Only this machine itself reads the metrics, not whom a proxy on it stands for.
    let metrics =
        |name: &'static str| client.get(format!("{address}/metrics")).header(name, "192.0.2.7").send();
    assert_eq!(metrics("x-forwarded-for").await.unwrap().status(), 403);
    assert_eq!(metrics("x-nothing").await.unwrap().status(), 200);
    server.kill().unwrap();
    server.wait().unwrap();
}

#[tokio::test]
async fn what_does_not_exist_is_named_before_it_runs() {
    let house = with_connection().await;
    let unknown = SHOP.replace("destination: sqlite", "destination: sqlit");
    let refused = house.post("pipelines", json!({ "document": unknown })).await.expect(422);
    assert_eq!(refused["problems"][0]["hint"], "did you mean `sqlite`?", "{refused:#}");
    let wrong = SHOP.replace("path: sales.csv", "pat: sales.csv");
    let checked = house.post("validate", json!({ "document": wrong })).await.expect(200);
    assert!(checked["problems"][0]["line"].as_u64().is_some(), "{checked:#}");
    let outside = SHOP.replace("path: sales.csv", "path: /etc/passwd");
    let look = json!({ "document": outside, "node": "sales" });
    let refused = house.post("preview", look).await.expect(422);
    assert!(
        refused["detail"].as_str().unwrap().contains("leads out of the workspace's folder"),
        "{refused:#}"
    );
    let misspelt = SHOP.replace("path: sales.csv", "path: salse.csv");
    let refused = house.post("preview", json!({ "document": misspelt, "node": "sales" })).await.expect(422);
    let said = (refused["detail"].as_str().unwrap(), refused["hint"].as_str().unwrap());
    assert_eq!(said.1, "did you mean `sales.csv`?");
    // Where the server keeps the files is nobody's business.
    assert!(said.0.ends_with("file `salse.csv` does not exist in `files of the workspace`"), "{said:?}");
}

#[tokio::test]
async fn a_secret_is_not_kept_in_a_document() {
    let house = with_connection().await;
    let with = |connection: &str| {
        format!(
            "towpath: 1\nname: copy\nnodes:\n  rows:\n    source: postgres\n    table: orders\n    connection:\n      \
             {connection}\n  load: {{ destination: sqlite, connection: shop, from: rows, table: orders }}\n"
        )
    };
    let plain = with("{ host: db.example.org, user: reader, password: xyzzy }");
    let refused = house.post("pipelines", json!({ "document": plain })).await.expect(422);
    let checked = house.post("validate", json!({ "document": plain })).await.expect(200);
    for problem in [&refused["problems"][0], &checked["problems"][0]] {
        assert_eq!(
            problem["message"], "the secret `password` stands in the document as plain text",
            "{problem:#}"
        );
        assert_eq!(problem["line"], 8, "{problem:#}");
        assert!(problem["hint"].as_str().unwrap().contains("save a connection"), "{problem:#}");
    }
    let address = with("postgres://reader:xyzzy@db.example.org/shop");
    let refused = house.post("pipelines", json!({ "document": address })).await.expect(422);
    assert!(!refused.to_string().contains("xyzzy"), "{refused:#}");
    for fine in [
        "{ host: db.example.org, user: reader, password: '${env.PASSWORD}' }",
        "'postgres://reader:${env.PASSWORD}@db.example.org/shop'",
        "'postgres://reader@db.example.org/shop'",
    ] {
        let checked = house.post("validate", json!({ "document": with(fine) })).await.expect(200);
        assert!(!checked.to_string().contains("plain text"), "{checked:#}");
    }
}

#[tokio::test]
async fn rows_that_were_looked_at_are_shown_again_for_a_while() {
    let house = with_connection().await;
    house.pipeline(SHOP).await;
    let look = async |more: serde_json::Value| {
        let mut wanted = json!({ "node": "sales" });
        wanted.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let seen = house.post("pipelines/shop/preview", wanted).await.expect(200);
        (seen["read_at"].as_str().unwrap().to_owned(), seen["rows"].as_array().unwrap().len())
    };
    let first = look(json!({})).await;
    assert_eq!(first.1, 3);
    house.file("sales.csv", &format!("{SALES}4,US,1.0\n")).await;
    assert_eq!(look(json!({})).await, first, "what was read a moment ago, with the time at which it was");
    assert_eq!(look(json!({ "limit": 2 })).await.1, 2, "something else is wanted");
    let again = look(json!({ "refresh": true })).await;
    assert!(again.0 > first.0 && again.1 == 4, "{again:?}");
    assert_eq!(look(json!({})).await, again);
    // A connection that changed may lead elsewhere, but nothing of it is among these rows.
    house.run("shop").await;
    let table = "source: sqlite, connection: shop, table: totals";
    house.pipeline(&format!("towpath: 1\nname: back\nnodes: {{ rows: {{ {table} }}, out: {{ destination: file, from: rows, path: out.csv }} }}\n")).await;
    let totals = json!({ "node": "rows" });
    house.post("pipelines/back/preview", totals.clone()).await.expect(200);
    let seen = house.get("connections/shop").await;
    let elsewhere = json!({ "name": "shop", "connector": "sqlite", "settings": { "path": "other.db" } });
    house.ask(Method::PUT, "connections/shop", Some(elsewhere), seen.tag.as_deref()).await.expect(200);
    assert_eq!(look(json!({})).await, again);
    house.post("pipelines/back/preview", totals).await.expect(422);
}

#[tokio::test]
async fn rows_of_a_node_ask_nothing_of_what_they_do_not_depend_on() {
    let house = with_connection().await;
    let away = "postgresql://nobody@127.0.0.1:1/gone";
    let document = |count: u32| {
        format!(
            "towpath: 1\nname: apart\nnodes:\n  sales: {{ source: file, path: sales.csv }}\n  \
             first: {{ transform: limit, from: sales, count: {count} }}\n  \
             lost: {{ source: postgres, connection: '{away}', table: gone }}\n  \
             both: {{ transform: union, from: [sales, lost] }}\n  \
             out: {{ destination: file, from: both, path: out.csv }}\n"
        )
    };
    let look = async |node: &str, document: String| {
        house.post("preview", json!({ "document": document, "node": node })).await
    };
    let seen = look("sales", document(1)).await.expect(200);
    assert_eq!(seen["rows"].as_array().unwrap().len(), 3, "{seen:#}");
    // What comes behind was changed: the rows are those that were read.
    assert_eq!(look("sales", document(2)).await.expect(200)["read_at"], seen["read_at"]);
    assert_eq!(look("first", document(2)).await.expect(200)["rows"].as_array().unwrap().len(), 2);
    let fault = look("both", document(2)).await;
    assert!(fault.status.as_u16() >= 400, "{:#}", fault.body);
}

#[tokio::test]
async fn every_kind_of_node_says_how_it_is_set_and_what_it_is_for() {
    let house = House::open(&[]).await;
    let all = house.get("/api/v1/node-types").await.expect(200);
    let all = all["items"].as_array().unwrap();
    assert!(all.len() > 30, "{}", all.len());
    for one in all {
        let name = one["name"].as_str().unwrap();
        let view = house.get(&format!("/api/v1/node-types/{name}")).await.expect(200);
        let schemas = view["schemas"].as_object().unwrap();
        let is_described = |schema: &Value| schema["properties"].is_object() || schema["type"].is_string();
        assert!(schemas.values().any(is_described), "{name}: {schemas:#?}");
        assert!(view["docs"].as_str().unwrap().starts_with("# "), "{name}: {}", view["docs"]);
    }
}
