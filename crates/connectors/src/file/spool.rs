//! A copy on disk of what can be read only once: standard input, pipes, devices.
//!
//! Where the system can open a file again that has no name any more, the copy has none: it vanishes with the process,
//! however that ends, also while it waits for input that never comes.

use std::any::Any;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use towpath_model::Fault;

use super::place::FileRef;
use super::trouble::io_fault;

/// The copy, made when it is first asked for.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    copy: Mutex<Option<Copy>>,
}

#[derive(Debug)]
struct Copy {
    file: FileRef,
    /// The copy stays on disk for as long as this is held.
    _keeper: Keeper,
}

/// A handle, or a path that is removed when it is dropped.
type Keeper = Box<dyn Any + Send>;

impl Spool {
    /// A spool for a copy in that folder.
    pub(super) fn new(folder: PathBuf) -> Self {
        Spool { folder, copy: Mutex::default() }
    }

    /// The copy of a file, or of the standard input.
    pub(super) fn file(&self, name: &str, from: Option<&Path>) -> Result<FileRef, Fault> {
        let mut copy = self.copy.lock().map_err(|_| Fault::internal("an earlier read broke down"))?;
        if let Some(copy) = copy.as_ref() {
            return Ok(copy.file.clone());
        }
        let fault = |error| io_fault("file", name, error);
        let (path, mut target, keeper) =
            self.create().map_err(|error| io_fault("folder", &self.folder.display().to_string(), error))?;
        let size = match from {
            Some(path) => io::copy(&mut File::open(path).map_err(fault)?, &mut target),
            None => io::copy(&mut io::stdin().lock(), &mut target),
        }
        .map_err(fault)?;
        let file = FileRef {
            path,
            name: name.to_owned(),
            size,
            modified: None,
            partitions: Vec::new(),
            once: false,
        };
        *copy = Some(Copy { file: file.clone(), _keeper: keeper });
        Ok(file)
    }

    /// An empty file, a path to open it again, and what keeps it.
    fn create(&self) -> io::Result<(PathBuf, File, Keeper)> {
        if let Some(made) = self.unnamed() {
            return Ok(made);
        }
        let named = tempfile::Builder::new().prefix("towpath-").tempfile_in(&self.folder)?;
        let (file, path) = named.into_parts();
        Ok((path.to_path_buf(), file, Box::new(path)))
    }

    #[cfg(target_os = "linux")]
    fn unnamed(&self) -> Option<(PathBuf, File, Keeper)> {
        use std::os::fd::AsRawFd;
        let file = tempfile::tempfile_in(&self.folder).ok()?;
        let keeper = file.try_clone().ok()?;
        // Opening this path gives a handle of its own, with a place of its own in the file.
        let path = PathBuf::from(format!("/proc/self/fd/{}", keeper.as_raw_fd()));
        std::fs::metadata(&path).ok()?;
        Some((path, file, Box::new(keeper)))
    }

    #[cfg(not(target_os = "linux"))]
    fn unnamed(&self) -> Option<(PathBuf, File, Keeper)> {
        None
    }
}
