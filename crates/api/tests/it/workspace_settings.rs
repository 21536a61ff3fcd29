//! Settings of workspaces are judged part by part, before they can do harm.

use serde_json::{Value, json};
use towpath_model::Role;

use crate::house::House;
use crate::kit::TestApp;

const HOME: &str = "/api/v1/workspaces/home";

#[tokio::test]
async fn every_part_that_is_wrong_is_named_at_its_place() {
    let app = TestApp::new().await;
    let (ada, home) = (app.person("ada").await, app.workspace("home").await);
    app.member(&home, &ada, Role::Owner).await;
    let mut client = app.with_session(&ada).await;
    let wrong = json!({ "settings": {
        "egres": {},
        "egress": { "allow": ["db.internal:5432", "not a host!"], "allow_privat": true },
        "limits": { "runs": "3", "pipeline_runs": 0, "pipelineruns": 1 },
        "calendars": { "plant": { "base": "FRR" } },
        "watch": { "wrong": 1 },
    } });
    let said = client.patch(HOME, wrong).await.expect(422);
    let problems = said.body["problems"].as_array().unwrap();
    let mut places: Vec<&str> = problems.iter().map(|one| one["path"].as_str().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/settings/calendars/plant/base",
            "/settings/egres",
            "/settings/egress/allow/1",
            "/settings/egress/allow_privat",
            "/settings/limits/pipeline_runs",
            "/settings/limits/pipelineruns",
            "/settings/limits/runs",
            "/settings/watch/wrong",
        ],
        "{problems:#?}"
    );
    let hint = |place: &str| {
        let one = problems.iter().find(|one| one["path"] == place).unwrap();
        one["hint"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(hint("/settings/egres"), "did you mean `egress`?");
    assert_eq!(hint("/settings/limits/pipelineruns"), "did you mean `pipeline_runs`?");
    let right = json!({ "settings": {
        "egress": { "allow": ["db.internal:5432", "10.1.0.0/16"], "allow_private": false },
        "limits": { "runs": 3, "pipeline_runs": 1 },
        "calendars": { "plant": { "base": "FR", "closed": ["2026-12-24"] } },
    } });
    client.patch(HOME, right).await.expect(200);
    // What an earlier version kept, and nobody changes, holds nothing back.
    app.run(r#"UPDATE workspaces SET settings = '{"old":1,"limits":{"runs":-1}}'"#).await;
    client
        .patch(HOME, json!({ "settings": { "old": 1, "limits": { "runs": -1 }, "egress": {} } }))
        .await
        .expect(200);
    client.patch(HOME, json!({ "settings": { "old": 2 } })).await.expect(422);
}

#[tokio::test]
async fn a_calendar_that_schedules_count_by_stays() {
    let house = House::build().await;
    let app = house.open().await;
    let mut admin = house.client(&app, "admin").await;
    let with = |calendars: Value| json!({ "settings": { "calendars": calendars } });
    let both = json!({ "plant": { "base": "FR" }, "other": {} });
    admin.patch(HOME, with(both.clone())).await.expect(200);
    app.run(r#"UPDATE schedules SET spec = '{"at":"06:00","days":"business","calendar":"plant"}'"#).await;
    for without in [with(json!({ "other": {} })), json!({ "settings": {} })] {
        let said = admin.patch(HOME, without).await.expect(422);
        assert_eq!(said.text("/problems/0/path"), "/settings/calendars/plant");
        assert!(said.text("/problems/0/message").ends_with(": `nightly` (`orders`)"), "{said:?}");
    }
    admin.patch(HOME, with(json!({ "plant": { "base": "BE" } }))).await.expect(200);
}
