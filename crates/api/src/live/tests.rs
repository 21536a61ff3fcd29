//! What streams tell is what the interface document says.

use serde_json::{Value, json};
use towpath_model::schema::check;
use towpath_store::events::Event;
use towpath_store::events::kinds::KINDS;

use super::client::{Said, Told, Topic};
use super::hub::Happened;
use super::presence::{Here, Roster, event};

/// The types of the interface document, as the check of schemas reads them.
fn types() -> Value {
    let document = crate::openapi::document("1");
    let text = document["components"]["schemas"].to_string().replace("#/components/schemas/", "#/$defs/");
    serde_json::from_str(&text).unwrap()
}

#[track_caller]
fn is(types: &Value, name: &str, value: &Value) {
    let schema = json!({ "$ref": format!("#/$defs/{name}"), "$defs": types });
    let problems = check(value, &schema, "");
    assert!(problems.is_empty(), "{name} {value}: {problems:?}");
}

#[test]
fn every_message_is_of_its_type() {
    let types = types();
    let topic = || Topic { workspace: "house".into(), pipeline: None, run: None, notifications: false };
    let here = Here { workspace: "ws_1".into(), pipeline: "pi_1".into(), node: Some("load".into()) };
    let came = event("presence.here", &here, "c", ("us_1", "Ada"));
    let came = Event {
        number: 7,
        at: jiff::Timestamp::UNIX_EPOCH,
        workspace_id: came.workspace_id,
        user_id: None,
        pipeline_id: came.pipeline_id,
        connection_id: None,
        run_id: None,
        kind: came.kind,
        body: came.body,
    };
    let roster = Roster::default();
    roster.hear(&came);
    let people = roster.of("pi_1", came.at);
    assert_eq!(people.len(), 1);
    for (name, told) in [
        ("PresenceHereEvent", Told::Event(Happened::new(came).into())),
        ("LiveSnapshot", Told::Snapshot { number: 1, reason: "the client was too slow" }),
        ("LiveSubscribed", Told::Subscribed { topic: topic(), number: 1 }),
        ("LiveUnsubscribed", Told::Unsubscribed { topic: topic() }),
        ("LiveRoster", Told::Roster { pipeline: "pi_1".into(), you: "c".into(), people }),
        ("LiveProblem", Told::Problem { code: "bad_request", detail: "wrong".into() }),
        ("LivePong", Told::Pong),
    ] {
        is(&types, name, &serde_json::from_str(&told.text().unwrap()).unwrap());
    }
    let all = types["LiveEvent"]["oneOf"].as_array().unwrap().len();
    assert_eq!((all, types["LiveMessage"]["oneOf"].as_array().unwrap().len()), (KINDS.len(), 7));
}

#[test]
fn what_the_document_lets_clients_say_is_understood() {
    let types = types();
    for (name, said) in [
        ("LiveSubscribe", json!({ "type": "subscribe", "workspace": "house" })),
        ("LiveSubscribe", json!({ "type": "subscribe", "workspace": "house", "run": "run_1", "after": 7 })),
        ("LiveUnsubscribe", json!({ "type": "unsubscribe", "workspace": "house", "notifications": true })),
        (
            "LivePresent",
            json!({ "type": "present", "workspace": "house", "pipeline": "orders", "node": null }),
        ),
        ("LiveSimple", json!({ "type": "absent" })),
        ("LiveSimple", json!({ "type": "ping" })),
    ] {
        is(&types, name, &said);
        serde_json::from_value::<Said>(said.clone()).unwrap_or_else(|error| panic!("{said}: {error}"));
    }
}
