"""A Towpath server of the benchmark: its process, and what is asked of it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

EMAIL, PASSWORD = "ada@example.org", "correct horse battery staple"
SETTINGS = "requests_per_second: 1000000\nrequests_at_once: 1000000\n"


class Server:
    """A server on a folder of its own. Whoever makes one closes it."""

    def __init__(self, program: Path, folder: Path, core: int | None = None):
        self.program, self.folder = program, folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "server.yaml").write_text(SETTINGS)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.token = ""
        pinned = [] if core is None else ["taskset", "-c", str(core)]
        command = [*pinned, str(program), "serve", "--listen", f"127.0.0.1:{self.port}", "--config", "server.yaml"]
        self.log = open(folder / "server.log", "ab")
        environment = {**os.environ, "TOWPATH_DATA": str(folder / "data"), "TOWPATH_LOG": "warn"}
        began = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=self.log, stderr=self.log)
        self.cold_start = self.first_answer() - began

    def first_answer(self) -> float:
        """When `/health/live` is answered for the first time."""
        request = b"GET /health/live HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
        deadline = time.perf_counter() + 60
        while time.perf_counter() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as wire:
                wire.sendall(request)
                if b" 200 " in wire.recv(200):
                    return time.perf_counter()
            if self.process.poll() is not None:
                break
            time.sleep(0.001)
        raise RuntimeError(f"the server did not start: {(self.folder / 'server.log').read_text()[-2000:]}")

    def sign_in(self) -> None:
        """Takes a token; the one before ends after a quarter of an hour."""
        form = {"grant_type": "password", "username": EMAIL, "password": PASSWORD}
        body = urllib.parse.urlencode(form).encode()
        self.token = json.loads(self.ask("POST", "/token", body, "application/x-www-form-urlencoded"))["access_token"]

    def ask(self, method: str, path: str, body: bytes | dict | None = None, kind: str = "application/json") -> bytes:
        """Asks for a path, or for one within the workspace; fails when the answer is a problem."""
        path = path if path.startswith("/") else f"/api/v1/workspaces/bench/{path}"
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        headers = {"Content-Type": kind}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.address + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()}") from error

    def every(self, path: str) -> list[dict]:
        """Every entry of a list."""
        found, after = [], None
        while True:
            more = f"&after={after}" if after else ""
            page = json.loads(self.ask("GET", f"{path}?limit=1000{more}"))
            found += page["items"]
            after = page.get("next")
            if not after:
                return found

    def memory(self, what: str = "VmRSS") -> float:
        """Resident memory in MB now, or the most so far (`VmHWM`)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+)", status)[1]) / 1024

    def cpu_seconds(self) -> float:
        """Processor time that the server has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Stops the server."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def add_account(program: Path, folder: Path) -> None:
    """Makes the account and the workspace of the benchmark."""
    environment = {**os.environ, "TOWPATH_DATA": str(folder / "data"), "TOWPATH_PASSWORD": PASSWORD}
    command = [str(program), "user", "add", EMAIL, "--workspace", "Bench"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
