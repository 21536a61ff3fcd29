//! The server's and the driver's errors in our words.
//!
//! The class of a fault follows the server's error number. Messages name the endpoint and the table; the server's
//! own text is quoted where it adds something, and never holds a password.

use mysql_async::{DriverError, Error, IoError, ServerError};
use towpath_model::{Fault, FaultKind};

use super::config::Connection;

/// Where something failed, for messages.
#[derive(Debug, Clone)]
pub(super) struct Place {
    endpoint: String,
    user: String,
    database: String,
    table: Option<String>,
}

impl Place {
    pub(super) fn new(connection: &Connection) -> Self {
        Place {
            endpoint: format!("{}:{}", connection.host, connection.port),
            user: connection.user.clone(),
            database: connection.database.clone(),
            table: None,
        }
    }

    /// The same place, with the table that is worked on.
    pub(super) fn with_table(&self, table: impl ToString) -> Self {
        Place { table: Some(table.to_string()), ..self.clone() }
    }

    /// The connection could not be made in time.
    pub(super) fn timeout(&self, seconds: u64) -> Fault {
        Fault::unavailable(format!(
            "the MySQL server at `{}` did not answer within {seconds} seconds",
            self.endpoint
        ))
        .hint("check host and port, and that no firewall drops the packets")
    }

    /// Nobody knows an address of the host.
    pub(super) fn unknown_host(&self) -> Fault {
        let endpoint = &self.endpoint;
        Fault::unavailable(format!(
            "no connection to the MySQL server at `{endpoint}`: the host name is unknown"
        ))
        .hint("check the name of the host")
    }

    /// The fault for an error while connecting.
    pub(super) fn connecting(&self, error: Error) -> Fault {
        let endpoint = &self.endpoint;
        match &error {
            Error::Io(IoError::Io(io)) => {
                let (why, hint) = match io.kind() {
                    std::io::ErrorKind::ConnectionRefused => (
                        "nothing listens there".to_owned(),
                        "check host and port, and that the server runs and listens on TCP",
                    ),
                    std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset => (
                        "it closed the connection".to_owned(),
                        "check that the port belongs to a MySQL or MariaDB server",
                    ),
                    // What the TLS library refuses arrives as invalid data.
                    std::io::ErrorKind::InvalidData => {
                        (io.to_string(), "check `tls` and `root_certificate` of the connection")
                    }
                    _ if is_lookup(io) => {
                        ("the host name is unknown".to_owned(), "check the name of the host")
                    }
                    _ => (io.to_string().to_lowercase(), "check host and port"),
                };
                Fault::unavailable(format!("no connection to the MySQL server at `{endpoint}`: {why}"))
                    .hint(hint)
                    .cause(error)
            }
            Error::Io(IoError::Tls(tls)) => Fault::unavailable(format!(
                "the encrypted connection to the MySQL server at `{endpoint}` failed: {tls}"
            ))
            .hint("check `tls` and `root_certificate` of the connection")
            .cause(error),
            Error::Driver(DriverError::NoClientSslFlagFromServer) => {
                Fault::unavailable(format!("the MySQL server at `{endpoint}` does not encrypt connections"))
                    .hint("turn TLS on at the server, or set `tls: disable`")
            }
            Error::Driver(DriverError::UnknownAuthPlugin { name }) => {
                Fault::auth(format!("account `{}` signs in by `{name}`, which Towpath cannot", self.user))
                    .hint("use an account with `caching_sha2_password` or `mysql_native_password`")
            }
            _ => self.fault(error),
        }
    }

    /// The fault for an error on a connection that works.
    pub(super) fn fault(&self, error: Error) -> Fault {
        let endpoint = &self.endpoint;
        let fault = match &error {
            Error::Server(server) => self.server(server),
            Error::Io(IoError::Io(_)) | Error::Driver(DriverError::ConnectionClosed) => {
                Fault::unavailable(format!("the connection to the MySQL server at `{endpoint}` was lost"))
                    .hint("look at the server's error log; start the run again, nothing is half written")
            }
            Error::Driver(DriverError::StmtParamsNumberExceedsLimit { .. }) => {
                Fault::config("the SQL has more than 65535 bound values")
            }
            Error::Driver(DriverError::StmtParamsMismatch { .. } | DriverError::MixedParams) => {
                Fault::config("the SQL holds a `?` or a `:name` that is not a bound value")
                    .hint("write values as `${…}`, and put `?` and `:` into quotes where they are text")
            }
            Error::Driver(DriverError::PacketTooLarge) => {
                Fault::data("a row is larger than the server takes or sends at once")
                    .hint("raise `max_allowed_packet` on the server")
            }
            other => Fault::unavailable(format!("the MySQL server at `{endpoint}`: {other}")),
        };
        fault.cause(error)
    }

    fn server(&self, error: &ServerError) -> Fault {
        let Place { endpoint, user, database, .. } = self;
        let text = error.message.trim_end_matches('.');
        let on = self.table.as_ref().map(|table| format!(" on table `{table}`")).unwrap_or_default();
        let told = |what: &str| format!("{what}{on}: {text}");
        match error.code {
            1045 | 1698 => Fault::auth(format!(
                "the MySQL server at `{endpoint}` refused user `{user}` or its password"
            ))
            .hint("check `user` and `password` of the connection, and `tls` if the account needs encryption"),
            1862 | 1820 => Fault::auth(format!("the password of user `{user}` at `{endpoint}` has expired"))
                .hint("set a new password for the account"),
            1129 | 1130 | 1251 | 3118 | 4151 => {
                Fault::auth(format!("the MySQL server at `{endpoint}` refused user `{user}`: {text}"))
            }
            1044 => Fault::auth(format!("user `{user}` may not use database `{database}` at `{endpoint}`"))
                .hint(format!("let the administrator grant rights on `{database}`")),
            1142 | 1143 | 1227 | 1370 | 1419 => Fault::auth(told("the server refused the operation")).hint(
                format!("let the administrator grant the right to `{user}`; the manual lists what is needed"),
            ),
            1290 | 1792 | 1836 => Fault::unavailable(told("the server is read-only"))
                .hint("write to the primary server, not to a replica"),
            1049 => Fault::not_found(format!("database `{database}` does not exist at `{endpoint}`"))
                .hint("check `database` of the connection"),
            1146 | 1051 => Fault::not_found(told("a table does not exist")),
            1054 => Fault::not_found(told("a column does not exist")),
            1062 | 1586 | 1022 => Fault::data(told("two rows have the same unique key"))
                .hint("give `key` with these columns and mode `upsert`, or remove the repeated rows first"),
            1451 | 1217 => Fault::data(told("a row cannot go: rows of another table refer to it"))
                .hint("load the other table first, or use mode `upsert`, which deletes nothing"),
            1452 | 1216 => Fault::data(told("a row refers to a row of another table that does not exist"))
                .hint("load the other table first"),
            3819 | 4025 => Fault::data(told("a row breaks a check of the table")),
            1048 | 1263 | 1264 | 1265 | 1292 | 1364 | 1366 | 1367 | 1406 | 1411 | 1416 | 1525 | 3140
            | 3141 => Fault::data(told("a value does not fit its column")),
            1114 | 1021 | 1041 | 1037 => Fault::unavailable(told("the server has no space left"))
                .hint("free disk space on the server; nothing is half written"),
            3 | 1026 | 1030 if text.contains("28") || text.contains("No space") => {
                Fault::unavailable(told("the server has no space left"))
                    .hint("free disk space on the server; nothing is half written")
            }
            1205 => Fault::unavailable(told("another transaction held a lock for too long"))
                .hint("start the run again when the other transaction has ended"),
            1213 => Fault::unavailable(told("the server broke a deadlock with another transaction"))
                .hint("start the run again"),
            1206 => Fault::unavailable(told("the server ran out of locks"))
                .hint("let the administrator raise `innodb_buffer_pool_size`"),
            1153 => Fault::data(told("a row is larger than the server takes at once"))
                .hint("raise `max_allowed_packet` on the server"),
            1040 | 1203 | 1226 => Fault::unavailable(format!("the MySQL server at `{endpoint}`: {text}"))
                .hint("start the run again when there are fewer connections"),
            1053 | 1077 | 1152 | 1158..=1161 | 1317 | 1927 | 1969 | 3024 => {
                Fault::unavailable(told("the server stopped the work"))
            }
            1117 | 1118 => Fault::config(told("the table has too many or too wide columns for MySQL"))
                .hint("split the table, or load fewer columns"),
            1071 => Fault::config(told("the key is too long for MySQL"))
                .hint("choose shorter key columns, or create the table first with shorter types"),
            1050 => Fault::contract(told("the table was created by somebody else during the load"))
                .hint("start the run again"),
            _ => match error.state.get(..2) {
                Some("42") => Fault::config(told("the server does not accept the SQL")),
                Some("08") => Fault::unavailable(told("the connection failed")),
                _ => Fault::data(told(&format!("the server answered with error {}", error.code))),
            },
        }
    }
}

/// Whether the error says that a host name has no address. The standard library has no kind for it.
fn is_lookup(error: &std::io::Error) -> bool {
    let text = error.to_string();
    text.contains("lookup address") || text.contains("not known") || text.contains("resolve")
}

/// Whether the error is the server's with this number.
pub(super) fn is_code(error: &Error, code: u16) -> bool {
    matches!(error, Error::Server(server) if server.code == code)
}

/// Whether a fault says that something does not exist.
pub(super) fn is_not_found(fault: &Fault) -> bool {
    fault.kind() == FaultKind::NotFound
}
