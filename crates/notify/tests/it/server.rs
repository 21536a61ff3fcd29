//! From the end of a run to mail that arrived: on real stores, through real servers.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use towpath_store::notices::inbox::{self, Filter};
use towpath_store::notices::outbox::{self, Delivery, DeliveryState};
use towpath_store::notices::{channels, happenings};
use towpath_store::page::PageRequest;
use towpath_store::{audit, commit, events};
use towpath_store::{pipelines, workspaces};
use towpath_testkit::{MailSecurity, MailServer, mail_server};

use super::house::{House, failed, mail_settings};

fn subjects(server: &MailServer) -> Vec<(String, String)> {
    let subject = |mail: &Value| {
        let text = mail["text"].as_str().unwrap();
        let line = text.lines().find(|line| line.starts_with("Subject: ")).unwrap();
        (mail["to"][0].as_str().unwrap().to_owned(), line["Subject: ".len()..].to_owned())
    };
    server.messages().iter().map(|text| subject(&serde_json::from_str(text).unwrap())).collect()
}

async fn messages(house: &House, state: DeliveryState) -> Vec<Delivery> {
    let filter = outbox::Filter { state: Some(state), ..outbox::Filter::default() };
    let page = PageRequest { limit: 100, ..PageRequest::default() };
    let mut conn = house.store.read().await.unwrap();
    outbox::list(&mut conn, &house.workspace, &filter, &page).await.unwrap().items
}

fn pair(to: &str, subject: &str) -> (String, String) {
    (to.into(), subject.into())
}

#[tokio::test]
async fn a_failure_and_its_end_reach_channels_pages_and_people_once() {
    let mail = mail_server(MailSecurity::StartTls);
    let house = House::on_sqlite().await;
    let id = house.pipeline.id.to_string();
    let errors = json!({ "min_severity": "error", "pipelines": [id] });
    house.channel("on-call", "email", mail_settings(&mail, "team@example.com"), errors).await;
    let other = json!({ "pipelines": ["another"] });
    house.channel("other", "email", mail_settings(&mail, "other@example.com"), other).await;
    house.prefer(json!({ "mail": ["run_failed"], "language": "fr" })).await;
    let dispatcher = house.dispatcher("one", Some(&mail));
    // What ended before the first start is no news.
    house.ended("run_0", failed("long ago")).await;
    assert_eq!(dispatcher.round(Timestamp::now(), false).await.unwrap(), 0);
    house.ended("run_1", failed("the password is wrong")).await;
    house.ended("run_2", failed("the password is wrong")).await;
    assert_eq!(dispatcher.round(Timestamp::now(), false).await.unwrap(), 2);
    assert_eq!(dispatcher.round(Timestamp::now(), false).await.unwrap(), 0);
    assert_eq!(dispatcher.send_due(Timestamp::now()).await.unwrap(), 2);
    house.ended("run_3", json!({ "state": "done", "rows_written": 7 })).await;
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    assert_eq!(dispatcher.send_due(Timestamp::now()).await.unwrap(), 2);
    let mut arrived = subjects(&mail);
    arrived.sort();
    assert_eq!(arrived.len(), 4, "{arrived:?}");
    assert!(arrived.contains(&pair("team@example.com", "orders: failed")), "{arrived:?}");
    assert_eq!(arrived.iter().filter(|(to, _)| to == "ada@example.org").count(), 2);
    assert!(
        mail.messages().iter().any(|text| text.contains("https://towpath.example.com/w/shop/runs/run_2"))
    );
    // In the pages: both failures in one notice, and their end.
    let page = PageRequest { limit: 10, ..PageRequest::default() };
    let mut conn = house.store.read().await.unwrap();
    let seen = inbox::list(&mut conn, &house.ada, &Filter::default(), &page).await.unwrap().items;
    let seen: BTreeSet<(&str, i64)> =
        seen.iter().map(|notice| (notice.kind.as_str(), notice.times)).collect();
    assert_eq!(seen, BTreeSet::from([("run_failed", 2), ("run_recovered", 1)]));
    let told = events::after(&mut conn, 0, 100).await.unwrap();
    let told: Vec<_> = told.iter().filter(|event| event.kind == "notice.new").collect();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|event| event.user_id.as_deref() == Some(house.ada.as_str())));
    drop(conn);
    assert_eq!(
        messages(&house, DeliveryState::Delivered).await.len(),
        2,
        "those to single persons are not listed"
    );
    let list = audit::list(&mut house.store.read().await.unwrap(), &Default::default(), &page).await.unwrap();
    assert!(list.items.iter().any(|entry| entry.action == "notification.send"));
}

#[tokio::test]
async fn two_servers_on_one_store_send_every_message_once() {
    let mail = mail_server(MailSecurity::StartTls);
    let house = House::on_postgres().await;
    for number in 0..8 {
        let to = format!("team-{number}@example.com");
        house.channel(&to, "email", mail_settings(&mail, &to), json!({})).await;
    }
    let (one, two) = (house.dispatcher("one", None), house.dispatcher("two", None));
    let now = Timestamp::now();
    one.round(now, true).await.unwrap();
    for number in 0..5 {
        house.ended(&format!("run_{number}"), failed("away")).await;
    }
    let (first, second) = tokio::join!(one.round(Timestamp::now(), true), two.round(Timestamp::now(), true));
    assert_eq!(first.unwrap() + second.unwrap(), 8);
    let (first, second) = tokio::join!(one.send_due(Timestamp::now()), two.send_due(Timestamp::now()));
    // A message whose lease the other one took is none of those that were sent.
    assert_eq!(first.unwrap() + second.unwrap(), 8);
    let arrived = subjects(&mail);
    assert_eq!(arrived.len(), 8, "{arrived:?}");
    assert_eq!(arrived.into_iter().collect::<BTreeSet<_>>().len(), 8);
    assert_eq!(messages(&house, DeliveryState::Waiting).await.len(), 0);
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_waits_or_is_given_up_and_the_channel_shows_why() {
    let mail = mail_server(MailSecurity::StartTls);
    let house = House::on_sqlite().await;
    let dispatcher = house.dispatcher("one", None);
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    house.channel("busy", "email", mail_settings(&mail, "busy@example.com"), json!({})).await;
    let mut wrong = mail_settings(&mail, "team@example.com");
    wrong["password"] = json!("certainly wrong");
    let broken = house.channel("broken", "email", wrong, json!({})).await;
    house.ended("run_1", failed("away")).await;
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    let now = Timestamp::now();
    assert_eq!(dispatcher.send_due(now).await.unwrap(), 2);
    let [waiting] = messages(&house, DeliveryState::Waiting).await.try_into().unwrap();
    let wait = waiting.not_before.duration_since(now).as_secs();
    assert!(waiting.attempt == 1 && (29..=30).contains(&wait), "{waiting:?}");
    // The end of the trouble waits behind its beginning.
    house.ended("run_2", json!({ "state": "done" })).await;
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    assert_eq!(messages(&house, DeliveryState::Waiting).await.len(), 3);
    let [given_up] = messages(&house, DeliveryState::Failed).await.try_into().unwrap();
    assert!(!given_up.fault.unwrap().to_string().contains("certainly"));
    let mut conn = house.store.read().await.unwrap();
    let channel = channels::by_id(&mut conn, &broken).await.unwrap().unwrap();
    assert_eq!(channel.test_fault.unwrap()["code"], "auth");
    let due = outbox::due(&mut conn, now + SignedDuration::from_secs(31), 10).await.unwrap();
    let busy = due.iter().filter(|message| message.listener() == waiting.listener()).count();
    assert_eq!(busy, 1);
}

#[tokio::test]
async fn the_trouble_of_a_pipeline_that_was_put_away_has_no_end_to_tell() {
    let house = House::on_sqlite().await;
    let dispatcher = house.dispatcher("one", None);
    dispatcher.round(Timestamp::now(), false).await.unwrap();
    let hook = json!({ "url": "https://example.com/x", "secret": "0123456789abcdef" });
    house.channel("data", "webhook", hook, json!({})).await;
    house.ended("run_1", failed("away")).await;
    assert_eq!(dispatcher.round(Timestamp::now(), false).await.unwrap(), 1);
    let mut tx = house.store.begin().await.unwrap();
    let mut pipeline = house.pipeline.clone();
    pipeline.archived_at = Some(Timestamp::now());
    pipelines::update(&mut tx, &pipeline).await.unwrap();
    commit(tx).await.unwrap();
    // A run that was under way ends.
    house.ended("run_2", json!({ "state": "done" })).await;
    assert_eq!(dispatcher.round(Timestamp::now(), false).await.unwrap(), 0);
}

#[tokio::test]
async fn old_data_is_told_again_each_time_that_so_much_time_passes() {
    let house = House::on_sqlite().await;
    let dispatcher = house.dispatcher("one", None);
    let mut tx = house.store.begin().await.unwrap();
    let mut workspace = workspaces::find(&mut tx, &house.workspace).await.unwrap().unwrap();
    workspace.settings = json!({ "watch": { "pipelines": { "orders": { "fresh_hours": 24 } } } });
    workspaces::update(&mut tx, &workspace).await.unwrap();
    commit(tx).await.unwrap();
    house
        .channel(
            "data",
            "webhook",
            json!({ "url": "https://example.com/x", "secret": "0123456789abcdef" }),
            json!({}),
        )
        .await;
    let after = |hours: i64| house.pipeline.created_at + SignedDuration::from_hours(hours);
    let mut told = Vec::new();
    for hours in [1, 23, 25, 26, 47, 49, 50] {
        dispatcher.round(after(hours), true).await.unwrap();
        let page = PageRequest { limit: 10, ..PageRequest::default() };
        let mut conn = house.store.read().await.unwrap();
        assert!(happenings::open(&mut conn, 10).await.unwrap().is_empty());
        let seen = inbox::list(&mut conn, &house.ada, &Filter::default(), &page).await.unwrap().items;
        told.push(seen.first().map_or(0, |notice| notice.times));
    }
    assert_eq!(told, [0, 0, 1, 1, 1, 2, 2]);
}
