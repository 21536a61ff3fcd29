//! A file that appears all at once.
//!
//! Rows go to a hidden file in the target's own folder. Committing brings it safely to disk and renames it over the
//! target, which replaces the old file in one step; readers see the old rows or the new ones, never a mixture. Dropping
//! the stage removes the hidden file. A process that is killed leaves it behind unlocked, and the next load into the
//! same target removes it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use towpath_model::{Fault, LoadId};

use super::trouble::io_fault;

/// A hidden file that may take the place of the target.
#[derive(Debug)]
pub(super) struct Stage {
    target: PathBuf,
    temp: PathBuf,
    /// The target as people know it.
    name: String,
    /// Held open and locked, which tells other loads that this one is alive.
    file: File,
    committed: bool,
}

impl Stage {
    /// Makes the hidden file.
    pub(super) fn create(target: &Path, name: &str, load: &LoadId) -> Result<Self, Fault> {
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
        let stage = Stage { target, temp, name: name.to_owned(), file, committed: false };
        // Without locks (some network file systems) sweeping simply never finds anything to remove.
        let _ = stage.file.try_lock();
        if let Ok(old) = fs::metadata(&stage.target) {
            // The new file may be read and written by whom the old one could.
            let _ = fs::set_permissions(&stage.temp, old.permissions());
        }
        Ok(stage)
    }

    /// A handle for writing rows.
    pub(super) fn writer(&self) -> Result<File, Fault> {
        self.file.try_clone().map_err(|error| io_fault("file", &self.name, error))
    }

    /// Puts the hidden file in the place of the target, for good.
    pub(super) fn commit(mut self) -> Result<(), Fault> {
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

impl Drop for Stage {
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
        let alive = Stage::create(&target, "t.csv", &LoadId::from_text("load_1")).unwrap();
        assert_eq!(names(), [".t.csv.towpath-load_1.tmp", "t.csv"]);
        let second = Stage::create(&target, "t.csv", &LoadId::from_text("load_2")).unwrap();
        assert_eq!(names().len(), 3, "a living load keeps its file");
        drop(second);
        alive.writer().unwrap().write_all(b"new").unwrap();
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
        let stage = Stage::create(&link, "link.csv", &LoadId::generate()).unwrap();
        stage.writer().unwrap().write_all(b"new").unwrap();
        stage.commit().unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
