//! Files that only the user of the server reads: keys, and backups.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use towpath_model::Fault;
use towpath_model::scope::plain_io;

/// Writes a file that only its owner reads, in the place of an earlier one. It is there as a whole, or not at all, also after
/// a power cut.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Fault> {
    // What a link leads to is replaced, not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let written = PrivateFile::beside(&target).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.keep()
    });
    written.map_err(|error| {
        Fault::unavailable(format!("`{}` cannot be written: {}", path.display(), plain_io(&error)))
    })
}

/// A file that only its owner reads, and that gets its name once it is whole. Dropped before, it is gone.
#[derive(Debug)]
pub(crate) struct PrivateFile {
    file: NamedTempFile,
    path: PathBuf,
}

impl PrivateFile {
    /// A file that is to stand there.
    pub(crate) fn beside(path: &Path) -> std::io::Result<PrivateFile> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = tempfile::Builder::new().prefix(".towpath-").suffix(".partial").tempfile_in(folder)?;
        Ok(PrivateFile { file, path: path.to_owned() })
    }

    /// Gives it its name, in the place of what had it before.
    pub(crate) fn keep(self) -> std::io::Result<()> {
        self.file.as_file().sync_all()?;
        let folder = self.file.path().parent().map(Path::to_owned);
        self.file.persist(&self.path).map_err(|error| error.error)?;
        // The name is kept by the folder.
        match folder {
            #[cfg(unix)]
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    }
}

impl Write for PrivateFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Leaves a folder or file to its owner.
#[cfg(unix)]
pub(crate) fn private(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(crate) fn private(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}
