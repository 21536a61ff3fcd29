//! A server program that lives as long as a value of this process, in a folder of its own.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs under `sh -c`. Arguments: folder, program and its arguments. However the process of the test ends, the pipe
/// closes, and the program and the folder go.
const WATCHDOG: &str = r#"
dir=$1; shift
trap '' INT HUP TERM
setsid "$@" </dev/null >"$dir/log" 2>&1 &
pid=$!
cat >/dev/null
# The group, and the program alone should it have no group yet. Debian's `sh` does not take `-9` before `--`.
kill -s KILL -- "-$pid" "$pid" 2>/dev/null
wait "$pid"
rm -rf "$dir"
"#;

/// Longest time for a server to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server program. It stops, and its folder goes, when this is dropped.
#[derive(Debug)]
pub(crate) struct Daemon {
    pub(crate) port: u16,
    pub(crate) folder: PathBuf,
    watchdog: Child,
    pipe: Option<ChildStdin>,
}

impl Daemon {
    /// Starts the program that `prepare` makes for an empty folder and a port, and waits until somebody answers there.
    pub(crate) fn start(name: &str, prepare: impl Fn(&Path, u16) -> Command) -> Daemon {
        let mut said = String::new();
        // Another process may take the free port before the server does.
        for _ in 0..3 {
            let folder = tempfile::Builder::new().prefix(&format!("towpath-{name}-")).tempdir();
            // The watchdog removes the folder: it outlives this process.
            let folder = folder.expect("a temporary folder").keep();
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .and_then(|listener| listener.local_addr())
                .expect("a free port")
                .port();
            let wanted = prepare(&folder, port);
            let mut watchdog = Command::new("setsid");
            watchdog.args(["sh", "-c", WATCHDOG, "watchdog"]).arg(&folder);
            watchdog.arg(wanted.get_program()).args(wanted.get_args());
            for (name, value) in wanted.get_envs() {
                watchdog.env(name, value.unwrap_or_default());
            }
            let mut watchdog = watchdog
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the watchdog starts");
            let pipe = watchdog.stdin.take();
            let daemon = Daemon { port, folder, watchdog, pipe };
            if daemon.answers() {
                return daemon;
            }
            said = log(&daemon.folder);
        }
        panic!("the server does not start: {said}");
    }

    fn answers(&self) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
                Ok(_) => return true,
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(_) => return false,
            }
        }
        false
    }
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.watchdog.wait();
    }
}

/// A program of Debian's that is not on every path.
pub(crate) fn program(name: &str, package: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/sbin", "/usr/lib/openssh"]);
    let mut found = folders.map(|folder| Path::new(folder).join(name)).filter(|path| path.is_file());
    found.next().unwrap_or_else(|| panic!("`{name}` is missing: install `{package}`"))
}

/// Makes `server.key` and `server.pem`: a certificate for that name, which is its own authority.
pub(crate) fn certificate(folder: &Path, name: &str) {
    let made = Command::new(program("openssl", "openssl"))
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", &format!("/CN={name}"), "-addext", &format!("subjectAltName=DNS:{name}")])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("server.key"))
        .arg("-out")
        .arg(folder.join("server.pem"))
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// A folder of packages for tests, in the cache folder of the user.
pub(crate) fn cache(name: &str) -> PathBuf {
    let folder = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    cache.expect("a home folder").join("towpath").join(name)
}

/// A program of the Python packages for tests (`tools/files.txt`).
pub(crate) fn python_program(name: &str) -> PathBuf {
    packaged("files", "TOWPATH_TEST_FILES", name)
}

/// A program that looks at files for operators: of Debian's, or of the Python packages (`tools/deploy.txt`).
pub fn deploy_program(name: &str) -> PathBuf {
    match name {
        "promtool" => program(name, "prometheus"),
        "systemd-analyze" => program(name, "systemd"),
        _ => packaged("deploy", "TOWPATH_TEST_DEPLOY", name),
    }
}

fn packaged(task: &str, variable: &str, name: &str) -> PathBuf {
    let packages = std::env::var_os(variable).map_or_else(|| cache(task), PathBuf::from);
    let program = packages.join("bin").join(name);
    assert!(program.is_file(), "`{name}` is missing: run `tools/prepare.sh {task}`");
    program
}
