//! Where files are kept: this machine, or a server.
//!
//! A [`Store`] lists, looks at, moves and removes the files below one root; a [`Remote`] one also carries files here and
//! back. Paths are relative to the root, with `/` between their parts; the empty path is the root. [`search`] finds
//! the files of a pattern in every store alike, and [`copies`] keeps what was carried here.
//!
//! A store does what it is told with any path below its root; that the path *is* below the root is checked by
//! [`super::place`], by the words of the path and, where the store has links, by [`Store::confine`].

pub(super) mod copies;
pub(super) mod http;
pub(super) mod local;
pub(super) mod root;
pub(super) mod s3;
pub(super) mod search;
pub(super) mod sftp;
#[cfg(test)]
mod tests;
mod tls;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use towpath_model::Fault;

use crate::trouble::io_fault;

/// How often in a row a connection may break before carrying a file is given up.
const TRIES: u32 = 3;

/// What is found under a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file with a size, which can be read again and again.
    File,
    /// A folder.
    Folder,
    /// A pipe or device: it can be read only once.
    Other,
}

/// A file or folder that exists.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) kind: Kind,
    /// Size in bytes; 0 for folders and devices.
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    /// What the server calls this version of the file: an ETag.
    pub(super) tag: Option<String>,
    /// A symbolic link; the rest of the entry is that of what it leads to.
    pub(super) is_link: bool,
    /// The path to open it by, when it is on this machine.
    pub(super) here: Option<PathBuf>,
}

impl Entry {
    /// The last part of the path.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is a folder.
    pub(super) fn is_folder(&self) -> bool {
        self.kind == Kind::Folder
    }
}

/// The files below one root.
#[async_trait]
pub(super) trait Store: Send + Sync + fmt::Debug {
    /// The root for people, without secrets, for example `sftp://host/drop`.
    fn root(&self) -> &str;

    /// Nothing can be written, moved or removed.
    fn is_read_only(&self) -> bool {
        false
    }

    /// One cheap call that proves that the root is there and may be read.
    async fn check(&self) -> Result<(), Fault>;

    /// Files and folders in a folder, in any order. A fault of kind `not_found` when there is no such folder.
    async fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault>;

    /// Files in a folder and all folders below it, in any order. What is hidden (its name begins with `.`) is left
    /// out, and links to folders are not followed, since they may lead in circles.
    async fn walk(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in self.list(&folder).await? {
                match entry.kind {
                    _ if entry.file_name().starts_with('.') => {}
                    Kind::Folder if !entry.is_link => folders.push(entry.path),
                    Kind::Folder | Kind::Other => {}
                    Kind::File => files.push(entry),
                }
            }
        }
        Ok(files)
    }

    /// Fills in what a listing did not tell of its entries, and leaves out what is not there any more.
    async fn complete(&self, entries: Vec<Entry>) -> Result<Vec<Entry>, Fault> {
        Ok(entries)
    }

    /// What is under a path; `None` when there is nothing.
    async fn stat(&self, path: &str) -> Result<Option<Entry>, Fault>;

    /// Refuses a path that a link leads out of the root. The path need not exist: then what exists of it counts.
    async fn confine(&self, path: &str) -> Result<(), Fault>;

    /// Moves a file, and makes the folders on the way. Answers `false`, and moves nothing, when something is under
    /// the new path already.
    async fn rename(&self, from: &str, to: &str) -> Result<bool, Fault>;

    /// Removes a file.
    async fn remove(&self, path: &str) -> Result<(), Fault>;
}

/// Files on another machine.
#[async_trait]
pub(super) trait Remote: Store {
    /// Copies a file to a path of this machine. A fault when it is not, or does not stay, the version that `file`
    /// describes.
    async fn fetch(&self, file: &Entry, to: &Path) -> Result<(), Fault>;

    /// Copies a file of this machine to a path, where it appears all at once in the place of what was there.
    async fn put(&self, from: &Path, path: &str) -> Result<(), Fault>;
}

/// The path of something in a folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder if folder.ends_with('/') => format!("{folder}{name}"),
        folder => format!("{folder}/{name}"),
    }
}

/// The fault for a remote file that is not the version it was when it was listed.
pub(super) fn changed(path: &str) -> Fault {
    // Another attempt lists the files anew.
    Fault::unavailable(format!("file `{path}` changed while it was read"))
        .hint("wait until it is written completely, and run again")
}

/// Whether a connection that broke `failures` times in a row is tried once more; waits a little before it says so.
async fn is_tried_again(fault: &Fault, failures: u32) -> bool {
    if !fault.kind().is_temporary() || failures > TRIES {
        return false;
    }
    tokio::time::sleep(Duration::from_millis(100 << failures)).await;
    true
}

/// The fault for a file that stands in for a remote one on this machine.
fn staged(error: std::io::Error) -> Fault {
    io_fault("file", "temporary copy of a remote file", error)
}

/// The fault for a path that leads out of its root.
pub(super) fn leaves(root: &str, path: &str) -> Fault {
    Fault::config(format!("path `{path}` leads out of the connection's folder `{root}`"))
        .hint("use a path below the connection's `root`")
}
