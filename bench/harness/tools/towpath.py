"""Towpath itself, by its command line, as a person would type it."""

import os
import shutil
import sys
from pathlib import Path

from ..measure import Command
from ..servers import Unavailable
from .base import Job, Tool, first_line

PIPELINE = """\
towpath: 1
name: bench-pipeline
nodes:
  orders: {{ source: file, path: {orders} }}
  customers: {{ source: postgres, connection: shop, table: public.customers }}
  kept: {{ transform: filter, from: orders, where: "amount > 20000 and status <> 'cancelled'" }}
  joined: {{ transform: join, from: {{ left: kept, right: customers }}, on: [customer = id] }}
  totals:
    transform: aggregate
    from: joined
    by: [region, status]
    compute: {{ orders: count(*), total: sum(amount), top: max(rate) }}
  load: {{ destination: postgres, connection: target, from: totals, table: public.totals, mode: append }}
"""


LOGS = """\
towpath: 1
name: bench-logs
nodes:
  log:
    source: file
    path: {log}
    format: log
    log:
      line: "{{at:%Y%m%d %H:%M:%S}}|@{{event}}[:{{details}}]"
      events:
        MachineWait: ["{{seconds:number}} [sec]"]
        JobProfiel: ["R:{{reference:word}} L:{{length:decimal(10,2)}} [C:{{colour:word}} {{*}}]"]
  counts:
    transform: aggregate
    from: log
    by: [event]
    compute:
      events: count(*)
      seconds: sum(seconds)
      length: sum(length)
      last_at: max(at)
  sorted: {{ transform: sort, from: counts, by: [event] }}
  out: {{ destination: file, from: sorted, path: {out}, format: csv, mode: overwrite }}
"""


LOAD = """\
towpath: 1
name: bench-load
nodes:
  rows: {{ source: postgres, connection: source, table: public.{source} }}
  load: {{ destination: postgres, connection: target, from: rows, table: public.{table}, {rules} }}
"""


class Towpath(Tool):
    """The release binary of this repository."""

    name = "towpath"
    label = "Towpath"

    def __init__(self, binary: str | None):
        root = Path(__file__).parents[3]
        self.binary = binary or str(root / "target/release/towpath")

    def find(self, tools: Path) -> str:
        if not os.access(self.binary, os.X_OK) and not shutil.which(self.binary):
            raise Unavailable(f"`{self.binary}` is not there; build it with `cargo build --release`")
        self.binary = os.path.abspath(shutil.which(self.binary) or self.binary)
        return first_line(self.binary, "--version").removeprefix("towpath ")

    def _copy(self, job: Job, source: str, target: str, *options: str) -> Command:
        argv = [self.binary, "copy", source, target, "--quiet", *options]
        return Command(argv, env={"TOWPATH_STATE": str(job.folder / "state")})

    def pg_to_pg(self, job: Job) -> Command:
        name = f"public.{job.table.name}"
        return self._copy(job, f"{job.source}/{name}", f"{job.target}/{name}", "--mode", "append")

    def mariadb_to_pg(self, job: Job) -> Command:
        source = f"{job.data.mariadb.url()}/{job.table.name}"
        return self._copy(job, source, f"{job.target}/public.{job.table.name}", "--mode", "append")

    def csv_to_pg(self, job: Job) -> Command:
        return self._copy(job, str(job.file), f"{job.target}/public.{job.table.name}", "--mode", "append")

    parquet_to_pg = csv_to_pg

    def csv_to_parquet(self, job: Job) -> Command:
        return self._copy(job, str(job.file), str(job.out))

    xlsx_to_parquet = csv_to_parquet

    def messy_to_parquet(self, job: Job) -> Command:
        """Nothing is said of the file; the total may be set apart, which the exit code 3 tells."""
        command = self._copy(job, str(job.file), str(job.out))
        return Command(command.argv, env=command.env, good_exit_codes=(0, 3))

    def upsert(self, job: Job) -> Command:
        target = f"{job.target}/public.{job.table.name}"
        return self._copy(job, f"{job.source}/public.changes", target, "--mode", "upsert", "--key", "id")

    def pipeline(self, job: Job) -> Command:
        path = job.folder / "pipeline.yaml"
        path.write_text(PIPELINE.format(orders=job.file))
        env = {
            "TOWPATH_STATE": str(job.folder / "state"),
            "TOWPATH_CONNECTION_SHOP": job.source,
            "TOWPATH_CONNECTION_TARGET": job.target,
        }
        return Command([self.binary, "run", str(path), "--quiet"], env=env)

    def logs(self, job: Job) -> Command:
        path = job.folder / "logs.yaml"
        path.write_text(LOGS.format(log=job.file, out=job.out))
        # Lines that cannot be read are in quarantine, which the exit code says.
        argv = ["sh", "-c", '"$0" run "$1" --quiet; test $? -eq 3', self.binary, str(path)]
        return Command(argv, env={"TOWPATH_STATE": str(job.folder / "state")})

    def _load(self, job: Job, source: str, rules: str) -> tuple[list[str], dict[str, str]]:
        path = job.folder / "load.yaml"
        path.write_text(LOAD.format(source=source, table=job.table.name, rules=rules))
        env = {
            "TOWPATH_STATE": str(job.folder / "state"),
            "TOWPATH_CONNECTION_SOURCE": job.source,
            "TOWPATH_CONNECTION_TARGET": job.target,
        }
        return [self.binary, "run", str(path)], env

    def mirror(self, job: Job) -> Command:
        argv, env = self._load(job, "mirrored", "mode: mirror, key: [id], resume: false")
        return Command([*argv, "--quiet"], env=env)

    def history(self, job: Job) -> Command:
        argv, env = self._load(job, "changes", "mode: history, key: [id], resume: false")
        return Command([*argv, "--quiet"], env=env)


class TowpathResumable(Towpath):
    """The same with loads that can be resumed: chunks of the default size, two at a time."""

    name = "towpath-resumable"
    label = "Towpath, resumable"
    variant = True

    def command(self, job: Job) -> Command | None:
        return self.pg_to_pg(job) if job.kind == "pg_to_pg" else None

    def pg_to_pg(self, job: Job) -> Command:
        argv, env = self._load(job, job.table.name, "mode: append")
        return Command([*argv, "--quiet"], env=env)


class TowpathKilled(TowpathResumable):
    """Killed when half of the rows are on their way, and resumed: the time of both together."""

    name = "towpath-killed"
    label = "Towpath, killed at 50 % and resumed"

    def pg_to_pg(self, job: Job) -> Command:
        argv, env = self._load(job, job.table.name, "mode: append")
        rows = int(job.data.postgres.sql("source", f"select count(*) from {job.table.name}"))
        script = Path(__file__).parents[2] / "scripts" / "killed.py"
        return Command([sys.executable, str(script), str(rows // 2), *argv], env=env)
