//! The files that a path of the settings names, on this machine or on a server.
//!
//! A path becomes a sorted list of [`FileRef`]s; what the files hold is of no interest here. Files of a server are
//! carried here ([`Place::bring`]) before anybody opens them. With a `root`, no path leads out of it: neither by `..`
//! nor by a link.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use percent_encoding::percent_decode_str;
use towpath_connect::{Bounds, Context};
use towpath_model::{Fault, suggest};

use super::config::Connection;
use super::store::copies::Copies;
use super::store::http::Http;
use super::store::local::Local;
use super::store::root::Root;
use super::store::s3::S3;
use super::store::search::{is_pattern, search};
use super::store::sftp::Sftp;
use super::store::{Entry, Kind, Remote, Store, leaves};
use super::trouble::io_fault;

/// Most names that are looked through for a "did you mean".
const SUGGESTIONS: usize = 1000;

/// The folder that paths start from.
#[derive(Debug, Clone)]
pub(super) struct Place {
    home: Home,
    confined: bool,
    pub(super) scratch: PathBuf,
    pub(super) bounds: Bounds,
}

/// Which machine the folder is on.
#[derive(Debug, Clone)]
pub(super) enum Home {
    /// This one.
    Here(Arc<Local>),
    /// Another one, with what was carried here of it.
    Away(Arc<dyn Remote>, Arc<Copies>),
}

/// A file that exists.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FileRef {
    /// The path to open it by. Of a remote file it is the path of its copy, which [`Place::bring`] makes.
    pub(super) path: PathBuf,
    /// The path as people know it: relative to the folder that paths start from, where it lies below.
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    /// What the server calls this version of the file.
    pub(super) tag: Option<String>,
    /// Values of `key=value` folders on the way to the file; `None` stands for "no value".
    pub(super) partitions: Vec<(String, Option<String>)>,
    /// A pipe or device: it can be read only once.
    pub(super) once: bool,
}

impl FileRef {
    fn entry(&self) -> Entry {
        Entry {
            path: self.name.clone(),
            kind: if self.once { Kind::Other } else { Kind::File },
            size: self.size,
            modified: self.modified,
            tag: self.tag.clone(),
            is_link: false,
            here: None,
        }
    }
}

impl Place {
    /// The place of a connection. Connects to nothing.
    pub(super) fn new(connection: &Connection, cx: &Context) -> Result<Self, Fault> {
        let root = connection.root.as_deref().map(Root::parse).transpose()?;
        let blocks = [
            ("sftp", connection.sftp.is_some()),
            ("s3", connection.s3.is_some()),
            ("http", connection.http.is_some()),
        ];
        let fitting = root.as_ref().map_or("", Root::block);
        if let Some((block, _)) = blocks.iter().find(|(block, is_set)| *is_set && *block != fitting) {
            return Err(Fault::config(format!("`{block}` has no effect on this `root`"))
                .hint(format!("take `{block}` out, or set `root` to a URL that starts with `{block}://`")));
        }
        let confined = root.is_some();
        let away = |remote: Arc<dyn Remote>| Home::Away(remote, Arc::new(Copies::new(cx.scratch.clone())));
        let home = match root {
            None => Home::Here(Arc::new(Local::at(cx))),
            Some(Root::Folder(root)) => Home::Here(Arc::new(Local::root(cx.resolve(root)?))),
            Some(Root::Sftp(root)) => {
                let settings = connection.sftp.clone().unwrap_or_default();
                away(Arc::new(Sftp::new(root, settings, cx)?))
            }
            Some(Root::S3(root)) => {
                let settings = connection.s3.clone().unwrap_or_default();
                away(Arc::new(S3::new(root, settings, cx)?))
            }
            Some(Root::Http(root)) => {
                let settings = connection.http.clone().unwrap_or_default();
                away(Arc::new(Http::new(root, settings, cx)?))
            }
        };
        Ok(Place { home, confined, scratch: cx.scratch.clone(), bounds: cx.bounds.clone() })
    }

    /// What the files are in.
    pub(super) fn store(&self) -> &dyn Store {
        match &self.home {
            Home::Here(local) => local.as_ref(),
            Home::Away(remote, _) => remote.as_ref(),
        }
    }

    /// Which machine the files are on.
    pub(super) fn home(&self) -> &Home {
        &self.home
    }

    /// Whether that is another machine.
    pub(super) fn is_remote(&self) -> bool {
        matches!(self.home, Home::Away(..))
    }

    /// The path of the settings as stores take it: relative to the root where it lies below.
    pub(super) fn locate(&self, path: &str) -> Result<String, Fault> {
        if path.trim().is_empty() {
            return Err(
                Fault::config("`path` is empty").hint("give the path of a file, for example `sales.csv`")
            );
        }
        let root = match &self.home {
            Home::Here(local) if !self.bounds.is_open() => {
                local.confine_now(path)?;
                local.full("")
            }
            Home::Here(local) => local.full(""),
            Home::Away(..) => PathBuf::from("/root"),
        };
        let full = normal(&root.join(path));
        let root = normal(&root);
        if self.confined && !full.starts_with(&root) {
            return Err(leaves(self.store().root(), path));
        }
        let is_plain = !Path::new(path).components().any(|part| part == Component::ParentDir);
        let below = full.strip_prefix(&root).ok().and_then(Path::to_str);
        // `..` behind a link leads elsewhere than the words say: such a path stays as it is.
        Ok(below.filter(|_| is_plain || self.is_remote()).unwrap_or(path).to_owned())
    }

    /// What is under a path of the settings, unless a link leads out of the root on the way.
    pub(super) async fn look(&self, path: &str) -> Result<Option<Entry>, Fault> {
        let path = self.locate(path)?;
        self.store().confine(&path).await?;
        self.store().stat(&path).await
    }

    /// The files that a path, a folder or a pattern names, sorted by path. In folders, hidden files, files whose name
    /// starts with `_`, and files that `wanted` refuses are left out.
    pub(super) async fn find(&self, path: &str, wanted: Wanted<'_>) -> Result<Vec<FileRef>, Fault> {
        let at = self.locate(path)?;
        let store = self.store();
        let found = match store.stat(&at).await? {
            Some(found) if found.is_folder() => {
                let files = self.walk(&at, wanted).await?;
                if files.is_empty() {
                    return Err(Fault::not_found(format!("folder `{path}` has no file of a known format"))
                        .hint("give the path of a file, or set `format`"));
                }
                return Ok(files);
            }
            Some(found) => {
                store.confine(&at).await?;
                return Ok(vec![self.file(found, false)?]);
            }
            None if is_pattern(&at) => search(store, &at).await?,
            None => return Err(self.missing(path, &at).await),
        };
        if found.is_empty() {
            return Err(Fault::not_found(format!("no file matches `{path}`"))
                .hint(format!("paths start from the folder `{}`", store.root())));
        }
        self.files(found).await
    }

    /// The files in a folder and below, as [`Place::find`] has them; there may be none.
    pub(super) async fn walk(&self, folder: &str, wanted: Wanted<'_>) -> Result<Vec<FileRef>, Fault> {
        self.store().confine(folder).await?;
        let mut found = self.store().walk(folder).await?;
        found.retain(|entry| {
            let below = entry.path.strip_prefix(folder).unwrap_or(&entry.path);
            !below.split('/').any(|part| part.starts_with('_')) && wanted(Path::new(&entry.path))
        });
        self.files(found).await
    }

    /// Makes remote files readable by their paths: carries those here that are not here yet. Their sizes are those of
    /// the copies then, which not every server tells before.
    pub(super) async fn bring(&self, mut files: Vec<FileRef>) -> Result<Vec<FileRef>, Fault> {
        let Home::Away(remote, copies) = &self.home else { return Ok(files) };
        let wanted = files.iter().map(|file| (file.entry(), file.path.clone())).collect();
        copies.bring(remote.as_ref(), wanted).await?;
        for file in &mut files {
            let copy = tokio::fs::metadata(&file.path).await;
            file.size = copy.map_err(|error| io_fault("file", &file.name, error))?.len();
        }
        Ok(files)
    }

    /// The same file as it is now; `None` when it is gone.
    pub(super) async fn again(&self, file: &FileRef) -> Result<Option<FileRef>, Fault> {
        if self.is_remote() && tokio::fs::try_exists(&file.path).await.unwrap_or(false) {
            // The copy stays what it was, and it is the copy that is read.
            return Ok(Some(file.clone()));
        }
        let found = self.store().stat(&file.name).await?;
        found
            .map(|found| Ok(FileRef { partitions: file.partitions.clone(), ..self.file(found, false)? }))
            .transpose()
    }

    async fn files(&self, found: Vec<Entry>) -> Result<Vec<FileRef>, Fault> {
        let found = self.store().complete(found).await?;
        let mut files = Vec::with_capacity(found.len());
        for entry in found.into_iter().filter(|entry| !entry.is_folder()) {
            if entry.is_link {
                self.store().confine(&entry.path).await?;
            }
            files.push(self.file(entry, true)?);
        }
        files.sort_by(|a, b| Path::new(&a.name).cmp(Path::new(&b.name)));
        Ok(files)
    }

    fn file(&self, entry: Entry, many: bool) -> Result<FileRef, Fault> {
        let path = match (&self.home, entry.here.clone()) {
            (Home::Away(_, copies), _) => copies.path(&entry)?,
            (Home::Here(_), Some(path)) => path,
            (Home::Here(local), None) => local.full(&entry.path),
        };
        let folders = Path::new(&entry.path).parent().into_iter().flat_map(Path::components);
        let partitions = folders
            .filter_map(|folder| folder.as_os_str().to_str()?.split_once('='))
            .filter(|(key, _)| many && !key.is_empty())
            .map(|(key, value)| {
                let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
                (key.to_owned(), Some(value).filter(|value| value != "__HIVE_DEFAULT_PARTITION__"))
            })
            .collect();
        Ok(FileRef {
            path,
            size: entry.size,
            modified: entry.modified,
            tag: entry.tag,
            partitions,
            once: entry.kind == Kind::Other,
            name: entry.path,
        })
    }

    async fn missing(&self, path: &str, at: &str) -> Fault {
        let root = self.store().root();
        let fault = Fault::not_found(format!("file `{path}` does not exist in `{root}`"));
        let (folder, name) = at.rsplit_once('/').unwrap_or(("", at));
        let Ok(entries) = self.store().list(folder).await else {
            let shown = if folder.is_empty() { root } else { folder };
            return Fault::not_found(format!("folder `{shown}` does not exist"));
        };
        let mut names: Vec<&str> = entries
            .iter()
            .take(SUGGESTIONS)
            .map(Entry::file_name)
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort_unstable();
        match suggest::hint(name, "files there", names) {
            Some(hint) => fault.hint(hint),
            None => fault,
        }
    }
}

/// Says by its path whether a file of a folder belongs to a stream.
pub(super) type Wanted<'a> = &'a (dyn Fn(&Path) -> bool + Send + Sync);

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
    use std::fs;

    use super::*;

    fn place(root: &Path) -> Place {
        let connection = Connection { root: Some(root.display().to_string()), ..Connection::default() };
        Place::new(&connection, &Context::new("/nowhere")).unwrap()
    }

    #[tokio::test]
    async fn a_root_cannot_be_left() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("root"), folder.path().join("secret.csv"));
        fs::create_dir(&root).unwrap();
        fs::write(&outside, "a\n1\n").unwrap();
        std::os::unix::fs::symlink(&outside, root.join("link.csv")).unwrap();
        let place = place(&root);
        for path in ["../secret.csv", "x/../../secret.csv", "/etc/passwd", "link.csv", "*.csv"] {
            let fault = place.find(path, &|_| true).await.unwrap_err();
            assert!(fault.to_string().contains("leads out of the connection's folder"), "{path}: {fault}");
        }
        assert!(place.locate("x/../y.csv").is_ok());
    }

    #[tokio::test]
    async fn globs_and_folders_are_sorted_and_carry_partitions() {
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
        let found = place.find(".", &|_| true).await.unwrap();
        assert_eq!(found[0].partitions, [("year".to_owned(), Some("2024".to_owned()))]);
        assert_eq!(found.len(), 3);
        assert_eq!(names(place.find("*/[a-c].csv", &|_| true).await.unwrap()), expected);
    }

    #[tokio::test]
    async fn a_missing_file_comes_with_its_neighbour() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sales.csv"), "x\n").unwrap();
        let fault = place(folder.path()).find("sale.csv", &|_| true).await.unwrap_err();
        assert_eq!(fault.hint_text(), Some("did you mean `sales.csv`?"));
        assert_eq!(fault.kind(), towpath_model::FaultKind::NotFound);
    }
}
