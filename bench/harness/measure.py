"""Runs one command and measures it: wall time, processor time, peak memory of its whole process tree.

Memory is resident memory, sampled every 20 ms and summed over the tree. A process also reports its own highest
value, so a short peak of a single process is not missed; for two processes in a pipe both count. Pages that
processes share count in each of them.
"""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.02


@dataclass
class Command:
    """What to run: arguments, or a shell line when `shell` is given."""

    argv: list[str] = field(default_factory=list)
    shell: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    stdin: str | None = None
    good_exit_codes: tuple[int, ...] = (0,)


@dataclass
class Sample:
    """What one run took. `error` says why it did not end well."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    error: str | None = None


def _tree(pid: int) -> list[int]:
    """A process and everything it started, itself or through others."""
    found, queue = [], [pid]
    while queue:
        current = queue.pop()
        found.append(current)
        try:
            for task in os.listdir(f"/proc/{current}/task"):
                with open(f"/proc/{current}/task/{task}/children") as children:
                    queue.extend(int(child) for child in children.read().split())
        except OSError:
            continue
    return found


def _resident(pid: int) -> tuple[int, int]:
    """Resident kilobytes of a process: now, and at most so far."""
    now = most = 0
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    most = int(line.split()[1])
                elif line.startswith("VmRSS:"):
                    now = int(line.split()[1])
                    break
    except (OSError, ValueError):
        pass
    return now, most


class _Watch(threading.Thread):
    """Samples a process tree, and ends it when its time is over."""

    def __init__(self, pid: int, limit: float):
        super().__init__(daemon=True)
        self.pid, self.limit = pid, limit
        self.ended = threading.Event()
        self.peak_kb, self.stopped = 0, False

    def run(self) -> None:
        start = time.monotonic()
        while not self.ended.is_set():
            values = [_resident(pid) for pid in _tree(self.pid)]
            if values:
                self.peak_kb = max(self.peak_kb, sum(now for now, _ in values), max(most for _, most in values))
            if time.monotonic() - start > self.limit and not self.stopped:
                self.stopped = True
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
            self.ended.wait(INTERVAL)


def run(command: Command, folder: Path, limit: float) -> Sample:
    """Runs a command in `folder`, for at most `limit` seconds."""
    argv = command.argv if command.shell is None else ["bash", "-o", "pipefail", "-c", command.shell]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TZ": "UTC", **command.env}
    with tempfile.TemporaryFile(dir=folder) as output, tempfile.TemporaryFile(dir=folder) as given:
        given.write((command.stdin or "").encode())
        given.seek(0)
        start = time.monotonic()
        try:
            process = subprocess.Popen(
                argv, stdin=given, stdout=output, stderr=output, env=env, cwd=folder, start_new_session=True
            )
        except OSError as error:
            return Sample(error=f"`{argv[0]}` does not start: {error.strerror}")
        watch = _Watch(process.pid, limit)
        watch.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.ended.set()
        watch.join()
        sample = Sample(seconds, usage.ru_utime + usage.ru_stime, watch.peak_kb / 1024)
        if watch.stopped:
            sample.error = f"stopped after {limit:.0f} s"
        elif process.returncode not in command.good_exit_codes:
            output.seek(0)
            sample.error = f"exit code {process.returncode}: {_last_words(output.read().decode(errors='replace'))}"
        return sample


def _last_words(text: str) -> str:
    """What a tool printed about its failure: from its last line that names an error, else its last lines."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text).replace("\r", "\n")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [place for place, line in enumerate(lines) if re.search(r"error|fatal|failed", line, re.IGNORECASE)]
    start = errors[-1] if errors else max(len(lines) - 3, 0)
    return " / ".join(lines[start:])[:300] or "it printed nothing"
