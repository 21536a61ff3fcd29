"""The inputs of the cases: made on first use, kept until the benchmark ends."""

import json
import shlex
import subprocess
import sys
from functools import cached_property
from pathlib import Path

from . import checks
from .logs import Log
from .servers import MariaDb, Postgres, Unavailable
from .tables import CUSTOMERS, EXPORT, SALES, Table, european

# Every 20th row of the upsert's target changes, and as many rows are new.
UPSERT_STEP = 20
CUSTOMER_COUNT = 65_536
# The lines above the header of the European export.
MESSY_HEAD = "Export des commandes – Société Générale de Liège\nÉdité le 31/03/2025\n\n"


class Data:
    """Servers, tables and files under one folder."""

    def __init__(self, folder: Path, python: Path | None, script: Path):
        self.folder, self.python, self.script = folder, python, script
        self.made: set[str] = set()
        self.sizes: dict[str, int] = {}

    @cached_property
    def postgres(self) -> Postgres:
        """The PostgreSQL server, started on first use."""
        say("starting PostgreSQL")
        return Postgres(self.folder / "postgres")

    @cached_property
    def mariadb(self) -> MariaDb:
        """The MariaDB server, started on first use."""
        say("starting MariaDB")
        return MariaDb(self.folder / "mariadb")

    def stop(self) -> None:
        """Stops the servers that were started."""
        for name in ("postgres", "mariadb"):
            if name in self.__dict__:
                self.__dict__[name].stop()

    def _once(self, name: str) -> bool:
        if name in self.made:
            return False
        self.made.add(name)
        return True

    def table(self, table: Table, rows: int) -> None:
        """A table of the database `source` with its first rows, vacuumed so that reading it writes nothing."""
        if self._once(f"table {table.name}"):
            say(f"making table {table.name}, {rows:,} rows")
            self.postgres.sql(
                "source",
                table.ddl(),
                f"insert into {table.name} {table.select(1, rows)}",
                f"alter table {table.name} add primary key (id)",
                f"vacuum (freeze, analyze) {table.name}",
                "checkpoint",
            )

    def customers(self) -> None:
        """The customers that the pipeline joins with."""
        self.table(CUSTOMERS, CUSTOMER_COUNT)

    def upsert(self, table: Table, rows: int) -> str:
        """A database `base` with the table to change, and `changes` in `source`. Returns the place of the result."""
        if self._once("upsert"):
            say(f"making the table to change, {rows:,} rows, and its changes")
            self.postgres.sql("postgres", "create database base")
            self.postgres.sql(
                "base",
                table.ddl(key=True),
                f"insert into {table.name} {table.select(1, rows)}",
                f"vacuum (freeze, analyze) {table.name}",
            )
            new = rows // UPSERT_STEP
            self.postgres.sql(
                "source",
                table.named("changes").ddl(key=True),
                f"insert into changes {table.select(UPSERT_STEP, rows, UPSERT_STEP)}",
                "update changes set amount = amount + 1, status = 'modifié', note = null",
                f"insert into changes {table.select(rows + 1, rows + new)}",
                "vacuum (freeze, analyze) changes",
            )
        kept = f"select * from ({table.select(1, rows)}) as k where id % {UPSERT_STEP} <> 0"
        return f"({kept} union all select * from changes) as t"

    def changed(self, kind: str, table: Table, rows: int) -> tuple[str, str]:
        """The database to change and the place of the result, for `upsert`, `mirror` and `history`.

        A mirror reads `source.public.mirrored`, the result but for one row in `UPSERT_STEP` that is gone. A history
        starts from one current version of every row.
        """
        place = self.upsert(table, rows)
        if kind == "mirror":
            kept = f"select * from ({table.select(1, rows)}) as k where id % {UPSERT_STEP} > 1"
            place = f"({kept} union all select * from changes) as t"
            if self._once("mirror"):
                self.postgres.sql(
                    "source",
                    table.named("mirrored").ddl(key=True),
                    f"insert into mirrored select * from {place}",
                    "vacuum (freeze, analyze) mirrored",
                )
        if kind != "history":
            return "base", place
        if self._once("history"):
            self.postgres.sql("postgres", "create database versions")
            self.postgres.sql(
                "versions",
                table.ddl(key=False),
                f"insert into {table.name} {table.select(1, rows)}",
                f"alter table {table.name} add valid_from timestamptz not null default '2020-01-01Z', "
                "add valid_to timestamptz, add is_current boolean not null default true",
                f"alter table {table.name} alter valid_from drop default, alter is_current drop default, "
                "add primary key (id, valid_from)",
                f"vacuum (freeze, analyze) {table.name}",
            )
        return "versions", place

    def mariadb_table(self, table: Table, rows: int) -> None:
        """The same table in MariaDB."""
        if self._once(f"mariadb {table.name}"):
            say(f"making table {table.name} in MariaDB, {rows:,} rows")
            path = self.folder / f"{table.name}.tsv"
            values = {
                "bool": "{0}::int as {0}",
                "moment": "to_char({0}, 'YYYY-MM-DD HH24:MI:SS.US') as {0}",
            }
            columns = ", ".join(values.get(column.kind, "{0}").format(column.name) for column in table.columns)
            self._copy_out(f"copy (select {columns} from ({table.select(1, rows)}) as t) to stdout", path)
            self.mariadb.sql(
                "use source",
                table.mariadb_ddl(),
                f"load data local infile '{path}' into table {table.name} character set utf8mb4",
                f"analyze table {table.name}",
            )
            path.unlink()

    def csv(self, rows: int) -> Path:
        """A CSV file of sales."""
        path = self.folder / f"sales-{rows}.csv"
        if self._once(str(path)):
            say(f"making {path.name}")
            query = SALES.portable(f"({SALES.select(1, rows)}) as t")
            self._copy_out(f"copy ({query}) to stdout (format csv, header)", path)
        return path

    def log(self, lines: int) -> Log:
        """A machine's log."""
        log = Log(self.folder / f"machine-{lines}.log", lines)
        if self._once(str(log.path)):
            say(f"making {log.path.name}")
            log.write()
        return log

    def messy(self, rows: int) -> tuple[Path, Path]:
        """A European export of CP1252 with lines above its header and a total below, and its rows in a plain CSV."""
        path, plain = self.folder / f"export-{rows}.csv", self.folder / f"export-{rows}-plain.csv"
        if self._once(str(path)):
            say(f"making {path.name}")
            place = f"({EXPORT.select(1, rows)}) as t"
            self._copy_out(f"copy ({EXPORT.portable(place)}) to stdout (format csv, header)", plain)
            shape = "format csv, header, delimiter ';', encoding 'WIN1252'"
            self._copy_out(f"copy ({european(EXPORT, place)}) to stdout ({shape})", path, MESSY_HEAD)
            total = self.postgres.sql("source", f"select replace(sum(amount)::text, '.', ',') from {place}").strip()
            with open(path, "ab") as out:
                out.write(f"Total;;;{total};;;;;\n".encode("cp1252"))
        return path, plain

    def parquet(self, rows: int) -> Path:
        """A Parquet file of the same sales. Only DuckDB makes it, so without DuckDB there is none."""
        path = self.folder / f"sales-{rows}.parquet"
        if self._once(str(path)):
            source = self.csv(rows)
            say(f"making {path.name}")
            reader = checks.typed_csv(SALES, str(source))
            self.duckdb(f"copy (select * from {reader}) to '{path}' (format parquet)")
        return path

    def workbook(self, rows: int) -> Path:
        """A workbook of the same sales, as XlsxWriter makes it."""
        path = self.folder / f"sales-{rows}.xlsx"
        if self._once(str(path)):
            source = self.csv(rows)
            say(f"making {path.name}")
            if self.python is None:
                raise Unavailable("it needs XlsxWriter to make the workbook; install it with bench/peers.sh")
            script = self.script.parent / "workbook.py"
            subprocess.run([self.python, script, source, path], check=True)
        return path

    def _copy_out(self, statement: str, path: Path, head: str = "") -> None:
        with open(path, "wb") as out:
            out.write(head.encode("cp1252"))
            out.flush()
            subprocess.run(
                [self.postgres.psql, "-X", "-q", self.postgres.url("source"), "-c", statement], stdout=out, check=True
            )

    def text_size(self, table: Table, rows: int) -> int:
        """The bytes of a table's rows as text, the measure of MB/s for tables."""
        name = f"{table.name} {rows}"
        if name not in self.sizes:
            copy = f"copy ({table.select(1, rows)}) to stdout"
            line = f"{self.postgres.psql} -X -q {self.postgres.url('source')} -c {shlex.quote(copy)} | wc -c"
            self.sizes[name] = int(subprocess.run(line, shell=True, capture_output=True, check=True).stdout)
        return self.sizes[name]

    def duckdb(self, query: str) -> list[list]:
        """Rows of a query in DuckDB, which reads and writes Parquet for us."""
        if self.python is None:
            raise Unavailable("it needs DuckDB to make or check Parquet files; install it with bench/peers.sh")
        job = json.dumps({"statements": [query], "print": True})
        done = subprocess.run([self.python, self.script, job], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[-400:])
        return json.loads(done.stdout)


def say(text: str) -> None:
    """Tells the person what goes on, on standard error."""
    print(f"· {text}", file=sys.stderr, flush=True)
