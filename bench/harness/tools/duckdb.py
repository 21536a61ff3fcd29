"""DuckDB with its PostgreSQL and MySQL extensions, driven from Python."""

import json
import subprocess
from pathlib import Path

from ..measure import Command
from ..servers import Unavailable
from .base import PIPELINE_SQL, Job, PythonTool, utf8_rows

_READER = "read_csv('{0}', types = {{'amount': 'DECIMAL(12,2)'}})"


class DuckDb(PythonTool):
    """One process with two threads on two cores; types of CSV columns come from a sample, its default."""

    name = "duckdb"
    label = "DuckDB"
    packages = (
        "duckdb",
        "duckdb-extensions",
        "duckdb-extension-postgres-scanner",
        "duckdb-extension-mysql-scanner",
        "duckdb-extension-excel",
    )
    script = "duck.py"

    def find(self, tools: Path) -> str:
        version = super().find(tools)
        # Extensions are installed now, in a home of their own, so that no run pays for it.
        home = tools / "home"
        home.mkdir(exist_ok=True)
        self.env = {"HOME": str(home)}
        command = self._job(mysql=True)
        done = subprocess.run(command.argv, env=self.env, capture_output=True, text=True)
        if done.returncode != 0:
            raise Unavailable(f"its extensions do not load: {done.stderr.strip().splitlines()[-1]}")
        return version

    def _job(self, *statements: str, mysql: bool = False) -> Command:
        extensions = ["postgres_scanner"] + (["mysql_scanner"] if mysql else [])
        return self.run(json.dumps({"extensions": extensions, "statements": list(statements)}))

    def _attach(self, job: Job, source: bool = False) -> list[str]:
        statements = [f"attach '{job.target}' as target (type postgres)"]
        if source:
            statements.append(f"attach '{job.source}' as source (type postgres, read_only)")
        return statements

    def pg_to_pg(self, job: Job) -> Command:
        name = job.table.name
        return self._job(*self._attach(job, True), f"create table target.{name} as from source.{name}")

    def mariadb_to_pg(self, job: Job) -> Command:
        name, port = job.table.name, job.data.mariadb.port
        where = f"host=127.0.0.1 port={port} user=bench password=bench database=source"
        return self._job(
            *self._attach(job),
            f"attach '{where}' as source (type mysql, read_only)",
            f"create table target.{name} as from source.{name}",
            mysql=True,
        )

    def csv_to_pg(self, job: Job) -> Command:
        return self._job(*self._attach(job), f"create table target.{job.table.name} as from '{job.file}'")

    parquet_to_pg = csv_to_pg

    def csv_to_parquet(self, job: Job) -> Command:
        statement = f"copy (from '{job.file}') to '{job.out}' (format parquet)"
        return self.run(json.dumps({"statements": [statement]}))

    def xlsx_to_parquet(self, job: Job) -> Command:
        statement = f"copy (from read_xlsx('{job.file}')) to '{job.out}' (format parquet)"
        return self.run(json.dumps({"extensions": ["excel"], "statements": [statement]}))

    def messy_to_parquet(self, job: Job) -> Command:
        rows = job.folder / "rows.csv"
        options = (
            "delim = ';', header = true, decimal_separator = ',', dateformat = '%d/%m/%Y', "
            "timestampformat = '%d/%m/%Y %H:%M:%S', types = {'amount': 'DECIMAL(12,2)', 'rate': 'DOUBLE'}"
        )
        query = f"select * replace (active = 'oui' as active) from read_csv('{rows}', {options})"
        statement = f"copy ({query}) to '{job.out}' (format parquet)"
        return utf8_rows(job, rows, self.run(json.dumps({"statements": [statement]})))

    def upsert(self, job: Job) -> Command:
        """The extension cannot do ON CONFLICT, so it stages the rows and asks the server to."""
        name = job.table.name
        types = ", ".join(f"{column.name}::{column.postgres}" for column in job.table.columns)
        sets = ", ".join(f"{column} = excluded.{column}" for column in job.table.names() if column != "id")
        merge = f"insert into {name} select {types} from staged on conflict (id) do update set {sets}"
        return self._job(
            *self._attach(job, True),
            "create table target.staged as from source.changes",
            f"call postgres_execute('target', '{merge}; drop table staged')",
        )

    def pipeline(self, job: Job) -> Command:
        query = PIPELINE_SQL.format(orders=_READER.format(job.file), customers="source.customers")
        return self._job(*self._attach(job, True), f"create table target.{job.table.name} as {query}")


class DuckDbWhole(DuckDb):
    """The same with types inferred over the whole file (`sample_size = -1`)."""

    name = "duckdb-whole"
    label = "DuckDB, whole file"
    variant = True

    def command(self, job: Job) -> Command | None:
        return self.csv_to_parquet(job) if job.kind == "csv_to_parquet" else None

    def csv_to_parquet(self, job: Job) -> Command:
        statement = f"copy (from read_csv('{job.file}', sample_size = -1)) to '{job.out}' (format parquet)"
        return self.run(json.dumps({"statements": [statement]}))
