//! Where files are: paths, folders, globs, partitions, and the folder that a connection is confined to.
//!
//! A path of the settings becomes a sorted list of [`FileRef`]s; what the files hold is of no interest here.
//! With a `root`, no path leads out of it: neither by `..` nor by a symbolic link.

use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use percent_encoding::percent_decode_str;
use towpath_connect::Context;
use towpath_model::{Fault, suggest};

use super::config::Connection;
use super::trouble::io_fault;

/// Most names that are looked through for a "did you mean".
const SUGGESTIONS: usize = 1000;

/// The folder that paths start from.
#[derive(Debug, Clone)]
pub(super) struct Place {
    base: PathBuf,
    confined: bool,
    pub(super) scratch: PathBuf,
}

/// A file that exists.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FileRef {
    pub(super) path: PathBuf,
    /// The path as people know it: relative to the folder that paths start from, where it lies below.
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    /// Values of `key=value` folders on the way to the file; `None` stands for "no value".
    pub(super) partitions: Vec<(String, Option<String>)>,
    /// A pipe or device: it can be read only once.
    pub(super) once: bool,
}

impl FileRef {
    /// The same file as it is now.
    pub(super) fn again(&self) -> std::io::Result<FileRef> {
        let found = fs::metadata(&self.path)?;
        Ok(FileRef { size: found.len(), modified: found.modified().ok(), ..self.clone() })
    }
}

impl Place {
    pub(super) fn new(connection: &Connection, cx: &Context) -> Self {
        let base = connection.root.as_ref().map_or_else(|| cx.base.clone(), |root| cx.resolve(root));
        Place { base, confined: connection.root.is_some(), scratch: cx.scratch.clone() }
    }

    /// The folder that paths start from.
    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    /// The path of the settings, joined to the folder that paths start from.
    pub(super) fn locate(&self, path: &str) -> Result<PathBuf, Fault> {
        if path.trim().is_empty() {
            return Err(
                Fault::config("`path` is empty").hint("give the path of a file, for example `sales.csv`")
            );
        }
        let full = self.base.join(path);
        if self.confined && !normal(&full).starts_with(normal(&self.base)) {
            return Err(self.leaves(path));
        }
        Ok(full)
    }

    /// Refuses a path that a symbolic link leads out of the root.
    pub(super) fn confine(&self, full: &Path, path: &str) -> Result<(), Fault> {
        if !self.confined {
            return Ok(());
        }
        let root =
            self.base.canonicalize().map_err(|error| io_fault("folder", &self.name(&self.base), error))?;
        let real = full.canonicalize().map_err(|error| io_fault("file", path, error))?;
        if real.starts_with(root) { Ok(()) } else { Err(self.leaves(path)) }
    }

    fn leaves(&self, path: &str) -> Fault {
        Fault::config(format!("path `{path}` leads out of the connection's folder `{}`", self.base.display()))
            .hint("use a path below the connection's `root`")
    }

    /// The path as people know it.
    pub(super) fn name(&self, full: &Path) -> String {
        full.strip_prefix(&self.base).unwrap_or(full).display().to_string()
    }

    /// The files that a path, a folder or a glob names, sorted by path. In folders, hidden files, files whose name
    /// starts with `_`, and files that `wanted` refuses are left out.
    pub(super) fn find(&self, path: &str, wanted: impl Fn(&Path) -> bool) -> Result<Vec<FileRef>, Fault> {
        let full = self.locate(path)?;
        let mut files = Vec::new();
        match fs::metadata(&full) {
            Ok(found) if found.is_dir() => {
                self.walk(&full, &wanted, &mut files)?;
                if files.is_empty() {
                    return Err(Fault::not_found(format!("folder `{path}` has no file of a known format"))
                        .hint("give the path of a file, or set `format`"));
                }
            }
            Ok(found) => files.push(self.file(full.clone(), &found, false)),
            Err(_) if path.contains(['*', '?', '[']) => {
                self.glob(path, &mut files)?;
                if files.is_empty() {
                    return Err(Fault::not_found(format!("no file matches `{path}`"))
                        .hint(format!("paths start from the folder `{}`", self.base.display())));
                }
            }
            Err(error) => return Err(self.missing(path, &full, error)),
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        for file in &files {
            self.confine(&file.path, &file.name)?;
        }
        Ok(files)
    }

    fn file(&self, path: PathBuf, found: &Metadata, many: bool) -> FileRef {
        let below = path.strip_prefix(&self.base).unwrap_or(&path);
        let folders = below.parent().into_iter().flat_map(Path::components);
        let partitions = folders
            .filter_map(|folder| folder.as_os_str().to_str()?.split_once('='))
            .filter(|(key, _)| many && !key.is_empty())
            .map(|(key, value)| {
                let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
                (key.to_owned(), Some(value).filter(|value| value != "__HIVE_DEFAULT_PARTITION__"))
            })
            .collect();
        FileRef {
            name: self.name(&path),
            size: if found.is_file() { found.len() } else { 0 },
            modified: found.modified().ok(),
            partitions,
            once: !found.is_file(),
            path,
        }
    }

    /// Adds the files below a folder.
    pub(super) fn walk(
        &self,
        folder: &Path,
        wanted: &impl Fn(&Path) -> bool,
        files: &mut Vec<FileRef>,
    ) -> Result<(), Fault> {
        let fault = |error| io_fault("folder", &self.name(folder), error);
        for entry in fs::read_dir(folder).map_err(fault)? {
            let path = entry.map_err(fault)?.path();
            if path.file_name().is_some_and(|name| {
                name.as_encoded_bytes().starts_with(b".") || name.as_encoded_bytes().starts_with(b"_")
            }) {
                continue;
            }
            // A file that vanishes between listing and looking is no longer part of the folder.
            let Ok(found) = fs::metadata(&path) else { continue };
            if found.is_dir() {
                // A link to a folder may lead in circles.
                if !path.is_symlink() {
                    self.walk(&path, wanted, files)?;
                }
            } else if found.is_file() && wanted(&path) {
                files.push(self.file(path, &found, true));
            }
        }
        Ok(())
    }

    fn glob(&self, path: &str, files: &mut Vec<FileRef>) -> Result<(), Fault> {
        let wrong = |why: &str| Fault::config(format!("`{path}` is no valid pattern: {why}"));
        let pattern = if Path::new(path).is_absolute() {
            path.to_owned()
        } else {
            let base = self.base.to_str().ok_or_else(|| wrong("the folder's name is not UTF-8"))?;
            if base.is_empty() { path.to_owned() } else { format!("{}/{path}", glob::Pattern::escape(base)) }
        };
        let options = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: true,
        };
        for found in glob::glob_with(&pattern, options).map_err(|error| wrong(error.msg))? {
            let found = found.map_err(|error| {
                io_fault("folder", &self.name(error.path()), std::io::Error::from(error.error().kind()))
            })?;
            // The glob library drops a leading `./`; joining keeps paths comparable to the base.
            let full = if self.base.as_os_str() == "." { self.base.join(&found) } else { found };
            if let Ok(metadata) = fs::metadata(&full)
                && metadata.is_file()
            {
                files.push(self.file(full, &metadata, true));
            }
        }
        Ok(())
    }

    fn missing(&self, path: &str, full: &Path, error: std::io::Error) -> Fault {
        if error.kind() != std::io::ErrorKind::NotFound {
            return io_fault("file", path, error);
        }
        let fault = Fault::not_found(format!("file `{path}` does not exist in `{}`", self.base.display()));
        let (Some(folder), Some(name)) = (full.parent(), full.file_name().and_then(|name| name.to_str()))
        else {
            return fault;
        };
        let Ok(entries) = fs::read_dir(folder) else {
            return Fault::not_found(format!("folder `{}` does not exist", folder.display()));
        };
        let mut names: Vec<String> = entries
            .flatten()
            .take(SUGGESTIONS)
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        match suggest::hint(name, "files there", names.iter().map(String::as_str)) {
            Some(hint) => fault.hint(hint),
            None => fault,
        }
    }
}

/// The path without `.` and `..`, by its words alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    normal.push("..");
                }
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(root: &Path) -> Place {
        let connection = Connection { root: Some(root.display().to_string()) };
        Place::new(&connection, &Context::new("/nowhere"))
    }

    #[test]
    fn a_root_cannot_be_left() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("root"), folder.path().join("secret.csv"));
        fs::create_dir(&root).unwrap();
        fs::write(&outside, "a\n1\n").unwrap();
        std::os::unix::fs::symlink(&outside, root.join("link.csv")).unwrap();
        let place = place(&root);
        for path in ["../secret.csv", "x/../../secret.csv", "/etc/passwd", "link.csv", "*.csv"] {
            let fault = place.find(path, |_| true).unwrap_err();
            assert!(fault.to_string().contains("leads out of the connection's folder"), "{path}: {fault}");
        }
        assert!(place.locate("x/../y.csv").is_ok());
    }

    #[test]
    fn globs_and_folders_are_sorted_and_carry_partitions() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "year=2025/b.csv",
            "year=2025/a.csv",
            "year=2024/c.csv",
            "year=2024/_tmp.csv",
            "year=2024/.h.csv",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x\n").unwrap();
        }
        let place = place(folder.path());
        let names = |files: Vec<FileRef>| files.into_iter().map(|file| file.name).collect::<Vec<_>>();
        let expected = ["year=2024/c.csv", "year=2025/a.csv", "year=2025/b.csv"];
        let found = place.find(".", |_| true).unwrap();
        assert_eq!(found[0].partitions, [("year".to_owned(), Some("2024".to_owned()))]);
        assert_eq!(found.len(), 3);
        assert_eq!(names(place.find("*/[a-c].csv", |_| true).unwrap()), expected);
    }

    #[test]
    fn a_missing_file_comes_with_its_neighbour() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sales.csv"), "x\n").unwrap();
        let fault = place(folder.path()).find("sale.csv", |_| true).unwrap_err();
        assert_eq!(fault.hint_text(), Some("did you mean `sales.csv`?"));
        assert_eq!(fault.kind(), towpath_model::FaultKind::NotFound);
    }
}
