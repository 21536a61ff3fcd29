//! What opens secrets, on the whole server: saved versions that name restricted connections, and lookouts for files.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::House;

const COPY: &str = "\
towpath: 1
name: copy
nodes:
  rows: { source: sqlite, connection: vault, table: rows }
  load: { destination: file, from: rows, path: out.csv }
";

/// A house with a restricted connection, and somebody in it with that role.
async fn house(role: &str) -> House {
    let house = House::open(&[]).await;
    let vault = json!({
        "name": "vault", "connector": "sqlite", "settings": { "path": "vault.db" }, "restricted": true,
    });
    house.post("connections", vault).await.expect(201);
    let shelf = json!({ "name": "shelf", "connector": "sqlite", "settings": { "path": "shelf.db" } });
    house.post("connections", shelf).await.expect(201);
    let add = ["user", "add", "eve@example.org", "--name", "Eve", "--workspace", "House", "--role", role];
    house.command(&add);
    house
}

#[tokio::test]
async fn a_restricted_connection_is_named_by_those_who_may_use_it_and_run_by_operators() {
    let mut house = house("editor").await;
    house.sign_in("eve@example.org").await;
    let said = house.post("pipelines", json!({ "document": COPY })).await.expect(422);
    let problem = &said["problems"][0];
    assert_eq!(
        (&problem["path"], &problem["line"]),
        (&json!("/nodes/rows/connection"), &json!(4)),
        "{said:#}"
    );
    let shelf = COPY.replace("vault", "shelf");
    house.post("pipelines", json!({ "document": shelf })).await.expect(201);
    // The owner makes the version that uses it; the editor, as an operator would, starts it.
    house.sign_in(super::client::EMAIL).await;
    house.file("vault.db", "").await;
    let folder = std::fs::read_dir(house.home.path("data/files")).unwrap().next().unwrap().unwrap().path();
    let vault = rusqlite::Connection::open(folder.join("vault.db")).unwrap();
    vault
        .execute_batch("CREATE TABLE rows (id INTEGER PRIMARY KEY) STRICT; INSERT INTO rows VALUES (1), (2);")
        .unwrap();
    drop(vault);
    let seen = house.get("pipelines/copy").await;
    let new = json!({ "document": COPY });
    house.ask(Method::PUT, "pipelines/copy", Some(new.clone()), seen.tag.as_deref()).await.expect(200);
    house.sign_in("eve@example.org").await;
    let run = house.run("copy").await;
    assert_eq!((&run["state"], &run["rows_written"]), (&json!("done"), &json!(2)), "{run:#}");
    let seen = house.get("pipelines/copy").await;
    let again = json!({ "document": format!("# changed\n{COPY}") });
    house.ask(Method::PUT, "pipelines/copy", Some(again), seen.tag.as_deref()).await.expect(422);
}

#[tokio::test]
async fn a_circle_of_documents_is_refused_at_its_place() {
    let house = House::open(&[]).await;
    let document = |name: &str, after: &str| {
        json!({ "document": format!(
            "towpath: 1\nname: {name}\nschedule: {{ after: [{after}] }}\nnodes:\n  rows: {{ source: file, path: a.csv }}\n  \
             load: {{ destination: file, from: rows, path: b.csv }}\n"
        ) })
    };
    house.post("pipelines", document("one", "two")).await.expect(422);
    house.pipeline("towpath: 1\nname: two\nnodes:\n  rows: { source: file, path: a.csv }\n").await;
    house.post("pipelines", document("one", "two")).await.expect(201);
    let seen = house.get("pipelines/two").await;
    let said =
        house.ask(Method::PUT, "pipelines/two", Some(document("two", "one")), seen.tag.as_deref()).await;
    let said = said.expect(422);
    assert_eq!(said["problems"][0]["path"], "/schedule/after/0", "{said:#}");
    assert!(said["problems"][0]["message"].as_str().unwrap().ends_with("`two` → `one` → `two`"), "{said:#}");
}

/// Entries that say that the secrets of the connection were used.
async fn uses(house: &House) -> Vec<Value> {
    let said = house.get("audit?action=secret.use").await.expect(200);
    let own = |entry: &&Value| entry["object"] == "drop" && entry["actor_kind"] == "server";
    said["items"].as_array().unwrap().iter().filter(own).cloned().collect()
}

/// More connections than one look makes.
const LOOKS: usize = 6;

#[tokio::test]
async fn a_lookout_tells_once_that_it_uses_secrets() {
    let house = House::open_as("egress: { allow: [127.0.0.1] }\n").await;
    // It hangs up on everybody, so that every look is seen and comes to nothing.
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("sftp://me@{}/drop", server.local_addr().unwrap());
    let settings = json!({ "root": root, "sftp": { "password": "pass word 12" } });
    let drop = json!({ "name": "drop", "connector": "file", "settings": settings });
    house.post("connections", drop).await.expect(201);
    house.pipeline("towpath: 1\nname: in\nnodes:\n  rows: { source: file, path: a.csv }\n").await;
    let spec = json!({ "files": { "connection": "drop", "path": "in/*.csv", "look": "1s" } });
    let made =
        house.post("pipelines/in/schedules", json!({ "name": "arrivals", "spec": spec })).await.expect(201);
    let looks = async {
        for _ in 0..LOOKS {
            server.accept().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(120), looks).await.unwrap();
    let found = uses(&house).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["detail"]["schedule"], made["id"]);
}
