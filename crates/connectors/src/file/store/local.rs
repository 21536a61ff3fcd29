//! Files on this machine's own disks.
//!
//! Without a root of its own, paths start from the folder of the pipeline file and may lead anywhere, unless there are
//! bounds. A store that is confined looks at nothing outside, whatever it is asked.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use towpath_connect::Context;
use towpath_model::Fault;
use towpath_model::confine::confine;

use super::{Entry, Kind, Store, leaves};
use crate::blocking::on_thread;
use crate::trouble::io_fault;

/// A folder of this machine.
#[derive(Debug, Clone)]
pub(in super::super) struct Local {
    base: PathBuf,
    fence: Fence,
    shown: String,
}

/// What paths may not leave.
#[derive(Debug, Clone)]
enum Fence {
    Nothing,
    /// The root of the connection.
    Root,
    /// A folder around the one that paths start from.
    Around(PathBuf),
}

/// What the folder of a workspace is called.
const WORKSPACE: &str = "files of the workspace";

impl Local {
    /// The files below a root; nothing else may be touched.
    pub(in super::super) fn root(root: PathBuf) -> Self {
        Local::new(root, Fence::Root)
    }

    /// The files that paths lead to which start where the pipeline is.
    pub(in super::super) fn at(cx: &Context) -> Self {
        let around = cx.bounds.folder().map(|folder| Fence::Around(folder.to_owned()));
        Local::new(cx.base.clone(), around.unwrap_or(Fence::Nothing))
    }

    fn new(base: PathBuf, fence: Fence) -> Self {
        let base = if base.as_os_str().is_empty() { PathBuf::from(".") } else { base };
        // Where a server keeps the files of a workspace says nothing to those who use them.
        let within = match &fence {
            Fence::Around(folder) => base.strip_prefix(folder).ok(),
            _ => None,
        };
        let shown = match within {
            Some(path) if path.as_os_str().is_empty() => WORKSPACE.to_owned(),
            Some(path) => path.display().to_string(),
            None => base.display().to_string(),
        };
        Local { shown, base, fence }
    }

    /// The path by which this machine knows a file.
    pub(in super::super) fn full(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.base.clone() } else { self.base.join(path) }
    }

    fn entry(&self, full: PathBuf, found: &Metadata) -> Entry {
        let kind = match found {
            found if found.is_dir() => Kind::Folder,
            found if found.is_file() => Kind::File,
            _ => Kind::Other,
        };
        Entry {
            path: full.strip_prefix(&self.base).unwrap_or(&full).display().to_string(),
            kind,
            size: if kind == Kind::File { found.len() } else { 0 },
            modified: found.modified().ok(),
            tag: None,
            is_link: full.is_symlink(),
            here: Some(full),
        }
    }

    fn entries(&self, folder: &Path) -> Result<Vec<Entry>, Fault> {
        let shown = || folder.strip_prefix(&self.base).unwrap_or(folder).display().to_string();
        let fault = |error| io_fault("folder", &shown(), error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(fault)? {
            let full = entry.map_err(fault)?.path();
            // A file that vanishes between listing and looking is no longer part of the folder.
            if let Ok(found) = fs::metadata(&full) {
                entries.push(self.entry(full, &found));
            }
        }
        Ok(entries)
    }

    fn walk_into(&self, folder: &Path, files: &mut Vec<Entry>) -> Result<(), Fault> {
        for entry in self.entries(folder)? {
            match (entry.kind, &entry.here) {
                _ if entry.file_name().starts_with('.') => {}
                (Kind::Folder, Some(full)) if !entry.is_link => self.walk_into(full, files)?,
                (Kind::File, _) => files.push(entry),
                _ => {}
            }
        }
        Ok(())
    }

    /// Refuses a path that leads out.
    pub(in super::super) fn confine_now(&self, path: &str) -> Result<(), Fault> {
        match &self.fence {
            Fence::Nothing => Ok(()),
            Fence::Root => {
                // A root that is not there is another trouble than a path that leaves it.
                self.base.canonicalize().map_err(|error| io_fault("folder", &self.shown, error))?;
                let inside = confine(&self.base, &self.base, Path::new(path));
                inside.map(drop).map_err(|_| leaves(&self.shown, path))
            }
            Fence::Around(folder) => {
                confine(folder, &self.base, Path::new(path)).map(drop).map_err(|outside| outside.fault(path))
            }
        }
    }
}

#[async_trait]
impl Store for Local {
    fn root(&self) -> &str {
        &self.shown
    }

    async fn check(&self) -> Result<(), Fault> {
        let this = self.clone();
        let look = move || fs::read_dir(&this.base)?.next().transpose().map(|_| ());
        let shown = self.shown.clone();
        on_thread(move || look().map_err(|error| io_fault("folder", &shown, error))).await
    }

    async fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let (this, folder) = (self.clone(), folder.to_owned());
        on_thread(move || {
            this.confine_now(&folder)?;
            this.entries(&this.full(&folder))
        })
        .await
    }

    async fn walk(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let (this, folder) = (self.clone(), folder.to_owned());
        on_thread(move || {
            let mut files = Vec::new();
            this.confine_now(&folder)?;
            this.walk_into(&this.full(&folder), &mut files)?;
            Ok(files)
        })
        .await
    }

    async fn stat(&self, path: &str) -> Result<Option<Entry>, Fault> {
        let (this, path) = (self.clone(), path.to_owned());
        on_thread(move || {
            this.confine_now(&path)?;
            let full = this.full(&path);
            match fs::metadata(&full) {
                Ok(found) => Ok(Some(this.entry(full, &found))),
                Err(error) if is_missing(&error) => Ok(None),
                Err(error) => Err(io_fault("file", &path, error)),
            }
        })
        .await
    }

    async fn confine(&self, path: &str) -> Result<(), Fault> {
        let (this, path) = (self.clone(), path.to_owned());
        on_thread(move || this.confine_now(&path)).await
    }

    async fn rename(&self, from: &str, to: &str) -> Result<bool, Fault> {
        let (this, from, to) = (self.clone(), from.to_owned(), to.to_owned());
        on_thread(move || {
            this.confine_now(&from)?;
            this.confine_now(&to)?;
            move_file(&this.full(&from), &this.full(&to)).map_err(|error| io_fault("file", &to, error))
        })
        .await
    }

    async fn remove(&self, path: &str) -> Result<(), Fault> {
        let (this, path) = (self.clone(), path.to_owned());
        on_thread(move || {
            this.confine_now(&path)?;
            fs::remove_file(this.full(&path)).map_err(|error| io_fault("file", &path, error))
        })
        .await
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Moves a file, never over another one.
fn move_file(old: &Path, new: &Path) -> io::Result<bool> {
    let folder = new.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // A second name for the file is refused when the name is taken; a renaming would replace what is there.
    match fs::hard_link(old, new) {
        Ok(()) => {}
        // A process that died between its second name and the removal of the first left one file under both.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_same(old, new) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
        // Another disk, or one without second names.
        Err(_) => {
            let mut copy = tempfile::Builder::new().prefix(".towpath-").tempfile_in(folder)?;
            let mut file = fs::File::open(old)?;
            io::copy(&mut file, copy.as_file_mut())?;
            let found = file.metadata()?;
            copy.as_file().set_permissions(found.permissions())?;
            copy.as_file().set_modified(found.modified()?)?;
            copy.as_file().sync_all()?;
            match copy.persist_noclobber(new) {
                Ok(_) => {}
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
                Err(error) => return Err(error.error),
            }
        }
    }
    fs::remove_file(old)?;
    Ok(true)
}

/// Whether both paths are names of one file.
#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |path: &Path| fs::symlink_metadata(path).map(|found| (found.dev(), found.ino())).ok();
    one != other && of(one).is_some() && of(one) == of(other)
}

#[cfg(not(unix))]
fn is_same(_one: &Path, _other: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_move_makes_folders_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Local::root(folder.path().to_owned());
        fs::write(folder.path().join("a.csv"), "new").unwrap();
        assert!(store.rename("a.csv", "done/2026/a.csv").await.unwrap());
        fs::write(folder.path().join("a.csv"), "newer").unwrap();
        assert!(!store.rename("a.csv", "done/2026/a.csv").await.unwrap());
        assert_eq!(fs::read_to_string(folder.path().join("done/2026/a.csv")).unwrap(), "new");
        assert_eq!(fs::read_to_string(folder.path().join("a.csv")).unwrap(), "newer");
        // As a process leaves it that dies in the middle of a move.
        fs::hard_link(folder.path().join("a.csv"), folder.path().join("c.csv")).unwrap();
        assert!(store.rename("a.csv", "c.csv").await.unwrap());
        assert!(store.rename("c.csv", "a.csv").await.unwrap());
        store.remove("a.csv").await.unwrap();
        assert_eq!(store.stat("a.csv").await.unwrap(), None);
        assert_eq!(store.stat("done/2026/a.csv/x").await.unwrap(), None);
        assert!(store.rename("a.csv", "b.csv").await.is_err());
    }
}
