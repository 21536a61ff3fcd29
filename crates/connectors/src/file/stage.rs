//! A file that appears all at once.
//!
//! On this machine, rows go to a hidden file in the target's own folder. Committing brings it safely to disk and renames
//! it over the target, which replaces the old file in one step; readers see the old rows or the new ones, never a
//! mixture. Dropping the stage removes the hidden file. A process that is killed leaves it behind unlocked, and the next
//! load into the same target removes it.
//!
//! For another machine, rows go to a temporary file of this one, and committing carries it there ([`Remote::put`]).

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use towpath_model::{Fault, LoadId};

use super::place::{Home, Place};
use super::store::Remote;
use super::trouble::io_fault;
use crate::blocking::on_thread;
use crate::scratch::{self, Keeper};

/// Where the rows of a load wait for its commit.
#[derive(Debug)]
pub(super) enum Stage {
    /// In a hidden file beside the target.
    Beside(Hidden),
    /// On this machine, for another one.
    Apart(Parcel),
}

/// A file to be carried to another machine.
#[derive(Debug)]
pub(super) struct Parcel {
    remote: Arc<dyn Remote>,
    target: String,
    /// The target as people know it.
    name: String,
    path: PathBuf,
    file: File,
    /// The file stays on disk for as long as this is held.
    _keeper: Keeper,
}

/// A hidden file that may take the place of the target.
#[derive(Debug)]
pub(super) struct Hidden {
    target: PathBuf,
    temp: PathBuf,
    /// The target as people know it.
    name: String,
    /// Held open and locked, which tells other loads that this one is alive.
    file: File,
    committed: bool,
}

impl Stage {
    /// A stage for a file of a place.
    pub(super) fn create(place: &Place, path: &str, name: &str, load: &LoadId) -> Result<Self, Fault> {
        let target = place.locate(path)?;
        match place.home() {
            Home::Here(local) => Hidden::create(&local.full(&target), name, load).map(Stage::Beside),
            Home::Away(remote, _) => {
                let (path, file, keeper) = scratch::create(&place.scratch)
                    .map_err(|error| io_fault("folder", &place.scratch.display().to_string(), error))?;
                let (remote, name) = (Arc::clone(remote), name.to_owned());
                Ok(Stage::Apart(Parcel { remote, target, name, path, file, _keeper: keeper }))
            }
        }
    }

    /// A handle for writing rows.
    pub(super) fn writer(&self) -> Result<File, Fault> {
        let (file, name) = match self {
            Stage::Beside(hidden) => (&hidden.file, &hidden.name),
            Stage::Apart(parcel) => (&parcel.file, &parcel.name),
        };
        file.try_clone().map_err(|error| io_fault("file", name, error))
    }

    /// Puts the rows in the place of the target, for good.
    pub(super) async fn commit(self) -> Result<(), Fault> {
        match self {
            Stage::Beside(hidden) => on_thread(move || hidden.commit()).await,
            Stage::Apart(parcel) => parcel.remote.put(&parcel.path, &parcel.target).await,
        }
    }
}

impl Hidden {
    /// Makes the hidden file.
    fn create(target: &Path, name: &str, load: &LoadId) -> Result<Self, Fault> {
        let fault = |error| io_fault("file", name, error);
        // A link stays a link: the file it leads to is replaced.
        let target =
            if target.is_symlink() { target.canonicalize().map_err(fault)? } else { target.to_owned() };
        let folder = folder_of(&target);
        fs::create_dir_all(folder)
            .map_err(|error| io_fault("folder", &folder.display().to_string(), error))?;
        let stem = hidden_stem(&target);
        sweep(folder, &stem);
        let id: String = load
            .as_str()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
            .take(80)
            .collect();
        let temp = folder.join(format!("{stem}{id}.tmp"));
        let file =
            OpenOptions::new().read(true).write(true).create_new(true).open(&temp).map_err(|error| {
                if error.kind() == io::ErrorKind::AlreadyExists {
                    return Fault::unavailable(format!("load `{load}` into `{name}` is already running"))
                        .hint("wait for it to end");
                }
                fault(error)
            })?;
        let hidden = Hidden { target, temp, name: name.to_owned(), file, committed: false };
        // Without locks (some network file systems) sweeping simply never finds anything to remove.
        let _ = hidden.file.try_lock();
        if let Ok(old) = fs::metadata(&hidden.target) {
            // The new file may be read and written by whom the old one could.
            let _ = fs::set_permissions(&hidden.temp, old.permissions());
        }
        Ok(hidden)
    }

    /// Puts the hidden file in the place of the target, for good.
    fn commit(mut self) -> Result<(), Fault> {
        let fault = |error| io_fault("file", &self.name, error);
        self.file.sync_all().map_err(fault)?;
        fs::rename(&self.temp, &self.target).map_err(fault)?;
        self.committed = true;
        // The rename itself must survive a power cut too. Not every file system can be asked for it.
        if let Ok(folder) = File::open(folder_of(&self.target)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_file(&self.temp);
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn hidden_stem(target: &Path) -> String {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!(".{}.towpath-", name.chars().take(60).collect::<String>())
}

/// Removes hidden files of loads into the same target that were killed: nobody holds their lock any more.
fn sweep(folder: &Path, stem: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.starts_with(stem)
            && name.ends_with(".tmp")
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_dropped_stage_leaves_nothing_and_a_dead_one_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("t.csv");
        fs::write(&target, "old").unwrap();
        let names = || {
            let mut names: Vec<_> =
                fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        fs::write(folder.path().join(".t.csv.towpath-load_dead.tmp"), "half").unwrap();
        let alive = Hidden::create(&target, "t.csv", &LoadId::from_text("load_1")).unwrap();
        assert_eq!(names(), [".t.csv.towpath-load_1.tmp", "t.csv"]);
        let second = Hidden::create(&target, "t.csv", &LoadId::from_text("load_2")).unwrap();
        assert_eq!(names().len(), 3, "a living load keeps its file");
        drop(second);
        alive.file.try_clone().unwrap().write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        alive.commit().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert_eq!(names(), ["t.csv"]);
    }

    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.csv"), folder.path().join("link.csv"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let stage = Hidden::create(&link, "link.csv", &LoadId::generate()).unwrap();
        stage.file.try_clone().unwrap().write_all(b"new").unwrap();
        stage.commit().unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
