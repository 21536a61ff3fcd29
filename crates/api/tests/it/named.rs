//! Restricted connections: whoever saves what names one must be allowed to use it, in every way of saving.

use serde_json::{Value, json};
use towpath_model::Right;

use crate::house::House;
use crate::kit::{Client, Said, TestApp};

const PIPELINES: &str = "/api/v1/workspaces/home/pipelines";
const ORDERS: &str = "/api/v1/workspaces/home/pipelines/orders";
const SCHEDULE: &str = "/api/v1/workspaces/home/pipelines/orders/schedules";

fn document(name: &str, connection: &str) -> Value {
    json!({ "document": format!(
        "towpath: 1\nname: {name}\nnodes:\n  a: {{ source: postgres, connection: {connection}, table: t }}\n"
    ) })
}

fn waiting(connection: &str) -> Value {
    json!({ "files": { "connection": connection, "path": "in/*.csv" } })
}

/// Changes a pipeline on top of what it is.
async fn change(client: &mut Client, method: &str, path: &str, body: Value) -> Said {
    let tag = client.get(ORDERS).await.header("etag").to_owned();
    client.send(method, path, Some(body), &[("if-match", &tag)]).await
}

/// Every way to save something that names the connection, with the place of its name.
async fn ways(client: &mut Client, shop: &str) -> Vec<(Said, &'static str)> {
    let with_schedule = json!({ "document": format!(
        "towpath: 1\nname: orders\nnodes: {{}}\nschedule: {{ files: {{ connection: {shop}, path: a }} }}\n"
    ) });
    let schedule = json!({ "name": "arrivals", "spec": waiting(shop) });
    let rollback = format!("{ORDERS}/rollback");
    vec![
        (client.post(PIPELINES, document("new", shop)).await, "/nodes/a/connection"),
        (change(client, "PUT", ORDERS, document("orders", shop)).await, "/nodes/a/connection"),
        (change(client, "PUT", ORDERS, with_schedule).await, "/schedule/files/connection"),
        (client.post(SCHEDULE, schedule).await, "/spec/files/connection"),
        (client.post(&format!("{ORDERS}/duplicate"), json!({ "name": "copy" })).await, "/nodes/a/connection"),
        (change(client, "POST", &rollback, json!({ "version": 2 })).await, "/nodes/a/connection"),
    ]
}

/// A house whose connection is restricted, and whose pipeline uses it since its second version.
async fn restricted() -> (House, TestApp) {
    let house = House::build().await;
    let app = house.open().await;
    app.run("UPDATE connections SET restricted = 1").await;
    let mut admin = house.client(&app, "admin").await;
    change(&mut admin, "PUT", ORDERS, document("orders", "shop")).await.expect(200);
    (house, app)
}

#[tokio::test]
async fn an_editor_without_a_grant_saves_nothing_that_names_a_restricted_connection() {
    let (house, app) = restricted().await;
    let editor = house.ids.user("editor");
    let scopes = [Right::PipelinesRead, Right::PipelinesWrite, Right::SchedulesWrite];
    let key = app.key(house.ids.workspace(), editor, &scopes).await;
    for mut client in [house.client(&app, "editor").await, key] {
        for (hidden, unknown) in
            ways(&mut client, "shop").await.into_iter().zip(ways(&mut client, "shed").await)
        {
            let ((hidden, place), (unknown, _)) = (hidden, unknown);
            assert_eq!((hidden.status, hidden.text("/problems/0/path").as_str()), (422, place), "{hidden:?}");
            let hint = hidden.text("/problems/0/hint");
            assert!(hint.contains("ask an administrator for a grant"), "{hint}");
            // What is hidden is told as what does not exist; copies and versions name what they name.
            let plain = |said: &Said| said.body["problems"].to_string().replace("shed", "shop");
            assert_eq!(plain(&hidden), plain(&unknown));
        }
    }
    // The schedule that is there cannot be turned to it either.
    let mut client = house.client(&app, "editor").await;
    let path = house.ids.path("/api/v1/workspaces/home/schedules/{schedule}");
    let tag = client.get(&path).await.header("etag").to_owned();
    let turned = json!({ "name": "nightly", "spec": waiting("shop") });
    client.send("PUT", &path, Some(turned), &[("if-match", &tag)]).await.expect(422);
    app.assert_audit_is_whole().await;
}

#[tokio::test]
async fn with_a_grant_it_is_saved_and_those_who_may_start_the_pipeline_start_it() {
    let (house, app) = restricted().await;
    let mut admin = house.client(&app, "admin").await;
    let editor = house.ids.user("editor").id.to_string();
    let grant =
        house.ids.path(&format!("/api/v1/workspaces/home/connections/{{connection}}/grants/{editor}"));
    admin.put(&grant, json!({ "role": "viewer" })).await.expect(200);
    let mut client = house.client(&app, "editor").await;
    for (said, place) in ways(&mut client, "shop").await {
        assert!(said.status < 300, "{place}: {} {:#}", said.status, said.body);
    }
    // Starting is a matter of the right on the pipeline.
    let mut operator = house.client(&app, "operator").await;
    operator.get("/api/v1/workspaces/home/connections/shop").await.expect(404);
    operator.post(&format!("{ORDERS}/runs"), json!({})).await.expect(201);
    // Admins and owners use all connections.
    for name in ["admin", "owner", "key"] {
        let mut client = house.client(&app, name).await;
        client.post(PIPELINES, document(&format!("of {name}"), "shop")).await.expect(201);
    }
}
