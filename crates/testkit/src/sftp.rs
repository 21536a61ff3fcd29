//! SFTP servers for tests: OpenSSH's, where the user who runs the tests logs in with keys, and rclone's, where a password
//! opens.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::daemon::{Daemon, program, python_program};

/// A running SFTP server, which shares one folder of this machine.
#[derive(Debug)]
pub struct SftpServer {
    daemon: Daemon,
    user: String,
    /// The shared folder as the server calls it.
    root: String,
    keys: AtomicU32,
}

/// Starts OpenSSH's server for the user who runs the tests. Nobody may log in before [`SftpServer::key`] was called.
pub fn sshd() -> SftpServer {
    let sshd = program("sshd", "openssh-server");
    // The server wants this folder when it runs as root, and a package would have made it.
    let _ = fs::create_dir("/run/sshd");
    let daemon = Daemon::start("sshd", |dir, port| {
        for kind in ["ed25519", "ecdsa"] {
            keygen(&dir.join(format!("host_{kind}")), kind, "");
        }
        fs::create_dir(dir.join("served")).expect("a folder");
        fs::write(dir.join("authorized"), "").expect("a file");
        let config = format!(
            "ListenAddress 127.0.0.1\nHostKey {0}/host_ed25519\nHostKey {0}/host_ecdsa\nPidFile none\n\
             AuthorizedKeysFile {0}/authorized\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n\
             MaxAuthTries 20\nMaxStartups 100\nMaxSessions 100\nForceCommand internal-sftp\n\
             Subsystem sftp internal-sftp\n",
            dir.display()
        );
        fs::write(dir.join("config"), config).expect("a file");
        let mut command = Command::new(&sshd);
        command.args(["-D", "-e", "-p", &port.to_string(), "-f"]).arg(dir.join("config"));
        command
    });
    let user = output(Command::new("id").arg("-un"));
    let root = daemon.folder.join("served").display().to_string();
    SftpServer { daemon, user, root, keys: AtomicU32::new(0) }
}

/// Starts rclone's server, where the user `towpath` logs in with [`SftpServer::PASSWORD`].
pub fn rclone_sftp() -> SftpServer {
    let rclone = python_program("rclone");
    let daemon = Daemon::start("rclone", |dir, port| {
        keygen(&dir.join("host_ed25519"), "ed25519", "");
        fs::create_dir(dir.join("served")).expect("a folder");
        let mut command = Command::new(&rclone);
        command.args(["serve", "sftp", "--user", "towpath", "--pass", SftpServer::PASSWORD]);
        command.args(["--vfs-cache-mode", "writes"]);
        command.args(["--addr", &format!("127.0.0.1:{port}"), "--config", "/dev/null", "--cache-dir"]);
        command.arg(dir.join("cache")).arg("--key").arg(dir.join("host_ed25519")).arg(dir.join("served"));
        command
    });
    SftpServer { daemon, user: "towpath".into(), root: String::new(), keys: AtomicU32::new(0) }
}

impl SftpServer {
    /// The password of the server that takes one.
    pub const PASSWORD: &str = "tow path";

    /// Port on the loopback address.
    pub fn port(&self) -> u16 {
        self.daemon.port
    }

    /// The shared folder, as this machine knows it.
    pub fn folder(&self) -> PathBuf {
        self.daemon.folder.join("served")
    }

    /// URL of the shared folder, with the user.
    pub fn url(&self) -> String {
        self.url_by(self.port())
    }

    /// The same URL by another port, for a proxy.
    pub fn url_by(&self, port: u16) -> String {
        format!("sftp://{}@127.0.0.1:{port}{}", self.user, self.root)
    }

    /// Fingerprint of the host key of this kind, for example `ed25519`.
    pub fn fingerprint(&self, kind: &str) -> String {
        let key = self.daemon.folder.join(format!("host_{kind}.pub"));
        let said = output(Command::new("ssh-keygen").arg("-lf").arg(key));
        said.split(' ').nth(1).expect("a fingerprint").to_owned()
    }

    /// Writes a list of known hosts that holds the key of this kind, and gives its path.
    pub fn known_hosts(&self, kind: &str) -> PathBuf {
        let key = fs::read_to_string(self.daemon.folder.join(format!("host_{kind}.pub"))).expect("a key");
        let list = self.daemon.folder.join(format!("known_{kind}"));
        fs::write(&list, format!("[127.0.0.1]:{} {key}", self.port())).expect("a file");
        list
    }

    /// Makes a key that opens the account, and gives the path of its private part.
    pub fn key(&self, kind: &str, passphrase: &str) -> PathBuf {
        let key = self.stranger(kind, passphrase);
        let list = self.daemon.folder.join("authorized");
        let mut keys = fs::read_to_string(&list).expect("a file");
        keys += &fs::read_to_string(key.with_extension("pub")).expect("a key");
        fs::write(&list, keys).expect("a file");
        key
    }

    /// Makes a key that opens nothing.
    pub fn stranger(&self, kind: &str, passphrase: &str) -> PathBuf {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        let key = self.daemon.folder.join(format!("key{number}"));
        keygen(&key, kind, passphrase);
        key
    }
}

fn keygen(path: &Path, kind: &str, passphrase: &str) {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", kind, "-N", passphrase, "-C", "test", "-f"]).arg(path);
    output(&mut command);
}

fn output(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("the program is installed");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
