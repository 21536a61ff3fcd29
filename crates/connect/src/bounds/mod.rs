//! What a pipeline may touch besides its own data: other machines, files, programs, variables.
//!
//! On a command line, whoever starts a pipeline may do all that Towpath may, and [`Bounds::open`] says so. A server runs
//! pipelines for people who may do less than itself; its [`Bounds`] keep connections out of its network ([`egress`],
//! [`web`]), paths inside one folder ([`towpath_model::confine`]), programs from being started, and the variables of
//! its environment, with the secrets in them, to itself.
//!
//! Invariants: a connector reaches other machines through [`Egress`] and [`Web`] only, and opens no path of its
//! settings but what [`Context::resolve`](crate::Context::resolve) gave; `cargo xtask tidy` looks for other ways. What
//! is checked is what is used: addresses are not resolved a second time.
//!
//! Absent: limits of time and memory, which belong to the engine.

pub mod address;
pub mod allow;
pub mod egress;
mod network;
pub mod steps;
pub mod web;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use towpath_model::Fault;
use towpath_model::confine::{Outside, confine};
use towpath_model::scope::ScopeBounds;

pub use allow::EgressSettings;
pub use egress::{Egress, Refused, Unreached};
pub use network::Network;
pub use steps::{Standing, Step, Steps};
pub use web::Web;

/// How the names of variables begin that a server lets pipelines see.
pub const VARIABLE_PREFIX: &str = "TOWPATH_VAR_";

/// What the environment of a program holds when it is started within bounds, besides the variables of pipelines.
const PLAIN_VARIABLES: [&str; 7] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT"];

/// What a pipeline may touch.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Where connections may go.
    pub egress: Egress,
    /// `None` allows everything.
    limits: Option<Arc<Limits>>,
}

#[derive(Debug)]
struct Limits {
    folder: PathBuf,
    programs: Vec<String>,
}

impl Bounds {
    /// No bounds: what the command line has.
    pub fn open() -> Self {
        Bounds { egress: Egress::open(), limits: None }
    }

    /// Paths inside of `folder`, connections as `egress` says, and the programs that are listed by the word that starts
    /// them, for example `tap-github`.
    pub fn new(folder: impl Into<PathBuf>, egress: Egress, programs: Vec<String>) -> Self {
        Bounds { egress, limits: Some(Arc::new(Limits { folder: folder.into(), programs })) }
    }

    /// The same bounds, and somebody who hears of every step on the way to a system.
    #[must_use]
    pub fn heard_by(mut self, steps: Steps) -> Self {
        self.egress = self.egress.heard_by(steps);
        self
    }

    /// Whether a pipeline may use what belongs to the account that runs Towpath: its keys, its variables, its standard
    /// input.
    pub fn is_open(&self) -> bool {
        self.limits.is_none()
    }

    /// The folder that no path may leave, when there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.limits.as_ref().map(|limits| limits.folder.as_path())
    }

    /// A path of settings, which starts from `base` when it is relative.
    pub fn path(&self, base: &Path, path: &Path) -> Result<PathBuf, Fault> {
        match &self.limits {
            None => Ok(base.join(path)),
            Some(limits) => confine(&limits.folder, base, path)
                .map_err(|outside: Outside| outside.fault(&path.display().to_string())),
        }
    }

    /// Refuses a program that may not be started. A path that starts from the pipeline's folder never may: whoever can
    /// write files there could replace the program.
    pub fn check_program(&self, program: &str) -> Result<(), Fault> {
        let is_nearby = program.contains('/') && !Path::new(program).is_absolute();
        match &self.limits {
            Some(limits) if is_nearby || !limits.programs.iter().any(|allowed| allowed == program) => {
                Err(Fault::config(format!("program refused by policy: `{program}` may not be started here"))
                    .hint(
                        "ask whoever runs the server to allow it, or run it elsewhere and read what it wrote",
                    ))
            }
            _ => Ok(()),
        }
    }

    /// Refuses the standard input and output, which on a server are nobody's.
    pub fn check_standard_streams(&self) -> Result<(), Fault> {
        match self.limits {
            None => Ok(()),
            Some(_) => Err(Fault::config("path refused by policy: `-` has no meaning on a server")
                .hint("give the path of a file")),
        }
    }

    /// A variable of the environment, as far as pipelines may see it.
    pub fn variable(&self, name: &str) -> Option<String> {
        let is_seen = self.is_open() || name.starts_with(VARIABLE_PREFIX);
        is_seen.then(|| std::env::var(name).ok()).flatten()
    }

    /// The same for the references of documents, as [`towpath_model::scope::Scope::new`] takes it.
    pub fn lookup(&self) -> impl Fn(&str) -> Option<String> + Send + Sync + 'static {
        let this = self.clone();
        move |name| this.variable(name)
    }

    /// The bounds of the references of documents, as [`towpath_model::scope::Scope::within`] takes them.
    pub fn scope(&self) -> Option<ScopeBounds> {
        self.folder().map(|folder| ScopeBounds { folder: folder.to_owned(), prefix: VARIABLE_PREFIX })
    }

    /// The whole environment of a program that a pipeline starts; `None` leaves it as it is.
    pub fn environment(&self) -> Option<Vec<(String, String)>> {
        let is_seen = |name: &str| PLAIN_VARIABLES.contains(&name) || name.starts_with(VARIABLE_PREFIX);
        let known = || {
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        };
        self.limits.as_ref().map(|_| known().filter(|(name, _)| is_seen(name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_bounds_leave_everything_as_it_was() {
        let bounds = Bounds::open();
        let outside = bounds.path(Path::new("base"), Path::new("../../x")).unwrap();
        assert_eq!(outside, Path::new("base/../../x"));
        assert!(bounds.check_program("anything").is_ok() && bounds.check_standard_streams().is_ok());
        assert_eq!(bounds.variable("PATH"), std::env::var("PATH").ok());
        assert_eq!(bounds.environment(), None);
    }

    #[test]
    fn within_bounds_only_what_is_listed_is_there() {
        let folder = std::env::temp_dir();
        let bounds = Bounds::new(&folder, Egress::open(), vec!["tap-github".into(), "./tap-github".into()]);
        assert!(bounds.check_program("tap-github").is_ok());
        for program in ["sh", "./tap-github", "/usr/bin/tap-github", ""] {
            assert!(bounds.check_program(program).is_err(), "{program}");
        }
        assert_eq!(bounds.variable("PATH"), None);
        assert!(bounds.check_standard_streams().is_err());
        let names: Vec<String> = bounds.environment().unwrap().into_iter().map(|(name, _)| name).collect();
        assert!(
            names.iter().all(|name| name == "PATH" || PLAIN_VARIABLES.contains(&name.as_str())),
            "{names:?}"
        );
        let fault = |path: &str| bounds.path(&folder, Path::new(path)).unwrap_err();
        // What is there and what is not sound the same.
        let (there, nowhere) = (fault("/etc/passwd"), fault("/etc/no-such"));
        assert_eq!(there.to_string().replace("passwd", "no-such"), nowhere.to_string());
        assert_eq!(there.hint_text(), nowhere.hint_text());
    }
}
