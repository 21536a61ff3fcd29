"""dlt with its connectorx backend, the fastest of those it has."""

from ..measure import Command
from .base import Job, PythonTool


class Dlt(PythonTool):
    """A Python library; a script of a few lines, as its manual shows."""

    name = "dlt"
    label = "dlt"
    packages = ("dlt", "connectorx", "psycopg2-binary")
    script = "dlt_job.py"
    cannot = {"upsert": "merges only into tables that it made itself"}

    def _load(self, job: Job, kind: str, source: str, name: str) -> Command:
        command = self.run(kind, source, name, job.target, str(job.folder))
        command.env = {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": str(job.folder / "dlt")}
        return command

    def pg_to_pg(self, job: Job) -> Command:
        return self._load(job, "table", job.source.replace("postgresql:", "postgresql+psycopg2:"), job.table.name)

    def mariadb_to_pg(self, job: Job) -> Command:
        return self._load(job, "table", job.data.mariadb.url("mysql+pymysql"), job.table.name)

    def csv_to_pg(self, job: Job) -> Command:
        return self._load(job, "csv", str(job.file), job.table.name)

    def parquet_to_pg(self, job: Job) -> Command:
        return self._load(job, "parquet", str(job.file), job.table.name)
