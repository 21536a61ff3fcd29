"""What every tool has in common."""

import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..data import MESSY_HEAD, Data
from ..measure import Command
from ..servers import Unavailable
from ..tables import Table

PIPELINE_SQL = """
select c.region, o.status, count(*) as orders, sum(o.amount) as total, max(o.rate) as top
from {orders} as o join {customers} as c on o.customer = c.id
where o.amount > 20000 and o.status <> 'cancelled'
group by c.region, o.status
"""


@dataclass
class Job:
    """One run: what to move where. The target table is `public.<table.name>` of the database `target`."""

    kind: str
    table: Table
    data: Data
    folder: Path
    file: Path | None = None
    out: Path | None = None

    @property
    def source(self) -> str:
        """The URL of the PostgreSQL database with the sources."""
        return self.data.postgres.url("source")

    @property
    def target(self) -> str:
        """The URL of the PostgreSQL database that is loaded."""
        return self.data.postgres.url("target")


class Tool:
    """A tool: how to find it, and how it does each kind of case.

    The kinds, each a method of the same name in the tools that can do it: `pg_to_pg`, `mariadb_to_pg`, `csv_to_pg`,
    `parquet_to_pg`, `csv_to_parquet`, `xlsx_to_parquet`, `messy_to_parquet` (an export of CP1252 with decimal commas, the day first, lines
    above the header and a total below), `upsert` (the rows of `source.public.changes` into the target by `id`),
    `mirror` (the target made equal to `source.public.mirrored`), `history` (the rows of `changes` as new versions),
    `pipeline` (`PIPELINE_SQL` over a file of orders and the table `customers`) and `logs` (a machine's log, counted by
    event).
    """

    name = ""
    label = ""
    # Another way of running a tool that is compared, too: where it does not apply, nothing is said.
    variant = False
    # Why it cannot do a kind of case, where that is worth saying.
    cannot: dict[str, str] = {}

    def find(self, tools: Path) -> str:
        """Its version; raises `Unavailable` with the reason and what to do."""
        raise NotImplementedError

    def command(self, job: Job) -> Command | None:
        """The command for a job; `None` when the tool cannot do it."""
        method = getattr(self, job.kind, None)
        return method(job) if method else None


class PythonTool(Tool):
    """A Python package in the tools' environment, driven by a script of `bench/scripts`."""

    packages: tuple[str, ...] = ()
    script = ""
    env: dict[str, str] = {}

    def find(self, tools: Path) -> str:
        self.python = tools / "venv/bin/python"
        self.path = Path(__file__).parents[2] / "scripts" / self.script
        return package_version(self.python, *self.packages)

    def run(self, *arguments: str) -> Command:
        """The command that runs its script."""
        return Command([str(self.python), str(self.path), *arguments], env=self.env)


def utf8_rows(job: Job, rows: Path, command: Command) -> Command:
    """The command after the messy file was made UTF-8 and freed of what is no row, for tools that need it so."""
    first = MESSY_HEAD.count("\n") + 1
    prepare = f"iconv -f CP1252 -t UTF-8 {shlex.quote(str(job.file))} | tail -n +{first} | head -n -1"
    shell = f"{prepare} > {shlex.quote(str(rows))} && exec {shlex.join(command.argv)}"
    return Command(shell=shell, env=command.env)


def package_version(python: Path, *packages: str) -> str:
    """The version of the first of some Python packages, when all are there."""
    if not python.exists():
        raise Unavailable("not installed; run bench/peers.sh")
    code = f"from importlib.metadata import version\nprint([version(p) for p in {packages!r}][0])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable("not installed; run bench/peers.sh")
    return done.stdout.strip()


def program(name: str, package: str) -> str:
    """The path of a program of the system."""
    found = shutil.which(name)
    if not found:
        raise Unavailable(f"not installed; apt-get install {package}")
    return found


def first_line(*argv: str) -> str:
    """The first line a program prints."""
    done = subprocess.run(argv, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().splitlines()[0]
