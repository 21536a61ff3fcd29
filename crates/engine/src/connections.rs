//! Named connections.

use indexmap::IndexMap;
use serde_json::Value;
use towpath_connect::Registry;
use towpath_model::{Fault, Problem, suggest};

/// A connector with the settings of one system.
#[derive(Clone)]
pub struct Connection {
    /// Name of the connector.
    pub connector: String,
    /// Its connection settings; may hold passwords.
    pub settings: Value,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connection({})", self.connector)
    }
}

/// The connections that pipelines may name.
#[derive(Debug, Clone, Default)]
pub struct ConnectionBook {
    entries: IndexMap<String, Connection>,
    /// Connections that are defined but cannot be used, with the reason.
    unusable: IndexMap<String, Vec<Problem>>,
}

impl ConnectionBook {
    /// Adds or replaces a connection.
    pub fn insert(&mut self, name: impl Into<String>, connection: Connection) {
        self.entries.insert(name.into(), connection);
    }

    /// Notes a connection that is defined but lacks something, so that its users learn what.
    pub fn insert_missing(&mut self, name: impl Into<String>, problems: Vec<Problem>) {
        self.unusable.insert(name.into(), problems);
    }

    /// The connection of that name. Names that came from environment variables match without regard to case and
    /// punctuation: `shop-db` finds `SHOP_DB`.
    pub fn get(&self, name: &str) -> Option<&Connection> {
        let folded = fold(name);
        self.entries
            .get(name)
            .or_else(|| self.entries.iter().find(|(known, _)| fold(known) == folded).map(|(_, entry)| entry))
    }

    /// Every name, in the order of definition.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The connection of that name, or a fault that says where connections are defined.
    pub fn find(&self, name: &str) -> Result<&Connection, Fault> {
        if let Some(problem) = self.unusable.get(name).and_then(|problems| problems.first()) {
            let fault = Fault::config(format!("connection `{name}`: {}", problem.message));
            return Err(match &problem.hint {
                Some(hint) => fault.hint(hint.clone()),
                None => fault,
            });
        }
        self.get(name).ok_or_else(|| {
            let variable = format!("TOWPATH_CONNECTION_{}", fold(name));
            let define = format!("define it in `connections.yaml`, or set `{variable}` to its URL");
            let hint = match suggest::nearest(name, self.names()) {
                Some(near) => format!("did you mean `{near}`? Otherwise {define}"),
                None => define,
            };
            Fault::config(format!("unknown connection `{name}`")).hint(hint)
        })
    }
}

/// The form in which names are compared: capital letters, digits and `_`.
pub fn fold(name: &str) -> String {
    let fold = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.chars().map(fold).collect()
}

/// Reads a connection as documents write it: a URL, or a mapping with `connector` and its settings.
pub fn read(value: &Value, registry: &Registry) -> Result<Connection, Fault> {
    let unknown = |name: &str| {
        let names = registry.all().iter().map(|connector| connector.spec().name);
        Fault::config(format!("unknown connector `{name}`"))
            .hint(suggest::hint(name, "connectors", names).unwrap_or_default())
    };
    match value {
        Value::String(url) => from_url(url, registry),
        Value::Object(map) => {
            if let Some(Value::String(url)) = map.get("url").filter(|_| map.len() == 1) {
                return from_url(url, registry);
            }
            let Some(Value::String(name)) = map.get("connector") else {
                return Err(Fault::config("the connection does not say what it connects to")
                    .hint("add `connector: postgres` (see `towpath connectors`), or write a URL"));
            };
            let connector = registry.get(name).ok_or_else(|| unknown(name))?;
            let mut settings = map.clone();
            settings.shift_remove("connector");
            let settings = Value::Object(settings);
            let problems = towpath_model::schema::check(&settings, &connector.spec().connection, "");
            if let Some(problem) = problems.into_iter().next() {
                let at =
                    if problem.path.is_empty() { String::new() } else { format!("{}: ", &problem.path[1..]) };
                let fault = Fault::config(format!("{at}{}", problem.message));
                return Err(match problem.hint {
                    Some(hint) => fault.hint(hint),
                    None => fault,
                });
            }
            Ok(Connection { connector: name.clone(), settings })
        }
        _ => Err(Fault::config("a connection is a URL or a mapping with `connector`")),
    }
}

fn from_url(url: &str, registry: &Registry) -> Result<Connection, Fault> {
    let schemes = || {
        let all: Vec<&str> = registry.all().iter().flat_map(|c| c.spec().schemes.iter().copied()).collect();
        format!(
            "known beginnings: {}",
            all.iter().map(|s| format!("`{s}://`")).collect::<Vec<_>>().join(", ")
        )
    };
    let Some((scheme, _)) = url.split_once("://") else {
        return Err(Fault::config("the connection is not a URL").hint(schemes()));
    };
    let connector = registry
        .by_scheme(scheme)
        .ok_or_else(|| Fault::config(format!("no connector knows `{scheme}://`")).hint(schemes()))?;
    let address = connector.address(url, false)?;
    Ok(Connection { connector: connector.spec().name.to_owned(), settings: address.connection })
}
