//! What people can set: kinds of channels and the other settings of notifications, with their JSON Schemas and checks.
//!
//! Settings come as JSON, with secrets in their places or without. Checks return every problem, and connect to nothing.

use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use towpath_model::{Fault, Problem, schema, suggest};

use crate::channel::{Channel, Chat, Email, Webhook};
use crate::pace::{Pace, PaceSettings};
use crate::preferences::Preferences;
use crate::rule::Rule;
use crate::watch::Watch;

/// A kind of channel.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Its name in settings.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// JSON Schema of its settings.
    pub schema: Value,
}

/// Every kind of channel.
pub fn kinds() -> Vec<Kind> {
    let kind = |name, title, schema| Kind { name, title, schema };
    vec![
        kind("email", "E-mail", schema_for!(Email).to_value()),
        kind("webhook", "Webhook", schema_for!(Webhook).to_value()),
        kind("slack", "Slack", schema_for!(Chat).to_value()),
        kind("teams", "Microsoft Teams", schema_for!(Chat).to_value()),
        kind("mattermost", "Mattermost", schema_for!(Chat).to_value()),
    ]
}

/// Places of secrets in the settings of a channel, as JSON pointers.
pub fn secrets(kind: &str, settings: &Value) -> Vec<String> {
    let Some(kind) = kinds().into_iter().find(|known| known.name == kind) else { return Vec::new() };
    let Some(fields) = kind.schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let mut places: Vec<String> = fields
        .iter()
        .filter(|(name, field)| is_secret(field) && settings.get(name.as_str()).is_some_and(Value::is_string))
        .map(|(name, _)| format!("/{name}"))
        .collect();
    places.sort();
    places
}

fn is_secret(field: &Value) -> bool {
    let branches = field.get("anyOf").and_then(Value::as_array);
    field.get("x-secret").is_some() || branches.is_some_and(|all| all.iter().any(is_secret))
}

/// A channel of settings with their secrets.
pub fn channel(kind: &str, settings: &Value) -> Result<Channel, Fault> {
    let mut whole = settings.clone();
    if let Some(map) = whole.as_object_mut() {
        map.insert("type".into(), kind.into());
    }
    let channel: Channel = serde_json::from_value(whole)
        .map_err(|error| Fault::config(format!("the settings are not those of `{kind}`: {error}")))?;
    channel.check()?;
    Ok(channel)
}

/// Checks the settings of a channel, with their secrets.
pub fn check_channel(kind: &str, settings: &Value) -> Vec<Problem> {
    let kinds = kinds();
    let Some(known) = kinds.iter().find(|known| known.name == kind) else {
        let hint = suggest::hint(kind, "kinds of channels", kinds.iter().map(|known| known.name));
        return vec![Problem::new("/kind", format!("unknown kind of channel `{kind}`")).maybe_hint(hint)];
    };
    let problems = schema::check(settings, &known.schema, "/settings");
    match problems.is_empty() {
        true => channel(kind, settings).err().map(|fault| at("/settings", &fault)).into_iter().collect(),
        false => problems,
    }
}

/// Checks how often a channel is to be told.
pub fn check_pace(value: &Value) -> Vec<Problem> {
    match read::<PaceSettings>(value, "/pace") {
        Ok(settings) => Pace::new(&settings).err().map(|fault| at("/pace", &fault)).into_iter().collect(),
        Err(problems) => problems,
    }
}

/// Checks what a channel is to be told of; the channel itself is not named in it.
pub fn check_rule(value: &Value) -> Vec<Problem> {
    let named =
        value.get("channel").map(|_| Problem::new("/spec/channel", "the channel stands beside the rule"));
    named.into_iter().chain(read::<Rule>(value, "/spec").err().into_iter().flatten()).collect()
}

/// Checks what a person prefers.
pub fn check_preferences(value: &Value) -> Vec<Problem> {
    match read::<Preferences>(value, "") {
        Ok(preferences) => {
            Pace::new(&preferences.pace).err().map(|fault| at("/pace", &fault)).into_iter().collect()
        }
        Err(problems) => problems,
    }
}

/// Checks what is watched.
pub fn check_watch(value: &Value) -> Vec<Problem> {
    read::<Watch>(value, "").err().unwrap_or_default()
}

/// JSON Schemas of everything but channels.
pub fn schemas() -> Value {
    let mut rule = schema_for!(Rule).to_value();
    if let Some(fields) = rule.get_mut("properties").and_then(Value::as_object_mut) {
        fields.shift_remove("channel");
    }
    json!({
        "pace": schema_for!(PaceSettings).to_value(),
        "rule": rule,
        "preferences": schema_for!(Preferences).to_value(),
        "watch": schema_for!(Watch).to_value(),
    })
}

/// The JSON Schemas of all that can be set, in one document: those of channels under the names of their kinds.
pub fn document_schema() -> Value {
    let mut all = serde_json::Map::new();
    for kind in kinds() {
        let mut schema = kind.schema;
        if let Some(map) = schema.as_object_mut() {
            map.insert("title".into(), kind.title.into());
        }
        all.insert(kind.name.into(), schema);
    }
    if let Value::Object(others) = schemas() {
        all.extend(others);
    }
    // Each is a resource of its own, so that its references lead to its own definitions.
    for (name, schema) in &mut all {
        if let Some(map) = schema.as_object_mut() {
            map.shift_remove("$schema");
            map.insert("$id".into(), format!("notifications/{name}").into());
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Towpath notifications",
        "$defs": all,
    })
}

fn read<T: DeserializeOwned + JsonSchema>(value: &Value, path: &str) -> Result<T, Vec<Problem>> {
    let problems = schema::check(value, &schema_for!(T).to_value(), path);
    if !problems.is_empty() {
        return Err(problems);
    }
    serde_json::from_value(value.clone()).map_err(|error| vec![Problem::new(path, error.to_string())])
}

fn at(path: &str, fault: &Fault) -> Problem {
    Problem::new(path, fault.message()).maybe_hint(fault.hint_text().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|problem| problem.path.as_str()).collect()
    }

    #[test]
    fn settings_of_channels_are_checked_and_their_secrets_are_found() {
        let mail = json!({ "host": "smtp.example.com", "user": "a", "password": "p", "from": "a@example.com",
            "to": ["b@example.com"] });
        assert_eq!(check_channel("email", &mail), []);
        assert_eq!(secrets("email", &mail), ["/password"]);
        let hook = json!({ "url": "https://example.com/x", "secret": "0123456789abcdef" });
        assert_eq!(check_channel("webhook", &hook), []);
        assert_eq!(secrets("webhook", &hook), ["/secret", "/url"]);
        let short = json!({ "url": "https://example.com/x", "secret": "short" });
        let problems = check_channel("webhook", &short);
        assert!(problems[0].hint.is_some() && !format!("{problems:?}").contains("short\""), "{problems:?}");
        assert_eq!(
            paths(&check_channel("slack", &json!({ "url": "https://example.com", "room": "x" }))),
            ["/settings/room"]
        );
        assert!(
            check_channel("slak", &json!({}))
                .iter()
                .any(|problem| problem.hint.as_deref().is_some_and(|hint| hint.contains("slack")))
        );
    }

    #[test]
    fn every_form_refuses_what_it_does_not_know() {
        assert_eq!(
            check_rule(&json!({ "kinds": ["run_failed"], "tags": ["finance"], "min_severity": "error" })),
            []
        );
        assert!(!check_rule(&json!({ "kinds": ["run_fails"] })).is_empty());
        assert_eq!(paths(&check_rule(&json!({ "channel": "x" }))), ["/spec/channel"]);
        assert_eq!(check_pace(&json!({})), []);
        assert_eq!(paths(&check_pace(&json!({ "timezone": "Mars" }))), ["/pace"]);
        assert_eq!(check_preferences(&json!({ "mail": ["run_failed"], "language": "fr" })), []);
        assert!(!check_preferences(&json!({ "sms": [] })).is_empty());
        assert_eq!(
            check_watch(&json!({ "late_minutes": 15, "pipelines": { "orders": { "fresh_hours": 26 } } })),
            []
        );
        assert!(!check_watch(&json!({ "late_minutes": -1 })).is_empty());
    }
}
