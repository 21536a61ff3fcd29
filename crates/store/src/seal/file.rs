//! The file that master keys stand in. It may become another one while a server runs; what was read is kept until then.
//!
//! Looking at the file is one question to the system, so it is looked at whenever a key is needed: what another process
//! sealed with a new key opens at once, and nothing is sealed with one that was taken out.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use towpath_model::Fault;
use towpath_model::scope::plain_io;

use super::master::{self, Master};

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
    number: u64,
}

struct Read {
    stamp: Stamp,
    masters: Arc<[Master]>,
}

/// A file of master keys, and what it held when it was last read.
pub(super) struct KeyFile {
    path: PathBuf,
    read: RwLock<Read>,
}

impl KeyFile {
    pub(super) fn open(path: &Path) -> Result<KeyFile, Fault> {
        Ok(KeyFile { path: path.to_owned(), read: RwLock::new(read(path)?) })
    }

    /// The keys in the file, or those that it held when it could still be read: they open what they sealed.
    pub(super) fn masters(&self) -> Arc<[Master]> {
        self.current().unwrap_or_else(|_| self.known().1)
    }

    /// The keys in the file as it is now.
    pub(super) fn current(&self) -> Result<Arc<[Master]>, Fault> {
        let now = stamp(&self.path)?;
        let (known, masters) = self.known();
        if known == now {
            return Ok(masters);
        }
        let new = read(&self.path)?;
        let masters = Arc::clone(&new.masters);
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(masters)
    }

    fn known(&self) -> (Stamp, Arc<[Master]>) {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        (read.stamp, Arc::clone(&read.masters))
    }
}

fn stamp(path: &Path) -> Result<Stamp, Fault> {
    let found = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    Ok(Stamp { modified: found.modified().ok(), size: found.len(), number: number(&found) })
}

/// The state is taken before the content: a change in between is found the next time.
fn read(path: &Path) -> Result<Read, Fault> {
    let stamp = stamp(path)?;
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let masters = master::parse(&text).map_err(|fault| fault.at("key file", path.display()))?;
    Ok(Read { stamp, masters })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::config(format!("the key file `{}` cannot be read: {}", path.display(), plain_io(error)))
        .hint("put it back, or start the server with the right `--key-file`")
}

/// A file that takes the place of another has another number, even in the same moment.
#[cfg(unix)]
fn number(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}
