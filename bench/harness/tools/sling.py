"""Sling 1.4.11, the last version whose package carries its program."""

from pathlib import Path

from ..measure import Command
from ..servers import Unavailable
from .base import Job, Tool, package_version


class Sling(Tool):
    """A command-line copier written in Go."""

    name = "sling"
    label = "Sling"

    def find(self, tools: Path) -> str:
        version = package_version(tools / "venv/bin/python", "sling-linux-amd64")
        found = list(tools.glob("venv/lib/python*/site-packages/sling_linux_amd64/bin/sling-linux-amd64"))
        if not found:
            raise Unavailable("its package has no program; run bench/peers.sh")
        self.binary = str(found[0])
        return version

    def _run(self, job: Job, source: str | None, stream: str, target: str, *options: str) -> Command:
        env = {
            "SLING_DISABLE_TELEMETRY": "true",
            "SLING_HOME_DIR": str(job.folder / "sling"),
            "TARGET": f"{job.target}?sslmode=disable",
        }
        argv = [self.binary, "run", "--src-stream", stream, "--tgt-object", target]
        if not target.startswith("file://"):
            argv += ["--tgt-conn", "TARGET"]
        if source:
            env["SOURCE"] = source
            argv += ["--src-conn", "SOURCE"]
        return Command([*argv, *(options or ("--mode", "full-refresh"))], env=env)

    def pg_to_pg(self, job: Job) -> Command:
        name = f"public.{job.table.name}"
        return self._run(job, f"{job.source}?sslmode=disable", name, name)

    def mariadb_to_pg(self, job: Job) -> Command:
        return self._run(job, job.data.mariadb.url(), f"source.{job.table.name}", f"public.{job.table.name}")

    def csv_to_pg(self, job: Job) -> Command:
        # Without the option an empty field becomes empty text, not null.
        options = ("--mode", "full-refresh", "--src-options", '{"empty_as_null": true}')
        return self._run(job, None, f"file://{job.file}", f"public.{job.table.name}", *options)

    parquet_to_pg = csv_to_pg

    def csv_to_parquet(self, job: Job) -> Command:
        return self._run(job, None, f"file://{job.file}", f"file://{job.out}")

    def upsert(self, job: Job) -> Command:
        merge = ("--mode", "incremental", "--primary-key", "id")
        source = f"{job.source}?sslmode=disable"
        return self._run(job, source, "public.changes", f"public.{job.table.name}", *merge)
