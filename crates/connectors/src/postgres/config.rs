//! Settings of the PostgreSQL connector. The comments on the fields are the manual.

use std::borrow::Cow;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use towpath_connect::{Address, Context, Egress};
use towpath_model::{Fault, Secret, SqlText, suggest};
use url::Url;

/// A PostgreSQL database and the account that works in it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Name or address of the server, for example `db.example.com`. A path that starts with `/` is the folder of
    /// the server's Unix socket, for example `/var/run/postgresql`.
    #[serde(default = "default_host")]
    pub host: String,
    /// Port of the server, for example `5432`.
    #[serde(default = "default_port")]
    pub port: u16,
    /// Name of the database, for example `shop`. Without it, the database is called like the user.
    #[serde(default)]
    #[schemars(extend("x-beside-secrets" = true))]
    pub database: Option<String>,
    /// Name of the account, for example `reader`.
    pub user: String,
    /// Password of the account, for example `${env.SHOP_PASSWORD}`. Leave it out when the server trusts the user.
    #[serde(default)]
    pub password: Option<Secret>,
    /// How the connection is encrypted, for example `verify_full`.
    #[serde(default)]
    pub tls: Tls,
    /// File with the certificates (PEM) that `verify_full` trusts, for example `certificates/company.pem`. Without
    /// it, the public certificate authorities are trusted.
    #[serde(default)]
    pub root_certificate: Option<String>,
    /// Name that the server shows for this connection in its list of sessions, for example `nightly-copy`.
    #[serde(default = "default_application")]
    #[schemars(extend("x-beside-secrets" = true))]
    pub application_name: String,
    /// The way to the server; [`Connection::settle`] gives it.
    #[serde(skip)]
    pub(super) egress: Option<Egress>,
    /// How long one statement may take; [`Connection::settle`] gives it.
    #[serde(skip)]
    pub(super) statement_limit: Option<Duration>,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Never encrypts.
    Disable,
    /// Encrypts when the server can. Does not check who the server is.
    #[default]
    Prefer,
    /// Always encrypts. Does not check who the server is.
    Require,
    /// Always encrypts, and checks that the server's certificate is trusted and names the host.
    VerifyFull,
}

/// Reads a table, a view or a query.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// Table, view, materialized view, partitioned or foreign table to read, for example `public.orders`. Give
    /// either `table` or `query`. Names are taken as written; a part with a dot needs quotes: `"odd.name".t`.
    #[serde(default)]
    pub table: Option<String>,
    /// Query to read, for example `select * from orders where day >= ${run.start}`. Values in `${…}` are bound,
    /// never pasted. Without an `order by`, the server may return rows in any order.
    #[serde(default)]
    pub query: Option<SqlText>,
}

/// Writes a table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DestinationSettings {
    /// Table to write, for example `public.orders`. It is created when it does not exist and the contract allows
    /// it. Names are taken as written; a part with a dot needs quotes: `"odd.name".t`.
    pub table: String,
}

fn default_host() -> String {
    "localhost".into()
}

fn default_port() -> u16 {
    5432
}

fn default_application() -> String {
    "towpath".into()
}

impl Connection {
    /// The database that is used.
    pub(super) fn database(&self) -> &str {
        self.database.as_deref().unwrap_or(&self.user)
    }

    /// Server, database and user, for messages.
    pub(super) fn place(&self) -> String {
        let server = match self.host.starts_with('/') {
            true => format!("{}/.s.PGSQL.{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        };
        format!("server `{server}`, database `{}`, user `{}`", self.database(), self.user)
    }

    /// Checks settings against each other, makes paths absolute, and keeps the way to the server.
    pub(super) fn settle(mut self, cx: &Context) -> Result<Self, Fault> {
        self.egress = Some(cx.bounds.egress.clone());
        self.statement_limit = cx.statement_limit;
        if self.host.trim().is_empty() || self.user.trim().is_empty() {
            return Err(Fault::config("`host` and `user` of a connection must not be empty"));
        }
        if let Some(path) = &self.root_certificate {
            if self.tls != Tls::VerifyFull {
                return Err(Fault::config("`root_certificate` has no effect without `tls: verify_full`")
                    .hint("set `tls: verify_full`, or take `root_certificate` out"));
            }
            self.root_certificate = Some(cx.resolve(path)?.to_string_lossy().into_owned());
        }
        Ok(self)
    }
}

/// Reads `postgresql://user:password@host:port/database[/table]?sslmode=…`.
pub(super) fn address(text: &str, with_stream: bool) -> Result<Address, Fault> {
    // The text may hold a password, so no message repeats it.
    let shape = match with_stream {
        true => "write `postgresql://user@host:5432/database/schema.table`",
        false => "write `postgresql://user@host:5432/database`",
    };
    let wrong =
        |why: &str| Fault::config(format!("the PostgreSQL address cannot be read: {why}")).hint(shape);
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    let decode = |part: &str| {
        let decoded = percent_decode_str(part).decode_utf8().map(Cow::into_owned);
        decoded.map_err(|_| wrong("a percent-encoded part is not UTF-8"))
    };

    let mut connection = Map::new();
    if let Some(host) = url.host_str().filter(|host| !host.is_empty()) {
        let host = decode(host)?;
        connection.insert("host".into(), json!(host.trim_matches(['[', ']'])));
    }
    if let Some(port) = url.port() {
        connection.insert("port".into(), json!(port));
    }
    if url.username().is_empty() {
        return Err(wrong("it names no user"));
    }
    connection.insert("user".into(), json!(decode(url.username())?));
    if let Some(password) = url.password() {
        connection.insert("password".into(), json!(decode(password)?));
    }
    for (name, value) in url.query_pairs() {
        let (name, value) = parameter(&name, &value)?;
        connection.insert(name.into(), value);
    }

    let mut segments: Vec<String> = Vec::new();
    for segment in url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty()) {
        segments.push(decode(segment)?);
    }
    let stream = if with_stream { segments.pop().map(|table| json!({ "table": table })) } else { None };
    if with_stream && (stream.is_none() || segments.is_empty()) {
        return Err(wrong("it must name a database and a table"));
    }
    if segments.len() > 1 {
        return Err(wrong("its path has too many parts"));
    }
    if let Some(database) = segments.pop() {
        connection.insert("database".into(), json!(database));
    }
    Ok(Address { connection: Value::Object(connection), stream })
}

/// A parameter of an address as a setting of the connection. The names of libpq are understood, too.
fn parameter(name: &str, value: &str) -> Result<(&'static str, Value), Fault> {
    Ok(match name {
        "sslmode" | "tls" => {
            let tls = match value {
                "disable" => "disable",
                "allow" | "prefer" => "prefer",
                "require" => "require",
                "verify-full" | "verify_full" => "verify_full",
                other => {
                    return Err(Fault::config(format!(
                        "the address has an unknown encryption mode `{other}`"
                    ))
                    .hint("modes: `disable`, `prefer`, `require`, `verify_full`"));
                }
            };
            ("tls", json!(tls))
        }
        "sslrootcert" | "root_certificate" => ("root_certificate", json!(value)),
        "application_name" => ("application_name", json!(value)),
        "host" => ("host", json!(value)),
        other => {
            let known = ["sslmode", "sslrootcert", "application_name", "host"];
            let hint = suggest::hint(other, "parameters", known).unwrap_or_default();
            return Err(Fault::config(format!("the address has an unknown parameter `{other}`")).hint(hint));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_connection_and_a_table() {
        let address =
            address("postgresql://al%40ice:s%3Acret@db:6432/shop/public.orders?sslmode=require", true);
        let address = address.unwrap();
        assert_eq!(
            address.connection,
            json!({"host": "db", "port": 6432, "user": "al@ice", "password": "s:cret", "database": "shop", "tls": "require"})
        );
        assert_eq!(address.stream, Some(json!({"table": "public.orders"})));
    }

    #[test]
    fn an_address_may_name_a_socket_folder() {
        let address = address("postgresql://me@%2Fvar%2Frun%2Fpostgresql/shop", false).unwrap();
        assert_eq!(
            address.connection,
            json!({"host": "/var/run/postgresql", "user": "me", "database": "shop"})
        );
    }

    #[test]
    fn a_wrong_address_does_not_show_its_password() {
        for (text, with_stream) in [
            ("postgresql://me:hunter2@db/shop", true),
            ("postgresql://me:hunter2@db/shop/a/b", true),
            ("postgresql://me:hunter2@db:99999/shop", false),
            ("postgresql://me:hunter2@db/shop?slmode=require", false),
            ("postgresql://:hunter2@db/shop", false),
        ] {
            let fault = address(text, with_stream).unwrap_err();
            assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
            assert!(fault.hint_text().is_some(), "{fault:?}");
        }
    }
}
