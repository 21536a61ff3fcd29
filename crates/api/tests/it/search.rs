//! The field that finds everything finds what one may see, and nothing else.

use serde_json::json;
use towpath_model::Right;

use crate::house::House;
use crate::kit::Client;

/// What is found, as `kind name`, without pages of documents.
async fn found(client: &mut Client, text: &str) -> Vec<String> {
    let said = client.get(&format!("/api/v1/workspaces/home/search?q={text}")).await.expect(200);
    let items = said.body["items"].as_array().unwrap().clone();
    let hit = |item: &serde_json::Value| {
        format!("{} {}", item["kind"].as_str().unwrap(), item["name"].as_str().unwrap())
    };
    items.iter().map(hit).filter(|hit| !hit.starts_with("page ")).collect()
}

#[tokio::test]
async fn what_is_restricted_is_found_by_those_who_may_see_it() {
    let house = House::build().await;
    let app = house.open().await;
    let run = house.ids.path("{run}");
    let mut viewer = house.client(&app, "viewer").await;
    assert_eq!(found(&mut viewer, "ORD").await, ["pipeline orders", "run orders"], "with its last run");
    assert_eq!(found(&mut viewer, "shop").await, ["connection shop"]);
    assert_eq!(found(&mut viewer, "night").await, ["schedule nightly"]);
    assert_eq!(found(&mut viewer, &run).await, ["run orders"]);
    app.run("UPDATE pipelines SET restricted = 1").await;
    app.run("UPDATE connections SET restricted = 1").await;
    for (text, hits) in [("ORD", 2), ("shop", 1), ("night", 1), (&run, 1)] {
        for name in ["viewer", "operator", "editor"] {
            let mut client = house.client(&app, name).await;
            assert_eq!(found(&mut client, text).await, Vec::<String>::new(), "{name}: {text}");
        }
        for name in ["granted", "admin", "owner", "key"] {
            assert_eq!(found(&mut house.client(&app, name).await, text).await.len(), hits, "{name}: {text}");
        }
    }
    house.client(&app, "stranger").await.get("/api/v1/workspaces/home/search?q=shop").await.expect(404);
}

#[tokio::test]
async fn a_key_finds_what_its_scopes_reach() {
    let house = House::build().await;
    let app = house.open().await;
    let owner = house.ids.user("owner");
    let mut key = app.key(house.ids.workspace(), owner, &[Right::WorkspaceRead, Right::PipelinesRead]).await;
    assert_eq!(found(&mut key, "ord").await, ["pipeline orders"]);
    for text in ["shop", "night", &house.ids.path("{run}")] {
        assert_eq!(found(&mut key, text).await, Vec::<String>::new(), "{text}");
    }
    let said = house.client(&app, "viewer").await.get("/api/v1/workspaces/home/search?q=").await.expect(422);
    assert_eq!(said.body["problems"][0]["path"], json!("/q"));
}
