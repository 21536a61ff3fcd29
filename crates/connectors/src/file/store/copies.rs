//! Copies of remote files on this machine, so that every format can go through them as often as it likes.
//!
//! A copy is named after the version it is of (path, size, time, tag), so a file that changed gets another copy, and
//! describing and reading a stream share one. Copies live in a folder of their own ([`crate::scratch::Folder`]) that
//! goes with the last user of the stream.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use towpath_model::Fault;

use super::{Entry, Remote};
use crate::scratch::Folder;
use crate::trouble::io_fault;

/// Files that are carried here at the same time.
const AT_ONCE: usize = 4;

/// What was carried here of one store.
#[derive(Debug)]
pub(in super::super) struct Copies {
    scratch: PathBuf,
    folder: OnceLock<Folder>,
    /// Copies that are complete.
    complete: Mutex<HashSet<PathBuf>>,
}

impl Copies {
    /// Copies in a folder below `scratch`, which is made when it is first needed.
    pub(in super::super) fn new(scratch: PathBuf) -> Self {
        Copies { scratch, folder: OnceLock::new(), complete: Mutex::default() }
    }

    /// The path that the copy of this version of the file has, or will have. It ends like the file's own.
    pub(in super::super) fn path(&self, file: &Entry) -> Result<PathBuf, Fault> {
        let since = |time: std::time::SystemTime| time.duration_since(UNIX_EPOCH).ok();
        let version = (&file.path, file.size, file.modified.and_then(since), &file.tag);
        let digest = Sha256::digest(format!("{version:?}"));
        let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let ending = file.file_name().split_once('.').map_or("", |(_, ending)| ending);
        let ending: String =
            ending.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(40).collect();
        Ok(self.folder()?.join(format!("{digest}.{ending}")))
    }

    /// Carries those files here that are not here yet.
    /// The paths are those that [`Copies::path`] gave.
    pub(in super::super) async fn bring(
        &self,
        remote: &dyn Remote,
        mut missing: Vec<(Entry, PathBuf)>,
    ) -> Result<(), Fault> {
        let mut complete = self.complete.lock().await;
        missing.retain(|(_, path)| !complete.contains(path));
        let fetched = futures::stream::iter(missing.into_iter().map(|(file, path)| async move {
            remote.fetch(&file, &path).await?;
            Ok::<_, Fault>(path)
        }));
        let mut fetched = fetched.buffer_unordered(AT_ONCE);
        while let Some(path) = fetched.try_next().await? {
            complete.insert(path);
        }
        Ok(())
    }

    fn folder(&self) -> Result<&Path, Fault> {
        if let Some(folder) = self.folder.get() {
            return Ok(folder.path());
        }
        let made = Folder::create(&self.scratch)
            .map_err(|error| io_fault("folder", &self.scratch.display().to_string(), error))?;
        Ok(self.folder.get_or_init(|| made).path())
    }
}
