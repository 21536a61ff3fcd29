//! The database behind the store: one SQLite file, or PostgreSQL.
//!
//! Both speak the same SQL here: `BIGINT` (numbers, flags, microseconds since 1970), `TEXT` (words, JSON, sealed
//! bytes) and `DOUBLE PRECISION` are the only types, `$1` the only kind of placeholder. SQLite has one connection that
//! writes, which takes its lock when a transaction begins, so two writers never meet half way; readers see the last
//! commit and wait for nobody.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Transaction};

use crate::durable::Log;
use crate::error::Error;
use crate::migrate;
use crate::readers::{PATIENCE, Reader, Readers};
use crate::seal::Keys;

/// A connection on which statements run.
pub type Conn = AnyConnection;

/// A transaction that only reads.
pub type ReadTx<'c> = Transaction<'c, Any>;

/// A transaction; what was done in it is undone when it is dropped.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    log: Option<Arc<Log>>,
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.inner
    }
}

/// Makes what a transaction did visible and durable: when this returns, it survives a power cut.
pub async fn commit(tx: Tx) -> Result<(), Error> {
    tx.inner.commit().await?;
    match &tx.log {
        Some(log) => log.keep().await,
        None => Ok(()),
    }
}

/// The time that all servers of a store share: that of the database server, or of this machine for a file.
pub async fn now(conn: &mut Conn) -> Result<Timestamp, Error> {
    if conn.backend_name() != "PostgreSQL" {
        // What is stored is whole microseconds, and so is what is compared with it.
        let micros = Timestamp::now().as_microsecond();
        return Timestamp::from_microsecond(micros).map_err(|error| Error::Corrupt(error.to_string()));
    }
    let text = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
    let micros: i64 = sqlx::query_scalar(text).fetch_one(conn).await?;
    Timestamp::from_microsecond(micros).map_err(|error| Error::Corrupt(error.to_string()))
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file.
    Sqlite,
    /// A server that several processes may share.
    Postgres,
}

#[derive(Debug, Clone)]
enum Reading {
    File(Arc<Readers>),
    Server(AnyPool),
}

/// What a server remembers.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
    url: String,
    reading: Reading,
    writing: AnyPool,
    log: Option<Arc<Log>>,
    keys: Option<Keys>,
}

impl Store {
    /// Opens the SQLite file, makes it when it does not exist, and brings it up to date.
    pub async fn open_file(path: &Path) -> Result<Store, Error> {
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let store = Store::connect(&url, Engine::Sqlite, 4).await?;
        let store = Store { log: Some(Arc::new(Log::of(path))), ..store };
        migrate::up(&store).await?;
        Ok(store)
    }

    /// Opens a PostgreSQL database and brings it up to date. Several servers may do so at once.
    pub async fn open_postgres(url: &str) -> Result<Store, Error> {
        let store = Store::connect(url, Engine::Postgres, 10).await?;
        migrate::up(&store).await?;
        Ok(store)
    }

    pub(crate) async fn connect(url: &str, engine: Engine, connections: u32) -> Result<Store, Error> {
        install_default_drivers();
        let options = AnyConnectOptions::from_str(url)?;
        let pool = |size: u32| {
            AnyPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(PATIENCE)
                .idle_timeout(Duration::from_secs(600))
                // A file does not hang up.
                .test_before_acquire(engine == Engine::Postgres)
                .after_connect(move |connection, _| Box::pin(prepare(connection, engine)))
        };
        let (reading, writing) = match engine {
            Engine::Sqlite => {
                let writing = pool(1).connect_with(options.clone()).await?;
                (Reading::File(Arc::new(Readers::new(options, connections as usize))), writing)
            }
            Engine::Postgres => {
                let both = pool(connections).connect_with(options).await?;
                (Reading::Server(both.clone()), both)
            }
        };
        Ok(Store { engine, url: url.to_owned(), reading, writing, log: None, keys: None })
    }

    /// The same store with keys that sign the audit.
    #[must_use]
    pub fn signing(self, keys: Keys) -> Store {
        Store { keys: Some(keys), ..self }
    }

    /// The keys that sign the audit, where they are at hand.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The address; may hold a password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection for reading. Statements on it see what was committed.
    pub async fn read(&self) -> Result<Reader, Error> {
        match &self.reading {
            Reading::File(readers) => readers.take().await,
            Reading::Server(pool) => Ok(pool.acquire().await?.into()),
        }
    }

    /// A transaction that may write; what it does is undone unless it is committed.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let inner = match self.engine {
            Engine::Sqlite => self.writing.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.writing.begin().await?,
        };
        Ok(Tx { inner, log: self.log.clone() })
    }

    /// A transaction that only reads, and sees one state of everything.
    pub async fn snapshot<'c>(&self, conn: &'c mut Conn) -> Result<ReadTx<'c>, Error> {
        let mut tx = conn.begin().await?;
        if self.engine == Engine::Postgres {
            let text = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
            sqlx::query(text).execute(&mut *tx).await?;
        }
        Ok(tx)
    }

    /// Holds everybody else back who asks for the same lock, until the transaction ends.
    pub async fn lock(&self, conn: &mut Conn, name: &str) -> Result<(), Error> {
        // SQLite has a single writer at any time.
        if self.engine == Engine::Postgres {
            sqlx::query("SELECT pg_advisory_xact_lock(hashtext($1))").bind(name).execute(conn).await?;
        }
        Ok(())
    }

    /// Holds every other worker back that applies what it decided, until the transaction ends. A worker that stands still
    /// meanwhile loses the transaction.
    pub async fn lock_decisions(&self, conn: &mut Conn) -> Result<(), Error> {
        if self.engine == Engine::Postgres {
            let text = "SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL lock_timeout = '20s'";
            sqlx::raw_sql(text).execute(&mut *conn).await?;
        }
        self.lock(conn, "towpath-decisions").await
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.reading {
            Reading::File(readers) => readers.close().await,
            Reading::Server(pool) => pool.close().await,
        }
        self.writing.close().await;
    }
}

/// What every connection is told first.
pub(crate) async fn prepare(connection: &mut AnyConnection, engine: Engine) -> Result<(), sqlx::Error> {
    let statements = match engine {
        // After a power cut, a run that loaded rows must not be run once more because the store forgot it: `durable` waits for
        // the disk, outside of the lock of the writer.
        Engine::Sqlite => {
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 15000; \
             PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;"
        }
        // A server that stands still in the middle of a transaction loses it, and with it the locks that others wait for:
        // long before its leases end.
        Engine::Postgres => "SET timezone TO 'UTC'; SET idle_in_transaction_session_timeout TO '10s'",
    };
    sqlx::raw_sql(statements).execute(connection).await.map(drop)
}
