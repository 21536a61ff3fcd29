"""The cases: what is moved, how many rows, who is the floor, and what Towpath has to reach."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import checks
from .data import CUSTOMER_COUNT, Data
from .servers import Unavailable
from .tables import BOOKINGS, CUSTOMERS, EVENTS, EXPORT, ORDERS, READINGS, SALES, TOTALS, Table
from .tools import Job
from .tools.base import PIPELINE_SQL


@dataclass(frozen=True)
class Goal:
    """The median seconds of `tool` divided by those of `against`, at most."""

    against: str
    at_most: float
    tool: str = "towpath"


@dataclass(frozen=True)
class Case:
    """One comparison. `kind` names the method of a tool that does it."""

    name: str
    title: str
    kind: str
    table: Table
    rows: int
    floor: str | None = None
    goals: tuple[Goal, ...] = ()
    memory_mb: int | None = None
    # Megabytes that Towpath reads per second of one core, at least.
    mb_per_core: int | None = None
    only: tuple[str, ...] = ()
    rounds: int | None = None

    def scaled(self, scale: float) -> int:
        """Its rows at a scale; never so few that nothing is left to compare."""
        return max(int(self.rows * scale), 1000)


_COPY_GOAL = (
    Goal("psql-binary", 1.3),
    Goal("psql-binary", 1.4, "towpath-resumable"),
)
# On the mixed table the floor itself is less than six times ahead of Sling.
_PEER_GOAL = (Goal("sling", 1 / 6, "towpath-resumable"), Goal("dlt", 1 / 12, "towpath-resumable"))
_CSV_GOAL = (Goal("psql-text", 1.2),)
_FLAT = ("towpath", "psql-binary", "psql-text", "duckdb")
_RESUMABLE = ("towpath", "towpath-resumable")

CASES = (
    Case("pg-numeric", "PostgreSQL → PostgreSQL, 2 M rows × 5 numeric columns", "pg_to_pg", READINGS, 2_000_000,
         "psql-binary", (*_COPY_GOAL, *_PEER_GOAL), 100),
    Case("pg-mixed", "PostgreSQL → PostgreSQL, 1 M rows × 12 mixed columns", "pg_to_pg", ORDERS, 1_000_000,
         "psql-binary", _COPY_GOAL, 100),
    Case("mariadb-pg", "MariaDB → PostgreSQL, 1 M rows × 12 mixed columns", "mariadb_to_pg", ORDERS, 1_000_000,
         "psql-text", (Goal("duckdb", 0.77),), 100),
    Case("csv-pg", "CSV of 135 MB → PostgreSQL, 10 columns", "csv_to_pg", SALES, 1_000_000,
         "psql-text", _CSV_GOAL, 100),
    Case("csv-pg-1gb", "CSV of 1 GB → PostgreSQL, 10 columns", "csv_to_pg", SALES, 7_200_000,
         "psql-text", _CSV_GOAL, 100),
    Case("csv-parquet", "CSV of 135 MB → Parquet", "csv_to_parquet", SALES, 1_000_000,
         None, (Goal("duckdb", 1.2),), 100),
    # Reading and inference alone: no server, and a format that is fast to write. Six tenths of DuckDB's speed.
    Case("csv-read-1gb", "CSV of 1 GB → Parquet", "csv_to_parquet", SALES, 7_200_000,
         None, (Goal("duckdb", 1 / 0.6),), 200),
    Case("csv-messy", "European export of 200 MB (CP1252, `;`, decimal comma, total) → Parquet", "messy_to_parquet",
         EXPORT, 2_200_000, None, (), 200),
    Case("parquet-pg", "Parquet → PostgreSQL, 1 M rows × 10 columns", "parquet_to_pg", SALES, 1_000_000,
         None, (), 100),
    Case("xlsx-parquet", "xlsx → Parquet, 1 M rows × 10", "xlsx_to_parquet", SALES, 1_000_000, None,
         (Goal("polars", 1.0), Goal("duckdb", 1.0), Goal("pandas", 1.0)), 300),
    Case("upsert", "Upsert of 200 k rows into 2 M, 10 mixed columns", "upsert", BOOKINGS, 2_000_000,
         "psql-binary"),
    # Long enough that half of it is more than the start of two programs.
    Case("resume", "Killed at 50 % and resumed, PostgreSQL → PostgreSQL, 10 M rows × 5 numeric columns", "pg_to_pg",
         READINGS, 10_000_000, None,
         (Goal("psql-binary", 1.4, "towpath-resumable"), Goal("towpath-resumable", 1.15, "towpath-killed")), 128,
         ("towpath-resumable", "towpath-killed", "psql-binary")),
    Case("mirror", "Mirror of 2 M rows with 300 k changes, 10 mixed columns", "mirror", BOOKINGS, 2_000_000),
    Case("history", "History: 200 k new versions into 2 M rows, 10 mixed columns", "history", BOOKINGS, 2_000_000),
    Case("pipeline", "Filter, join, aggregate: CSV of 135 MB with a table of 65 k → 48 rows", "pipeline", SALES,
         1_000_000, None),
    Case("logs", "Event log of 5 GB, counted by event", "logs", EVENTS, 125_000_000, "lines", (Goal("python", 0.2),), 100,
         mb_per_core=150, only=("towpath", "python", "lines"), rounds=1),
    Case("flat-pg-1m", "Memory, PostgreSQL → PostgreSQL, 1 M rows × 12", "pg_to_pg", ORDERS, 1_000_000,
         "psql-binary", (), 100, _FLAT, 1),
    Case("flat-pg-10m", "Memory, PostgreSQL → PostgreSQL, 10 M rows × 12", "pg_to_pg", ORDERS, 10_000_000,
         "psql-binary", (), 100, _FLAT, 1),
    Case("flat-resumable-1m", "Memory, resumable, 1 M rows × 5", "pg_to_pg", READINGS, 1_000_000,
         None, (), 128, _RESUMABLE, 1),
    Case("flat-resumable-10m", "Memory, resumable, 10 M rows × 5", "pg_to_pg", READINGS, 10_000_000,
         None, (), 128, _RESUMABLE, 1),
    Case("flat-resumable-40m", "Memory, resumable, 40 M rows × 5", "pg_to_pg", READINGS, 40_000_000,
         None, (), 128, _RESUMABLE, 1),
    Case("flat-csv-1m", "Memory, CSV → PostgreSQL, 1 M rows × 10", "csv_to_pg", SALES, 1_000_000,
         "psql-text", (), 100, _FLAT, 1),
    Case("flat-csv-10m", "Memory, CSV → PostgreSQL, 10 M rows × 10", "csv_to_pg", SALES, 10_000_000,
         "psql-text", (), 100, _FLAT, 1),
)  # fmt: skip


@dataclass
class Ready:
    """A case whose inputs are made."""

    rows: int
    bytes: int
    job: Callable[[Path], Job]
    before: Callable[[], None]
    verify: Callable[[Job], list[str]]


def prepare(case: Case, data: Data, scale: float) -> Ready:
    """Makes the inputs of a case, and what its target must hold."""
    rows = case.scaled(scale)
    table = case.table
    if case.kind == "logs":
        return _logs(data, table, rows)
    file = None
    template = "template1"
    if case.kind == "pg_to_pg":
        table = table.named(f"{table.name}_{rows}")
        data.table(table, rows)
    elif case.kind == "mariadb_to_pg":
        data.mariadb_table(table, rows)
    elif case.kind in ("csv_to_pg", "csv_to_parquet", "pipeline"):
        file = data.csv(rows)
    elif case.kind == "xlsx_to_parquet":
        file, plain = data.workbook(rows), data.csv(rows)
    elif case.kind == "messy_to_parquet":
        file, plain = data.messy(rows)
    elif case.kind == "parquet_to_pg":
        file = data.parquet(rows)
    expect_in = None
    if case.kind in ("upsert", "mirror", "history"):
        template, place = data.changed(case.kind, table, rows)
        if case.kind == "history":
            expect_in = f"(select * from {table.name} where is_current) as t"
        size = data.text_size(table.named("changes"), 2 * (rows // 20))
        moved = int(data.postgres.sql("source", "select count(*) from changes"))
    else:
        place = f"({table.select(1, rows)}) as t"
        size, moved = (file.stat().st_size if file else data.text_size(table, rows)), rows
    target = table
    if case.kind == "pipeline":
        data.customers()
        target = TOTALS
        orders, customers = place.removesuffix(" as t"), f"({CUSTOMERS.select(1, CUSTOMER_COUNT)})"
        place = f"({PIPELINE_SQL.format(orders=orders, customers=customers)}) as t"

    is_workbook = case.kind == "xlsx_to_parquet"
    if case.kind in ("csv_to_parquet", "messy_to_parquet", "xlsx_to_parquet"):
        # The same rows in a CSV file that leaves nothing to find out.
        same = file if case.kind == "csv_to_parquet" else plain
        expected = data.duckdb(checks.csv_digest_query(table, str(same), is_workbook))[0] if data.python else None
    else:
        expected = checks.digest(data.postgres, "source", target, place)

    def job(folder: Path) -> Job:
        out = folder / "out.parquet" if case.kind.endswith("_to_parquet") else None
        return Job(case.kind, target, data, folder, file, out)

    def verify(job: Job) -> list[str]:
        if expected is None:
            raise Unavailable("nothing here reads Parquet files to check them; run bench/peers.sh")
        if job.out:
            if not job.out.exists():
                raise checks.Wrong("there is no file")
            checks.compare(table, expected, data.duckdb(checks.parquet_digest_query(table, str(job.out), is_workbook))[0])
            return []
        checks.compare(target, expected, checks.digest(data.postgres, "target", target, expect_in))
        return checks.changed_types(data.postgres, "target", target)

    return Ready(moved, size, job, lambda: data.postgres.fresh_target(template), verify)


def _logs(data: Data, table: Table, rows: int) -> Ready:
    """A log, and what counting its events gives."""
    log = data.log(rows)

    def job(folder: Path) -> Job:
        return Job("logs", table, data, folder, log.path, folder / "counts.csv")

    def verify(job: Job) -> list[str]:
        found = job.out.read_text().replace("T", " ").splitlines() if job.out.exists() else []
        if [line.split(",")[0] for line in found] == ["lines"]:
            log.check_lines(int(found[0].split(",")[1]))
        else:
            log.check_counts(found)
        return []

    return Ready(log.lines, log.path.stat().st_size, job, lambda: None, verify)
