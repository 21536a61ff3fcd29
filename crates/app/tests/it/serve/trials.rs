//! What people try out before they run it, and what lists say of pipelines: dry runs, lineage, tests of documents, freshness.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::House;

const SHOP: &str = "id,name,amount\n1,ink,5\n2,pen,7\n3,cup,9\n";

const STOCK: &str = "\
towpath: 1
name: stock
nodes:
  shop: { source: file, path: shop.csv, columns: { amount: float64 } }
  dear: { transform: derive, from: shop, columns: { net: amount / 2 } }
  load: { destination: sqlite, connection: store, from: dear, table: stock, mode: mirror, key: [id] }
tests:
  - name: the net amount is half
    given: { shop: [{ id: 1, name: ink, amount: 4.0 }] }
    expect: { dear: [{ id: 1, net: 2 }] }
  - name: it is not a third
    given: { shop: [{ id: 1, name: ink, amount: 3.0 }] }
    expect: { dear: [{ id: 1, net: 1 }] }
";

async fn stocked() -> House {
    let house = House::open(&[]).await;
    let connection = json!({ "name": "store", "connector": "sqlite", "settings": { "path": "store.db" } });
    house.post("connections", connection).await.expect(201);
    house.file("shop.csv", SHOP).await;
    house.pipeline(STOCK).await;
    house
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let house = stocked().await;
    house.run_with("stock", json!({}), HeaderMap::new()).await;
    house.file("shop.csv", "id,name,amount\n1,ink,5\n2,pen,8\n4,hat,1\n").await;
    let told = house.post("pipelines/stock/dry-run", json!({ "samples": 5 })).await.expect(200);
    let load = &told["loads"][0];
    assert_eq!(
        load["changes"],
        json!({ "inserted": 1, "updated": 1, "deleted": 1, "unchanged": 1 }),
        "{told:#}"
    );
    assert_eq!(
        (&load["target"], &load["mode"], &load["key"]),
        (&json!("store/stock"), &json!("mirror"), &json!(["id"]))
    );
    let place = |name: &str| load["columns"].as_array().unwrap().iter().position(|one| one == name).unwrap();
    let row = |change: &str| {
        let samples = load["samples"].as_array().unwrap();
        samples.iter().find(|row| row["change"] == change).unwrap_or_else(|| panic!("{load:#}")).clone()
    };
    let updated = row("updated");
    let amount = |side: &str| updated[side][place("amount")].as_str().unwrap().parse::<f64>().unwrap();
    assert_eq!((amount("before"), amount("after")), (7.0, 8.0));
    assert_eq!((&row("inserted")["before"], &row("deleted")["after"]), (&Value::Null, &Value::Null));

    // Nobody was told of it, nothing was written: the same again.
    let runs = house.get("runs").await.expect(200);
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
    let draft = json!({ "document": STOCK, "pipeline": "stock" });
    let again = house.post("dry-run", draft).await.expect(200);
    assert_eq!(again["loads"][0]["changes"], load["changes"]);
    let wrong = json!({ "document": STOCK.replace("shop.csv", "gone.csv") });
    let said = house.post("dry-run", wrong).await;
    assert!(
        said.status.is_client_error() && said.body["detail"].as_str().unwrap().contains("gone.csv"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_plan_says_from_where_columns_come_and_tests_end_at_their_nodes() {
    let house = stocked().await;
    let plan = house.post("plan", json!({ "document": STOCK })).await.expect(200);
    let load = plan["nodes"].as_array().unwrap().iter().find(|node| node["node"] == "load").unwrap();
    let lineage = load["outputs"][0]["lineage"].as_array().unwrap();
    let net = lineage.iter().find(|one| one["column"] == "net").unwrap();
    assert_eq!(net["from"], json!([{ "node": "dear", "port": "out", "column": "net", "how": "copied" }]));
    assert_eq!(
        net["sources"],
        json!([{ "node": "shop", "port": "out", "column": "amount", "how": "computed" }])
    );

    let ended = house.post("tests", json!({ "document": STOCK })).await.expect(200);
    let ended = ended["items"].as_array().unwrap();
    assert_eq!(ended.iter().map(|one| one["passed"].as_bool().unwrap()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(ended[1]["nodes"][0]["node"], "dear");
    assert_eq!(ended[1]["nodes"][0]["differences"].as_array().unwrap().len(), 2, "{ended:#?}");
    assert_eq!(ended[0]["nodes"], json!([{ "node": "dear", "differences": [] }]));

    let broken = STOCK.replace("table: stock, ", "");
    let checked = house.post("validate", json!({ "document": broken })).await.expect(200);
    let missing =
        checked["problems"].as_array().unwrap().iter().find(|one| one["path"] == "/nodes/load/table");
    assert!(missing.is_some_and(|one| one["line"].is_u64()), "{checked:#}");
}

#[tokio::test]
async fn lists_say_how_pipelines_stand_and_give_the_fields_that_are_wanted() {
    let house = stocked().await;
    let before = house.get("freshness").await.expect(200);
    assert_eq!(
        (&before["items"][0]["target"], &before["items"][0]["loaded_at"]),
        (&json!("store/stock"), &Value::Null)
    );
    let schedule = json!({ "name": "often", "spec": { "every": "1h" } });
    house.post("pipelines/stock/schedules", schedule).await.expect(201);
    let run = house.run_with("stock", json!({}), HeaderMap::new()).await;
    let fresh = house.get("freshness").await.expect(200);
    assert_eq!(
        (&fresh["items"][0]["run_id"], &fresh["items"][0]["late"]),
        (&run["id"], &json!(false)),
        "{fresh:#}"
    );
    assert!(fresh["items"][0]["due_at"].is_string(), "{fresh:#}");

    let line = house.get("pipelines").await.expect(200)["items"][0].clone();
    assert_eq!(line["last_run"]["id"], run["id"]);
    assert!(line["next_at"].is_string(), "{line:#}");
    let tag = format!("\"{}\"", line["revision"]);
    let tags = json!({ "tags": [" finance ", "daily", "daily"] });
    let said = house.ask(Method::PATCH, "pipelines/stock", Some(tags), Some(&tag)).await;
    assert_eq!(said.body["tags"], json!(["finance", "daily"]), "{said:?}");
    let newer = json!({ "document": STOCK.replace("a third", "a quarter") });
    let newer = house.ask(Method::PUT, "pipelines/stock", Some(newer), said.tag.as_deref()).await.expect(200);
    assert_eq!(newer["tags"], json!(["finance", "daily"]), "a new version keeps the tags");

    let few = house.get("pipelines?fields=name,tags").await.expect(200);
    assert_eq!(few["items"], json!([{ "name": "stock", "tags": ["finance", "daily"] }]));
    let said = house.get("runs?fields=id,speed").await;
    assert!(said.status == 400 && said.body["detail"].as_str().unwrap().contains("`speed`"), "{said:?}");

    let types = house.get("/api/v1/node-types").await.expect(200);
    let mut drawings: Vec<&str> =
        types["items"].as_array().unwrap().iter().map(|one| one["icon"].as_str().unwrap()).collect();
    let all = drawings.len();
    drawings.sort_unstable();
    drawings.dedup();
    assert_eq!(drawings.len(), all, "two node types look alike, or have no drawing");
}
