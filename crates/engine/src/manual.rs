//! The JSON Schemas of pipeline documents and of files with connections, made of the schemas of every connector and
//! transform.

use schemars::schema_for;
use serde_json::{Map, Value, json};
use towpath_connect::{ConnectorSpec, Registry};
use towpath_model::contract::Contract;
use towpath_model::expectations::CHECK;
use towpath_model::incremental::Incremental;
use towpath_model::landing::{History, Mirror, Resume, Undo};
use towpath_model::params::ParamSpec;
use towpath_model::schedule::ScheduleSpec;

use crate::graph::Workshop;
use crate::transform::InputPorts;

/// The schema that editors use to complete and check pipeline files.
pub fn document_schema(workshop: &Workshop) -> Value {
    let mut defs = Map::new();
    let mut kinds = Vec::new();
    for connector in workshop.registry.all() {
        let spec = connector.spec();
        let source_keys = source_keys(&mut defs);
        kinds.push(node("source", spec.name, spec.title, spec.summary, &spec.source, source_keys, &mut defs));
        if !spec.capabilities.write_modes.is_empty() {
            let mut keys = destination_keys(&spec.capabilities.write_modes, &mut defs);
            keys.extend(expectations(workshop, &mut defs));
            kinds.push(node(
                "destination",
                spec.name,
                spec.title,
                spec.summary,
                &spec.destination,
                keys,
                &mut defs,
            ));
        }
    }
    for transform in &workshop.transforms {
        let spec = transform.spec();
        let keys = transform_keys(spec.inputs);
        kinds.push(node("transform", spec.name, spec.title, spec.summary, &spec.config, keys, &mut defs));
    }
    let mut section = |schema: schemars::Schema| hoist(schema.to_value(), &mut defs);
    let (params, schedule, contract) =
        (section(schema_for!(ParamSpec)), section(schema_for!(ScheduleSpec)), section(schema_for!(Contract)));
    defs.insert("Node".into(), json!({ "oneOf": kinds }));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Towpath pipeline",
        "type": "object",
        "required": ["towpath", "name", "nodes"],
        "additionalProperties": false,
        "properties": {
            "towpath": { "const": 1, "description": "Version of the document format." },
            "name": { "type": "string", "description": "Name of the pipeline." },
            "description": { "type": "string", "description": "What it is for." },
            "params": {
                "type": "object",
                "description": "Typed parameters, referred to as `${params.name}` and set with `--set name=value`.",
                "additionalProperties": params,
            },
            "nodes": {
                "type": "object",
                "description": "The graph: sources, transforms, destinations, by name.",
                "additionalProperties": { "$ref": "#/$defs/Node" },
            },
            "schedule": schedule,
            "contract": contract,
            "tests": { "type": "array", "description": "Small inputs and the rows they must give; run by `towpath test`." },
            "layout": { "type": "object", "description": "Positions on the canvas. Never changes what the pipeline does." },
        },
        "$defs": defs,
    })
}

/// The schema that editors use to complete and check files with connections, such as `connections.yaml`.
pub fn connections_schema(registry: &Registry) -> Value {
    let address = json!({
        "type": "string",
        "description": "The same as a URL, for example `postgresql://reader@db.example.com/shop`.",
    });
    let all = registry.all();
    let kinds = all.iter().map(|connector| connection(connector.spec()));
    let kinds: Vec<Value> = kinds.chain([address]).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Towpath connections",
        "description": "Connections by name.",
        "type": "object",
        "additionalProperties": { "oneOf": kinds },
    })
}

/// The settings of one connector. It is a resource of its own, since connectors have definitions of the same name.
fn connection(spec: &ConnectorSpec) -> Value {
    let mut schema = spec.connection.clone();
    let Some(map) = schema.as_object_mut() else { return schema };
    map.shift_remove("$schema");
    map.insert("$id".into(), Value::from(format!("connections/{}", spec.name)));
    map.insert("title".into(), Value::from(format!("connector: {}", spec.name)));
    let mut properties = Map::new();
    let mark = json!({ "const": spec.name, "title": spec.title, "description": spec.summary });
    properties.insert("connector".into(), mark);
    if let Some(Value::Object(own)) = map.remove("properties") {
        properties.extend(own);
    }
    map.insert("properties".into(), Value::Object(properties));
    let mut required = vec![Value::from("connector")];
    if let Some(Value::Array(own)) = map.remove("required") {
        required.extend(own);
    }
    map.insert("required".into(), Value::Array(required));
    schema
}

fn node(
    role: &str,
    name: &str,
    title: &str,
    summary: &str,
    config: &Value,
    keys: Map<String, Value>,
    defs: &mut Map<String, Value>,
) -> Value {
    let mut schema = hoist(config.clone(), defs);
    let Some(map) = schema.as_object_mut() else { return schema };
    let mut properties = Map::new();
    properties.insert(role.into(), json!({ "const": name, "title": title, "description": summary }));
    properties.extend(keys);
    if let Some(Value::Object(own)) = map.remove("properties") {
        properties.extend(own);
    }
    let mut required = vec![Value::from(role)];
    if let Some(Value::Array(own)) = map.remove("required") {
        required.extend(own);
    }
    map.insert("title".into(), Value::from(format!("{role}: {name}")));
    map.insert("type".into(), Value::from("object"));
    map.insert("properties".into(), Value::Object(properties));
    map.insert("required".into(), Value::Array(required));
    map.entry("additionalProperties").or_insert(Value::Bool(false));
    schema
}

/// Moves `$defs` to the top. Definitions that have a name in common with others get a number: connectors and transforms
/// do not know each other's names.
fn hoist(mut schema: Value, defs: &mut Map<String, Value>) -> Value {
    let Some(map) = schema.as_object_mut() else { return schema };
    map.shift_remove("$schema");
    let Some(Value::Object(own)) = map.shift_remove("$defs") else { return schema };
    for number in 1_usize.. {
        let suffix = if number == 1 { String::new() } else { number.to_string() };
        let moved: Map<String, Value> = own
            .iter()
            .map(|(name, definition)| (format!("{name}{suffix}"), referring(definition, &suffix)))
            .collect();
        if moved.iter().all(|(name, definition)| defs.get(name).is_none_or(|there| there == definition)) {
            defs.extend(moved);
            return referring(&schema, &suffix);
        }
    }
    schema
}

/// The schema with a suffix behind every name that it refers to.
fn referring(schema: &Value, suffix: &str) -> Value {
    match schema {
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| {
                let value = match value.as_str() {
                    Some(target) if key == "$ref" => Value::from(format!("{target}{suffix}")),
                    _ => referring(value, suffix),
                };
                (key.clone(), value)
            };
            Value::Object(map.iter().map(entry).collect())
        }
        Value::Array(items) => items.iter().map(|item| referring(item, suffix)).collect(),
        other => other.clone(),
    }
}

fn described(text: &str, mut schema: Value) -> Value {
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".into(), Value::from(text));
    }
    schema
}

fn common(with_connection: bool) -> Map<String, Value> {
    let mut keys = Map::new();
    if with_connection {
        let schema = json!({ "anyOf": [{ "type": "string" }, { "type": "object" }] });
        keys.insert(
            "connection".into(),
            described("Name of a connection, or a URL, or its settings.", schema),
        );
    }
    keys.insert("description".into(), described("Remark for people.", json!({ "type": "string" })));
    keys
}

fn source_keys(defs: &mut Map<String, Value>) -> Map<String, Value> {
    let mut keys = common(true);
    let incremental = hoist(schema_for!(Incremental).to_value(), defs);
    keys.insert(
        "incremental".into(),
        described("Reads only rows that are new since the last run.", incremental),
    );
    keys
}

fn from(shape: Value) -> Value {
    described("Node whose rows come in; `node.port` chooses an output.", shape)
}

fn transform_keys(inputs: InputPorts) -> Map<String, Value> {
    let mut keys = common(false);
    let map = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let shape = match inputs {
        InputPorts::One => json!({ "type": "string" }),
        InputPorts::Named(ports) => {
            let ports: Map<String, Value> =
                ports.iter().map(|port| ((*port).to_owned(), json!({ "type": "string" }))).collect();
            json!({ "anyOf": [{ "type": "object", "properties": ports }, list] })
        }
        InputPorts::Many => json!({ "anyOf": [{ "type": "string" }, list, map] }),
    };
    keys.insert("from".into(), from(shape));
    keys
}

/// The key `expect`, which is that of the check node before the destination.
fn expectations(workshop: &Workshop, defs: &mut Map<String, Value>) -> Option<(String, Value)> {
    let check = workshop.transform(CHECK)?;
    let mut config = hoist(check.spec().config.clone(), defs);
    let expect = config.get_mut("properties")?.get_mut("expect")?.take();
    Some(("expect".to_owned(), described("What is expected of the rows before they are loaded.", expect)))
}

fn destination_keys(modes: &[towpath_model::WriteMode], defs: &mut Map<String, Value>) -> Map<String, Value> {
    let mut keys = common(true);
    let names: Vec<&str> = modes.iter().map(|mode| mode.name()).collect();
    keys.insert("from".into(), from(json!({ "type": "string" })));
    keys.insert("mode".into(), described("How rows land.", json!({ "enum": names, "default": "append" })));
    let key = json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
    keys.insert("key".into(), described("Columns that identify a row.", key));
    let mut section = |key: &str, text: &str, schema: Value| {
        keys.insert(key.to_owned(), described(text, hoist(schema, defs)));
    };
    section("contract", "What may change in the target.", schema_for!(Contract).to_value());
    section("mirror", "Rules of `mode: mirror`.", schema_for!(Mirror).to_value());
    section("history", "Rules of `mode: history`.", schema_for!(History).to_value());
    section(
        "undo",
        "Keeps what loads change, so that `towpath undo` can take them back.",
        schema_for!(Undo).to_value(),
    );
    let resume = json!({ "anyOf": [{ "type": "boolean" }, hoist(schema_for!(Resume).to_value(), defs)] });
    keys.insert(
        "resume".into(),
        described("How a load is cut into chunks, so that it can go on where it stopped.", resume),
    );
    keys
}
