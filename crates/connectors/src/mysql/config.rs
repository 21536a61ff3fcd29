//! Settings of the connector; their doc comments are the user's manual.

use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use towpath_connect::Address;
use towpath_model::sql::SqlText;
use towpath_model::{Fault, Secret};
use url::Url;

/// A MySQL or MariaDB server, one of its databases, and an account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Name or address of the server, for example `db.example.org`. Always reached over TCP.
    pub host: String,
    /// Port of the server.
    #[serde(default = "default_port")]
    pub port: u16,
    /// Database that table names start from, for example `shop`.
    #[schemars(extend("x-beside-secrets" = true))]
    pub database: String,
    /// Name of the account, for example `reader`.
    pub user: String,
    /// Password of the account. Leave it out for an account without password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Whether the connection is encrypted.
    #[serde(default)]
    pub tls: TlsMode,
    /// File with the certificate (PEM) of the authority that signed the server's certificate, for example
    /// `certs/ca.pem`. Needed by `tls: verify` when the authority is not a public one.
    #[serde(default)]
    pub root_certificate: Option<String>,
}

/// Whether the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TlsMode {
    /// Encrypts when the server can, without checking who it is; falls back to plain text.
    #[default]
    Prefer,
    /// Never encrypts. Passwords of `caching_sha2_password` accounts still travel encrypted.
    Disable,
    /// Encrypts or fails, without checking the server's certificate.
    Require,
    /// Encrypts and checks that the certificate is valid and belongs to `host`.
    Verify,
}

/// What to read: a table or a query.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// Table or view to read, for example `orders`, or `other_database.orders`. Write a name that holds a point in
    /// backticks: `` `my.table` ``.
    #[serde(default)]
    pub table: Option<String>,
    /// SQL to read instead of a table, for example `select id, total from orders where day >= ${run.start}`. Values
    /// in `${…}` are bound, never pasted. The server answers it as it stands: Towpath reads all of its columns and
    /// applies filters afterwards, so put conditions into the SQL.
    #[serde(default)]
    pub query: Option<SqlText>,
    /// Reads columns of type `tinyint(1)` as true and false. Without it they are small numbers, because `tinyint(1)`
    /// may hold any number from -128 to 127; with it every number but 0 is true.
    #[serde(default)]
    pub tinyint1_as_boolean: bool,
}

/// What to write.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DestinationSettings {
    /// Table to load, for example `orders`, or `other_database.orders`. It is created when it does not exist.
    pub table: String,
    /// How rows travel to the server. Leave it alone unless the server's administrator asks for one of them.
    #[serde(default)]
    #[schemars(extend("x-advanced" = true))]
    pub load: LoadMethod,
}

/// How rows travel to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadMethod {
    /// Takes `local_infile` when the server allows it, else `insert`.
    #[default]
    Auto,
    /// Streams rows with `LOAD DATA LOCAL`: the fastest way. The server must have `local_infile=ON`.
    LocalInfile,
    /// Sends `INSERT` statements of many rows: works everywhere, about two to three times slower.
    Insert,
}

fn default_port() -> u16 {
    3306
}

/// Reads `mysql://user:password@host:port/database[/table]?tls=verify`.
pub(super) fn address(text: &str, with_stream: bool) -> Result<Address, Fault> {
    let shape = if with_stream {
        "write it as `mysql://user:password@host:3306/database/table`"
    } else {
        "write it as `mysql://user:password@host:3306/database`"
    };
    // The text may hold a password: no message quotes it.
    let url = Url::parse(text)
        .map_err(|error| Fault::config(format!("the MySQL address is not a URL: {error}")).hint(shape))?;
    let missing = |what: &str| Fault::config(format!("the MySQL address names no {what}")).hint(shape);
    let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();

    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| missing("host"))?;
    // A URL keeps the brackets of an IPv6 address; sockets want it without.
    let host = decode(host.trim_start_matches('[').trim_end_matches(']'));
    let mut parts = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).map(decode);
    let database = parts.next().ok_or_else(|| missing("database"))?;
    let rest: Vec<String> = parts.collect();
    let stream = match (with_stream, rest.as_slice()) {
        (false, []) => None,
        (true, []) => return Err(missing("table")),
        (true, [table]) => Some(json!({ "table": table })),
        _ => return Err(Fault::config("the MySQL address has too many parts").hint(shape)),
    };

    let mut connection = Map::new();
    connection.insert("host".into(), json!(host));
    if let Some(port) = url.port() {
        connection.insert("port".into(), json!(port));
    }
    connection.insert("database".into(), json!(database));
    let user = decode(url.username());
    connection.insert("user".into(), json!(if user.is_empty() { "root" } else { &user }));
    if let Some(password) = url.password() {
        connection.insert("password".into(), json!(decode(password)));
    }
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "tls" | "root_certificate" => connection.insert(name.into_owned(), json!(value)),
            other => {
                return Err(Fault::config(format!("the MySQL address has an unknown setting `{other}`"))
                    .hint("known settings: `tls`, `root_certificate`"));
            }
        };
    }
    Ok(Address { connection: Value::Object(connection), stream })
}
