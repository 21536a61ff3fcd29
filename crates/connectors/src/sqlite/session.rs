//! Connections to the file, and the threads that use them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle, OpenFlags};
use towpath_connect::Context;
use towpath_model::{Fault, suggest};

use super::config::SqliteConnection;
use super::fault::explain;

/// Where the database is and how to open it.
#[derive(Debug, Clone)]
pub(super) struct Database {
    /// Absolute, so that SQLite never takes it for one of its URIs.
    pub(super) path: PathBuf,
    /// The path as the user wrote it, for messages.
    pub(super) name: String,
    pub(super) create: bool,
    pub(super) wait: Duration,
}

impl Database {
    pub(super) fn new(connection: &SqliteConnection, cx: &Context) -> Result<Self, Fault> {
        if connection.path.is_empty() || connection.path.contains('\0') {
            return Err(Fault::config("`path` names no file")
                .hint("give the path of the database, for example `shop.db`"));
        }
        let path = std::path::absolute(cx.resolve(&connection.path)?)
            .map_err(|error| Fault::config(format!("`{}` is not a path: {error}", connection.path)))?;
        Ok(Database {
            path,
            name: connection.path.clone(),
            create: connection.create,
            wait: Duration::from_millis(u64::from(connection.busy_timeout_ms)),
        })
    }

    /// Whether there is a file; a folder in its place is a fault.
    pub(super) fn exists(&self) -> Result<bool, Fault> {
        match std::fs::metadata(&self.path) {
            Ok(found) if found.is_dir() => {
                Err(Fault::config(format!("`{}` is a folder, not a database", self.name))
                    .hint("give the path of the database file"))
            }
            Ok(_) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                Err(Fault::auth(format!("`{}` may not be read: permission denied", self.name))
                    .hint("run as a user who may open the file and its folder"))
            }
            Err(_) => Ok(false),
        }
    }

    /// The fault of a file that is not there.
    pub(super) fn missing(&self) -> Fault {
        let fault = Fault::not_found(format!("there is no database file `{}`", self.name));
        match self.neighbours() {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint(format!("looked at `{}`", self.path.display())),
        }
    }

    fn neighbours(&self) -> Option<String> {
        let wanted = self.path.file_name()?.to_str()?;
        let names: Vec<String> = std::fs::read_dir(self.path.parent()?)
            .ok()?
            .take(1000)
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        let near = suggest::nearest(wanted, names.iter().map(String::as_str))?;
        Some(Path::new(&self.name).with_file_name(near).display().to_string())
    }

    /// Whether a load may make the file: its folder exists.
    pub(super) fn creatable(&self) -> Result<(), Fault> {
        if !self.create {
            return Err(self.missing().hint("set `create: true` to make it"));
        }
        match self.path.parent() {
            Some(folder) if folder.is_dir() => Ok(()),
            Some(folder) => Err(Fault::not_found(format!(
                "there is no folder `{}` for `{}`",
                folder.display(),
                self.name
            ))
            .hint("make the folder first")),
            None => Err(self.missing()),
        }
    }

    /// Opens the file for reading only.
    pub(super) fn open_to_read(&self) -> Result<Connection, Fault> {
        if !self.exists()? {
            return Err(self.missing());
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&self.path, flags).map_err(|error| explain(self, error))?;
        connection.busy_timeout(self.wait).map_err(|error| explain(self, error))?;
        self.look(&connection, "main")?;
        Ok(connection)
    }

    /// Reads the first page and the schema, so that a file of another kind or a lock shows here. Names that are
    /// not text would make the driver panic later.
    pub(super) fn look(&self, connection: &Connection, schema: &str) -> Result<(), Fault> {
        let read = || -> rusqlite::Result<bool> {
            let mut statement = connection.prepare(&format!("SELECT sql FROM {schema}.sqlite_schema"))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if let rusqlite::types::ValueRef::Text(text) = row.get_ref(0)?
                    && std::str::from_utf8(text).is_err()
                {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        match read() {
            Ok(true) => Ok(()),
            Ok(false) => {
                Err(Fault::data(format!("`{}` has table definitions that are not valid UTF-8", self.name)))
            }
            Err(error) => Err(explain(self, error)),
        }
    }
}

/// Interrupts the thread of a read or a load when it is dropped.
#[derive(Default, Clone)]
pub(super) struct Interrupt(Arc<Mutex<Option<InterruptHandle>>>);

impl Interrupt {
    /// Lets the guard reach a connection.
    pub(super) fn watch(&self, connection: &Connection) {
        if let Ok(mut handle) = self.0.lock() {
            *handle = Some(connection.get_interrupt_handle());
        }
    }
}

/// Stops the work when it is dropped before [`Guard::release`].
pub(super) struct Guard(Option<Interrupt>);

impl Guard {
    pub(super) fn new(interrupt: Interrupt) -> Self {
        Guard(Some(interrupt))
    }

    pub(super) fn release(&mut self) {
        self.0 = None;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(interrupt) = &self.0
            && let Ok(handle) = interrupt.0.lock()
            && let Some(handle) = handle.as_ref()
        {
            handle.interrupt();
        }
    }
}

/// Runs blocking work on a thread of its own; dropping the future interrupts it.
pub(super) async fn on_thread<T: Send + 'static>(
    work: impl FnOnce(&Interrupt) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let interrupt = Interrupt::default();
    let mut guard = Guard::new(interrupt.clone());
    let result = tokio::task::spawn_blocking(move || work(&interrupt)).await;
    guard.release();
    result.unwrap_or_else(|error| Err(broken(error)))
}

/// The fault of a thread that panicked.
pub(super) fn broken(error: tokio::task::JoinError) -> Fault {
    Fault::internal("the thread of a SQLite database stopped in the middle").cause(error)
}

/// A name as SQL writes it. Use it with a qualifier or in definitions: SQLite reads a lone quoted name that no
/// column has as text.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A short name for a load id, which may hold characters that names of files and tables do not take: its 64-bit
/// FNV-1a hash. Whoever uses it compares the whole id afterwards.
pub(super) fn name_hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}
