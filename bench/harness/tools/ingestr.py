"""ingestr 0.15.9, the last version whose package carries its program."""

from pathlib import Path

from ..measure import Command
from .base import Job, Tool, package_version


class Ingestr(Tool):
    """A command-line copier written in Go."""

    name = "ingestr"
    label = "ingestr"

    def find(self, tools: Path) -> str:
        self.binary = str(tools / "venv/bin/ingestr")
        return package_version(tools / "venv/bin/python", "ingestr")

    def _ingest(self, job: Job, source: str, table: str, *options: str) -> Command:
        argv = [
            self.binary, "ingest", "--yes", "--progress", "log",
            "--source-uri", source, "--source-table", table,
            "--dest-uri", f"{job.target}?sslmode=disable", "--dest-table", f"public.{job.table.name}",
            "--pipelines-dir", str(job.folder / "state"), *options,
        ]  # fmt: skip
        return Command(argv, env={"INGESTR_DISABLE_TELEMETRY": "true"})

    def pg_to_pg(self, job: Job) -> Command:
        return self._ingest(job, f"{job.source}?sslmode=disable", f"public.{job.table.name}", "--full-refresh")

    def mariadb_to_pg(self, job: Job) -> Command:
        # MariaDB's JSON is long text, for which it makes a type that PostgreSQL does not have, unless it is told.
        options = ("--full-refresh", "--columns", "payload:json")
        return self._ingest(job, job.data.mariadb.url(), f"source.{job.table.name}", *options)

    def csv_to_pg(self, job: Job) -> Command:
        return self._ingest(job, f"csv://{job.file}", job.table.name, "--full-refresh")

    def upsert(self, job: Job) -> Command:
        merge = ("--incremental-strategy", "merge", "--primary-key", "id")
        return self._ingest(job, f"{job.source}?sslmode=disable", "public.changes", *merge)
