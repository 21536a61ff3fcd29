"""Whether a target holds exactly the rows it should.

A digest is the number of rows and, for every column, the exclusive or of hashes of (key, value). Values are made
canonical first, so that a number kept as text or a time kept without its zone still counts as right when its value
is right; a tool that kept another type is said to have changed it (`changed_types`), not to be wrong.
"""

from .servers import Postgres
from .tables import Table


class Wrong(Exception):
    """The target does not hold what it should."""


def canonical_postgres(name: str, kind: str) -> str:
    """The canonical text of a column in PostgreSQL."""
    match kind:
        case "int" | "decimal" | "float":
            return f"trim_scale(round({name}::numeric, 6))::text"
        case "bool":
            return f"({name}::text in ('t', 'true', '1'))::text"
        case "date":
            return f"{name}::date::text"
        case "moment":
            return f"extract(epoch from {name}::timestamptz)::text"
        case "json":
            return f"{name}::text::jsonb::text"
        case _:
            return f"{name}::text"


def canonical_duckdb(name: str, kind: str) -> str:
    """The canonical text of a column in DuckDB, which reads Parquet files for us."""
    match kind:
        case "int":
            return f"{name}::bigint::text"
        case "decimal" | "float":
            return f"{name}::decimal(18,6)::text"
        case "bool":
            return f"{name}::boolean::text"
        case "date":
            return f"{name}::date::text"
        case "moment":
            return f"epoch_us({name}::timestamptz)::text"
        case _:
            return f"{name}::text"


def _digest(table: Table, canonical, hash_text, place: str) -> str:
    key = " || '|' || ".join(
        canonical(column.name, column.kind) for column in table.columns if column.name in table.key
    )
    parts = ["count(*)::text"]
    for column in table.columns:
        value = f"coalesce({canonical(column.name, column.kind)}, '∅')"
        hashed = hash_text(f"{key} || '|' || {value}")
        parts.append(f"coalesce(bit_xor({hashed}), 0)::text")
    return f"select {', '.join(parts)} from {place}"


def digest(server: Postgres, database: str, table: Table, place: str | None = None) -> list[str]:
    """The digest of a table, or of any `place` a query can read, in PostgreSQL."""
    place = place or f"public.{table.name}"
    query = _digest(table, canonical_postgres, lambda text: f"hashtextextended({text}, 0)", place)
    return server.sql(database, query).split("|")


def parquet_digest_query(table: Table, path: str, of_workbook: bool = False) -> str:
    """The DuckDB query for the digest of a Parquet file, whose timestamps may come from a workbook."""
    place = f"read_parquet('{path}')"
    if of_workbook:
        place = _in_milliseconds(place, "updated_at + interval '500 microseconds'")
    return _digest(table, canonical_duckdb, lambda text: f"hash({text})", place)


def _in_milliseconds(place: str, moment: str) -> str:
    """The same rows, with timestamps as exact as workbooks keep them."""
    return f"(select * replace (date_trunc('milliseconds', {moment}) as updated_at) from {place})"


def typed_csv(table: Table, path: str) -> str:
    """A place from which DuckDB reads a CSV file of this benchmark, types given."""
    types = ", ".join(f"'{column.name}': '{duckdb_type(column.postgres)}'" for column in table.columns)
    return f"read_csv('{path}', header = true, columns = {{{types}}})"


def csv_digest_query(table: Table, path: str, for_workbook: bool = False) -> str:
    """The DuckDB query for the digest of such a CSV file, or of the workbook that is made of it."""
    place = typed_csv(table, path)
    if for_workbook:
        place = _in_milliseconds(place, "updated_at")
    return _digest(table, canonical_duckdb, lambda text: f"hash({text})", place)


def duckdb_type(postgres: str) -> str:
    """The DuckDB type for a PostgreSQL type, as files hold it."""
    return {"double precision": "double", "uuid": "varchar", "text": "varchar"}.get(
        postgres, postgres.replace("numeric", "decimal")
    )


def compare(table: Table, expected: list[str], found: list[str]) -> None:
    """Raises `Wrong` when two digests differ, naming what differs."""
    if expected[0] != found[0]:
        raise Wrong(f"{found[0]} rows instead of {expected[0]}")
    columns = [name for name, a, b in zip(table.names(), expected[1:], found[1:], strict=True) if a != b]
    if columns:
        raise Wrong(f"other values in {', '.join(columns)}")


def changed_types(server: Postgres, database: str, table: Table) -> list[str]:
    """Columns whose type in the target is not the type of the source, as `column: type → type`."""
    rows = server.sql(
        database,
        "select attname, format_type(atttypid, atttypmod) from pg_attribute "
        f"where attrelid = 'public.{table.name}'::regclass and attnum > 0 and not attisdropped",
    )
    found = dict(line.split("|", 1) for line in rows.splitlines())
    changed = []
    for column in table.columns:
        wanted = {"timestamptz": "timestamp with time zone"}.get(column.postgres, column.postgres)
        kept = found.get(column.name, "missing")
        if kept != wanted:
            changed.append(f"{column.name}: {wanted} → {kept}")
    return changed
