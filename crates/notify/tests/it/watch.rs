//! What nobody reports is found, told, and told to be over: from what a server remembers to what is sent.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use towpath_model::ids::ScheduleId;
use towpath_store::notices::inbox::{self, Filter};
use towpath_store::notices::outbox::{self, DeliveryState};
use towpath_store::page::PageRequest;
use towpath_store::runs::{self, Cause, Run};
use towpath_store::schedules::{self, Schedule};
use towpath_store::{commit, workspaces};

use super::house::House;

fn hook() -> Value {
    json!({ "url": "https://example.com/x", "secret": "0123456789abcdef" })
}

/// Kinds of all that waits to be sent to a channel, with what ended, in the order in which they were made.
async fn told(house: &House, channel: &str) -> Vec<(String, Option<String>)> {
    let filter = outbox::Filter { state: Some(DeliveryState::Waiting), ..outbox::Filter::default() };
    let page = PageRequest { limit: 100, ..PageRequest::default() };
    let mut conn = house.store.read().await.unwrap();
    let mut sent = outbox::list(&mut conn, &house.workspace, &filter, &page).await.unwrap().items;
    sent.retain(|delivery| delivery.channel_id.as_deref() == Some(channel));
    sent.sort_by_key(|delivery| delivery.number);
    let entries = sent.iter().flat_map(|delivery| delivery.message["entries"].as_array().unwrap().clone());
    let word = |value: &Value| value.as_str().map(str::to_owned);
    entries.map(|entry| (word(&entry["notice"]["kind"]).unwrap(), word(&entry["notice"]["ends"]))).collect()
}

/// Kinds of what Ada sees, with how often each came.
async fn seen(house: &House) -> Vec<(String, i64)> {
    let page = PageRequest { limit: 100, ..PageRequest::default() };
    let mut conn = house.store.read().await.unwrap();
    let seen = inbox::list(&mut conn, &house.ada, &Filter::default(), &page).await.unwrap().items;
    let mut seen: Vec<(String, i64)> = seen.into_iter().map(|notice| (notice.kind, notice.times)).collect();
    seen.sort();
    seen
}

fn pair(kind: &str, ends: Option<&str>) -> (String, Option<String>) {
    (kind.to_owned(), ends.map(str::to_owned))
}

fn ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}

async fn promise(house: &House, next_at: Timestamp) {
    let schedule = Schedule {
        id: ScheduleId::generate(),
        workspace_id: house.pipeline.workspace_id.clone(),
        pipeline_id: house.pipeline.id.clone(),
        name: "daily".into(),
        spec: json!({}),
        params: json!({}),
        paused: false,
        handled_through: next_at,
        next_at: Some(next_at),
        revision: 1,
        created_by: None,
        created_at: next_at,
        updated_at: next_at,
    };
    let mut tx = house.store.begin().await.unwrap();
    schedules::insert(&mut tx, &schedule).await.unwrap();
    commit(tx).await.unwrap();
}

#[tokio::test]
async fn a_run_that_does_not_come_is_told_and_its_coming_to_whoever_was_told() {
    for house in [House::on_sqlite().await, House::on_postgres().await] {
        let dispatcher = house.dispatcher("one", None);
        dispatcher.round(Timestamp::now(), true).await.unwrap();
        let all = house.channel("all", "webhook", hook(), json!({})).await;
        let failures = house.channel("failures", "webhook", hook(), json!({ "kinds": ["run_failed"] })).await;
        // Within its tolerance, which is an hour.
        promise(&house, Timestamp::now() - SignedDuration::from_mins(59)).await;
        assert_eq!(dispatcher.round(Timestamp::now(), true).await.unwrap(), 0);
        promise(&house, ago(2)).await;
        // One that began and has not ended is late as well.
        let pipeline = &house.pipeline;
        let open = Run {
            schedule_id: Some("sc_1".into()),
            fire_at: Some(ago(3)),
            ..Run::new(pipeline.workspace_id.clone(), pipeline.id.clone(), 1, Cause::Schedule, ago(3))
        };
        let mut tx = house.store.begin().await.unwrap();
        runs::insert(&mut tx, &open).await.unwrap();
        commit(tx).await.unwrap();
        dispatcher.round(Timestamp::now(), true).await.unwrap();
        assert_eq!(dispatcher.round(Timestamp::now(), true).await.unwrap(), 0, "each is told once");
        assert_eq!(seen(&house).await, [("run_late".into(), 2)]);
        house.ended("run_1", json!({ "state": "failed" })).await;
        dispatcher.round(Timestamp::now(), true).await.unwrap();
        house.ended("run_2", json!({ "state": "done", "rows_written": 7 })).await;
        house.ended("run_3", json!({ "state": "done", "rows_written": 7 })).await;
        dispatcher.round(Timestamp::now(), true).await.unwrap();
        let late = pair("run_recovered", Some("run_late"));
        let (failed, again) = (pair("run_failed", None), pair("run_recovered", Some("run_failed")));
        let mut said = told(&house, &all).await;
        said[2..].sort();
        assert_eq!(said, [pair("run_late", None), failed.clone(), again.clone(), late]);
        assert_eq!(
            told(&house, &failures).await,
            [failed, again],
            "nobody is told the end of what they never heard of"
        );
    }
}

#[tokio::test]
async fn data_that_is_fresh_again_is_told_once() {
    let house = House::on_sqlite().await;
    let dispatcher = house.dispatcher("one", None);
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    let mut tx = house.store.begin().await.unwrap();
    let mut workspace = workspaces::find(&mut tx, &house.workspace).await.unwrap().unwrap();
    workspace.settings = json!({ "watch": { "fresh_hours": 24 } });
    workspaces::update(&mut tx, &workspace).await.unwrap();
    commit(tx).await.unwrap();
    let all = house.channel("all", "webhook", hook(), json!({})).await;
    let late = Timestamp::now() + SignedDuration::from_hours(25);
    dispatcher.round(late, true).await.unwrap();
    house.ended("run_1", json!({ "state": "done" })).await;
    house.ended("run_2", json!({ "state": "done" })).await;
    dispatcher.round(late, false).await.unwrap();
    let over = pair("run_recovered", Some("freshness"));
    assert_eq!(told(&house, &all).await, [pair("freshness", None), over]);
}

#[tokio::test]
async fn a_file_that_does_not_come_is_told_and_that_it_came() {
    let house = House::on_sqlite().await;
    let dispatcher = house.dispatcher("one", None);
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    let all = house.channel("all", "webhook", hook(), json!({})).await;
    let missing = json!({ "file": { "date": "2026-03-02", "part": null } });
    let alert = json!({ "what": "no file", "since": "2026-03-02T10:00:00Z", "missing": missing });
    let report = |alerts: Value| {
        let report = json!({ "nodes": [{ "node": "files", "alerts": alerts }, { "node": "load" }] });
        json!({ "state": "done", "rows_written": 7, "report": report.to_string() })
    };
    house.ended("run_1", report(json!([alert]))).await;
    house.ended("run_2", report(json!([alert]))).await;
    house.ended("run_3", report(json!([]))).await;
    house.ended("run_4", report(json!([]))).await;
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    assert_eq!(seen(&house).await, [("missing_file".into(), 2), ("run_recovered".into(), 1)]);
    // All at once is one message, with both.
    assert_eq!(told(&house, &all).await, [pair("run_recovered", Some("missing_file"))]);
    house.ended("run_5", report(json!([alert]))).await;
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    assert_eq!(told(&house, &all).await[1], pair("missing_file", None));
}

#[tokio::test]
async fn a_run_unlike_the_others_and_columns_unlike_before_are_told() {
    let house = House::on_sqlite().await;
    let dispatcher = house.dispatcher("one", None);
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    let run = |rows: u64, of: &str| {
        let report = json!({ "nodes": [{ "node": "orders", "columns": [["id", of]] }] });
        json!({ "state": "done", "rows_written": rows, "report": report.to_string() })
    };
    for number in 0..10 {
        house.ended(&format!("run_{number}"), run(100 + number % 3, "int64")).await;
    }
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    assert_eq!(seen(&house).await, []);
    house.ended("run_few", run(3, "int64")).await;
    house.ended("run_other", run(101, "text")).await;
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    assert_eq!(seen(&house).await, [("drift".into(), 1), ("volume".into(), 1)]);
}
