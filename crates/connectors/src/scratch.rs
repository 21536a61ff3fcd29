//! Temporary files that leave nothing behind.
//!
//! Where the system can open a file again that has no name any more, the file has none: it vanishes with the process,
//! however that ends, also while it waits for input that never comes.

use std::any::Any;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A handle, or a path that is removed when it is dropped.
pub(crate) type Keeper = Box<dyn Any + Send + Sync>;

/// An empty file in that folder, a path to open it again, and what keeps it on disk.
pub(crate) fn create(folder: &Path) -> io::Result<(PathBuf, File, Keeper)> {
    if let Some(made) = unnamed(folder) {
        return Ok(made);
    }
    let named = tempfile::Builder::new().prefix("towpath-").tempfile_in(folder)?;
    let (file, path) = named.into_parts();
    Ok((path.to_path_buf(), file, Box::new(path)))
}

#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<(PathBuf, File, Keeper)> {
    use std::os::fd::AsRawFd;
    let file = tempfile::tempfile_in(folder).ok()?;
    let keeper = file.try_clone().ok()?;
    // Opening this path gives a handle of its own, with a place of its own in the file.
    let path = PathBuf::from(format!("/proc/self/fd/{}", keeper.as_raw_fd()));
    std::fs::metadata(&path).ok()?;
    Some((path, file, Box::new(keeper)))
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_folder: &Path) -> Option<(PathBuf, File, Keeper)> {
    None
}

/// A folder for temporary files, removed with everything in it when this is dropped.
///
/// A process that is killed leaves its folder behind unlocked, and the next one to make a folder there removes it.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: tempfile::TempDir,
    /// Held locked, which tells others that the folder is in use.
    _lock: File,
}

/// Beginning of the names of such folders.
const PREFIX: &str = "towpath-files-";
/// The file in them that is locked.
const LOCK: &str = "lock";

impl Folder {
    /// Makes a folder below another one.
    pub(crate) fn create(parent: &Path) -> io::Result<Self> {
        sweep(parent);
        loop {
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
            let lock = File::create_new(folder.path().join(LOCK))?;
            let is_ours = match lock.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => false,
                // Without locks (some network file systems) sweeping never finds anything to remove.
                Err(TryLockError::Error(_)) => true,
            };
            // Another process may have swept the folder away before it was locked.
            if is_ours && folder.path().join(LOCK).exists() {
                return Ok(Folder { folder, _lock: lock });
            }
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes folders of processes that were killed. One without lock file was only this moment made.
fn sweep(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX))
            && let Ok(lock) = File::open(entry.path().join(LOCK))
            && lock.try_lock().is_ok()
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_are_made_at_the_same_time_leave_each_other_alone() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let folder = Folder::create(parent.path()).unwrap();
                        File::create(folder.path().join("copy.csv")).unwrap();
                    }
                });
            }
        });
    }

    #[test]
    fn a_folder_goes_with_its_user_and_with_the_next_one_when_that_was_killed() {
        let parent = tempfile::tempdir().unwrap();
        let names = || std::fs::read_dir(parent.path()).unwrap().count();
        let dead = parent.path().join(format!("{PREFIX}dead"));
        std::fs::create_dir(&dead).unwrap();
        File::create(dead.join(LOCK)).unwrap();
        File::create(dead.join("copy.csv")).unwrap();
        let alive = Folder::create(parent.path()).unwrap();
        let second = Folder::create(parent.path()).unwrap();
        assert_eq!(names(), 2);
        File::create(alive.path().join("copy.csv")).unwrap();
        drop((alive, second));
        assert_eq!(names(), 0);
    }
}
