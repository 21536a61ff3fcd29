//! Where messages come from: a file, the standard input, or a tap that is run.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use towpath_connect::Context;
use towpath_model::Fault;

use super::config::Connection;
use super::tap::Tap;
use crate::blocking::broke_down;
use crate::scratch::{Keeper, create};
use crate::trouble::io_fault;

/// What a connection names.
#[derive(Debug)]
pub(super) struct Origin {
    from: Named,
    scratch: PathBuf,
    next_state: Option<PathBuf>,
}

#[derive(Debug)]
enum Named {
    File { path: PathBuf, name: String },
    Input,
    Tap(Tap),
}

/// Messages that can be read any number of times.
#[derive(Debug)]
pub(super) struct Messages {
    pub(super) path: PathBuf,
    /// Bytes in all.
    pub(super) size: u64,
    /// The copy stays on disk for as long as this is held.
    _keeper: Option<Keeper>,
}

impl Origin {
    /// Checks the settings against each other.
    pub(super) fn new(connection: Connection, cx: &Context) -> Result<Self, Fault> {
        let next_state = connection.next_state_file.as_ref().map(|path| cx.resolve(path)).transpose()?;
        if next_state.is_some() && connection.next_state_file == connection.state_file {
            return Err(Fault::config("`next_state_file` must not be `state_file` itself")
                .hint("write to another file, and put it in the place of `state_file` after a good run"));
        }
        let from = match (&connection.path, &connection.command) {
            (Some(_), Some(_)) => {
                return Err(Fault::config("`path` and `command` are both given").hint("remove one of them"));
            }
            (None, None) => {
                return Err(Fault::config("neither `path` nor `command` is given")
                    .hint("name a file of messages with `path`, or a tap to run with `command`"));
            }
            (Some(path), None) => {
                for (set, name) in [
                    (connection.config.is_some(), "config"),
                    (connection.catalog.is_some(), "catalog"),
                    (connection.properties.is_some(), "properties"),
                    (connection.state.is_some(), "state"),
                    (connection.state_file.is_some(), "state_file"),
                ] {
                    if set {
                        return Err(Fault::config(format!("`{name}` has no meaning without `command`"))
                            .hint(format!("remove `{name}`, or run a tap with `command`")));
                    }
                }
                match path.as_str() {
                    "-" => {
                        cx.bounds.check_standard_streams()?;
                        Named::Input
                    }
                    path => Named::File { path: cx.resolve(path)?, name: path.to_owned() },
                }
            }
            (None, Some(_)) => Named::Tap(Tap::new(connection, cx)?),
        };
        Ok(Origin { from, scratch: cx.scratch.clone(), next_state })
    }

    /// What messages call it: the path, or the name of the tap.
    pub(super) fn name(&self) -> &str {
        match &self.from {
            Named::File { name, .. } => name,
            Named::Input => "-",
            Named::Tap(tap) => tap.name(),
        }
    }

    /// The tap, when one is run.
    pub(super) fn tap(&self) -> Option<&Tap> {
        match &self.from {
            Named::Tap(tap) => Some(tap),
            _ => None,
        }
    }

    /// Whether there is something to read.
    pub(super) async fn check(&self) -> Result<(), Fault> {
        match &self.from {
            Named::Input => Ok(()),
            Named::Tap(tap) => tap.catalog().await.map(drop),
            Named::File { path, name } => {
                tokio::fs::File::open(path).await.map(drop).map_err(|error| io_fault("file", name, error))
            }
        }
    }

    /// The messages. What says them once is copied to a temporary file.
    pub(super) async fn messages(&self) -> Result<Messages, Fault> {
        let (from, name) = match &self.from {
            Named::Tap(tap) => {
                let (path, file, keeper) = create(&self.scratch).map_err(|error| self.no_copy(error))?;
                let size = tap.extract(file).await?;
                return Ok(Messages { path, size, _keeper: Some(keeper) });
            }
            Named::File { path, name } => {
                let known = tokio::fs::metadata(path).await.map_err(|error| io_fault("file", name, error))?;
                if known.is_file() {
                    return Ok(Messages { path: path.clone(), size: known.len(), _keeper: None });
                }
                (Some(path.clone()), name.clone())
            }
            Named::Input => (None, "-".to_owned()),
        };
        let (path, file, keeper) = create(&self.scratch).map_err(|error| self.no_copy(error))?;
        let copied =
            tokio::task::spawn_blocking(move || copy(from.as_deref(), file)).await.map_err(broke_down)?;
        let size = copied.map_err(|error| io_fault("file", &name, error))?;
        Ok(Messages { path, size, _keeper: Some(keeper) })
    }

    fn no_copy(&self, error: io::Error) -> Fault {
        io_fault("folder", &self.scratch.display().to_string(), error)
    }

    /// Keeps the last state, in one step, where the settings ask for it.
    pub(super) fn keep_state(&self, state: Option<&str>) -> Result<(), Fault> {
        let (Some(path), Some(state)) = (&self.next_state, state) else { return Ok(()) };
        let name = path.display().to_string();
        let write = || -> io::Result<()> {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
            io::Write::write_all(&mut file.as_file(), state.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path).map(drop).map_err(|error| error.error)
        };
        write().map_err(|error| io_fault("file", &name, error))
    }
}

fn copy(from: Option<&Path>, mut to: File) -> io::Result<u64> {
    match from {
        Some(path) => io::copy(&mut File::open(path)?, &mut to),
        None => io::copy(&mut io::stdin().lock(), &mut to),
    }
}
