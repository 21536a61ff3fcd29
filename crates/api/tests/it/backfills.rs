//! Backfills: what their pieces would be, how far they are, and how they are held up and ended.

use serde_json::{Value, json};
use towpath_store::runs::RunState;
use towpath_store::{backfills, runs};

use crate::house::House;

#[tokio::test]
async fn a_backfill_is_previewed_made_held_up_and_ended_with_its_runs() {
    let house = House::build().await;
    let app = house.open().await;
    let mut editor = house.client(&app, "editor").await;
    let home = "/api/v1/workspaces/home";
    let path = house.ids.path("/api/v1/workspaces/{workspace}/pipelines/{pipeline}/backfills");
    let wanted = json!({ "from": "2026-03-27", "to": "2026-03-31", "timezone": "Europe/Brussels", "at_once": 2,
        "order": "newest_first", "params": { "a": 1 } });
    let with = |more: Value| {
        let mut body = wanted.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let shown = editor.post(&path, with(json!({ "preview": true }))).await.expect(200);
    assert_eq!(shown.body["total"], 4);
    // The third day has 23 hours there.
    assert_eq!(shown.body["items"][1]["interval_start"], "2026-03-28T23:00:00Z");
    assert_eq!(shown.body["items"][1]["interval_end"], "2026-03-29T22:00:00Z");
    assert_eq!(editor.get(&format!("{home}/backfills")).await.body["items"].as_array().unwrap().len(), 1);
    let by_schedule = with(json!({ "preview": true, "step": "schedule", "timezone": null }));
    assert_eq!(editor.post(&path, by_schedule).await.expect(200).body["total"], 4);
    for (more, place) in [
        (json!({ "step": "often" }), "/step"),
        (json!({ "at_once": 0 }), "/at_once"),
        (json!({ "step": "schedule", "schedule": "sc_unknown" }), "/schedule"),
        (json!({ "timezone": "Europe/Nowhere" }), "/timezone"),
    ] {
        let said = editor.post(&path, with(more)).await.refused("invalid");
        assert_eq!(said.body["problems"][0]["path"], place, "{:#}", said.body);
    }
    let made = editor.post(&path, wanted.clone()).await.expect(201);
    let id = made.text("/id");
    let one = format!("{home}/backfills/{id}");
    let standing = editor.get(&format!("{one}?limit=3")).await.expect(200);
    assert_eq!(standing.body["progress"], json!({ "waiting": 4, "active": 0, "done": 0, "failed": 0 }));
    assert_eq!(standing.body["items"].as_array().unwrap().len(), 3);
    let rest = editor.get(&format!("{one}?limit=3&after={}", standing.text("/next"))).await.expect(200);
    assert_eq!(rest.body["items"][0]["number"], 3);
    editor.post(&format!("{one}/pause"), json!({})).await.expect(200);
    editor.post(&format!("{one}/pause"), json!({})).await.expect(409);
    editor.post(&format!("{one}/go-on"), json!({})).await.expect(200);
    // A worker has begun the first piece.
    let mut tx = app.store.begin().await.unwrap();
    let kept = backfills::by_id(&mut tx, &id).await.unwrap().unwrap();
    let run = runs::Run {
        backfill_id: Some(id.clone()),
        piece: Some(0),
        ..runs::Run::new(kept.workspace_id, kept.pipeline_id, 1, runs::Cause::Backfill, kept.created_at)
    };
    assert!(backfills::give(&mut tx, &id, 0, 2, run.id.as_str()).await.unwrap());
    runs::insert(&mut tx, &run).await.unwrap();
    towpath_store::commit(tx).await.unwrap();
    assert_eq!(editor.get(&one).await.body["progress"]["active"], 1);
    editor.post(&format!("{one}/cancel"), json!({})).await.expect(200);
    editor.post(&format!("{one}/cancel"), json!({})).await.expect(409);
    let found = runs::by_id(&mut app.store.read().await.unwrap(), run.id.as_str()).await.unwrap().unwrap();
    assert_eq!(found.state, RunState::Cancelled);
    let standing = editor.get(&format!("{one}?state=failed")).await.expect(200);
    assert_eq!(
        (&standing.body["progress"]["failed"], &standing.body["items"][0]["number"]),
        (&json!(1), &json!(0))
    );
    let audit = app.audit().await;
    for action in ["backfill.make done", "backfill.pause done", "backfill.go_on done", "backfill.cancel done"]
    {
        assert!(audit.iter().any(|line| line == action), "{action}: {audit:?}");
    }
}
