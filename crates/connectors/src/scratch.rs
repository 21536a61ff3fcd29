//! Temporary files that leave nothing behind.
//!
//! Where the system can open a file again that has no name any more, the file has none: it vanishes with the process,
//! however that ends, also while it waits for input that never comes.

use std::any::Any;
use std::fs::File;
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
