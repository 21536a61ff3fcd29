"""The tools that are compared, one file each.

A tool has a method for each kind of case it can do (`pg_to_pg`, `csv_to_pg`, …) that returns the command for a
`Job`; a kind without a method is reported as not supported. Everybody gets the fastest way its own manual shows.
"""

from .base import Job, Tool
from .dlt import Dlt
from .duckdb import DuckDb, DuckDbWhole
from .ingestr import Ingestr
from .logs import LineEnds, PlainPython
from .pandas import Pandas, PandasChunks
from .pgloader import PgLoader
from .polars import Polars, PolarsWhole
from .psql import PsqlBinary, PsqlText
from .sling import Sling
from .towpath import Towpath, TowpathKilled, TowpathResumable


def all_tools(binary: str | None) -> list[Tool]:
    """Every tool, Towpath first."""
    own = [Towpath(binary), TowpathResumable(binary), TowpathKilled(binary)]
    files = [Polars(), PolarsWhole(), Pandas(), PandasChunks(), PlainPython(), LineEnds()]
    return [*own, PsqlBinary(), PsqlText(), DuckDb(), DuckDbWhole(), Ingestr(), Sling(), PgLoader(), Dlt(), *files]


__all__ = ["Job", "Tool", "all_tools"]
