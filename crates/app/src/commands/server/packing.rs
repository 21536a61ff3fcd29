//! Packs the files of workspaces while pipelines go on writing them.
//!
//! A file that vanishes before it is opened is left out; of one that changes while it is copied, the archive gets exactly as
//! many bytes as its header says. Both are told, so that nobody takes such a copy for a good one.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType, Header};

/// What was packed, and what was not as it should be. Paths are relative.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Packed {
    /// Files that were copied.
    pub(super) files: u64,
    /// Files that vanished before they could be copied, and links that lead nowhere.
    pub(super) vanished: Vec<PathBuf>,
    /// Files that changed while they were copied.
    pub(super) changed: Vec<PathBuf>,
}

/// Packs everything below a folder under a name of the archive.
pub(super) fn pack<W: Write>(tar: &mut Builder<W>, name: &str, folder: &Path) -> io::Result<Packed> {
    let mut packing = Packing {
        tar,
        name: Path::new(name),
        root: folder,
        packed: Packed::default(),
        within: BTreeSet::new(),
    };
    packing.folder(Path::new(""))?;
    Ok(packing.packed)
}

struct Packing<'a, W: Write> {
    tar: &'a mut Builder<W>,
    name: &'a Path,
    root: &'a Path,
    packed: Packed,
    /// The folders on the way to where it is, as they are without links: one that leads back to them has no end.
    within: BTreeSet<PathBuf>,
}

impl<W: Write> Packing<'_, W> {
    fn folder(&mut self, inside: &Path) -> io::Result<()> {
        let path = self.root.join(inside);
        let Some(real) = there(path.canonicalize())? else { return self.gone(inside) };
        if !self.within.insert(real.clone()) {
            return Ok(());
        }
        let Some(entries) = there(fs::read_dir(&path))? else { return self.gone(inside) };
        let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        // The same files make the same archive.
        names.sort();
        let mut header = header(EntryType::Directory, 0, 0o700);
        self.tar.append_data(&mut header, self.name.join(inside), io::empty())?;
        for name in names {
            let inside = inside.join(name);
            // Links are followed: what they lead to belongs to the workspace.
            let Some(found) = there(fs::metadata(self.root.join(&inside)))? else {
                self.gone(&inside)?;
                continue;
            };
            if found.is_dir() {
                self.folder(&inside)?;
            } else if found.is_file() {
                self.file(&inside)?;
            }
        }
        self.within.remove(&real);
        Ok(())
    }

    fn file(&mut self, inside: &Path) -> io::Result<()> {
        let Some(mut file) = there(File::open(self.root.join(inside)))? else { return self.gone(inside) };
        let before = file.metadata()?;
        let mut exact = Exact { file: &mut file, left: before.len(), is_short: false };
        let mut header = header(EntryType::Regular, before.len(), 0o600);
        if let Ok(modified) = before.modified().map(|at| at.duration_since(std::time::UNIX_EPOCH)) {
            header.set_mtime(modified.map_or(0, |since| since.as_secs()));
            header.set_cksum();
        }
        self.tar.append_data(&mut header, self.name.join(inside), &mut exact)?;
        let is_short = exact.is_short;
        let after = file.metadata()?;
        let is_same = after.len() == before.len() && after.modified().ok() == before.modified().ok();
        if is_short || !is_same {
            self.packed.changed.push(inside.to_owned());
        }
        self.packed.files += 1;
        Ok(())
    }

    fn gone(&mut self, inside: &Path) -> io::Result<()> {
        self.packed.vanished.push(inside.to_owned());
        Ok(())
    }
}

/// What is there; nothing when it is not there any more.
fn there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The header of an entry that only its owner reads.
pub(super) fn header(kind: EntryType, size: u64, mode: u32) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(mode);
    header.set_cksum();
    header
}

/// Exactly so many bytes of a file: no more than it had, and zeros where it became shorter.
struct Exact<'a> {
    file: &'a mut File,
    left: u64,
    is_short: bool,
}

impl Read for Exact<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let buffer = &mut buffer[..most];
        let mut count = if self.is_short { 0 } else { self.file.read(buffer)? };
        if count == 0 && most > 0 {
            self.is_short = true;
            buffer.fill(0);
            count = most;
        }
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes an archive, and does something once its first bytes of a certain content come.
    struct Sink<F: FnMut()> {
        bytes: Vec<u8>,
        mark: &'static [u8],
        act: Option<F>,
    }

    impl<F: FnMut()> Write for Sink<F> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.bytes.extend_from_slice(bytes);
            if bytes.windows(self.mark.len()).any(|part| part == self.mark)
                && let Some(mut act) = self.act.take()
            {
                act();
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const LARGE: usize = 1_000_000;

    /// Packs a folder with `a`, `b` and `c`, and does something in it while `b` is copied.
    fn while_b_is_copied(act: impl FnMut(&Path)) -> (Packed, Vec<(PathBuf, Vec<u8>)>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("one")).unwrap();
        for name in ["a", "c"] {
            fs::write(root.join("one").join(name), name).unwrap();
        }
        fs::write(root.join("one/b"), "b".repeat(LARGE)).unwrap();
        let mut act = act;
        let act = Some(|| act(root));
        let mut tar = Builder::new(Sink { bytes: Vec::new(), mark: b"bbbbbbbb", act });
        let packed = pack(&mut tar, "files", root).unwrap();
        let bytes = tar.into_inner().unwrap().bytes;
        let mut found = Vec::new();
        for entry in tar::Archive::new(&*bytes).entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            assert_eq!(entry.header().mode().unwrap() & 0o077, 0, "only the owner reads it");
            if entry.header().entry_type() == EntryType::Regular {
                found.push((entry.path().unwrap().into_owned(), content));
            }
        }
        (packed, found)
    }

    fn names(found: &[(PathBuf, Vec<u8>)]) -> Vec<&str> {
        found.iter().map(|(path, _)| path.to_str().unwrap()).collect()
    }

    #[test]
    fn a_file_that_grows_is_copied_as_long_as_it_was() {
        let grow = |root: &Path| {
            let mut file = File::options().append(true).open(root.join("one/b")).unwrap();
            file.write_all(&vec![b'x'; LARGE]).unwrap();
        };
        let (packed, found) = while_b_is_copied(grow);
        assert_eq!(names(&found), ["files/one/a", "files/one/b", "files/one/c"]);
        assert!(found[1].1.len() == LARGE && found[1].1.iter().all(|byte| *byte == b'b'));
        let changed = vec![PathBuf::from("one/b")];
        assert_eq!(packed, Packed { files: 3, changed, ..Packed::default() });
    }

    #[test]
    fn a_file_that_becomes_shorter_is_filled_up_and_the_ones_behind_it_are_whole() {
        let cut =
            |root: &Path| File::options().write(true).open(root.join("one/b")).unwrap().set_len(10).unwrap();
        let (packed, found) = while_b_is_copied(cut);
        assert_eq!(found[1].1.len(), LARGE);
        assert_eq!(found[2], ("files/one/c".into(), b"c".to_vec()));
        assert_eq!((packed.files, packed.changed), (3, vec![PathBuf::from("one/b")]));
    }

    #[test]
    fn a_file_that_vanishes_is_left_out_and_told() {
        let (packed, found) = while_b_is_copied(|root| fs::remove_file(root.join("one/c")).unwrap());
        assert_eq!(names(&found), ["files/one/a", "files/one/b"]);
        let vanished = vec![PathBuf::from("one/c")];
        assert_eq!(packed, Packed { files: 2, vanished, ..Packed::default() });
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_never_in_a_circle() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("one")).unwrap();
        fs::write(root.join("one/a"), "a").unwrap();
        symlink(root, root.join("one/circle")).unwrap();
        symlink(root.join("one/a"), root.join("one/b")).unwrap();
        symlink(root.join("nowhere"), root.join("one/lost")).unwrap();
        let mut tar = Builder::new(Vec::new());
        let packed = pack(&mut tar, "files", root).unwrap();
        assert_eq!((packed.files, packed.vanished), (2, vec![PathBuf::from("one/lost")]));
    }
}
