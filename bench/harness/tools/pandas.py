"""pandas, reading in chunks and writing by COPY, as its manual shows for PostgreSQL."""

from ..measure import Command
from .base import Job, PythonTool


class Pandas(PythonTool):
    """A Python library; `to_sql` with its documented COPY method."""

    name = "pandas"
    label = "pandas"
    packages = ("pandas", "sqlalchemy", "psycopg2-binary", "pyarrow")
    script = "pandas_job.py"
    cannot = {"upsert": "has no upsert"}

    def _load(self, job: Job, kind: str, source: str, name: str, target: str | None = None) -> Command:
        url = job.target.replace("postgresql:", "postgresql+psycopg2:")
        return self.run(kind, source, name, target or url)

    def _source(self, job: Job) -> str:
        return job.source.replace("postgresql:", "postgresql+psycopg2:")

    def pg_to_pg(self, job: Job) -> Command:
        return self._load(job, "table", self._source(job), job.table.name)

    def mariadb_to_pg(self, job: Job) -> Command:
        return self._load(job, "table", job.data.mariadb.url("mysql+pymysql"), job.table.name)

    def csv_to_pg(self, job: Job) -> Command:
        return self._load(job, "csv", str(job.file), job.table.name)

    def parquet_to_pg(self, job: Job) -> Command:
        return self._load(job, "parquet", str(job.file), job.table.name)

    def csv_to_parquet(self, job: Job) -> Command:
        return self._load(job, "to-parquet", str(job.file), job.table.name, str(job.out))

    def xlsx_to_parquet(self, job: Job) -> Command:
        return self._load(job, "workbook", str(job.file), job.table.name, str(job.out))

    def messy_to_parquet(self, job: Job) -> Command:
        return self._load(job, "messy", str(job.file), job.table.name, str(job.out))

    def pipeline(self, job: Job) -> Command:
        command = self._load(job, "pipeline", str(job.file), job.table.name)
        command.argv.append(self._source(job))
        return command


class PandasChunks(Pandas):
    """The same in chunks of 100,000 rows, so that memory stays bounded."""

    name = "pandas-chunks"
    label = "pandas, in chunks"
    variant = True

    def command(self, job: Job) -> Command | None:
        if job.kind != "csv_to_parquet":
            return None
        return self._load(job, "to-parquet-in-chunks", str(job.file), job.table.name, str(job.out))
