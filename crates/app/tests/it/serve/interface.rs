//! The interface under fire: schemathesis reads the interface document, and asks for everything that it says can be asked,
//! well and badly, in every order, as an owner, as a viewer, and as nobody.
//!
//! It judges every answer by the document: no status, type or field that is not in it, nothing accepted that it forbids,
//! nothing refused that it allows, and never a 5xx. `TOWPATH_INTERFACE_SECONDS` gives each caller more time, and
//! `TOWPATH_INTERFACE_SEED` asks for other things.

use std::process::Command;

use serde_json::{Value, json};

use super::House;
use super::live::{content, packages};

const SETTINGS: &str = include_str!("interface.toml");

const PIPELINE: &str = "\
towpath: 1
name: shop
nodes:
  sales:
    source: file
    path: sales.csv
  load:
    destination: sqlite
    from: sales
    connection: shop
    table: sales
";

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().map_or(usual, |text| text.parse().unwrap())
}

/// A server with one of everything, and without limits on how often it is asked.
async fn furnished() -> (House, String) {
    let house = House::open_as("requests_per_second: 1000000\nrequests_at_once: 1000000\n").await;
    let viewer = ["user", "add", "vic@example.org", "--workspace", "House", "--role", "viewer"];
    house.command(&viewer);
    let connection = json!({ "name": "shop", "connector": "sqlite", "settings": { "path": "shop.db" } });
    house.post("connections", connection).await.expect(201);
    let workspace =
        house.get("/api/v1/workspaces/house").await.expect(200)["id"].as_str().unwrap().to_owned();
    let folder = house.home.path("data/files").join(&workspace);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("sales.csv"), "id,country\n1,BE\n2,FR\n").unwrap();
    house.pipeline(PIPELINE).await;
    house.run("shop").await;
    let daily = json!({ "name": "daily", "spec": { "cron": "0 6 * * *" }, "paused": true });
    house.post("pipelines/shop/schedules", daily).await.expect(201);
    (house, workspace)
}

/// Lets schemathesis ask as whoever the token belongs to; fails with what it found.
async fn ask(house: &House, workspace: &str, token: Option<&str>, phases: &str) {
    let mut settings = SETTINGS.replace("${WORKSPACE}", workspace);
    if let Some(token) = token {
        settings.push_str(&format!("\n[auth.openapi]\nbearer = {{ bearer = \"{token}\" }}\n"));
    }
    house.home.write("schemathesis.toml", settings);
    let document = house.get("/api/v1/openapi.json").await.expect(200);
    house.home.write("openapi.json", whole_entries(document).to_string());
    let mut program = Command::new(packages().join("bin/schemathesis"));
    program.current_dir(house.home.path("")).args(["--config-file", "schemathesis.toml", "run"]);
    program.args(["openapi.json", "--url", &house.address, "--phases", phases]);
    program.args(["--workers", "2", "--no-color", "--warnings", "off", "--suppress-health-check", "all"]);
    program.args(["--max-time", &number("TOWPATH_INTERFACE_SECONDS", 40).to_string()]);
    program.args(["--seed", &number("TOWPATH_INTERFACE_SEED", 1).to_string()]);
    program.args(["--max-examples", "25", "--generation-database", "none"]);
    content(&mut program);
}

/// The document without the wish for some fields only: what a list answers to that keeps to no schema of its entries, which
/// all say what is always there. Tests of lists try it.
fn whole_entries(mut document: Value) -> Value {
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        let parameters = item.get_mut("get").and_then(|get| get.get_mut("parameters"));
        if let Some(parameters) = parameters.and_then(Value::as_array_mut) {
            parameters.retain(|parameter| parameter["name"] != "fields");
        }
    }
    document
}

#[tokio::test]
async fn whatever_an_owner_asks_is_answered_as_the_document_says() {
    let (house, workspace) = furnished().await;
    ask(&house, &workspace, Some(&house.token), "coverage,fuzzing,stateful").await;
    // Had the owner lost the session or the workspace on the way, the rest would have tried nothing.
    house.get(&format!("/api/v1/workspaces/{workspace}/pipelines")).await.expect(200);
    house.get("/api/v1/server").await.expect(200);
}

#[tokio::test]
async fn whatever_a_viewer_asks_is_answered_as_the_document_says() {
    let (mut house, workspace) = furnished().await;
    house.sign_in("vic@example.org").await;
    ask(&house, &workspace, Some(&house.token), "coverage,stateful").await;
    house.get(&format!("/api/v1/workspaces/{workspace}/pipelines")).await.expect(200);
}

#[tokio::test]
async fn whatever_nobody_asks_is_answered_as_the_document_says() {
    let (house, workspace) = furnished().await;
    ask(&house, &workspace, None, "coverage,stateful").await;
}
