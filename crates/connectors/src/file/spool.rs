//! A copy on disk of what can be read only once: standard input, pipes, devices.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use towpath_model::Fault;

use super::place::FileRef;
use super::trouble::io_fault;
use crate::scratch::{Keeper, create};

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
        let (path, mut target, keeper) = create(&self.folder)
            .map_err(|error| io_fault("folder", &self.folder.display().to_string(), error))?;
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
            tag: None,
            partitions: Vec::new(),
            once: false,
        };
        *copy = Some(Copy { file: file.clone(), _keeper: keeper });
        Ok(file)
    }
}
