//! A session with a server: reaching it, signing in, small statements, and the way to bulk transfers.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use tokio::net::TcpStream;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row, SimpleQueryMessage};
use towpath_connect::Egress;
use towpath_connect::bounds::{Step, Unreached};
use towpath_model::Fault;

use super::config::Connection;
use super::fault::{ServerError, driver_fault, io_fault};
use super::tls::{Answer, encrypt};
use super::wire::{Bulk, Settled, Wire};

/// How long a server may take to answer and let us in.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Oldest major version whose catalogs have what is asked of them.
const OLDEST_VERSION: u32 = 12;

/// What every session sets: dates in one form inside text, and no time limits meant for interactive work, as a load
/// waits for the other side of the pipeline.
const SETTINGS: &str = "SET datestyle = ISO; SET statement_timeout = 0; SET lock_timeout = 0; \
                        SET idle_in_transaction_session_timeout = 0";

/// A session with a server.
pub(super) struct Session {
    client: Client,
    wire: Wire,
    /// Settings of the connection, for messages.
    pub(super) connection: Arc<Connection>,
    /// Major version of the server.
    pub(super) version: u32,
}

impl Session {
    /// Connects and signs in.
    pub(super) async fn open(connection: &Arc<Connection>) -> Result<Self, Fault> {
        match tokio::time::timeout(CONNECT_TIMEOUT, Box::pin(Session::sign_in(connection))).await {
            Ok(session) => session,
            Err(_) => Err(Fault::unavailable(format!(
                "the server did not answer within {} seconds ({})",
                CONNECT_TIMEOUT.as_secs(),
                connection.place()
            ))
            .hint("check `host` and `port`, and whether a firewall stands between")),
        }
    }

    async fn sign_in(connection: &Arc<Connection>) -> Result<Self, Fault> {
        let doing = "signing in";
        let wire = dial(connection).await?;
        egress(connection)?.steps().begin(Step::SignIn);
        let mut config = Config::new();
        config
            .user(&connection.user)
            .dbname(connection.database())
            .application_name(&connection.application_name);
        if let Some(password) = &connection.password {
            config.password(password.expose());
        }
        // Encryption is settled before the driver sees the stream; these two make it ask the stream for the
        // channel binding and send nothing itself.
        config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
        let (client, driver) = config
            .connect_raw(wire.clone(), Settled)
            .await
            .map_err(|error| driver_fault(error, connection, doing))?;
        let version = driver.parameter("server_version").map(major).unwrap_or(OLDEST_VERSION);
        tokio::spawn(async move {
            // Whoever waits for an answer gets the same error.
            let _ = driver.await;
        });
        if version < OLDEST_VERSION {
            return Err(Fault::config(format!(
                "the server runs PostgreSQL {version}, and {OLDEST_VERSION} or later is needed ({})",
                connection.place()
            )));
        }
        let session = Session { client, wire, connection: Arc::clone(connection), version };
        session.batch(doing, SETTINGS).await?;
        if let Some(limit) = connection.statement_limit {
            session.batch(doing, &format!("SET statement_timeout = {}", limit.as_millis())).await?;
        }
        if version >= 14 {
            // A request to stop may overtake the statement that it means; this ends the statement all the same.
            session.batch(doing, "SET client_connection_check_interval = 1000").await?;
        }
        egress(connection)?.steps().done(Step::SignIn);
        Ok(session)
    }

    /// Runs statements that return nothing.
    pub(super) async fn batch(&self, doing: &str, sql: &str) -> Result<(), Fault> {
        self.client.batch_execute(sql).await.map_err(|error| self.fault(error, doing))
    }

    /// Runs a statement that may fail in a way the caller knows.
    pub(super) async fn attempt(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    /// Runs one statement and gives the number of rows it touched.
    pub(super) async fn execute(&self, doing: &str, sql: &str) -> Result<u64, Fault> {
        let messages = self.client.simple_query(sql).await.map_err(|error| self.fault(error, doing))?;
        let counts = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::CommandComplete(count) => Some(*count),
            _ => None,
        });
        Ok(counts.last().unwrap_or(0))
    }

    /// Runs a query of the catalog. Its result columns must have built-in types.
    pub(super) async fn rows(
        &self,
        doing: &str,
        sql: &str,
        binds: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Fault> {
        let run = async {
            let rows =
                self.client.query_typed_raw(sql, binds.iter().map(|(value, kind)| (*value, kind.clone())));
            rows.await?.try_collect().await
        };
        run.await.map_err(|error| self.fault(error, doing))
    }

    /// Runs a query and hands over its rows as the server writes them, without collecting them.
    pub(super) async fn texts(
        &self,
        doing: &str,
        sql: &str,
        take: &mut (dyn FnMut(Vec<Option<String>>) -> Result<(), Fault> + Send),
    ) -> Result<(), Fault> {
        let messages = self.client.simple_query_raw(sql).await.map_err(|error| self.fault(error, doing))?;
        let mut messages = std::pin::pin!(messages);
        while let Some(message) = messages.try_next().await.map_err(|error| self.fault(error, doing))? {
            if let SimpleQueryMessage::Row(row) = message {
                take((0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect())?;
            }
        }
        Ok(())
    }

    /// Borrows the connection for a bulk transfer.
    pub(super) async fn bulk(&self, doing: &str) -> Result<Bulk, Fault> {
        // The driver may still wait for an answer nobody asked about, such as that to a closed statement. After
        // this round trip it does not.
        self.client.check_connection().await.map_err(|error| self.fault(error, doing))?;
        Ok(self.wire.lend())
    }

    /// Asks the server to stop what this session is doing; best effort.
    pub(super) async fn cancel(&self) {
        let token = self.client.cancel_token();
        let work = async {
            if let Ok(wire) = dial(&self.connection).await {
                let _ = token.cancel_query_raw(wire, Settled).await;
            }
        };
        let _ = tokio::time::timeout(CONNECT_TIMEOUT, work).await;
    }

    /// An error of the driver as a fault.
    pub(super) fn fault(&self, error: tokio_postgres::Error, doing: &str) -> Fault {
        driver_fault(error, &self.connection, doing)
    }

    /// A bulk transfer's error as a fault.
    pub(super) fn broken(&self, error: Broken, doing: &str) -> Fault {
        match error {
            Broken::Server(error) => error.into_fault(&self.connection, doing),
            Broken::Socket(error) => io_fault(error, &self.connection, doing),
        }
    }
}

/// Why a bulk transfer ended early.
#[derive(Debug)]
pub(super) enum Broken {
    /// The server refused something.
    Server(Box<ServerError>),
    /// The connection failed.
    Socket(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Broken::Socket(error)
    }
}

fn major(version: &str) -> u32 {
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(OLDEST_VERSION)
}

/// Reaches the server and settles encryption.
async fn dial(connection: &Connection) -> Result<Wire, Fault> {
    if connection.host.starts_with('/') {
        return dial_socket(connection).await;
    }
    let stream = match encrypt(connection, dial_tcp(connection).await?).await? {
        Answer::Stream(stream) => stream,
        Answer::Retry => Box::new(dial_tcp(connection).await?),
    };
    Ok(Wire::new(stream))
}

#[cfg(unix)]
async fn dial_socket(connection: &Connection) -> Result<Wire, Fault> {
    let egress = egress(connection)?;
    egress.steps().begin(Step::Connect);
    egress.check_socket(&connection.host)?;
    let path = format!("{}/.s.PGSQL.{}", connection.host, connection.port);
    let stream = tokio::net::UnixStream::connect(&path).await;
    let stream = stream.map_err(|error| unreachable_server(connection, &error.to_string()).cause(error))?;
    egress.steps().done(Step::Connect);
    Ok(Wire::new(Box::new(stream)))
}

#[cfg(not(unix))]
async fn dial_socket(_: &Connection) -> Result<Wire, Fault> {
    Err(Fault::config("Unix sockets do not exist on this system").hint("give `host` a name or an address"))
}

async fn dial_tcp(connection: &Connection) -> Result<TcpStream, Fault> {
    let host = &connection.host;
    egress(connection)?.connect(host, connection.port).await.map_err(|unreached| match unreached {
        Unreached::Refused(refused) => refused.into(),
        Unreached::Unknown(error) => {
            Fault::unavailable(format!("the host `{host}` is not known ({})", connection.place()))
                .hint("check `host` of the connection")
                .cause(error)
        }
        Unreached::Failed(error) => unreachable_server(connection, &error.to_string()).cause(error),
    })
}

pub(super) fn egress(connection: &Connection) -> Result<&Egress, Fault> {
    connection.egress.as_ref().ok_or_else(|| Fault::internal("a connection is used before it is settled"))
}

fn unreachable_server(connection: &Connection, reason: &str) -> Fault {
    Fault::unavailable(format!("the server cannot be reached: {} ({})", lower(reason), connection.place()))
        .hint("check that the server runs, and `host` and `port` of the connection")
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
