"""The tables of the benchmark: their columns, and the SQL that makes their rows.

Every value follows from the row number, so two runs of the benchmark move the same rows. A column has a kind;
`checks` knows how to compare values of a kind whatever type a tool gave them in the target.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Column:
    """A column: its name, what its values are, its types, and the expression of row number `i` that makes it."""

    name: str
    kind: str
    postgres: str
    mariadb: str
    value: str


@dataclass(frozen=True)
class Table:
    """A table, and the columns that identify its rows."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)

    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]

    def select(self, first: int, last: int, step: int = 1) -> str:
        """A PostgreSQL query that makes every `step`th row from `first` to `last`."""
        values = ", ".join(f"({column.value})::{column.postgres} as {column.name}" for column in self.columns)
        return f"select {values} from generate_series({first}::bigint, {last}::bigint, {step}) as i"

    def ddl(self, schema: str = "public", key: bool = False) -> str:
        """The statement that creates it in PostgreSQL, with a primary key on request."""
        columns = ", ".join(f"{column.name} {column.postgres}" for column in self.columns)
        return f"create table {schema}.{self.name} ({columns}{', primary key (id)' if key else ''})"

    def mariadb_ddl(self) -> str:
        """The statement that creates it in MariaDB."""
        columns = ", ".join(f"{column.name} {column.mariadb}" for column in self.columns)
        return f"create table {self.name} ({columns}, primary key (id)) default charset=utf8mb4"

    def portable(self, place: str) -> str:
        """A query of `place` whose text every CSV reader understands: ISO times in UTC, `true` and `false`."""
        return f"select {', '.join(map(_portable, self.columns))} from {place}"

    def named(self, name: str) -> "Table":
        """The same table under another name."""
        return replace(self, name=name)

    def only(self, name: str, columns: list[str]) -> "Table":
        """A table with some of the columns."""
        return Table(name, tuple(column for column in self.columns if column.name in columns))


def european(table: Table, place: str) -> str:
    """A query of `place` whose text is what people in Europe see: decimal commas, the day first, `oui` and `non`."""
    values = {
        "decimal": "replace({0}::text, '.', ',') as {0}",
        "float": "replace({0}::text, '.', ',') as {0}",
        "date": "to_char({0}, 'DD/MM/YYYY') as {0}",
        "moment": "to_char({0} at time zone 'UTC', 'DD/MM/YYYY HH24:MI:SS') as {0}",
        "bool": "case when {0} then 'oui' else 'non' end as {0}",
    }
    columns = ", ".join(values.get(column.kind, "{0}").format(column.name) for column in table.columns)
    return f"select {columns} from {place}"


def _portable(column: Column) -> str:
    match column.kind:
        case "moment":
            shape = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
            return f"to_char({column.name} at time zone 'UTC', '{shape}') as {column.name}"
        case "bool":
            return f"{column.name}::text as {column.name}"
        case _:
            return column.name


READINGS = Table(
    "readings",
    (
        Column("id", "int", "bigint", "bigint", "i"),
        Column("sensor", "int", "integer", "int", "i % 5000"),
        Column("counter", "int", "bigint", "bigint", "(hashint8(i)::bigint & 2147483647) * 4093"),
        Column("level", "float", "double precision", "double", "(hashint8(i + 1) & 16777215) / 1000.0"),
        Column("cost", "decimal", "numeric(14,4)", "decimal(14,4)", "(hashint8(i + 2) & 1073741823) / 10000.0"),
    ),
)

_NOTE = "case when i % 7 = 0 then null when i % 50 = 1 then 'dit \"petit\", n° ' || i else 'à Liège, n° ' || i end"

ORDERS = Table(
    "orders",
    (
        Column("id", "int", "bigint", "bigint", "i"),
        Column("ref", "text", "uuid", "char(36)", "md5(i::text)"),
        Column("customer", "int", "integer", "int", "1 + (hashint8(i) & 65535)"),
        Column(
            "status",
            "text",
            "text",
            "varchar(20)",
            "(array['open','paid','shipped','cancelled','returned'])[1 + i % 5]",
        ),
        Column("amount", "decimal", "numeric(12,2)", "decimal(12,2)", "(hashint8(i + 1) & 8388607) / 100.0"),
        Column("rate", "float", "double precision", "double", "(hashint8(i + 2) & 1048575) / 1000.0"),
        Column("ordered_on", "date", "date", "date", "date '2020-01-01' + (i % 2000)::int"),
        Column(
            "updated_at",
            "moment",
            "timestamptz",
            "datetime(6)",
            "timestamptz '2024-01-01 00:00:00+00' + (i % 30000000) * interval '1.000123 second'",
        ),
        Column("active", "bool", "boolean", "tinyint(1)", "i % 3 = 0"),
        Column("note", "text", "text", "text", _NOTE),
        Column(
            "payload",
            "json",
            "jsonb",
            "json",
            "jsonb_build_object('k', i % 100, 'tags', jsonb_build_array('été', 'b'),"
            " 'deep', jsonb_build_object('x', i))",
        ),
        Column(
            "weight",
            "decimal",
            "numeric(18,6)",
            "decimal(18,6)",
            "case when i % 11 = 0 then null else (hashint8(i + 3) & 1073741823) / 1000000.0 end",
        ),
    ),
)

# Orders as files hold them: ten columns, no nested values.
SALES = ORDERS.only(
    "sales",
    ["id", "ref", "customer", "status", "amount", "rate", "ordered_on", "updated_at", "active", "note"],
)

# What a spreadsheet program in Europe exports: see `european`.
EXPORT = Table(
    "export",
    (
        *ORDERS.only("", ["id", "customer", "status", "amount", "rate", "ordered_on"]).columns,
        Column(
            "updated_at",
            "moment",
            "timestamptz",
            "datetime",
            "timestamptz '2024-01-01 00:00:00+00' + (i % 30000000) * interval '1 second'",
        ),
        Column("active", "bool", "boolean", "tinyint(1)", "i % 3 = 0"),
        Column(
            "note",
            "text",
            "text",
            "text",
            "case when i % 7 = 0 then null when i % 50 = 1 then 'dit \"petit\"; n° ' || i "
            "else 'à Liège, ' || i % 90 || ' €, n° ' || i end",
        ),
    ),
)

# Orders as the case `upsert` changes them: without the types that some tools cannot carry.
BOOKINGS = ORDERS.only(
    "bookings",
    ["id", "customer", "status", "amount", "rate", "ordered_on", "updated_at", "active", "note", "weight"],
)

CUSTOMERS = Table(
    "customers",
    (
        Column("id", "int", "integer", "int", "i"),
        Column("name", "text", "text", "varchar(60)", "'Société ' || i"),
        Column("region", "text", "text", "varchar(20)", "'région ' || (i % 12)"),
    ),
)

# What the pipeline of the case `pipeline` makes.
TOTALS = Table(
    "totals",
    (
        Column("region", "text", "text", "", ""),
        Column("status", "text", "text", "", ""),
        Column("orders", "int", "bigint", "", ""),
        Column("total", "decimal", "numeric", "", ""),
        Column("top", "float", "double precision", "", ""),
    ),
    ("region", "status"),
)

# What counting the events of a log gives; `logs` makes and checks it without a database.
EVENTS = Table("events", (Column("event", "text", "text", "", ""),), ("event",))
