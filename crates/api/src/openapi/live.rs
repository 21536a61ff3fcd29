//! Live events in the interface document: what a client says and hears, and every kind of event with its body.
//!
//! OpenAPI knows no WebSockets and no items of a stream: the types are components, to which both routes refer by words that
//! begin with `x-`.

use serde_json::{Map, Value, json};
use towpath_store::events::kinds::{KINDS, Kind};

/// Adds the types, and says where they are used.
pub(super) fn add(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    for kind in KINDS {
        for (name, schema) in (kind.schemas)() {
            schemas.entry(name).or_insert_with(|| serde_json::to_value(schema).unwrap_or_default());
        }
        schemas.insert(title(kind), event(kind));
    }
    schemas.insert("LiveEvent".into(), every());
    for (name, schema) in messages() {
        schemas.insert(name.into(), schema);
    }
    document["paths"]["/api/v1/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]["x-item"] =
        reference("LiveMessage");
    let socket = &mut document["paths"]["/api/v1/live"]["get"]["responses"]["101"];
    socket["x-client"] = reference("LiveRequest");
    socket["x-server"] = reference("LiveMessage");
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Name of the type of an event: `run.undo_failed` is a `RunUndoFailedEvent`.
fn title(kind: &Kind) -> String {
    let words = kind.name.split(['.', '_']);
    let large = words.map(|word| word[..1].to_uppercase() + &word[1..]);
    large.collect::<String>() + "Event"
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn maybe_text(description: &str) -> Value {
    json!({ "type": ["string", "null"], "description": description })
}

fn number(description: &str) -> Value {
    json!({ "type": "integer", "format": "int64", "description": description })
}

fn word(word: &str) -> Value {
    json!({ "type": "string", "const": word })
}

/// An object that has these and nothing else; those that need not be there stand in the second list.
fn object<const N: usize>(description: &str, fields: [(&str, Value); N], maybe: &[&str]) -> Value {
    let required: Vec<&str> =
        fields.iter().map(|(name, _)| *name).filter(|name| !maybe.contains(name)).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "description": description, "required": required, "properties": properties,
        "additionalProperties": false })
}

fn event(kind: &Kind) -> Value {
    let fields = [
        ("type", word("event")),
        (
            "number",
            number(
                "Its number; later events have higher ones. To go on from here, ask for what comes after it.",
            ),
        ),
        ("at", json!({ "type": "string", "format": "date-time", "description": "When." })),
        ("workspace_id", maybe_text("Where it happened.")),
        ("pipeline_id", maybe_text("The pipeline it is about.")),
        ("connection_id", maybe_text("The connection it is about.")),
        ("run_id", maybe_text("The run it is about.")),
        ("kind", word(kind.name)),
        ("body", reference(&(kind.body)())),
    ];
    object(kind.says, fields, &[])
}

fn every() -> Value {
    let each: Vec<Value> = KINDS.iter().map(|kind| reference(&title(kind))).collect();
    let mapping = KINDS
        .iter()
        .map(|kind| (kind.name.to_owned(), Value::from(format!("#/components/schemas/{}", title(kind)))));
    json!({ "description": "Something that happened.", "oneOf": each,
        "discriminator": { "propertyName": "kind", "mapping": mapping.collect::<Map<_, _>>() } })
}

/// What a client says and hears, by names.
fn messages() -> [(&'static str, Value); 14] {
    let topic = || {
        [
            ("workspace", text("The workspace, by identity or name.")),
            ("pipeline", maybe_text("Only of one pipeline, by identity.")),
            ("run", maybe_text("Only of one run.")),
            ("notifications", json!({ "type": "boolean", "description": "Only what the caller is told." })),
        ]
    };
    let maybe = ["pipeline", "run", "notifications"];
    let about = |kind: &str, says: &str| {
        let [workspace, pipeline, run, notifications] = topic();
        object(says, [("type", word(kind)), workspace, pipeline, run, notifications], &maybe)
    };
    let mut subscribe = about("subscribe", "Wants to hear of something.");
    subscribe["properties"]["after"] = json!({ "type": ["integer", "null"], "format": "int64",
        "description": "After which event; without it, from now on." });
    let (place, pipeline) =
        (text("The workspace, by identity or name."), text("The pipeline, by identity or name."));
    let is_there = [
        ("type", word("present")),
        ("workspace", place),
        ("pipeline", pipeline),
        ("node", maybe_text("The node.")),
    ];
    let person = [
        ("client", text("The connection: one person may have several.")),
        ("user_id", text("Identity of the person.")),
        ("name", text("Name of the person.")),
        ("node", maybe_text("The node.")),
    ];
    let roster = [
        ("type", word("roster")),
        ("pipeline", text("Identity of the pipeline.")),
        ("you", text("The word by which others know this connection.")),
        ("people", json!({ "type": "array", "items": reference("LivePerson") })),
    ];
    let problem = [
        ("type", word("problem")),
        ("code", text("Which problem it is: a code of the reference.")),
        ("detail", text("What was not done, and why.")),
    ];
    let request = ["LiveSubscribe", "LiveUnsubscribe", "LivePresent", "LiveSimple"];
    let message = [
        "LiveEvent",
        "LiveSnapshot",
        "LiveSubscribed",
        "LiveUnsubscribed",
        "LiveRoster",
        "LiveProblem",
        "LivePong",
    ];
    let any = |description: &str, names: &[&str]| json!({ "description": description, "oneOf": names.iter().map(|name| reference(name)).collect::<Vec<_>>() });
    [
        ("LiveRequest", any("What a client says over a WebSocket.", &request)),
        ("LiveSubscribe", subscribe),
        ("LiveUnsubscribe", about("unsubscribe", "Does not want to hear of it any more.")),
        (
            "LivePresent",
            object("The person is at a pipeline. Others who are there are told.", is_there, &["node"]),
        ),
        (
            "LiveSimple",
            json!({ "type": "object", "description": "The person is at no pipeline any more; or asks whether somebody is there.",
            "required": ["type"], "properties": { "type": { "type": "string", "enum": ["absent", "ping"] } },
            "additionalProperties": false }),
        ),
        ("LiveMessage", any("What a client hears, over a WebSocket or as a server-sent event.", &message)),
        (
            "LiveSnapshot",
            object(
                "Events before that number may be missing: read the state anew, and go on from it.",
                [("type", word("snapshot")), ("number", number("Where to go on.")), ("reason", text("Why."))],
                &[],
            ),
        ),
        (
            "LiveSubscribed",
            object(
                "The subscription holds.",
                [
                    ("type", word("subscribed")),
                    ("topic", reference("LiveTopic")),
                    ("number", number("The last event that is known.")),
                ],
                &[],
            ),
        ),
        (
            "LiveUnsubscribed",
            object(
                "The subscription is over: it was asked for, or the right to it is gone.",
                [("type", word("unsubscribed")), ("topic", reference("LiveTopic"))],
                &[],
            ),
        ),
        ("LiveTopic", object("Something to hear of.", topic(), &maybe)),
        (
            "LiveRoster",
            object(
                "Who is at the pipeline, this connection among them; changes of it are events.",
                roster,
                &[],
            ),
        ),
        ("LivePerson", object("Somebody at a pipeline.", person, &[])),
        ("LiveProblem", object("Something was not done. The stream goes on.", problem, &[])),
        ("LivePong", object("Somebody is there.", [("type", word("pong"))], &[])),
    ]
}
