"""PostgreSQL and MariaDB servers that live as long as the benchmark.

Each runs under a small shell that holds a pipe from this process: when the pipe closes, however this process
ended, the shell stops the server. The settings are a server's defaults except where noise of the disk or of
background work would blur the figures; the README lists them.
"""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path


class Unavailable(Exception):
    """A server or tool that is not on this machine."""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _identity(user: str) -> dict:
    """Arguments of `Popen` that start a program as `user` when we are root (servers refuse to run as root)."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class Server:
    """A server process with a data folder, a log and a free port."""

    def __init__(self, folder: Path, user: str):
        self.folder, self.user, self.port = folder, user, free_port()
        folder.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        self.log = open(folder.with_suffix(".log"), "wb")
        self.guard: subprocess.Popen | None = None

    def _prepare(self, command: list[str]) -> None:
        done = subprocess.run(
            command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, cwd="/", **_identity(self.user)
        )
        if done.returncode != 0:
            raise Unavailable(f"`{command[0]}` failed; see {self.log.name}")

    def _start(self, command: list[str], signal: str) -> None:
        script = f'"$@" & p=$!; cat >/dev/null; kill -{signal} $p; wait $p'
        self.guard = subprocess.Popen(
            ["sh", "-c", script, "guard", *command],
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
            cwd="/",
            start_new_session=True,
            **_identity(self.user),
        )

    def _wait(self, probe) -> None:
        deadline = time.monotonic() + 60
        while not probe():
            if self.guard.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"the server did not start; see {self.log.name}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stops the server and waits for it."""
        if self.guard is not None:
            self.guard.stdin.close()
            self.guard.wait()
        self.log.close()


class Postgres(Server):
    """A PostgreSQL server with the databases `source` and `target`."""

    def __init__(self, folder: Path):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
        initdb = found[-1] if found else shutil.which("initdb")
        if not initdb:
            raise Unavailable("PostgreSQL is not installed: apt-get install postgresql")
        super().__init__(folder, "postgres")
        bin_folder = os.path.dirname(initdb)
        data = str(folder / "data")
        self._prepare([initdb, "-D", data, "-U", "bench", "--auth=trust", "--no-locale", "-E", "UTF8"])
        settings = [
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "fsync=off",
            "autovacuum=off",
            "shared_buffers=512MB",
            "max_wal_size=16GB",
            "checkpoint_timeout=1h",
            "timezone=UTC",
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        self._start([f"{bin_folder}/postgres", "-D", data, "-p", str(self.port), *options], "INT")
        ready = [f"{bin_folder}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        self._wait(lambda: subprocess.run(ready).returncode == 0)
        self.psql = shutil.which("psql") or f"{bin_folder}/psql"
        self.sql("postgres", "create database source")
        self.version = self.sql("postgres", "show server_version").split()[0]

    def url(self, database: str) -> str:
        """Where a database is. The password is not checked; some tools insist on one."""
        return f"postgresql://bench:bench@127.0.0.1:{self.port}/{database}"

    def sql(self, database: str, *statements: str) -> str:
        """Runs statements one by one and returns what they print, unaligned."""
        commands = [word for statement in statements for word in ("-c", statement)]
        done = subprocess.run(
            [self.psql, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", self.url(database), *commands],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()

    def fresh_target(self, template: str = "template1") -> None:
        """Makes `target` a copy of `template`, with nothing left to write behind."""
        self.sql(
            "postgres",
            "drop database if exists target with (force)",
            f"create database target template {template} strategy file_copy",
            "checkpoint",
        )


class MariaDb(Server):
    """A MariaDB server with the database `source`."""

    def __init__(self, folder: Path):
        program = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
        installer, client = shutil.which("mariadb-install-db"), shutil.which("mariadb")
        if not program or not installer or not client:
            raise Unavailable("MariaDB is not installed: apt-get install mariadb-server")
        super().__init__(folder, "mysql")
        data, self.socket, self.client = str(folder / "data"), str(folder / "s.sock"), client
        common = ["--no-defaults", f"--datadir={data}"]
        self._prepare([installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db"])
        self._start(
            [
                program,
                *common,
                f"--port={self.port}",
                "--bind-address=127.0.0.1",
                f"--socket={self.socket}",
                f"--pid-file={folder}/pid",
                "--innodb-buffer-pool-size=1G",
                "--innodb-flush-log-at-trx-commit=0",
                "--default-time-zone=+00:00",
                "--local-infile=1",
            ],
            "TERM",
        )
        self._wait(lambda: self._run("select 1").returncode == 0)
        self.sql(
            "create database source character set utf8mb4",
            "create user bench@'%' identified by 'bench'",
            "grant all on *.* to bench@'%'",
        )
        self.version = self.sql("select version()")

    def _run(self, *statements: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.client, "--no-defaults", "-uroot", f"-S{self.socket}", "-N", "-B", "--local-infile=1",
             "--default-character-set=utf8mb4", "-e", "; ".join(statements)],
            capture_output=True,
            text=True,
        )  # fmt: skip

    def url(self, scheme: str = "mysql") -> str:
        """Where the database is."""
        return f"{scheme}://bench:bench@127.0.0.1:{self.port}/source"

    def sql(self, *statements: str) -> str:
        """Runs statements as root and returns what they print."""
        done = self._run(*statements)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()
