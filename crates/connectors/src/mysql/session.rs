//! Connections to a server, with the settings of the session that reading and writing rely on.
//!
//! Every session speaks utf8mb4 and has time zone UTC, so that `timestamp` values arrive as the points in time they
//! are. Time limits on the server's side of a transfer are raised: a slow peer is not an error.

use std::net::SocketAddr;
use std::time::Duration;

use futures::FutureExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, DriverError, Error, IoError, OptsBuilder, Row, SslOpts};
use towpath_connect::bounds::{Step, Steps, Unreached};
use towpath_connect::{Context, Egress};
use towpath_model::{Fault, Secret};

use super::config::{Connection, TlsMode};
use super::fault::Place;

/// How long the server may take to accept a connection.
const CONNECT_SECONDS: u64 = 10;

/// The protocol's own limit; the server's `max_allowed_packet` decides what it takes from us.
const LARGEST_PACKET: usize = 1 << 30;

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reads with the server's own SQL mode, which user SQL may rely on.
    Read,
    /// Writes in strict mode: a value that does not fit is an error, never cut or rounded.
    Write,
}

/// How to reach a server: settings with paths resolved.
#[derive(Debug, Clone)]
pub(super) struct Access {
    connection: Connection,
    egress: Egress,
    /// How long one statement of a source may take.
    statement_limit: Option<Duration>,
    pub(super) place: Place,
}

/// What the server is and allows.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) mariadb: bool,
    pub(super) version: (u16, u16, u16),
    pub(super) local_infile: bool,
    pub(super) max_allowed_packet: usize,
    /// `timestamp` columns get only the defaults that are written down.
    pub(super) plain_timestamps: bool,
}

/// Closes a connection politely; the server does not mind when that fails.
pub(super) async fn close(conn: Conn) {
    let _ = conn.disconnect().await;
}

/// Ends a statement on the server when it is dropped before [`Pending::over`].
#[derive(Debug)]
pub(super) struct Pending(Option<(Access, u32)>);

impl Pending {
    /// Watches over the next statement of a connection.
    pub(super) fn new(access: &Access, conn: &Conn) -> Self {
        Pending(Some((access.clone(), conn.id())))
    }

    /// The statement has answered.
    pub(super) fn over(mut self) {
        self.0 = None;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some((access, id)) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { access.kill(id).await });
        }
    }
}

/// Closes a connection in the middle of a result.
///
/// The driver reads a result to its end before it closes, and so does dropping a connection. One step of that marks the
/// connection as closed; giving up then drops the socket.
pub(super) fn hang_up(conn: Conn) {
    let _ = conn.disconnect().now_or_never();
}

/// How far the driver came, which connects, encrypts and signs in by one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Nothing,
    /// Connected; encryption failed.
    Server,
    /// Connected and encrypted as far as wanted; the account was refused.
    Account,
    /// Everything, and whether it is encrypted.
    All(bool),
}

impl Reached {
    fn of(conn: &Conn) -> Self {
        Reached::All(conn.opts().ssl_opts().is_some())
    }

    fn before(error: &Error) -> Self {
        match error {
            Error::Io(IoError::Tls(_)) | Error::Driver(DriverError::NoClientSslFlagFromServer) => {
                Reached::Server
            }
            // What the TLS library refuses arrives as invalid data.
            Error::Io(IoError::Io(io)) if io.kind() == std::io::ErrorKind::InvalidData => Reached::Server,
            Error::Io(_) => Reached::Nothing,
            _ => Reached::Account,
        }
    }
}

/// Tells the steps that one call of the driver took.
fn tell(steps: &Steps, tls: TlsMode, reached: Reached) {
    if reached == Reached::Nothing {
        return;
    }
    steps.done(Step::Connect);
    if tls != TlsMode::Disable {
        steps.begin(Step::Encrypt);
        match reached {
            Reached::Server => return,
            Reached::All(false) => steps.skip(Step::Encrypt),
            _ => steps.done(Step::Encrypt),
        }
    }
    steps.begin(Step::SignIn);
    if matches!(reached, Reached::All(_)) {
        steps.done(Step::SignIn);
    }
}

impl Access {
    pub(super) fn new(connection: &Connection, cx: &Context) -> Result<Self, Fault> {
        let mut connection = connection.clone();
        if let Some(path) = &connection.root_certificate {
            connection.root_certificate = Some(cx.resolve(path)?.display().to_string());
        }
        Ok(Access {
            place: Place::new(&connection),
            egress: cx.bounds.egress.clone(),
            statement_limit: cx.statement_limit,
            connection,
        })
    }

    /// The database that table names start from.
    pub(super) fn database(&self) -> &str {
        &self.connection.database
    }

    /// Opens a connection.
    pub(super) async fn connect(&self, purpose: Purpose) -> Result<Conn, Fault> {
        match tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS), self.handshake(purpose)).await {
            Ok(result) => result,
            Err(_) => Err(self.place.timeout(CONNECT_SECONDS)),
        }
    }

    async fn handshake(&self, purpose: Purpose) -> Result<Conn, Fault> {
        if let Some(path) = &self.connection.root_certificate {
            std::fs::metadata(path).map_err(|error| {
                Fault::not_found(format!("the certificate file `{path}` cannot be read: {error}"))
                    .hint("check `root_certificate` of the connection")
            })?;
        }
        // The driver is told the addresses, and verifies the server by its name.
        let addresses = self.egress.resolve(&self.connection.host, self.connection.port).await;
        let addresses = addresses.map_err(|unreached| match unreached {
            Unreached::Refused(refused) => refused.into(),
            Unreached::Unknown(error) | Unreached::Failed(error) => self.place.unknown_host().cause(error),
        })?;
        let addresses: Vec<_> = addresses.iter().map(SocketAddr::ip).collect();
        let steps = self.egress.steps();
        steps.begin(Step::Connect);
        let plain = self.options(purpose, None).resolved_ips(Some(addresses.clone()));
        let result = match self.tls() {
            None => Conn::new(plain).await,
            Some(tls) => {
                match Conn::new(self.options(purpose, Some(tls)).resolved_ips(Some(addresses))).await {
                    Err(Error::Driver(DriverError::NoClientSslFlagFromServer))
                        if self.connection.tls == TlsMode::Prefer =>
                    {
                        Conn::new(plain).await
                    }
                    other => other,
                }
            }
        };
        match &result {
            Ok(conn) => tell(steps, self.connection.tls, Reached::of(conn)),
            Err(error) => tell(steps, self.connection.tls, Reached::before(error)),
        }
        let mut conn = result.map_err(|error| self.place.connecting(error))?;
        if let (Some(limit), Purpose::Read) = (self.statement_limit, purpose) {
            // MariaDB knows the first one, in seconds, MySQL the second one, in milliseconds; neither minds the other's.
            let (seconds, ms) = (limit.as_secs_f64(), limit.as_millis());
            if conn.query_drop(format!("SET SESSION max_statement_time = {seconds}")).await.is_err() {
                let _ = conn.query_drop(format!("SET SESSION max_execution_time = {ms}")).await;
            }
        }
        Ok(conn)
    }

    /// Ends the statement of a connection, for who does not wait for it any more: the server would go on with it until
    /// it has something to send. Best effort.
    async fn kill(&self, id: u32) {
        if let Ok(mut conn) = self.connect(Purpose::Read).await {
            let _ = conn.query_drop(format!("KILL QUERY {id}")).await;
            close(conn).await;
        }
    }

    fn tls(&self) -> Option<SslOpts> {
        let roots = self.connection.root_certificate.as_ref();
        let roots = roots.map(|path| vec![std::path::PathBuf::from(path).into()]).unwrap_or_default();
        let options = SslOpts::default();
        match self.connection.tls {
            TlsMode::Disable => None,
            TlsMode::Prefer | TlsMode::Require => {
                Some(options.with_danger_accept_invalid_certs(true).with_danger_skip_domain_validation(true))
            }
            TlsMode::Verify => {
                Some(options.with_disable_built_in_roots(!roots.is_empty()).with_root_certs(roots))
            }
        }
    }

    fn options(&self, purpose: Purpose, tls: Option<SslOpts>) -> OptsBuilder {
        let Connection { host, port, database, user, password, .. } = &self.connection;
        // 86400 s: the longest that all of these variables accept on every server.
        let mut set = "SET NAMES utf8mb4, time_zone = '+00:00', net_write_timeout = 86400, \
                       net_read_timeout = 86400, wait_timeout = 86400"
            .to_owned();
        if purpose == Purpose::Write {
            // NO_AUTO_VALUE_ON_ZERO: a 0 stays a 0 in an auto_increment column.
            set.push_str(
                ", sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION', \
                 autocommit = 1, foreign_key_checks = 1, unique_checks = 1",
            );
        }
        OptsBuilder::default()
            .ip_or_hostname(host)
            .tcp_port(*port)
            .user(Some(user))
            .pass(password.as_ref().map(Secret::expose))
            .db_name(Some(database))
            .prefer_socket(false)
            .tcp_nodelay(true)
            // An update counts the rows that it finds, as previews do.
            .client_found_rows(true)
            .max_allowed_packet(Some(LARGEST_PACKET))
            .wait_timeout(Some(86400))
            .ssl_opts(tls)
            .init(vec![set])
    }

    /// Asks the server what it is.
    pub(super) async fn server(&self, conn: &mut Conn) -> Result<Server, Fault> {
        let sql = "SELECT VERSION(), @@local_infile, @@max_allowed_packet, @@explicit_defaults_for_timestamp";
        let row: Option<Row> = conn.query_first(sql).await.map_err(|error| self.place.fault(error))?;
        let mut row = row.ok_or_else(|| Fault::internal("the server did not say what it is"))?;
        let text = row.take_opt::<String, _>(0).and_then(Result::ok).unwrap_or_default();
        let mut number = |index: usize| row.take_opt::<u64, _>(index).and_then(Result::ok);
        Ok(Server {
            mariadb: text.contains("MariaDB"),
            version: conn.server_version(),
            local_infile: number(1) == Some(1),
            max_allowed_packet: number(2).and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(1 << 20),
            plain_timestamps: number(3) == Some(1),
        })
    }
}
