//! Limits that people set hold where runs are carried out: of a connection, of a workspace, of a pipeline.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::House;
use super::kills::connect;

/// A pipeline that takes its time with a connection.
fn slow(name: &str, connection: &str) -> String {
    format!(
        "towpath: 1\nname: {name}\nnodes:\n  \
         rows: {{ source: postgres, connection: {connection}, query: 'select 1 as id, pg_sleep(0.6)::text as slept' }}\n  \
         load: {{ destination: file, from: rows, path: '{name}.csv' }}\n"
    )
}

/// The most of these runs that were under way at one moment.
fn at_once(runs: &[Value]) -> usize {
    let at = |run: &Value, name: &str| run[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    let spans: Vec<(Timestamp, Timestamp)> =
        runs.iter().map(|run| (at(run, "started_at"), at(run, "ended_at"))).collect();
    runs.iter().for_each(|run| assert_eq!(run["state"], "done", "{run:#}"));
    let under_way =
        |moment: Timestamp| spans.iter().filter(|(from, to)| *from <= moment && moment < *to).count();
    spans.iter().map(|(from, _)| under_way(*from)).max().unwrap()
}

async fn limit(house: &House, limits: Value) {
    let seen = house.get("/api/v1/workspaces/house").await;
    let settings = json!({ "settings": { "egress": { "allow_private": true }, "limits": limits } });
    let tag = seen.tag.as_deref();
    house.ask(Method::PATCH, "/api/v1/workspaces/house", Some(settings), tag).await.expect(200);
}

#[tokio::test]
async fn runs_wait_for_their_turn_where_a_limit_is_set() {
    let house = House::open(&[]).await;
    let shop = towpath_testkit::postgres();
    connect(&house, &shop).await;
    let mut narrow = house.get("connections/shop").await.expect(200)["settings"].clone();
    narrow["password"] = url::Url::parse(&shop.url()).unwrap().password().into();
    let narrow = json!({ "name": "narrow", "connector": "postgres", "settings": narrow, "max_runs": 1 });
    house.post("connections", narrow).await.expect(201);
    for name in ["a", "b", "c"] {
        house.pipeline(&slow(name, "shop")).await;
        house.pipeline(&slow(&format!("narrow_{name}"), "narrow")).await;
    }
    assert!(at_once(&house.run_all(&["a", "b", "c"]).await) > 1, "without a limit they go side by side");
    assert_eq!(at_once(&house.run_all(&["narrow_a", "narrow_b", "narrow_c"]).await), 1, "of the connection");
    limit(&house, json!({ "pipeline_runs": 1 })).await;
    assert!(at_once(&house.run_all(&["a", "b"]).await) > 1, "each pipeline by itself");
    assert_eq!(at_once(&house.run_all(&["a", "a", "a"]).await), 1, "of a pipeline");
    limit(&house, json!({ "runs": 1 })).await;
    assert_eq!(at_once(&house.run_all(&["a", "b", "c"]).await), 1, "of the workspace");
}
