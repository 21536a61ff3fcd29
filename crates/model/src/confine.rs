//! Whether a path stays inside a folder, once every link on its way is followed.
//!
//! A server lets people write paths, and must keep them inside the folder of their workspace. The words of a path do not
//! tell where it leads: `link/../x` is elsewhere than `x`. So a path is walked part by part as the system walks it, and
//! is given up at the first part that lies outside. Nothing outside is looked at, so nobody learns what is there.
//!
//! The file at the end need not exist. A link that leads nowhere is refused: what is written through it would appear
//! outside. Somebody who may make links inside the folder while a path is in use is not held back; editors of pipelines
//! have no way to make links.

use std::path::{Component, Path, PathBuf};

use crate::fault::Fault;

/// A path that leads out of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outside;

impl Outside {
    /// The fault for a path as somebody wrote it. It is the same whether or not something is there.
    pub fn fault(self, path: &str) -> Fault {
        Fault::config(format!("path `{path}` leads out of the workspace's folder"))
            .hint("use a path inside the folder, for example `data/sales.csv`")
    }
}

/// The real path of `path`, which starts from `base` when it is relative, if that lies inside of `folder`.
pub fn confine(folder: &Path, base: &Path, path: &Path) -> Result<PathBuf, Outside> {
    let root = folder.canonicalize().map_err(|_| Outside)?;
    let (start, rest) = match path.is_absolute() {
        true => (root.clone(), below(folder, &root, path)?),
        false => match base.canonicalize() {
            Ok(base) => (base, path.to_owned()),
            Err(_) => {
                let base = std::path::absolute(base).map_err(|_| Outside)?;
                (root.join(below(folder, &root, &base)?), path.to_owned())
            }
        },
    };
    if !start.starts_with(&root) {
        return Err(Outside);
    }
    walk(&root, start, &rest)
}

fn below(folder: &Path, root: &Path, path: &Path) -> Result<PathBuf, Outside> {
    let folder = std::path::absolute(folder).map_err(|_| Outside)?;
    path.strip_prefix(root).or_else(|_| path.strip_prefix(folder)).map(Path::to_owned).map_err(|_| Outside)
}

fn walk(root: &Path, mut real: PathBuf, rest: &Path) -> Result<PathBuf, Outside> {
    for part in rest.components() {
        match part {
            Component::CurDir => {}
            // Links before this point are followed already, so the parent is the true one.
            Component::ParentDir => drop(real.pop()),
            Component::Normal(name) => {
                real.push(name);
                if real.is_symlink() {
                    real = real.canonicalize().map_err(|_| Outside)?;
                }
            }
            Component::RootDir | Component::Prefix(_) => return Err(Outside),
        }
        if !real.starts_with(root) {
            return Err(Outside);
        }
    }
    Ok(real)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder with things in it, in a folder of its own.
    struct Yard(PathBuf);

    impl Yard {
        fn new(name: &str) -> Self {
            let yard = std::env::temp_dir().join(format!("towpath-confine-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&yard);
            fs::create_dir_all(yard.join("inside/data")).unwrap();
            fs::create_dir_all(yard.join("outside")).unwrap();
            fs::write(yard.join("outside/secret"), "x").unwrap();
            Yard(yard.canonicalize().unwrap())
        }

        fn inside(&self) -> PathBuf {
            self.0.join("inside")
        }

        fn look(&self, path: &str) -> Result<PathBuf, Outside> {
            confine(&self.inside(), &self.inside().join("data"), Path::new(path))
        }
    }

    impl Drop for Yard {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_path_may_go_anywhere_inside_and_nowhere_else() {
        let yard = Yard::new("words");
        let inside = yard.inside();
        for (path, real) in [
            ("a.csv", "data/a.csv"),
            ("new/folder/a.csv", "data/new/folder/a.csv"),
            ("../other/a.csv", "other/a.csv"),
            ("./x/../y", "data/y"),
            ("", "data"),
        ] {
            assert_eq!(yard.look(path), Ok(inside.join(real)), "{path}");
        }
        assert_eq!(yard.look(inside.join("b.csv").to_str().unwrap()), Ok(inside.join("b.csv")));
        for path in [
            "../..",
            "../../outside/secret",
            "../../outside/nothing",
            "../../inside/data/a.csv",
            "x/../../../outside/secret",
            "/etc/passwd",
            "/etc/no-such-file",
            "/",
        ] {
            assert_eq!(yard.look(path), Err(Outside), "{path}");
        }
        // A folder whose name begins alike is another one.
        fs::create_dir(yard.0.join("inside-too")).unwrap();
        assert_eq!(yard.look("../../inside-too/a"), Err(Outside));
    }

    #[test]
    fn links_are_followed_before_a_path_is_judged() {
        let yard = Yard::new("links");
        let data = yard.inside().join("data");
        symlink(yard.0.join("outside"), data.join("out")).unwrap();
        symlink(yard.0.join("outside/not-yet"), data.join("dangling")).unwrap();
        symlink(yard.inside(), data.join("up")).unwrap();
        symlink("loop", data.join("loop")).unwrap();
        for path in ["out", "out/secret", "out/nothing", "dangling", "up/../outside/secret", "loop"] {
            assert_eq!(yard.look(path), Err(Outside), "{path}");
        }
        assert_eq!(yard.look("up/x"), Ok(yard.inside().join("x")));
    }

    #[test]
    fn a_folder_may_itself_be_reached_by_a_link() {
        let yard = Yard::new("alias");
        symlink(yard.inside(), yard.0.join("alias")).unwrap();
        let alias = yard.0.join("alias");
        assert_eq!(confine(&alias, &alias, Path::new("a")), Ok(yard.inside().join("a")));
        assert_eq!(confine(&alias, &alias, &alias.join("a")), Ok(yard.inside().join("a")));
        assert_eq!(confine(&alias, &alias.join("none"), Path::new("a")), Ok(yard.inside().join("none/a")));
    }
}
