//! The ends of a copy, as people type them: a file, `-`, a URL that ends in a table, or `connection:table`.

use serde_json::{Map, Value, json};
use towpath_connect::{Connector, Registry};
use towpath_engine::connections::ConnectionBook;
use towpath_model::schema::follow;
use towpath_model::{Fault, suggest};

/// One end of a copy.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// Name of the connector.
    pub(crate) kind: String,
    /// Name of a connection, or its settings; `None` when the connector needs none.
    pub(crate) connection: Option<Value>,
    /// Settings that name the stream, for both roles.
    pub(crate) stream: Map<String, Value>,
}

impl Endpoint {
    /// Reads what was typed. `with_stream` is false when a query stands in for the table.
    pub(crate) fn parse(
        text: &str,
        with_stream: bool,
        registry: &Registry,
        connections: &ConnectionBook,
    ) -> Result<Endpoint, Fault> {
        if let Some((scheme, _)) = text.split_once("://") {
            let connector = registry.by_scheme(scheme).ok_or_else(|| {
                let known: Vec<&str> =
                    registry.all().iter().flat_map(|c| c.spec().schemes.iter().copied()).collect();
                Fault::config(format!("no connector knows `{scheme}://`"))
                    .hint(suggest::hint(scheme, "known beginnings", known).unwrap_or_default())
            })?;
            return Endpoint::at(connector.as_ref(), text, with_stream);
        }
        if let Some((name, stream)) = text.split_once(':')
            && let Some(connection) = connections.get(name)
        {
            let connector = registry
                .get(&connection.connector)
                .ok_or_else(|| Fault::internal("a connection without connector"))?;
            let key = if takes(&connector.spec().source, "table") { "table" } else { "path" };
            let mut settings = Map::new();
            if with_stream {
                settings.insert(key.into(), json!(stream));
            }
            let kind = connection.connector.clone();
            return Ok(Endpoint { kind, connection: Some(json!(name)), stream: settings });
        }
        if connections.get(text).is_some() && !std::path::Path::new(text).exists() {
            if with_stream {
                return Err(Fault::config(format!("`{text}` is a connection; which of its tables?"))
                    .hint(format!("write `{text}:table`; `towpath discover {text}` lists them")));
            }
            return Endpoint::parse(&format!("{text}:"), false, registry, connections);
        }
        let file =
            registry.by_scheme("file").ok_or_else(|| Fault::internal("the `file` connector is missing"))?;
        Endpoint::at(file.as_ref(), text, true)
    }

    fn at(connector: &dyn Connector, text: &str, with_stream: bool) -> Result<Endpoint, Fault> {
        let address = connector.address(text, with_stream)?;
        let is_empty = address.connection.as_object().is_none_or(Map::is_empty);
        let stream = match address.stream {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let kind = connector.spec().name.to_owned();
        Ok(Endpoint { kind, connection: (!is_empty).then_some(address.connection), stream })
    }

    /// The node that reads or writes this end.
    pub(crate) fn node(&self, role: &str) -> Map<String, Value> {
        let mut node = Map::new();
        node.insert(role.into(), json!(self.kind));
        if let Some(connection) = &self.connection {
            node.insert("connection".into(), connection.clone());
        }
        node.extend(self.stream.clone());
        node
    }

    /// The same end with every secret replaced by a reference to an environment variable, for printing.
    pub(crate) fn without_secrets(&self, registry: &Registry, variable: &str) -> Endpoint {
        let mut shown = self.clone();
        let Some(connector) = registry.get(&self.kind) else { return shown };
        let schema = &connector.spec().connection;
        if let Some(settings) = &mut shown.connection {
            hide(schema, schema, settings, variable);
        }
        shown
    }
}

/// Replaces the secrets of settings, also those of settings inside of settings.
fn hide(root: &Value, schema: &Value, settings: &mut Value, variable: &str) {
    let Value::Object(settings) = settings else { return };
    for (key, value) in settings.iter_mut().filter(|(_, value)| !value.is_null()) {
        let Some(field) = schema.get("properties").and_then(|all| all.get(key)) else { continue };
        let name = format!("{variable}_{}", key.to_uppercase());
        if is_secret(root, field) {
            *value = json!(format!("${{env.{name}}}"));
        } else {
            let field = follow(root, field);
            let branches = ["anyOf", "oneOf"].iter().filter_map(|keyword| field.get(*keyword)?.as_array());
            for branch in branches.flatten().chain([field]) {
                hide(root, follow(root, branch), value, &name);
            }
        }
    }
}

fn takes(schema: &Value, key: &str) -> bool {
    schema.get("properties").is_some_and(|properties| properties.get(key).is_some())
}

fn is_secret(root: &Value, field: &Value) -> bool {
    let field = follow(root, field);
    field.get("x-secret").is_some()
        || ["anyOf", "oneOf"].iter().any(|keyword| {
            field
                .get(*keyword)
                .and_then(Value::as_array)
                .is_some_and(|branches| branches.iter().any(|branch| is_secret(root, branch)))
        })
}

/// Places of the secrets in settings of a connection, as JSON pointers.
pub(crate) fn secret_paths(schema: &Value, settings: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect_secrets(schema, schema, settings, "", &mut found);
    found.sort();
    found.dedup();
    found
}

/// Places of secrets in settings that are written out and do not refer to something. Of settings that are secret as a whole,
/// those whose names say so.
pub(crate) fn plain_secrets(schema: &Value, settings: &Value) -> Vec<String> {
    let mut found = secret_paths(schema, settings);
    let is_plain = |place: &String| {
        settings.pointer(place).and_then(Value::as_str).is_some_and(|text| !is_reference(text))
    };
    found.retain(is_plain);
    let Value::Object(map) = settings else { return found };
    for (key, value) in map.iter().filter(|(_, value)| value.is_object()) {
        let field = schema.get("properties").and_then(|all| all.get(key));
        if field.is_some_and(|field| is_secret(schema, field)) {
            named_secrets(value, &towpath_model::problem::join("", key), &mut found);
        }
    }
    found
}

/// Whether a text refers to a value that stands elsewhere.
pub(crate) fn is_reference(text: &str) -> bool {
    text.contains("${")
}

fn named_secrets(settings: &Value, at: &str, found: &mut Vec<String>) {
    const NAMES: [&str; 5] = ["password", "token", "secret", "key", "credential"];
    for (key, value) in settings.as_object().into_iter().flatten() {
        let place = towpath_model::problem::join(at, key);
        let name = key.to_lowercase();
        match value {
            Value::String(text) if NAMES.iter().any(|known| name.contains(known)) && !is_reference(text) => {
                found.push(place);
            }
            _ => named_secrets(value, &place, found),
        }
    }
}

fn collect_secrets(root: &Value, schema: &Value, settings: &Value, at: &str, found: &mut Vec<String>) {
    let Value::Object(settings) = settings else { return };
    for (key, value) in settings.iter().filter(|(_, value)| !value.is_null()) {
        let named = schema.get("properties").and_then(|all| all.get(key));
        let Some(field) =
            named.or_else(|| schema.get("additionalProperties").filter(|more| more.is_object()))
        else {
            continue;
        };
        let place = towpath_model::problem::join(at, key);
        if is_secret(root, field) && value.is_string() {
            found.push(place);
        } else {
            let field = follow(root, field);
            let branches = ["anyOf", "oneOf"].iter().filter_map(|keyword| field.get(*keyword)?.as_array());
            for branch in branches.flatten().chain([field]) {
                collect_secrets(root, follow(root, branch), value, &place, found);
            }
        }
    }
}
