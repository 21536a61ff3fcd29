"""COPY by `psql`, with tables and types given: the floor. It checks nothing and infers nothing."""

import shlex
from pathlib import Path

from ..measure import Command
from ..tables import CUSTOMERS, SALES
from .base import PIPELINE_SQL, Job, Tool, first_line, program


class _Psql(Tool):
    """What both formats can do: between servers, one COPY piped into another."""

    format = ""

    def find(self, tools: Path) -> str:
        self.psql = program("psql", "postgresql-client")
        return first_line(self.psql, "--version").removeprefix("psql (PostgreSQL) ")

    def _psql(self, url: str, *statements: str) -> str:
        options = [self.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", url]
        return shlex.join(options + [word for statement in statements for word in ("-c", statement)])

    def pg_to_pg(self, job: Job) -> Command:
        name = job.table.name
        read = self._psql(job.source, f"copy {name} to stdout {self.format}")
        write = self._psql(job.target, job.table.ddl(), f"copy {name} from stdin {self.format}")
        return Command(shell=f"{read} | {write}")

    def upsert(self, job: Job) -> Command:
        name, columns = job.table.name, job.table.names()
        sets = ", ".join(f"{column} = excluded.{column}" for column in columns if column != "id")
        read = self._psql(job.source, f"copy changes to stdout {self.format}")
        write = self._psql(
            job.target,
            "begin",
            f"create temp table staged (like {name}) on commit drop",
            f"copy staged from stdin {self.format}",
            f"insert into {name} select * from staged on conflict (id) do update set {sets}",
            "commit",
        )
        return Command(shell=f"{read} | {write}")


class PsqlBinary(_Psql):
    """COPY in binary format, one piped into another."""

    name = "psql-binary"
    label = "psql COPY binary"
    format = "(format binary)"


class PsqlText(_Psql):
    """COPY in text format, which also reads files and what other clients print."""

    name = "psql-text"
    label = "psql COPY text"

    def csv_to_pg(self, job: Job) -> Command:
        return Command(shell=self._psql(job.target, job.table.ddl(), _copy_file(job, job.table.name)))

    def mariadb_to_pg(self, job: Job) -> Command:
        server = job.data.mariadb
        read = shlex.join(
            [server.client, "--no-defaults", "-h127.0.0.1", f"-P{server.port}", "-ubench", "-pbench", "--quick", "-N",
             "-B", "--default-character-set=utf8mb4", "source", "-e", f"select * from {job.table.name}"]
        )  # fmt: skip
        copy = f"copy {job.table.name} from stdin (null 'NULL')"
        return Command(shell=f"{read} | {self._psql(job.target, job.table.ddl(), copy)}")

    def pipeline(self, job: Job) -> Command:
        """The server does the work: both inputs go into temporary tables of the target, then one query."""
        query = PIPELINE_SQL.format(orders=SALES.name, customers=CUSTOMERS.name)
        read = self._psql(job.source, f"copy {CUSTOMERS.name} to stdout")
        write = self._psql(
            job.target,
            SALES.ddl("pg_temp"),
            CUSTOMERS.ddl("pg_temp"),
            f"copy {CUSTOMERS.name} from stdin",
            _copy_file(job, SALES.name),
            f"create table public.totals as {query}",
        )
        return Command(shell=f"{read} | {write}")


def _copy_file(job: Job, table: str) -> str:
    return f"\\copy {table} from '{job.file}' (format csv, header)"
