"""What reads event logs besides Towpath: plain Python, and the floor, which only looks for line ends."""

import os
import sys
from pathlib import Path

from ..measure import Command
from ..servers import Unavailable
from .base import Job, Tool


class PlainPython(Tool):
    """The same grammar, written out in a script."""

    name = "python"
    label = "Plain Python"
    variant = True

    def find(self, tools: Path) -> str:
        return sys.version.split()[0]

    def logs(self, job: Job) -> Command:
        script = Path(__file__).parents[2] / "scripts" / "machine_logs.py"
        return Command([sys.executable, str(script), str(job.file), str(job.out)])


class LineEnds(Tool):
    """Reads a file and looks for its line ends with `memchr`: what no reader of lines can be faster than."""

    name = "lines"
    label = "memchr, line ends only"
    variant = True

    def find(self, tools: Path) -> str:
        self.binary = str(Path(__file__).parents[3] / "target/release/xtask")
        if not os.access(self.binary, os.X_OK):
            raise Unavailable(f"`{self.binary}` is not there; build it with `cargo build --release --workspace`")
        return "memchr 2"

    def logs(self, job: Job) -> Command:
        return Command([self.binary, "lines", str(job.file), "--out", str(job.out)])
